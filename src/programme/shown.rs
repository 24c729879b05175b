//! The programme as anybody may see it now: the newest release, and what does not wait for one.

use super::document::{Programme, Session, Withheld};
use super::releases::store as releases;
use super::sessions::live_store;
use super::withheld::withheld;
use super::working_copy;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SessionKind, SlugOr};

/// The newest release with what is live on top of it.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The number of the release and when it was made; `None` before the first.
    pub released: Option<(i32, Instant)>,
    /// The release; `do_not_record` is set where the release says so or the working copy does.
    pub programme: Programme,
    /// The sessions that are not to be recorded, as released and as edited since: wherever either
    /// version stands in a recording, nothing may surface. Also where those stood that were taken out
    /// since.
    pub hidden: Vec<Session>,
}

impl Shown {
    /// Every session that has a place in recordings, also of what is hidden.
    #[must_use]
    pub fn placed(&self) -> Vec<Session> {
        placed(&self.programme, &self.hidden)
    }

    /// The session of this id or slug.
    #[must_use]
    pub fn session(&self, key: &SlugOr<SessionKind>) -> Option<&Session> {
        let mut sessions = self.programme.sessions.iter();
        sessions.find(|session| self.programme.names(key, session))
    }
}

/// The programme of the event as anybody may see it; empty before the first release.
///
/// # Errors
/// The store's failure.
pub fn shown(conn: &mut Conn, event: EventId) -> Result<Shown, DbError> {
    let newest = releases::newest(conn, event)?;
    let (released, mut programme) = newest.map_or_else(Default::default, |release| {
        let released = (release.version, release.released_at);
        (Some(released), release.programme)
    });
    // Hidden if the release says so or the working copy does.
    let unrecorded = live_store::unrecorded(conn, event)?;
    let sessions = programme.sessions.iter_mut();
    for session in sessions.filter(|session| unrecorded.contains(&session.id)) {
        session.do_not_record = true;
    }
    let mut hidden: Vec<Session> = programme.sessions.clone();
    hidden.retain(|session| session.do_not_record);
    let known: Vec<_> = hidden.iter().map(|session| session.id).collect();
    if !unrecorded.is_empty() || !known.is_empty() {
        let edited = working_copy(conn, event)?.sessions;
        let is_hidden = |session: &Session| session.do_not_record || known.contains(&session.id);
        hidden.extend(edited.into_iter().filter(is_hidden));
    }
    hidden.extend(programme.withheld.iter().map(Withheld::as_session));
    Ok(Shown {
        released,
        programme,
        hidden,
    })
}

/// What is hidden once this working copy is released.
///
/// # Errors
/// The store's failure.
pub fn draft_hidden(
    conn: &mut Conn,
    event: EventId,
    newest: Option<&Programme>,
    draft: &Programme,
) -> Result<Vec<Session>, DbError> {
    let mut hidden = draft.sessions.clone();
    hidden.retain(|session| session.do_not_record);
    if let Some(newest) = newest {
        let unrecorded = live_store::unrecorded(conn, event)?;
        let withheld = withheld(newest, draft, &unrecorded);
        hidden.extend(withheld.iter().map(Withheld::as_session));
    }
    Ok(hidden)
}

/// Every session that has a place in recordings: those of the programme, and what is hidden beside them.
#[must_use]
pub fn placed(programme: &Programme, hidden: &[Session]) -> Vec<Session> {
    let mut all = programme.sessions.clone();
    for session in hidden {
        if all.iter().all(|known| known.id != session.id) {
            all.push(session.clone());
        }
    }
    all
}
