//! Access codes: what opens ticket types that are not for everybody.
//!
//! A ticket type that needs a code is not shown and not sold without one that opens it. A code may end
//! at an instant, and after a number of uses. One registration that holds seats of such a ticket type is
//! one use; it is given back when the registration is called off or its time runs out. How often a code
//! is used stands in one counter, moved by compare-and-set in the transaction of the registration
//! ([`claims`](crate::registrations::claims)).
//!
//! A code that does not work is told what is wrong with it, never who used it.

pub mod actions;
pub mod input;
pub mod model;
pub mod routes;
pub mod store;
pub mod wire;

pub use model::AccessCode;
