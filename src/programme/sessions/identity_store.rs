//! What sessions are known by: slugs, guids and numbers that are free or taken. The event is held
//! while they are asked for, so that what is free stays free.

use std::collections::HashSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::store::Guid;
use crate::db::schema::{events, sessions};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, Id, SessionId};
use crate::per_backend;
use crate::text::Slug;

/// The slugs of the event's sessions, without that of `except`.
///
/// # Errors
/// The store's failure.
pub fn slugs(
    conn: &mut Conn,
    event: EventId,
    except: SessionId,
) -> Result<HashSet<String>, DbError> {
    let slugs: Vec<String> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::id.ne(except))
            .select(sessions::slug)
            .load(c)
    })?;
    Ok(slugs.into_iter().collect())
}

/// Whether another session of the event than `except` has this slug.
///
/// # Errors
/// The store's failure.
pub fn slug_is_taken(
    conn: &mut Conn,
    event: EventId,
    slug: &Slug,
    except: SessionId,
) -> Result<bool, DbError> {
    Ok(per_backend!(conn, c => {
        diesel::select(diesel::dsl::exists(
            sessions::table
                .filter(sessions::event_id.eq(event))
                .filter(sessions::slug.eq(slug.as_str()))
                .filter(sessions::id.ne(except)),
        ))
        .get_result(c)
    })?)
}

/// Whether another session of the event than `except` has this guid.
///
/// # Errors
/// The store's failure.
pub fn guid_is_taken(
    conn: &mut Conn,
    event: EventId,
    guid: Uuid,
    except: SessionId,
) -> Result<bool, DbError> {
    let guid = Id::<Guid>::from_uuid(guid);
    Ok(per_backend!(conn, c => {
        diesel::select(diesel::dsl::exists(
            sessions::table
                .filter(sessions::event_id.eq(event))
                .filter(sessions::guid.eq(guid))
                .filter(sessions::id.ne(except)),
        ))
        .get_result(c)
    })?)
}

/// Takes the next number of the event; it is never given again, not even after a deletion.
///
/// # Errors
/// The store's failure.
pub fn take_number(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    let next: i32 = per_backend!(conn, c => {
        diesel::update(events::table.filter(events::id.eq(event)))
            .set(events::next_session_number.eq(events::next_session_number + 1))
            .returning(events::next_session_number)
            .get_result(c)
    })?;
    Ok(next - 1)
}
