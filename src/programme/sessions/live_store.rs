//! What acts as soon as it is saved, without a release: sign-up seats, and what is not recorded.

use diesel::prelude::*;

use super::super::document::Session;
use crate::db::schema::{sessions, unrecorded_sessions};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SessionId};
use crate::per_backend;

/// The seats of every session of the event that has sign-up, as saved last.
///
/// # Errors
/// The store's failure.
pub fn sign_up_capacities(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<(SessionId, i32)>, DbError> {
    let rows: Vec<(SessionId, Option<i32>)> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::sign_up_capacity.is_not_null())
            .order(sessions::id)
            .select((sessions::id, sessions::sign_up_capacity))
            .load(c)
    })?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, capacity)| Some((id, capacity?)))
        .collect())
}

/// The sessions of the event that must not be seen in a recording, as saved last, or as they were when they
/// were deleted. Whoever takes their consent back does not wait for a release.
///
/// # Errors
/// The store's failure.
pub fn unrecorded(conn: &mut Conn, event: EventId) -> Result<Vec<SessionId>, DbError> {
    let mut ids: Vec<SessionId> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::do_not_record.eq(true))
            .select(sessions::id)
            .load(c)
    })?;
    ids.extend(deleted_unrecorded(conn, event)?);
    Ok(ids)
}

/// The sessions of the event that were not to be recorded when they were deleted, and are not back.
///
/// # Errors
/// The store's failure.
pub fn deleted_unrecorded(conn: &mut Conn, event: EventId) -> Result<Vec<SessionId>, DbError> {
    Ok(per_backend!(conn, c => {
        unrecorded_sessions::table
            .filter(unrecorded_sessions::event_id.eq(event))
            .filter(unrecorded_sessions::session_id.ne_all(
                sessions::table.filter(sessions::event_id.eq(event)).select(sessions::id),
            ))
            .select(unrecorded_sessions::session_id)
            .load(c)
    })?)
}

/// Remembers of a session that is deleted whether it may be recorded: the release may still have it.
///
/// # Errors
/// The store's failure.
pub fn remember(conn: &mut Conn, event: EventId, session: &Session) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(
            unrecorded_sessions::table
                .filter(unrecorded_sessions::event_id.eq(event))
                .filter(unrecorded_sessions::session_id.eq(session.id)),
        )
        .execute(c)
    })?;
    if session.do_not_record {
        per_backend!(conn, c => {
            diesel::insert_into(unrecorded_sessions::table)
                .values((
                    unrecorded_sessions::event_id.eq(event),
                    unrecorded_sessions::session_id.eq(session.id),
                ))
                .execute(c)
        })?;
    }
    Ok(())
}
