//! Recordings: where they are, what they show when, and where a session stands in them.
//!
//! A recording is an address and a map from its seconds to the wall clock ([`model`]). The position
//! of a session is never stored: it is mapped from its time whenever it is asked for, so that moving
//! a segment moves every position at once. [`position`] reads and prints positions, [`deep_link`]
//! turns an address and a position into a link that opens there. Recordings are live: what an
//! organiser saves shows at once, on top of the release.

pub mod actions;
pub mod deep_link;
pub mod input;
pub mod model;
pub mod position;
pub mod recording;
pub mod routes;
pub mod store;
pub mod wire;

pub use actions::VideoRefusal;
pub use recording::{Recording, RecordingState};
pub use store::{list_public, rooms_in_recordings};
