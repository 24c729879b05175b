//! Video.
pub mod deep_link;
pub mod model;
pub mod position;
