//! Going back to a released version without losing what was made since.
//!
//! What the version has (rooms, tracks, speakers, sessions) is set back to how it was released, also
//! where it was changed since; what was deleted since is made again, under its old id, slug, guid and
//! number. What was made since the version stays as it is; only a slug that comes back with its session is
//! taken from one that nobody has seen yet. Three things are never set back, because
//! they act at once and for the protection of people: whether a session may be recorded, its sign-up
//! capacity, and what is hidden. How it was before stands in the audit.

pub mod actions;
pub mod model;
pub mod routes;
pub mod wire;
