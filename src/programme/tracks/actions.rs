//! What organisers do with tracks.

use super::super::document::{Track, Versioned};
use super::super::refusal::{Outcome, ProgrammeRefusal, accepted, refused};
use super::super::uses;
use super::input::TrackInput;
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::Conn;
use crate::events::Held;
use crate::ids::TrackId;
use crate::order::reorder;

/// Makes a track, after the last one if no place is given.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &TrackInput,
) -> Outcome<Versioned<Track>> {
    let parsed = accepted(input.parse(&event.languages))?;
    let position = match parsed.position {
        Some(position) => position,
        None => store::next_position(tx, event.id)?,
    };
    let track = Track {
        id: new_id(),
        name: parsed.name,
        color: parsed.color,
        position,
        hidden: parsed.hidden,
    };
    store::insert(tx, event.id, &track, now)?;
    Ok(Versioned {
        value: track,
        version: 1,
    })
}

/// Changes a track that was read in this transaction.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn update(
    tx: &mut Conn,
    event: &Held,
    current: &Versioned<Track>,
    input: &TrackInput,
) -> Outcome<Versioned<Track>> {
    let parsed = accepted(input.parse(&event.languages))?;
    let mut changed = Versioned {
        value: Track {
            id: current.value.id,
            name: parsed.name,
            color: parsed.color,
            position: parsed.position.unwrap_or(current.value.position),
            hidden: parsed.hidden,
        },
        version: current.version,
    };
    if !store::update(tx, event.id, &changed)? {
        return refused(ProgrammeRefusal::Stale);
    }
    changed.version += 1;
    Ok(changed)
}

/// Puts all tracks, which were read in this transaction, into another order.
///
/// # Errors
/// [`ProgrammeRefusal::Faults`] unless every track is named exactly once.
pub fn order(
    tx: &mut Conn,
    event: &Held,
    tracks: &[Versioned<Track>],
    ids: &[TrackId],
) -> Outcome<Vec<Versioned<Track>>> {
    for moved in accepted(reorder(tracks, ids))? {
        if !store::update(tx, event.id, &moved)? {
            return refused(ProgrammeRefusal::Stale);
        }
    }
    Ok(store::versions(tx, event.id)?)
}

/// Deletes a track that no session of the working copy or of a release is in.
///
/// # Errors
/// [`ProgrammeRefusal::InUse`] while one is.
pub fn delete(tx: &mut Conn, event: &Held, track: &Versioned<Track>) -> Outcome<()> {
    let uses = uses::find(tx, event.id, |s| s.track_id == Some(track.value.id))?;
    if !uses.is_none() {
        return refused(ProgrammeRefusal::InUse(uses));
    }
    if !store::delete(tx, event.id, track)? {
        return refused(ProgrammeRefusal::Stale);
    }
    Ok(())
}
