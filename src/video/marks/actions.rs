//! Marking and undoing. Both show at once, also in archived events.

use super::input::ParsedMark;
use super::model::{Actuals, Edge, Mark};
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError, Stop};
use crate::events::{self, Event};
use crate::faults::Faults;
use crate::ids::{SessionKind, SlugOr};
use crate::programme::document::Session;
use crate::programme::sessions_at_hand;
use crate::video::VideoRefusal;

/// A mark, and whether it was made just now.
#[derive(Debug)]
pub struct Made {
    /// The mark.
    pub mark: Mark,
    /// Not if its client had made it before.
    pub is_new: bool,
}

/// Makes a mark, unless its client has made it before: then it is as it was. A name that another session
/// or the other edge has is refused: two clients that count alike would lose marks otherwise.
///
/// # Errors
/// What [`VideoRefusal`] says.
pub fn mark(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    parsed: &ParsedMark,
) -> Result<Made, Stop<VideoRefusal>> {
    // First, because it holds the event's row: marks of one event follow each other.
    events::touch_public(tx, event.id, now)?;
    let known = match &parsed.client_mark_id {
        Some(client_id) => store::find_by_client(tx, event.id, client_id)?,
        None => None,
    };
    let sessions = sessions_at_hand(tx, event.id)?;
    if let Some(mark) = known {
        return made_before(&sessions, parsed, mark);
    }
    let session = named(&sessions, &parsed.session)?;
    let mark = Mark {
        id: new_id(),
        event_id: event.id,
        session_id: session.id,
        edge: parsed.edge,
        at: parsed.at,
        client_mark_id: parsed.client_mark_id.clone(),
        caused_by: None,
        created_at: now,
        undone_at: None,
    };
    if parsed.end_previous {
        end_previous(tx, &sessions, session, &mark)?;
    }
    store::insert(tx, &mark)?;
    Ok(Made { mark, is_new: true })
}

/// The mark that was made before, if this is the same.
///
/// # Errors
/// A fault at `/client_mark_id`.
fn made_before(
    sessions: &[Session],
    parsed: &ParsedMark,
    mark: Mark,
) -> Result<Made, Stop<VideoRefusal>> {
    // By its id also where the session is gone since.
    let session = match &parsed.session {
        SlugOr::Id(id) => *id,
        key @ SlugOr::Slug(_) => named(sessions, key)?.id,
    };
    if (mark.session_id, mark.edge) == (session, parsed.edge) {
        return Ok(Made {
            mark,
            is_new: false,
        });
    }
    let detail = "Another mark is called so, of another session or of its other end.";
    let faults = Faults::one("/client_mark_id", "taken", detail);
    Err(Stop::Refused(VideoRefusal::Faults(faults)))
}

/// The session of this id or slug.
///
/// # Errors
/// A fault at `/session_id`.
fn named<'a>(
    sessions: &'a [Session],
    key: &SlugOr<SessionKind>,
) -> Result<&'a Session, Stop<VideoRefusal>> {
    let mut found = sessions.iter().filter(|session| match key {
        SlugOr::Id(id) => session.id == *id,
        SlugOr::Slug(slug) => session.slug == *slug,
    });
    found.next().ok_or_else(|| {
        let detail = "A session is one of this event's, by id or slug.";
        let faults = Faults::one("/session_id", "unknown_session", detail);
        Stop::Refused(VideoRefusal::Faults(faults))
    })
}

fn end_previous(
    tx: &mut Conn,
    sessions: &[Session],
    session: &Session,
    start: &Mark,
) -> Result<(), DbError> {
    let actuals = Actuals::of(sessions, &store::all(tx, start.event_id)?);
    let Some(previous) = actuals.unfinished_before(sessions, session, start.at) else {
        return Ok(());
    };
    let end = Mark {
        id: new_id(),
        session_id: previous,
        edge: Edge::End,
        client_mark_id: None,
        caused_by: Some(start.id),
        ..start.clone()
    };
    store::insert(tx, &end)
}

/// Undoes a mark that was read in this transaction, with those that it made.
///
/// # Errors
/// The store's failure.
pub fn undo(tx: &mut Conn, now: Instant, mark: &Mark) -> Result<(), DbError> {
    store::undo(tx, mark, now)?;
    events::touch_public(tx, mark.event_id, now)
}
