//! Organisations (`bufdir`, `ks`): who owns series and events, and whose tokens there are.

pub mod actions;
pub mod routes;
pub mod store;
