//! Rooms of the working copy.

pub mod actions;
pub mod input;
pub mod routes;
pub mod store;
pub mod wire;
