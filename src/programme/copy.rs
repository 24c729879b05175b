//! The working copy of one event, taken along to another.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::document::{Programme, Session, SessionRef, SessionSpeaker};
use super::draft::working_copy;
use super::sessions::take_number;
use super::{rooms, sessions, speakers, tracks};
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{EventId, RoomId, SpeakerId, TrackId};
use crate::text::wall::moved_span;

/// What is taken along.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Chosen {
    /// Rooms.
    pub rooms: bool,
    /// Tracks.
    pub tracks: bool,
    /// Speakers.
    pub speakers: bool,
    /// Sessions, with those rooms, tracks and people that are taken along, too.
    pub sessions: bool,
}

/// The new ids by the old ones.
#[derive(Debug, Default)]
struct Ids {
    rooms: HashMap<RoomId, RoomId>,
    tracks: HashMap<TrackId, TrackId>,
    speakers: HashMap<SpeakerId, SpeakerId>,
}

/// Copies what is chosen, under new ids, guids and numbers; slugs stay. Times move by this much on the
/// wall clock. Gives the new sessions whose local time the clock skips.
///
/// # Errors
/// The store's failure.
pub fn copy(
    tx: &mut Conn,
    now: Instant,
    from: EventId,
    to: &Event,
    chosen: Chosen,
    by: TimeDelta,
) -> Result<Vec<SessionRef>, DbError> {
    let draft = working_copy(tx, from)?;
    let ids = copy_parts(tx, now, to.id, &draft, chosen)?;
    let mut skipped = Vec::new();
    let mut old = draft.sessions;
    old.retain(|_| chosen.sessions);
    old.sort_by_key(|session| session.number);
    for session in old {
        let span = moved_span(to.timezone, session.starts_at, session.ends_at, by);
        let mut new = anew(session, &ids);
        new.number = take_number(tx, to.id)?;
        (new.starts_at, new.ends_at) = (span.starts_at, span.ends_at);
        sessions::store::insert(tx, to.id, &new, now)?;
        if !span.exists {
            skipped.push(SessionRef::of(&new));
        }
    }
    Ok(skipped)
}

fn copy_parts(
    tx: &mut Conn,
    now: Instant,
    to: EventId,
    draft: &Programme,
    chosen: Chosen,
) -> Result<Ids, DbError> {
    let mut ids = Ids::default();
    for room in draft.rooms.iter().filter(|_| chosen.rooms) {
        let mut new = room.clone();
        new.id = new_id();
        rooms::store::insert(tx, to, &new, now)?;
        ids.rooms.insert(room.id, new.id);
    }
    for track in draft.tracks.iter().filter(|_| chosen.tracks) {
        let mut new = track.clone();
        new.id = new_id();
        tracks::store::insert(tx, to, &new, now)?;
        ids.tracks.insert(track.id, new.id);
    }
    for speaker in draft.speakers.iter().filter(|_| chosen.speakers) {
        let mut new = speaker.clone();
        new.id = new_id();
        speakers::store::insert(tx, to, &new, now)?;
        ids.speakers.insert(speaker.id, new.id);
    }
    Ok(ids)
}

/// The session of the new event, without its number and times.
fn anew(session: Session, ids: &Ids) -> Session {
    let id = new_id();
    let people = session.speakers.iter().filter_map(|part| {
        let speaker_id = *ids.speakers.get(&part.speaker_id)?;
        Some(SessionSpeaker {
            speaker_id,
            role: part.role,
        })
    });
    Session {
        id,
        guid: id.uuid(),
        room_id: session
            .room_id
            .and_then(|room| ids.rooms.get(&room).copied()),
        track_id: session
            .track_id
            .and_then(|track| ids.tracks.get(&track).copied()),
        speakers: people.collect(),
        ..session
    }
}
