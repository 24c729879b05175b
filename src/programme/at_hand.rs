//! The programme as it shows now, and the sessions that organisers can speak of.

use super::document::{Release, Session};
use super::sessions::live_store::unrecorded;
use super::{releases, sessions};
use crate::db::{Conn, DbError};
use crate::ids::EventId;

/// The newest release, with what acts without a release: a session is kept out of recordings if the
/// release says so or the working copy does.
///
/// # Errors
/// The store's failure.
pub fn release_at_hand(conn: &mut Conn, event: EventId) -> Result<Option<Release>, DbError> {
    let Some(mut release) = releases::store::newest(conn, event)? else {
        return Ok(None);
    };
    let hidden = unrecorded(conn, event)?;
    let sessions = release.programme.sessions.iter_mut();
    for session in sessions.filter(|session| hidden.contains(&session.id)) {
        session.do_not_record = true;
    }
    Ok(Some(release))
}

/// Every session that the organisers of an event can speak of: as released, and after them those of
/// the working copy that are not released yet.
///
/// # Errors
/// The store's failure.
pub fn sessions_at_hand(conn: &mut Conn, event: EventId) -> Result<Vec<Session>, DbError> {
    let release = release_at_hand(conn, event)?;
    let mut all = release.map_or_else(Vec::new, |release| release.programme.sessions);
    let drafts = sessions::store::all(conn, event)?;
    let is_new = |draft: &Session| all.iter().all(|released| released.id != draft.id);
    let new: Vec<Session> = drafts.into_iter().filter(is_new).collect();
    all.extend(new);
    Ok(all)
}
