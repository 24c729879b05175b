//! Recordings in the store, always within their event.

use std::collections::HashMap;

use diesel::prelude::*;

use super::deep_link::{Provider, VideoUrl};
use super::model::Segment;
use super::recording::{Recording, RecordingState};
use crate::clock::Instant;
use crate::db::schema::{recording_rooms, recordings, rooms};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RecordingId, RoomId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::{Language, Localized};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recordings, treat_none_as_null = true)]
struct Row {
    id: RecordingId,
    event_id: EventId,
    title: AsJson<Localized>,
    url: String,
    provider: String,
    language: Option<String>,
    duration_seconds: Option<i32>,
    state: AsWord<RecordingState>,
    captions_url: Option<String>,
    segments: AsJson<Vec<Segment>>,
    published_at: Option<Instant>,
    version: i32,
    created_at: Instant,
}

#[derive(Insertable)]
#[diesel(table_name = recording_rooms)]
struct RoomRow {
    recording_id: RecordingId,
    room_id: RoomId,
}

fn row(recording: &Recording) -> Result<Row, DbError> {
    let duration_seconds = recording.duration_seconds.map(i32::try_from).transpose();
    Ok(Row {
        id: recording.id,
        event_id: recording.event_id,
        title: AsJson(recording.title.clone()),
        url: recording.url.to_string(),
        provider: recording.provider.to_string(),
        language: recording.language.as_ref().map(ToString::to_string),
        duration_seconds: duration_seconds.map_err(DbError::internal)?,
        state: AsWord(recording.state),
        captions_url: recording.captions_url.clone(),
        segments: AsJson(recording.segments.clone()),
        published_at: recording.published_at,
        version: recording.version,
        created_at: recording.created_at,
    })
}

fn domain(row: Row, room_ids: Vec<RoomId>) -> Result<Recording, DbError> {
    let language = row.language.as_deref().map(Language::parse).transpose();
    let duration = row.duration_seconds.map(u32::try_from).transpose();
    Ok(Recording {
        id: row.id,
        event_id: row.event_id,
        title: row.title.0,
        url: VideoUrl::from_stored(row.url),
        provider: row
            .provider
            .parse::<Provider>()
            .map_err(DbError::internal)?,
        language: language.map_err(|refused| DbError::internal(refused.detail))?,
        room_ids,
        duration_seconds: duration.map_err(DbError::internal)?,
        state: row.state.0,
        captions_url: row.captions_url,
        segments: row.segments.0,
        published_at: row.published_at,
        version: row.version,
        created_at: row.created_at,
    })
}

/// The rows with their rooms, in one more query.
fn with_rooms(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Recording>, DbError> {
    let ids: Vec<RecordingId> = rows.iter().map(|row| row.id).collect();
    let pairs: Vec<(RecordingId, RoomId)> = per_backend!(conn, c => {
        recording_rooms::table
            .filter(recording_rooms::recording_id.eq_any(&ids))
            .order(recording_rooms::room_id)
            .select((recording_rooms::recording_id, recording_rooms::room_id))
            .load(c)
    })?;
    let mut rooms: HashMap<RecordingId, Vec<RoomId>> = HashMap::new();
    for (recording, room) in pairs {
        rooms.entry(recording).or_default().push(room);
    }
    rows.into_iter()
        .map(|row| {
            let room_ids = rooms.remove(&row.id).unwrap_or_default();
            domain(row, room_ids)
        })
        .collect()
}

/// The ids of an event's rooms.
///
/// # Errors
/// The store's failure.
pub fn rooms_of_event(conn: &mut Conn, event: EventId) -> Result<Vec<RoomId>, DbError> {
    Ok(per_backend!(conn, c => {
        rooms::table.filter(rooms::event_id.eq(event)).select(rooms::id).load(c)
    })?)
}

/// The rooms that any recording of the event names, also a withdrawn one.
///
/// # Errors
/// The store's failure.
pub fn rooms_in_recordings(conn: &mut Conn, event: EventId) -> Result<Vec<RoomId>, DbError> {
    Ok(per_backend!(conn, c => {
        recording_rooms::table
            .inner_join(
                recordings::table.on(recordings::id.eq(recording_rooms::recording_id)),
            )
            .filter(recordings::event_id.eq(event))
            .select(recording_rooms::room_id)
            .distinct()
            .load(c)
    })?)
}

/// One recording of an event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: RecordingId,
) -> Result<Option<Recording>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        recordings::table
            .filter(recordings::event_id.eq(event))
            .filter(recordings::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(with_rooms(conn, row.into_iter().collect())?.pop())
}

/// The recordings of an event in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<RecordingId>,
) -> Result<Page<Recording>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = recordings::table
            .filter(recordings::event_id.eq(event))
            .order(recordings::id)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(recordings::id.gt(after));
        }
        query.load(c)
    })?;
    let page = Page::cut(rows, keyset, |row| row.id);
    Ok(Page {
        items: with_rooms(conn, page.items)?,
        next_cursor: page.next_cursor,
    })
}

/// Every recording of an event that may surface, newest published first.
///
/// # Errors
/// The store's failure.
pub fn list_public(conn: &mut Conn, event: EventId) -> Result<Vec<Recording>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        recordings::table
            .filter(recordings::event_id.eq(event))
            .filter(recordings::state.ne(AsWord(RecordingState::Withdrawn)))
            .select(Row::as_select())
            .load(c)
    })?;
    let mut list = with_rooms(conn, rows)?;
    list.sort_by_key(Recording::newest_first);
    Ok(list)
}

/// Inserts a recording with its rooms.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &Recording) -> Result<(), DbError> {
    let row = row(new)?;
    per_backend!(conn, c => diesel::insert_into(recordings::table).values(&row).execute(c))?;
    insert_rooms(conn, new)
}

fn insert_rooms(conn: &mut Conn, recording: &Recording) -> Result<(), DbError> {
    let rows: Vec<RoomRow> = recording
        .room_ids
        .iter()
        .map(|room_id| RoomRow {
            recording_id: recording.id,
            room_id: *room_id,
        })
        .collect();
    per_backend!(conn, c => diesel::insert_into(recording_rooms::table).values(&rows).execute(c))?;
    Ok(())
}

/// Writes a changed recording over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, changed: &Recording) -> Result<bool, DbError> {
    let mut row = row(changed)?;
    row.version += 1;
    let rows = per_backend!(conn, c => {
        diesel::update(
            recordings::table
                .filter(recordings::id.eq(changed.id))
                .filter(recordings::version.eq(changed.version)),
        )
        .set(&row)
        .execute(c)
    })?;
    if rows == 0 {
        return Ok(false);
    }
    per_backend!(conn, c => {
        diesel::delete(recording_rooms::table.filter(recording_rooms::recording_id.eq(changed.id)))
            .execute(c)
    })?;
    insert_rooms(conn, changed)?;
    Ok(true)
}

/// Deletes a recording.
///
/// # Errors
/// The store's failure.
pub fn delete(conn: &mut Conn, id: RecordingId) -> Result<(), DbError> {
    per_backend!(conn, c => diesel::delete(recordings::table.filter(recordings::id.eq(id))).execute(c))?;
    Ok(())
}
