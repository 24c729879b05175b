//! Ticket types and quotas: what one can register for, and how many there are.
//!
//! A ticket type draws on quotas; it is available only while all of them are. How many seats of a
//! quota are held stands in one counter per quota, and [`seats`] is the one place that moves it: by
//! compare-and-set, in the transaction of the registration that takes or frees the seats. So no
//! quota is oversold, on either store, with any number of instances.
//!
//! What the form asks besides is in [`questions`]; [`access_codes`] open ticket types that are not for
//! everybody.
//!
//! Whoever moves counters holds the event's row (`db::rows::hold_event`); whoever changes ticket types
//! updates that row first. So a ticket type never changes its quotas under a claim.

pub mod access_codes;
pub mod actions;
pub mod consents;
mod copy;
pub mod currencies;
pub mod form;
pub mod input;
pub mod model;
pub mod public_routes;
pub mod questions;
pub mod quota_routes;
pub mod store;
pub mod ticket_type_routes;
pub mod wire;

pub use consents::CONSENTS_VERSION;
pub use copy::{copy, copy_questions};
pub use form::Form;
pub use model::{Attendance, Price, Quota, TicketType, UniqueBy, Window};
pub use store::{counts, quotas, seats, sign_up};
pub use store::{list_all, registration_window};
