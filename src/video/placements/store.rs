//! Verified positions in the store. Their recordings are looked up within the event first.

use diesel::prelude::*;

use super::model::{Known, Verified};
use crate::db::schema::{recordings, verified_positions};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RecordingId, SessionId};
use crate::per_backend;
use crate::programme::document::Session;
use crate::video::marks;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = verified_positions, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    recording_id: RecordingId,
    session_id: SessionId,
    start_seconds: i32,
    end_seconds: Option<i32>,
    version: i32,
}

fn domain(row: &Row) -> Result<Verified, DbError> {
    let seconds = |value: i32| u32::try_from(value).map_err(DbError::internal);
    Ok(Verified {
        recording_id: row.recording_id,
        session_id: row.session_id,
        start_seconds: seconds(row.start_seconds)?,
        end_seconds: row.end_seconds.map(seconds).transpose()?,
        version: row.version,
    })
}

fn row(verified: &Verified) -> Result<Row, DbError> {
    let seconds = |value: u32| i32::try_from(value).map_err(DbError::internal);
    Ok(Row {
        recording_id: verified.recording_id,
        session_id: verified.session_id,
        start_seconds: seconds(verified.start_seconds)?,
        end_seconds: verified.end_seconds.map(seconds).transpose()?,
        version: verified.version,
    })
}

/// What is known of these sessions of an event: every mark, and every verified position in its
/// recordings.
///
/// # Errors
/// The store's failure.
pub fn known(conn: &mut Conn, event: EventId, sessions: &[Session]) -> Result<Known, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        verified_positions::table
            .filter(verified_positions::recording_id.eq_any(
                recordings::table.filter(recordings::event_id.eq(event)).select(recordings::id),
            ))
            .select(Row::as_select())
            .load(c)
    })?;
    let verified: Result<Vec<Verified>, DbError> = rows.iter().map(domain).collect();
    let marks = marks::store::all(conn, event)?;
    Ok(Known::of(sessions, &marks, verified?))
}

/// Inserts verified positions.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, verified: &[Verified]) -> Result<(), DbError> {
    let rows: Result<Vec<Row>, DbError> = verified.iter().map(row).collect();
    let rows = rows?;
    per_backend!(conn, c => diesel::insert_into(verified_positions::table).values(&rows).execute(c))?;
    Ok(())
}

/// Writes a changed position over the version that it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, changed: &Verified, read: i32) -> Result<bool, DbError> {
    let row = row(changed)?;
    let rows = per_backend!(conn, c => {
        diesel::update(
            verified_positions::table
                .filter(verified_positions::recording_id.eq(changed.recording_id))
                .filter(verified_positions::session_id.eq(changed.session_id))
                .filter(verified_positions::version.eq(read)),
        )
        .set(&row)
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a verified position.
///
/// # Errors
/// The store's failure.
pub fn delete(conn: &mut Conn, verified: &Verified) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(
            verified_positions::table
                .filter(verified_positions::recording_id.eq(verified.recording_id))
                .filter(verified_positions::session_id.eq(verified.session_id)),
        )
        .execute(c)
    })?;
    Ok(())
}
