//! Registrations: seats that are never oversold, registrations that are never lost, and nobody can
//! learn who attends.
//!
//! A registration is one submission by a contact for its attendees. Its seats are claimed, its rows
//! written and its mail put into the outbox in one transaction; the answer is the same whether or not
//! the address is known ([`register`]). Confirming the address makes it theirs ([`confirm`]); what is
//! not confirmed in time gives its seats back ([`sweep`](sweep::sweep)), and may still be confirmed
//! while there are some. All states and what leads where stand in [`model`].
//!
//! Whoever takes or frees a seat has the counters of the event in hand first ([`seating`]), and what is
//! free in the end is offered to those who wait, in their order ([`promote`]); an offer is answered, or
//! runs out ([`offers`]). One attendee of a group comes, goes, is replaced or moves without the others
//! ([`attendees`], [`moves`]).
//!
//! A release of the programme frees the choices of sessions that it takes away, and tells those whom it
//! concerns ([`after_release`]).
//!
//! Registering and confirming come in crowds: as commands ([`hot`]) that share a transaction.
//!
//! Transactions here meet in one order: the event's row, the name of the address, quotas in the order
//! of their ids, then registrations. A registration that changed meanwhile gives the transaction up, and it
//! is tried again.

pub mod after_release;
pub mod attendee_input;
pub mod attendee_routes;
pub mod attendees;
pub mod cancel;
pub mod capacity_routes;
pub mod confirm;
pub mod confirm_all;
pub mod contact;
pub mod desk;
pub mod draft;
pub mod erase;
pub mod event_routes;
pub mod exports;
pub mod extract;
pub mod gone_options;
pub mod hot;
pub mod input;
pub mod letters;
pub mod mails;
pub mod model;
pub mod moves;
pub mod news;
pub mod offer_routes;
pub mod offers;
pub mod organisation_number;
pub mod organiser_routes;
pub mod own_routes;
pub mod party;
pub mod places;
pub mod prices;
pub mod promote;
pub mod refusal;
pub mod register;
pub mod registration_input;
pub mod release_routes;
pub mod routes;
pub mod seating;
mod settle;
pub mod sheet;
pub mod sheet_routes;
pub mod signing_up;
pub mod staff;
pub mod staff_attendee_routes;
pub mod staff_input;
pub mod staff_routes;
pub mod store;
pub mod submission;
pub mod sweep;
pub mod timetable;
mod traces;
pub mod wire;
pub mod wire_bodies;
pub mod wire_own;
pub mod words;

pub use cancel::cancel_all_for_event;
pub use model::{Registration, RegistrationState};
pub use store::listing::integrity;
pub use store::search::{anything_waiting, index_waiting};
pub use store::{claims, line, listing, mail_log, tokens};
pub use sweep::{anything_due, expire_closed, sweep};
