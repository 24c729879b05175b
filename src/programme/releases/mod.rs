//! Releases: immutable, numbered versions of the programme.

pub mod actions;
pub mod history;
pub mod history_store;
pub mod input;
pub mod routes;
pub mod store;
pub mod wire;
