//! Mail.

pub mod model;
pub mod outbox;
pub mod transport;

pub use model::{AttendeeFacts, EmailContext, EmailKind, EmailState, EventFacts, NewEmail};
