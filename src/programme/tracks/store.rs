//! Tracks in the store.

use diesel::dsl::max;
use diesel::prelude::*;

use super::super::document::{Track, Versioned};
use crate::clock::Instant;
use crate::db::schema::tracks;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, TrackId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tracks, treat_none_as_null = true)]
struct Content {
    name: AsJson<Localized>,
    color: Option<String>,
    position: i32,
    hidden: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tracks)]
struct Row {
    id: TrackId,
    version: i32,
    #[diesel(embed)]
    content: Content,
}

impl From<&Track> for Content {
    fn from(track: &Track) -> Self {
        Self {
            name: AsJson(track.name.clone()),
            color: track.color.clone(),
            position: track.position,
            hidden: track.hidden,
        }
    }
}

impl From<Row> for Versioned<Track> {
    fn from(row: Row) -> Self {
        Self {
            value: Track {
                id: row.id,
                name: row.content.name.0,
                color: row.content.color,
                position: row.content.position,
                hidden: row.content.hidden,
            },
            version: row.version,
        }
    }
}

/// One track of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: TrackId,
) -> Result<Option<Versioned<Track>>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        tracks::table
            .filter(tracks::event_id.eq(event))
            .filter(tracks::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The tracks of the event, in order.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<(i32, TrackId)>,
) -> Result<Page<Versioned<Track>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = tracks::table
            .filter(tracks::event_id.eq(event))
            .order((tracks::position, tracks::id))
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some((position, id)) = keyset.after {
            query = query.filter(
                tracks::position.gt(position).or(tracks::position.eq(position).and(tracks::id.gt(id))),
            );
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| (row.content.position, row.id)).map(Into::into))
}

/// All tracks of the event, in order.
///
/// # Errors
/// The store's failure.
pub fn all(conn: &mut Conn, event: EventId) -> Result<Vec<Track>, DbError> {
    let found = versions(conn, event)?;
    Ok(found.into_iter().map(|found| found.value).collect())
}

/// All tracks of the event in their versions, in order.
///
/// # Errors
/// The store's failure.
pub fn versions(conn: &mut Conn, event: EventId) -> Result<Vec<Versioned<Track>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        tracks::table
            .filter(tracks::event_id.eq(event))
            .order((tracks::position, tracks::id))
            .select(Row::as_select())
            .load(c)
    })?;
    Ok(rows.into_iter().map(Versioned::from).collect())
}

/// The place after the last track.
///
/// # Errors
/// The store's failure.
pub fn next_position(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    let last: Option<i32> = per_backend!(conn, c => {
        tracks::table.filter(tracks::event_id.eq(event)).select(max(tracks::position)).first(c)
    })?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Inserts a track, in version 1.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, event: EventId, track: &Track, now: Instant) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::insert_into(tracks::table)
            .values((
                tracks::id.eq(track.id),
                tracks::event_id.eq(event),
                Content::from(track),
                tracks::version.eq(1),
                tracks::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Writes a changed track over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(
    conn: &mut Conn,
    event: EventId,
    changed: &Versioned<Track>,
) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            tracks::table
                .filter(tracks::event_id.eq(event))
                .filter(tracks::id.eq(changed.value.id))
                .filter(tracks::version.eq(changed.version)),
        )
        .set((Content::from(&changed.value), tracks::version.eq(tracks::version + 1)))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a track in the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// [`DbError::Reference`] while something refers to it, or the store's failure.
pub fn delete(conn: &mut Conn, event: EventId, track: &Versioned<Track>) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::delete(
            tracks::table
                .filter(tracks::event_id.eq(event))
                .filter(tracks::id.eq(track.value.id))
                .filter(tracks::version.eq(track.version)),
        )
        .execute(c)
    })?;
    Ok(rows == 1)
}
