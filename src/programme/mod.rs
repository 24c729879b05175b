//! The programme: rooms, tracks, speakers, sessions, and their releases.
//!
//! Organisers edit the working copy, which is these things in tables. A release keeps all of them as
//! one immutable, numbered document; the public sees the newest. Every edit and every release first
//! holds the event ([`Held`](crate::events::Held)), so that a release never sees half an edit and two
//! releases never get one number.
//!
//! Each noun has a folder with the furniture of a room: `input` (what is sent), `store` (rows),
//! `actions` (verbs in a given transaction), `wire` (what comes back), `routes`. What they share
//! stands here: [`document`] (the programme as data), [`diff`], [`conflicts`], [`withheld`],
//! [`former_slugs`] and [`days`] (pure), and [`draft`], which reads the working copy whole.

mod at_hand;
pub mod conflicts;
mod copy;
pub mod days;
pub mod diff;
pub mod document;
pub mod draft;
pub mod former_slugs;
mod input;
mod refusal;
pub mod releases;
pub mod restore;
pub mod revision;
pub mod rooms;
pub mod routes;
pub mod sessions;
pub mod shifts;
mod shown;
pub mod speakers;
pub mod tracks;
mod uses;
pub mod wire;
pub mod withheld;

pub use at_hand::{release_at_hand, sessions_at_hand};
pub use copy::{Chosen, copy};
pub use draft::working_copy;
pub use refusal::{Outcome, ProgrammeRefusal};
pub use releases::history::{Gone, Past, Released};
pub use releases::history_store::released;
pub use releases::store::{
    Headline, find as find_release, list as list_releases, list_headlines, newest as newest_release,
};
pub use sessions::live_store::sign_up_capacities;
pub use shown::{Shown, draft_hidden, placed, shown};
pub use uses::Uses;
