//! Many changes of the working copy at once, as one edit: what an import comes to.

use std::collections::HashSet;

use super::document::{Room, Session, Speaker, Track, Versioned};
use super::refusal::{Outcome, ProgrammeRefusal, refused};
use super::releases::store as releases;
use super::sessions::live_store::deleted_unrecorded;
use super::sessions::{actions as session_actions, identity_store};
use super::{rooms, sessions, speakers, tracks};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::{self, Held};
use crate::fault;
use crate::ids::{EventId, RoomId, SessionId, SpeakerId, TrackId};
use crate::tickets::sign_up;

/// The working copy, every thing in the version that it was read in.
#[derive(Debug, Default)]
pub struct Standing {
    /// In order.
    pub rooms: Vec<Versioned<Room>>,
    /// In order.
    pub tracks: Vec<Versioned<Track>>,
    /// In the order they were made.
    pub speakers: Vec<Versioned<Speaker>>,
    /// By start, then number.
    pub sessions: Vec<Versioned<Session>>,
    /// Sessions that it has no more, as they were released last: a document may bring them back. Those that
    /// were not to be recorded when they were deleted still are not.
    pub released: Vec<Session>,
    /// What a release refers to.
    pub bound: Bound,
    /// From here on, numbers that no session has were never given.
    pub unused_numbers_from: i32,
}

/// What a release refers to, so that it can't be deleted.
#[derive(Debug, Default)]
pub struct Bound {
    /// Rooms.
    pub rooms: HashSet<RoomId>,
    /// Tracks.
    pub tracks: HashSet<TrackId>,
    /// Speakers.
    pub speakers: HashSet<SpeakerId>,
}

impl Bound {
    fn extend(&mut self, session: &Session) {
        self.rooms.extend(session.room_id);
        self.tracks.extend(session.track_id);
        self.speakers
            .extend(session.speakers.iter().map(|part| part.speaker_id));
    }
}

impl Standing {
    /// Reads it.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(conn: &mut Conn, event: EventId) -> Result<Self, DbError> {
        let sessions = sessions::store::versions(conn, event)?;
        let (released, bound) = released(conn, event, &sessions)?;
        Ok(Self {
            rooms: rooms::store::versions(conn, event)?,
            tracks: tracks::store::versions(conn, event)?,
            speakers: speakers::store::versions(conn, event)?,
            sessions,
            released,
            bound,
            unused_numbers_from: identity_store::next_number(conn, event)?,
        })
    }

    /// The session of this id that a document brings back.
    #[must_use]
    pub fn gone(&self, id: SessionId) -> Option<&Session> {
        self.released.iter().find(|session| session.id == id)
    }

    /// Whether nothing was made yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rooms.is_empty()
            && self.tracks.is_empty()
            && self.speakers.is_empty()
            && self.sessions.is_empty()
    }
}

/// The sessions of every release that are not among these, as they were released last; and what the releases
/// refer to.
fn released(
    conn: &mut Conn,
    event: EventId,
    sessions: &[Versioned<Session>],
) -> Result<(Vec<Session>, Bound), DbError> {
    let mut known: HashSet<SessionId> = sessions.iter().map(|one| one.value.id).collect();
    let unrecorded = deleted_unrecorded(conn, event)?;
    let (mut gone, mut bound) = (Vec::new(), Bound::default());
    for (_, programme) in releases::documents(conn, event)? {
        for mut session in programme.sessions {
            bound.extend(&session);
            if known.insert(session.id) {
                session.do_not_record |= unrecorded.contains(&session.id);
                gone.push(session);
            }
        }
    }
    Ok((gone, bound))
}

/// What becomes of the things of one kind.
#[derive(Debug)]
pub struct Delta<T> {
    /// New ones, under ids that nothing has yet.
    pub added: Vec<T>,
    /// As they are to be, in the version that they are changed from.
    pub changed: Vec<Versioned<T>>,
    /// Those to be deleted.
    pub removed: Vec<Versioned<T>>,
    /// How many stay as they are.
    pub unchanged: usize,
}

impl<T> Default for Delta<T> {
    fn default() -> Self {
        Self {
            added: Vec::new(),
            changed: Vec::new(),
            removed: Vec::new(),
            unchanged: 0,
        }
    }
}

