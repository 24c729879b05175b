//! Quotas in the store. How many are held moves in [`seats`](super::super::seats) alone.

use diesel::prelude::*;

use super::super::model::Quota;
use crate::clock::Instant;
use crate::db::schema::quotas;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, QuotaId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = quotas)]
struct Row {
    id: QuotaId,
    event_id: EventId,
    name: AsJson<Localized>,
    size: Option<i32>,
    held: i32,
    waiting: i32,
    version: i32,
    created_at: Instant,
}

impl From<Row> for Quota {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            name: row.name.0,
            size: row.size,
            held: row.held,
            waiting: row.waiting,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// One quota of the event.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, id: QuotaId) -> Result<Option<Quota>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        quotas::table
            .filter(quotas::event_id.eq(event))
            .filter(quotas::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The quotas of the event in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<QuotaId>,
) -> Result<Page<Quota>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = quotas::table
            .filter(quotas::event_id.eq(event))
            .order(quotas::id)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(quotas::id.gt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.id).map(Into::into))
}

/// All quotas of the event.
///
/// # Errors
/// The store's failure.
pub fn list_all(conn: &mut Conn, event: EventId) -> Result<Vec<Quota>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        quotas::table.filter(quotas::event_id.eq(event)).select(Row::as_select()).load(c)
    })?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Inserts a quota of which nothing is held.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &Quota) -> Result<(), DbError> {
    let row = Row {
        id: new.id,
        event_id: new.event_id,
        name: AsJson(new.name.clone()),
        size: new.size,
        held: 0,
        waiting: 0,
        version: new.version,
        created_at: new.created_at,
    };
    per_backend!(conn, c => diesel::insert_into(quotas::table).values(&row).execute(c))?;
    Ok(())
}

/// Writes name and size over the version they were read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, changed: &Quota) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            quotas::table
                .filter(quotas::id.eq(changed.id))
                .filter(quotas::version.eq(changed.version)),
        )
        .set((
            quotas::name.eq(AsJson(changed.name.clone())),
            quotas::size.eq(changed.size),
            quotas::version.eq(changed.version + 1),
        ))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a quota.
///
/// # Errors
/// [`DbError::Reference`] while a ticket type draws on it, or the store's failure.
pub fn delete(conn: &mut Conn, id: QuotaId) -> Result<(), DbError> {
    per_backend!(conn, c => diesel::delete(quotas::table.filter(quotas::id.eq(id))).execute(c))?;
    Ok(())
}
