//! Moving many sessions at once.

use std::collections::HashSet;

use super::super::document::{Session, Versioned};
use super::super::refusal::{Outcome, ProgrammeRefusal, accepted, refused};
use super::super::{rooms, sessions};
use super::input::ShiftInput;
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::Held;
use crate::ids::{RoomId, SessionId};
use crate::text::wall::moved_span;

/// What a shift did.
#[derive(Debug, Default)]
pub struct Shifted {
    /// The moved sessions as they were.
    pub before: Vec<Session>,
    /// The same as they are now.
    pub after: Vec<Session>,
    /// Those of them whose new local time is skipped by the clock, so that they got the first that exists.
    pub skipped: HashSet<SessionId>,
}

/// Moves every session that starts at an instant or later, on the wall clock of the event.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn shift(tx: &mut Conn, now: Instant, event: &Held, input: &ShiftInput) -> Outcome<Shifted> {
    let rooms = rooms::store::all(tx, event.id)?;
    let rooms: Vec<RoomId> = rooms.into_iter().map(|room| room.id).collect();
    let parsed = accepted(input.parse(&rooms))?;
    let mut shifted = Shifted::default();
    for Versioned { value, version } in sessions::store::versions(tx, event.id)? {
        let in_time = value.starts_at.is_some_and(|start| start >= parsed.from);
        if !in_time || parsed.room.is_some_and(|room| value.room_id != Some(room)) {
            continue;
        }
        let moved = moved_span(event.timezone, value.starts_at, value.ends_at, parsed.by);
        if !moved.exists {
            shifted.skipped.insert(value.id);
        }
        let changed = Versioned {
            value: Session {
                starts_at: moved.starts_at,
                ends_at: moved.ends_at,
                ..value.clone()
            },
            version,
        };
        if !sessions::store::update(tx, event.id, &changed, now)? {
            return refused(ProgrammeRefusal::Stale);
        }
        shifted.before.push(value);
        shifted.after.push(changed.value);
    }
    Ok(shifted)
}
