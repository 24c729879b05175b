//! What the public has seen of an event: a version that rises with every change it sees at once.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::listen::notify;
use crate::db::schema::events;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SeriesId};
use crate::per_backend;

/// The channel on which other processes hear that something public changed.
pub const CHANGED: &str = "kongress_public";

/// Notes that something changed which the public sees at once. Call it in the transaction of the
/// change.
///
/// # Errors
/// The store's failure.
pub fn touch_public(conn: &mut Conn, id: EventId, now: Instant) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(events::table.filter(events::id.eq(id)))
            .set((events::public_version.eq(events::public_version + 1), events::public_changed_at.eq(now)))
            .execute(c)
    })?;
    notify(conn, CHANGED)
}

/// The public version of an event that this transaction holds.
///
/// # Errors
/// The store's failure.
pub fn public_version(conn: &mut Conn, id: EventId) -> Result<i64, DbError> {
    Ok(per_backend!(conn, c => {
        events::table.filter(events::id.eq(id)).select(events::public_version).first(c)
    })?)
}

/// Notes that every event of a series shows something else, such as the slug of the series; returns
/// them.
///
/// # Errors
/// The store's failure.
pub fn touch_events_of(
    conn: &mut Conn,
    series: SeriesId,
    now: Instant,
) -> Result<Vec<EventId>, DbError> {
    let ids: Vec<EventId> = per_backend!(conn, c => {
        events::table.filter(events::series_id.eq(series)).order(events::id).select(events::id).load(c)
    })?;
    for id in &ids {
        touch_public(conn, *id, now)?;
    }
    Ok(ids)
}

/// Events whose public documents changed since an instant, with their public versions.
///
/// # Errors
/// The store's failure.
pub fn changed_since(conn: &mut Conn, since: Instant) -> Result<Vec<(EventId, i64)>, DbError> {
    Ok(per_backend!(conn, c => {
        events::table
            .filter(events::public_changed_at.ge(since))
            .select((events::id, events::public_version))
            .load(c)
    })?)
}

/// The public versions of these events, as far as they are still there.
///
/// # Errors
/// The store's failure.
pub fn public_versions(conn: &mut Conn, ids: &[EventId]) -> Result<Vec<(EventId, i64)>, DbError> {
    Ok(per_backend!(conn, c => {
        events::table
            .filter(events::id.eq_any(ids))
            .select((events::id, events::public_version))
            .load(c)
    })?)
}
