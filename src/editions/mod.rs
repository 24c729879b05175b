//! Next year's edition: an event made from another one.
//!
//! What is taken along is chosen ([`model::Part`]); dates move by whole days on the wall clock, so that
//! what was at nine is at nine, also over a change of the clock. Everything gets ids of its own, so the
//! two editions never meet again. Registrations, recordings and tokens are never taken along, and when
//! registration opens and closes only where that is asked for.
//!
//! Each room copies what is its own ([`committee::copy`](crate::committee::copy),
//! [`programme::copy`](crate::programme::copy), [`tickets::copy`](crate::tickets::copy)); this one calls
//! them, in one transaction. A room that gets things of its own to copy is called from [`actions::clone`]
//! beside them.

pub mod actions;
pub mod input;
pub mod model;
pub mod routes;
pub mod wire;
