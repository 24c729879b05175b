//! Releasing the programme.

use super::super::conflicts::{Conflict, conflicts};
use super::super::diff::changes;
use super::super::document::{Programme, Release};
use super::super::draft::working_copy;
use super::super::former_slugs::former_slugs;
use super::super::refusal::{Outcome, ProgrammeRefusal, accepted, refused};
use super::super::sessions::live_store::unrecorded;
use super::super::withheld::withheld;
use super::input::ReleaseInput;
use super::store;
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::{self, Held};

/// A release that was just made.
#[derive(Debug)]
pub struct Released {
    /// The release.
    pub release: Release,
    /// What was released before it; empty before the first.
    pub before: Programme,
    /// What is odd about it; nothing of it is refused.
    pub conflicts: Vec<Conflict>,
}

impl Released {
    /// What the audit keeps of it.
    #[must_use]
    pub fn written(&self) -> serde_json::Value {
        serde_json::json!({"version": self.release.version, "note": self.release.note})
    }
}

/// Keeps the working copy as the next version, which the public sees from now on. The event is held,
/// so that two releases at once become one and the other is refused, or two versions in a row.
///
/// # Errors
/// [`ProgrammeRefusal::NothingToRelease`] when the working copy equals the newest release; an empty
/// one equals having none.
pub fn release(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &ReleaseInput,
) -> Outcome<Released> {
    let note = accepted(input.parse(&event.languages))?;
    let newest = store::newest(tx, event.id)?;
    let (version, before) = newest.map_or((0, Programme::default()), |newest| {
        (newest.version, newest.programme)
    });
    let draft = working_copy(tx, event.id)?;
    let conflicts = conflicts(&draft, event.starts_at().zip(event.ends_at()));
    let mut programme = draft.to_release();
    let unrecorded = unrecorded(tx, event.id)?;
    programme.withheld = withheld(&before, &programme, &unrecorded);
    programme.former_slugs = former_slugs(&before, &programme);
    if programme == before {
        return refused(ProgrammeRefusal::NothingToRelease);
    }
    let release = Release {
        version: version + 1,
        released_at: now,
        timezone: Some(event.timezone),
        note,
        changes: changes(&before, &programme),
        programme,
    };
    store::insert(tx, event.id, &release)?;
    events::touch_public(tx, event.id, now)?;
    Ok(Released {
        release,
        before,
        conflicts,
    })
}
