//! Marks: when sessions really started and ended, noted by somebody in the room.
//!
//! A mark is live: it moves the session's positions, the delays in the programme and what is on now,
//! at once. It is never changed, only undone, and stays in the store then, so that a client that was
//! offline and repeats itself late does not make it again. [`model`] says what follows from all marks
//! of an event; the order in which they arrived does not matter.

pub mod actions;
pub mod input;
pub mod model;
pub mod routes;
pub mod store;
pub mod wire;

pub use model::{Actual, Actuals, Edge, Held, Mark};
