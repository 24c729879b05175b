//! What acts as soon as it is saved, without a release: sign-up seats, and what is not recorded.

use diesel::prelude::*;

use crate::db::schema::sessions;
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

/// The sessions of the event that must not be seen in a recording, as saved last. Whoever takes their
/// consent back does not wait for a release.
///
/// # Errors
/// The store's failure.
pub fn unrecorded(conn: &mut Conn, event: EventId) -> Result<Vec<SessionId>, DbError> {
    Ok(per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::do_not_record.eq(true))
            .select(sessions::id)
            .load(c)
    })?)
}
