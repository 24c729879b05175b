//! Rooms in the store.

use diesel::dsl::max;
use diesel::prelude::*;

use super::super::document::{Room, Versioned};
use crate::clock::Instant;
use crate::db::schema::rooms;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RoomId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rooms, treat_none_as_null = true)]
struct Content {
    name: AsJson<Localized>,
    capacity: Option<i32>,
    position: i32,
    hidden: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms)]
struct Row {
    id: RoomId,
    version: i32,
    #[diesel(embed)]
    content: Content,
}

impl From<&Room> for Content {
    fn from(room: &Room) -> Self {
        Self {
            name: AsJson(room.name.clone()),
            capacity: room.capacity,
            position: room.position,
            hidden: room.hidden,
        }
    }
}

impl From<Row> for Versioned<Room> {
    fn from(row: Row) -> Self {
        Self {
            value: Room {
                id: row.id,
                name: row.content.name.0,
                capacity: row.content.capacity,
                position: row.content.position,
                hidden: row.content.hidden,
            },
            version: row.version,
        }
    }
}

/// One room of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: RoomId,
) -> Result<Option<Versioned<Room>>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        rooms::table
            .filter(rooms::event_id.eq(event))
            .filter(rooms::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The rooms of the event, in order.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<(i32, RoomId)>,
) -> Result<Page<Versioned<Room>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = rooms::table
            .filter(rooms::event_id.eq(event))
            .order((rooms::position, rooms::id))
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some((position, id)) = keyset.after {
            query = query.filter(
                rooms::position.gt(position).or(rooms::position.eq(position).and(rooms::id.gt(id))),
            );
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| (row.content.position, row.id)).map(Into::into))
}

/// All rooms of the event, in order.
///
/// # Errors
/// The store's failure.
pub fn all(conn: &mut Conn, event: EventId) -> Result<Vec<Room>, DbError> {
    let found = versions(conn, event)?;
    Ok(found.into_iter().map(|found| found.value).collect())
}

/// All rooms of the event in their versions, in order.
///
/// # Errors
/// The store's failure.
pub fn versions(conn: &mut Conn, event: EventId) -> Result<Vec<Versioned<Room>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        rooms::table
            .filter(rooms::event_id.eq(event))
            .order((rooms::position, rooms::id))
            .select(Row::as_select())
            .load(c)
    })?;
    Ok(rows.into_iter().map(Versioned::from).collect())
}

/// The place after the last room.
///
/// # Errors
/// The store's failure.
pub fn next_position(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    let last: Option<i32> = per_backend!(conn, c => {
        rooms::table.filter(rooms::event_id.eq(event)).select(max(rooms::position)).first(c)
    })?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Inserts a room, in version 1.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, event: EventId, room: &Room, now: Instant) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::insert_into(rooms::table)
            .values((
                rooms::id.eq(room.id),
                rooms::event_id.eq(event),
                Content::from(room),
                rooms::version.eq(1),
                rooms::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Writes a changed room over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, event: EventId, changed: &Versioned<Room>) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            rooms::table
                .filter(rooms::event_id.eq(event))
                .filter(rooms::id.eq(changed.value.id))
                .filter(rooms::version.eq(changed.version)),
        )
        .set((Content::from(&changed.value), rooms::version.eq(rooms::version + 1)))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a room in the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// [`DbError::Reference`] while something refers to it, or the store's failure.
pub fn delete(conn: &mut Conn, event: EventId, room: &Versioned<Room>) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::delete(
            rooms::table
                .filter(rooms::event_id.eq(event))
                .filter(rooms::id.eq(room.value.id))
                .filter(rooms::version.eq(room.version)),
        )
        .execute(c)
    })?;
    Ok(rows == 1)
}
