//! Everything fifteen minutes later: many sessions are moved at once, all or none.
//!
//! The wall clock is what is moved, so that a shift over a change of the clock lands where people look
//! for it; where a local time is skipped, the answer warns.

pub mod actions;
pub mod input;
pub mod routes;
pub mod wire;
