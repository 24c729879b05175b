//! What anybody reads of an event: the public tree, from snapshots.
//!
//! A [`Snapshot`](snapshot::Snapshot) holds everything public about one event as it was at one
//! moment: read in one transaction ([`sources`]), drawn and compressed off the request path, and
//! swapped in whole, so that no answer mixes two versions. [`Snapshots`] keeps them by event, draws
//! a new one when something changed, and lets go of those that nobody reads. Requests are answered
//! from memory: large documents as they are, single sessions, speakers and recordings drawn on
//! their first request, and filtered lists cut from the sessions at hand.
//!
//! Only released data, plus what is live by the contract: the committee, recordings and the
//! positions in them, and the capacities of sign-up. The same hand draws the working copy for its
//! organisers ([`draft_routes`]), so that what they see is what everybody will.

mod at_hand;
pub mod chapter_routes;
pub mod draft_routes;
mod drawing;
mod index;
mod now;
pub mod now_routes;
mod now_wire;
pub mod programme_wire;
mod query_input;
pub mod release_routes;
pub mod routes;
pub mod snapshot;
mod snapshots;
pub mod sources;
pub mod video_wire;
mod watch;
pub mod wire;

pub use at_hand::at_hand;
pub use draft_routes::draft_tag;
pub use snapshot::Snapshot;
pub use snapshots::Snapshots;
pub use watch::watch_changes;
