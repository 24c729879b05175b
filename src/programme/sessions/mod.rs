//! Sessions of the working copy.

pub mod actions;
pub mod input;
pub mod material_input;
pub mod query;
pub mod routes;
pub mod store;
pub mod wire;
