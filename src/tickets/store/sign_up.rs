//! Sessions of the newest release that take sign-up, and who holds a place there.
//!
//! A capacity acts when it is saved; a session's time, when it is released. Places are taken by
//! compare-and-set like seats, after the counters of quotas and in the order of the sessions' ids.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use super::super::model::SignUpSession;
use crate::clock::Instant;
use crate::db::schema::{attendees, programme_releases, registrations, sessions};
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::fault;
use crate::ids::{EventId, SessionId};
use crate::per_backend;

/// Sessions that are released and have a sign-up capacity now, by id.
///
/// # Errors
/// The store's failure.
pub fn released_sessions_with_sign_up(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<SignUpSession>, DbError> {
    let with_capacity: Vec<(SessionId, Option<i32>, i32)> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::sign_up_capacity.is_not_null())
            .order(sessions::id)
            .select((sessions::id, sessions::sign_up_capacity, sessions::signed_up))
            .load(c)
    })?;
    if with_capacity.is_empty() {
        return Ok(Vec::new());
    }
    let newest: Option<AsJson<Value>> = per_backend!(conn, c => {
        programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .order(programme_releases::version.desc())
            .select(programme_releases::document)
            .first(c)
            .optional()
    })?;
    let released = newest
        .map(|document| times(&document.0))
        .unwrap_or_default();
    let session = |(id, capacity, taken): (SessionId, Option<i32>, i32)| {
        let (starts_at, ends_at) = *released.get(&id.to_string())?;
        Some(SignUpSession {
            id,
            capacity: capacity?,
            taken,
            starts_at,
            ends_at,
        })
    };
    Ok(with_capacity.into_iter().filter_map(session).collect())
}

/// A session of the event that takes sign-up, by id or slug.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, key: &str) -> Result<Option<SessionId>, DbError> {
    let id = key.parse::<SessionId>().ok();
    let mut named = named(conn, event)?.into_iter();
    let found = named.find(|(known, slug)| Some(*known) == id || slug == key);
    Ok(found.map(|(id, _)| id))
}

/// The sessions of the event that take sign-up, with their slugs.
///
/// # Errors
/// The store's failure.
pub fn named(conn: &mut Conn, event: EventId) -> Result<Vec<(SessionId, String)>, DbError> {
    Ok(per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::sign_up_capacity.is_not_null())
            .order(sessions::id)
            .select((sessions::id, sessions::slug))
            .load(c)
    })?)
}

type Times = (Option<Instant>, Option<Instant>);

/// When the sessions of a released document are, by id.
fn times(document: &Value) -> BTreeMap<String, Times> {
    let at = |value: &Value| serde_json::from_value(value.clone()).ok();
    let sessions = document["sessions"].as_array().into_iter().flatten();
    let session = |session: &Value| {
        let id = session["id"].as_str()?.to_owned();
        Some((id, (at(&session["starts_at"]), at(&session["ends_at"]))))
    };
    sessions.filter_map(session).collect()
}

/// Takes places in a session, if they fit.
///
/// # Errors
/// The store's failure.
pub fn enter(conn: &mut Conn, session: SessionId, count: i32) -> Result<bool, DbError> {
    if fault::is_on("no-capacity-guard") {
        leave(conn, session, -count)?;
        return Ok(true);
    }
    let rows = per_backend!(conn, c => {
        diesel::update(
            sessions::table
                .filter(sessions::id.eq(session))
                .filter(sessions::sign_up_capacity.ge((sessions::signed_up + count).nullable())),
        )
        .set(sessions::signed_up.eq(sessions::signed_up + count))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Gives places in a session back.
///
/// # Errors
/// The store's failure.
pub fn leave(conn: &mut Conn, session: SessionId, count: i32) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(sessions::table.filter(sessions::id.eq(session)))
            .set(sessions::signed_up.eq(sessions::signed_up - count))
            .execute(c)
    })?;
    Ok(())
}

/// Sessions whose counter is not the number of attendees that hold a place there: the session, its
/// counter, and their number.
///
/// # Errors
/// The store's failure.
pub fn drift(conn: &mut Conn) -> Result<Vec<(SessionId, i32, i32)>, DbError> {
    compare(conn, None)
}

/// Sets the counters of the event's sessions to the attendees that hold a place there: a session that was
/// deleted and comes back before a release has taken it away is still chosen. The caller holds the event.
///
/// # Errors
/// The store's failure.
pub fn recount(tx: &mut Conn, event: EventId) -> Result<(), DbError> {
    for (id, _, rows) in compare(tx, Some(event))? {
        per_backend!(tx, c => {
            diesel::update(sessions::table.filter(sessions::id.eq(id)))
                .set(sessions::signed_up.eq(rows))
                .execute(c)
        })?;
    }
    Ok(())
}

/// Compares the counters of one event's sessions, or of all, with the rows.
fn compare(conn: &mut Conn, event: Option<EventId>) -> Result<Vec<(SessionId, i32, i32)>, DbError> {
    let counters: Vec<(SessionId, i32)> = per_backend!(conn, c => {
        let mut query = sessions::table
            .select((sessions::id, sessions::signed_up))
            .into_boxed();
        if let Some(event) = event {
            query = query.filter(sessions::event_id.eq(event));
        }
        query.load(c)
    })?;
    let chosen: Vec<AsJson<Vec<SessionId>>> = per_backend!(conn, c => {
        let mut query = attendees::table
            .inner_join(registrations::table.on(registrations::id.eq(attendees::registration_id)))
            .filter(registrations::holds_seats)
            .filter(attendees::state.eq("active"))
            .select(attendees::session_ids)
            .into_boxed();
        if let Some(event) = event {
            query = query.filter(attendees::event_id.eq(event));
        }
        query.load(c)
    })?;
    let mut counted: BTreeMap<SessionId, i32> = BTreeMap::new();
    for session in chosen.into_iter().flat_map(|chosen| chosen.0) {
        *counted.entry(session).or_default() += 1;
    }
    let compared = counters.into_iter().map(|(id, held)| {
        let rows = counted.get(&id).copied().unwrap_or(0);
        (id, held, rows)
    });
    Ok(compared.filter(|(_, held, rows)| held != rows).collect())
}

/// Nobody holds a place in a session of the event any more.
///
/// # Errors
/// The store's failure.
pub fn clear(conn: &mut Conn, event: EventId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(sessions::table.filter(sessions::event_id.eq(event)))
            .set(sessions::signed_up.eq(0))
            .execute(c)
    })?;
    Ok(())
}
