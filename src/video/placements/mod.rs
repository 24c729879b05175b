//! Where sessions stand in recordings, and what an editor has verified of it.
//!
//! The position of a session is mapped from its time whenever it is asked for, unless an editor set
//! it: then it stands, whatever segments and marks say. [`model`] puts the three sources together;
//! [`review`] is what an editor works through, and [`unseen`] what nobody sees.

pub mod actions;
pub mod input;
pub mod model;
pub mod review;
pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
pub mod unseen;
pub mod wire;

pub use model::{Known, Verified};
pub use store::known;
pub use unseen::Unseen;
