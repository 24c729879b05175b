//! Registrations: seats that are never oversold, registrations that are never lost, and nobody can
//! learn who attends.
//!
//! A registration is one submission by a contact for its attendees. Its seats are claimed, its rows
//! written and its mail put into the outbox in one transaction; the answer is the same whether or not
//! the address is known ([`register`]). Confirming the address makes it theirs ([`confirm`]); what is
//! not confirmed in time gives its seats back ([`sweep`](sweep::sweep)), and may still be confirmed
//! while there are some. All states and what leads where stand in [`model`].
//!
//! Transactions here meet in one order: the event's row, the name of the address, quotas in the order
//! of their ids, then registrations. A registration that changed meanwhile gives the transaction up, and it
//! is tried again.

pub mod access;
pub mod cancel;
pub mod claims;
pub mod confirm;
pub mod desk;
pub mod erase;
pub mod exports;
pub mod input;
pub mod listing;
pub mod mail_log;
pub mod mails;
pub mod model;
pub mod organisation_number;
pub mod organiser_routes;
pub mod own_routes;
pub mod refusal;
pub mod register;
pub mod routes;
pub mod store;
pub mod sweep;
pub mod tokens;
pub mod wire;

pub use cancel::cancel_all_for_event;
pub use listing::integrity;
pub use model::{Registration, RegistrationState};
pub use sweep::{anything_due, expire_closed, sweep};
