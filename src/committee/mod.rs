//! The programme committee: who chose the programme, in order.
//!
//! The committee is live: what is saved is seen at once, without a release. Addresses of its members
//! never leave the organiser tree. Every edit holds the event, so that the order is one.

pub mod actions;
pub mod input;
pub mod model;
pub mod routes;
pub mod store;
pub mod wire;

pub use actions::{CommitteeRefusal, copy};
pub use model::{Member, MemberRole};
pub use store::published_members;