impl<T> Delta<T> {
    const fn size(&self) -> usize {
        self.added.len() + self.changed.len() + self.removed.len()
    }
}

/// What becomes of the working copy. New sessions have the number 0, unless they had one in a release, or
/// bring one that was never given.
#[derive(Debug, Default)]
pub struct Revision {
    /// Of rooms.
    pub rooms: Delta<Room>,
    /// Of tracks.
    pub tracks: Delta<Track>,
    /// Of speakers.
    pub speakers: Delta<Speaker>,
    /// Of sessions.
    pub sessions: Delta<Session>,
}

impl Revision {
    /// How many things it touches.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.rooms.size() + self.tracks.size() + self.speakers.size() + self.sessions.size()
    }
}

/// Writes a revision of the working copy that was read in this transaction; `told` hears of every
/// thing that is done.
///
/// # Errors
/// What [`ProgrammeRefusal`] says; then nothing of it may be kept.
pub fn apply(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    revision: &Revision,
    told: &mut dyn FnMut(),
) -> Outcome<()> {
    // First what goes, because its slug and its guid may come again.
    for session in &revision.sessions.removed {
        session_actions::delete(tx, now, event, session)?;
        told();
    }
    for room in &revision.rooms.added {
        rooms::store::insert(tx, event.id, room, now)?;
        told();
    }
    for room in &revision.rooms.changed {
        kept(rooms::store::update(tx, event.id, room)?)?;
        told();
    }
    for track in &revision.tracks.added {
        tracks::store::insert(tx, event.id, track, now)?;
        told();
    }
    for track in &revision.tracks.changed {
        kept(tracks::store::update(tx, event.id, track)?)?;
        told();
    }
    for speaker in &revision.speakers.added {
        speakers::store::insert(tx, event.id, speaker, now)?;
        told();
    }
    for speaker in &revision.speakers.changed {
        kept(speakers::store::update(tx, event.id, speaker)?)?;
        told();
    }
    fault::point("mid-import");
    write_sessions(tx, now, event, revision, told)?;
    remove_unused(tx, event, revision, told)
}

fn write_sessions(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    revision: &Revision,
    told: &mut dyn FnMut(),
) -> Outcome<()> {
    let changed = revision.sessions.changed.iter();
    let changed: Vec<&Session> = changed.map(|session| &session.value).collect();
    identity_store::make_way(tx, event.id, &changed)?;
    for session in &revision.sessions.changed {
        kept(sessions::store::update(tx, event.id, session, now)?)?;
        told();
    }
    // Those that have a number first, so that none of the others gets it.
    let mut added: Vec<&Session> = revision.sessions.added.iter().collect();
    added.sort_by_key(|session| session.number == 0);
    for session in added {
        let mut session = session.clone();
        if session.number == 0 {
            session.number = identity_store::take_number(tx, event.id)?;
        }
        sessions::store::insert(tx, event.id, &session, now)?;
        told();
    }
    if !revision.sessions.added.is_empty() {
        sign_up::recount(tx, event.id)?;
    }
    // What acts without a release shows at once; whoever looks finds no difference otherwise.
    if revision.sessions.size() > 0 {
        events::touch_public(tx, event.id, now)?;
    }
    Ok(())
}

fn remove_unused(
    tx: &mut Conn,
    event: &Held,
    revision: &Revision,
    told: &mut dyn FnMut(),
) -> Outcome<()> {
    for room in &revision.rooms.removed {
        kept(rooms::store::delete(tx, event.id, room)?)?;
        told();
    }
    for track in &revision.tracks.removed {
        kept(tracks::store::delete(tx, event.id, track)?)?;
        told();
    }
    for speaker in &revision.speakers.removed {
        kept(speakers::store::delete(tx, event.id, speaker)?)?;
        told();
    }
    Ok(())
}

/// The event is held, so that nothing can have changed since it was read; if it has, nothing is kept.
fn kept(done: bool) -> Outcome<()> {
    if done {
        Ok(())
    } else {
        refused(ProgrammeRefusal::Stale)
    }
}
