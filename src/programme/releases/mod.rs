//! Releases: immutable, numbered versions of the programme.

pub mod actions;
pub mod input;
pub mod routes;
pub mod store;
pub mod wire;
