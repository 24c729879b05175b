//! Recordings: where they are, what they show when, and where a session stands in them.
//!
//! A recording is an address and a map from its seconds to the wall clock ([`model`]). The position
//! of a session is mapped from its time whenever it is asked for, so that moving a segment moves every
//! position at once: from the time that somebody marked ([`marks`]), else from the scheduled one. Only
//! what an editor verified is stored ([`placements`]), and stands. [`position`] reads and prints
//! positions, [`chapters`] prints lists of them for players, [`deep_link`] turns an address and a position into a link that opens there. All of it is
//! live: what an organiser saves shows at once, on top of the release.

pub mod actions;
pub mod chapters;
pub mod deep_link;
pub mod input;
pub mod marks;
pub mod model;
pub mod placements;
pub mod position;
pub mod recording;
pub mod routes;
pub mod store;
pub mod wire;

pub use actions::VideoRefusal;
pub use placements::{Known, Unseen, known};
pub use recording::{Recording, RecordingState};
pub use store::{find as find_recording, list_public, rooms_in_recordings};
