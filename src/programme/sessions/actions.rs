//! What organisers do with sessions.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::document::{Session, Versioned};
use super::super::refusal::{Outcome, ProgrammeRefusal, accepted, refused};
use super::super::releases::store as releases;
use super::super::{rooms, speakers, tracks};
use super::input::{Identity, ParsedSession, SessionInput, Surroundings};
use super::{identity_store, live_store, store};
use crate::clock::{Instant, new_id};
use crate::db::Conn;
use crate::events::{self, Held};
use crate::ids::{RoomId, SessionId};
use crate::text::Slug;

fn parse(tx: &mut Conn, event: &Held, input: &SessionInput) -> Outcome<ParsedSession> {
    let rooms = rooms::store::all(tx, event.id)?;
    let tracks = tracks::store::all(tx, event.id)?;
    let speakers = speakers::store::all(tx, event.id)?;
    let around = Surroundings {
        languages: &event.languages,
        dated: event.dates.is_some(),
        rooms: rooms.into_iter().map(|room| room.id).collect(),
        tracks: tracks.into_iter().map(|track| track.id).collect(),
        speakers: speakers.into_iter().map(|speaker| speaker.id).collect(),
    };
    accepted(input.parse(&around))
}

/// The guid, which is the id if none is given. Refuses a slug or a guid that another session has.
fn checked_guid(
    tx: &mut Conn,
    event: &Held,
    id: SessionId,
    parsed: &ParsedSession,
) -> Outcome<Uuid> {
    if let Some(slug) = &parsed.slug
        && identity_store::slug_is_taken(tx, event.id, slug, id)?
    {
        return refused(ProgrammeRefusal::SlugTaken);
    }
    let guid = parsed.guid.unwrap_or_else(|| id.uuid());
    if identity_store::guid_is_taken(tx, event.id, guid, id)? {
        return refused(ProgrammeRefusal::GuidTaken);
    }
    Ok(guid)
}

/// The first free of `pause`, `pause-2`, `pause-3` …
fn first_free(derived: &Slug, taken: &HashSet<String>) -> Slug {
    let mut n = 1;
    loop {
        let slug = derived.numbered(n);
        if !taken.contains(slug.as_str()) {
            return slug;
        }
        n += 1;
    }
}

/// Makes a session.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &SessionInput,
) -> Outcome<Versioned<Session>> {
    let id = new_id();
    let parsed = parse(tx, event, input)?;
    let guid = checked_guid(tx, event, id, &parsed)?;
    let slug = if let Some(slug) = parsed.slug.clone() {
        slug
    } else {
        let derived = Slug::derive(parsed.title(&event.languages.default), "session");
        let mut taken = identity_store::slugs(tx, event.id, id)?;
        if let Some(newest) = releases::newest(tx, event.id)? {
            // A link that somebody has goes on leading where it led, also to a session that is gone.
            taken.extend(newest.programme.all_slugs());
        }
        first_free(&derived, &taken)
    };
    let identity = Identity {
        id,
        slug,
        guid,
        number: identity_store::take_number(tx, event.id)?,
    };
    let session = parsed.known_as(&identity);
    store::insert(tx, event.id, &session, now)?;
    if session.do_not_record {
        // Where it is held nothing may surface, released or not.
        events::touch_public(tx, event.id, now)?;
    }
    Ok(Versioned {
        value: session,
        version: 1,
    })
}

/// Changes a session that was read in this transaction. Without a slug it keeps its own.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn update(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    current: &Versioned<Session>,
    input: &SessionInput,
) -> Outcome<Versioned<Session>> {
    let before = &current.value;
    let parsed = parse(tx, event, input)?;
    let guid = checked_guid(tx, event, before.id, &parsed)?;
    let identity = Identity {
        id: before.id,
        slug: parsed
            .slug
            .clone()
            .unwrap_or_else(|| Slug::from_stored(before.slug.clone())),
        guid,
        number: before.number,
    };
    let mut changed = Versioned {
        value: parsed.known_as(&identity),
        version: current.version,
    };
    if !store::update(tx, event.id, &changed, now)? {
        return refused(ProgrammeRefusal::Stale);
    }
    changed.version += 1;
    if acts_at_once(before) != acts_at_once(&changed.value) {
        events::touch_public(tx, event.id, now)?;
    }
    Ok(changed)
}

/// What of a session does not wait for a release: its seats, and where it is not to be seen.
fn acts_at_once(session: &Session) -> (Option<i32>, Option<Times>) {
    let times = (session.starts_at, session.ends_at, session.room_id);
    let hidden = session.do_not_record.then_some(times);
    (session.sign_up_capacity, hidden)
}

type Times = (Option<Instant>, Option<Instant>, Option<RoomId>);

/// Deletes a session. Releases keep it.
///
/// # Errors
/// [`ProgrammeRefusal::Stale`] if it changed meanwhile.
pub fn delete(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    session: &Versioned<Session>,
) -> Outcome<()> {
    if !store::delete(tx, event.id, session)? {
        return refused(ProgrammeRefusal::Stale);
    }
    identity_store::retire_number(tx, event.id, session.value.number)?;
    live_store::remember(tx, event.id, &session.value)?;
    if acts_at_once(&session.value) != (None, None) {
        events::touch_public(tx, event.id, now)?;
    }
    Ok(())
}
