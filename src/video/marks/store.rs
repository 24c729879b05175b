//! Marks in the store, always within their event.

use diesel::prelude::*;

use super::model::{Edge, Mark};
use crate::clock::Instant;
use crate::db::schema::session_marks;
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, MarkId, SessionId};
use crate::page::{Keyset, Page};
use crate::per_backend;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = session_marks, treat_none_as_default_value = false)]
struct Row {
    id: MarkId,
    event_id: EventId,
    session_id: SessionId,
    edge: AsWord<Edge>,
    at: Instant,
    client_mark_id: Option<String>,
    caused_by: Option<MarkId>,
    created_at: Instant,
    undone_at: Option<Instant>,
}

impl From<Row> for Mark {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            session_id: row.session_id,
            edge: row.edge.0,
            at: row.at,
            client_mark_id: row.client_mark_id,
            caused_by: row.caused_by,
            created_at: row.created_at,
            undone_at: row.undone_at,
        }
    }
}

impl From<&Mark> for Row {
    fn from(mark: &Mark) -> Self {
        Self {
            id: mark.id,
            event_id: mark.event_id,
            session_id: mark.session_id,
            edge: AsWord(mark.edge),
            at: mark.at,
            client_mark_id: mark.client_mark_id.clone(),
            caused_by: mark.caused_by,
            created_at: mark.created_at,
            undone_at: mark.undone_at,
        }
    }
}

/// A mark of the event that is not undone.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, id: MarkId) -> Result<Option<Mark>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        session_marks::table
            .filter(session_marks::event_id.eq(event))
            .filter(session_marks::id.eq(id))
            .filter(session_marks::undone_at.is_null())
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The mark that a client of this event calls so, also if it is undone.
///
/// # Errors
/// The store's failure.
pub fn find_by_client(
    conn: &mut Conn,
    event: EventId,
    client_mark_id: &str,
) -> Result<Option<Mark>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        session_marks::table
            .filter(session_marks::event_id.eq(event))
            .filter(session_marks::client_mark_id.eq(client_mark_id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The marks of the event that are not undone, in the order they arrived.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<MarkId>,
) -> Result<Page<Mark>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = session_marks::table
            .filter(session_marks::event_id.eq(event))
            .filter(session_marks::undone_at.is_null())
            .order(session_marks::id)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(session_marks::id.gt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.id).map(Into::into))
}

/// All marks of the event that are not undone.
///
/// # Errors
/// The store's failure.
pub fn all(conn: &mut Conn, event: EventId) -> Result<Vec<Mark>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        session_marks::table
            .filter(session_marks::event_id.eq(event))
            .filter(session_marks::undone_at.is_null())
            .order(session_marks::id)
            .select(Row::as_select())
            .load(c)
    })?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Inserts a mark.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, mark: &Mark) -> Result<(), DbError> {
    let row = Row::from(mark);
    per_backend!(conn, c => diesel::insert_into(session_marks::table).values(&row).execute(c))?;
    Ok(())
}

/// Undoes a mark, and those that it made.
///
/// # Errors
/// The store's failure.
pub fn undo(conn: &mut Conn, mark: &Mark, now: Instant) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(
            session_marks::table
                .filter(session_marks::event_id.eq(mark.event_id))
                .filter(session_marks::undone_at.is_null())
                .filter(session_marks::id.eq(mark.id).or(session_marks::caused_by.eq(mark.id))),
        )
        .set(session_marks::undone_at.eq(now))
        .execute(c)
    })?;
    Ok(())
}
