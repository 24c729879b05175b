//! Sessions of the working copy.

pub mod actions;
pub mod filter_input;
pub(super) mod identity_store;
pub mod input;
pub mod live_store;
pub mod material_input;
pub mod routes;
pub mod store;
pub mod wire;

pub use identity_store::take_number;
