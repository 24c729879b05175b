//! Access codes in the store.

use diesel::prelude::*;

use super::model::{AccessCode, code_key};
use crate::clock::Instant;
use crate::db::schema::access_codes;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{AccessCodeId, EventId, TicketTypeId};
use crate::page::{Keyset, Page};
use crate::per_backend;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = access_codes)]
struct Row {
    id: AccessCodeId,
    event_id: EventId,
    code: String,
    code_key: String,
    note: Option<String>,
    max_uses: Option<i32>,
    uses: i32,
    expires_at: Option<Instant>,
    ticket_types: AsJson<Vec<TicketTypeId>>,
    version: i32,
    created_at: Instant,
}

impl From<Row> for AccessCode {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            code: row.code,
            note: row.note,
            max_uses: row.max_uses,
            uses: row.uses,
            expires_at: row.expires_at,
            ticket_types: row.ticket_types.0,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// One access code of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: AccessCodeId,
) -> Result<Option<AccessCode>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        access_codes::table
            .filter(access_codes::event_id.eq(event))
            .filter(access_codes::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// Those access codes of the event that were typed.
///
/// # Errors
/// The store's failure.
pub fn list_typed(
    conn: &mut Conn,
    event: EventId,
    typed: &[&str],
) -> Result<Vec<AccessCode>, DbError> {
    let mut keys: Vec<String> = typed.iter().map(|code| code_key(code)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = per_backend!(conn, c => {
        access_codes::table
            .filter(access_codes::event_id.eq(event))
            .filter(access_codes::code_key.eq_any(&keys))
            .select(Row::as_select())
            .load(c)
    })?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The access codes of the event in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<AccessCodeId>,
) -> Result<Page<AccessCode>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = access_codes::table
            .filter(access_codes::event_id.eq(event))
            .order(access_codes::id)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(access_codes::id.gt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.id).map(Into::into))
}

/// Inserts an access code that nobody uses.
///
/// # Errors
/// [`DbError::Unique`] if the event has that code, or the store's failure.
pub fn insert(conn: &mut Conn, new: &AccessCode) -> Result<(), DbError> {
    let row = Row {
        id: new.id,
        event_id: new.event_id,
        code: new.code.clone(),
        code_key: code_key(&new.code),
        note: new.note.clone(),
        max_uses: new.max_uses,
        uses: 0,
        expires_at: new.expires_at,
        ticket_types: AsJson(new.ticket_types.clone()),
        version: new.version,
        created_at: new.created_at,
    };
    per_backend!(conn, c => diesel::insert_into(access_codes::table).values(&row).execute(c))?;
    Ok(())
}

/// Writes an access code, but for how many use it, over the version it was read in; `false` if it
/// changed meanwhile.
///
/// # Errors
/// [`DbError::Unique`] if the event has that code, or the store's failure.
pub fn update(conn: &mut Conn, changed: &AccessCode) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            access_codes::table
                .filter(access_codes::id.eq(changed.id))
                .filter(access_codes::version.eq(changed.version)),
        )
        .set((
            access_codes::code.eq(&changed.code),
            access_codes::code_key.eq(code_key(&changed.code)),
            access_codes::note.eq(changed.note.as_deref()),
            access_codes::max_uses.eq(changed.max_uses),
            access_codes::expires_at.eq(changed.expires_at),
            access_codes::ticket_types.eq(AsJson(changed.ticket_types.clone())),
            access_codes::version.eq(changed.version + 1),
        ))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes an access code.
///
/// # Errors
/// [`DbError::Reference`] while a registration uses it, or the store's failure.
pub fn delete(conn: &mut Conn, id: AccessCodeId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(access_codes::table.filter(access_codes::id.eq(id))).execute(c)
    })?;
    Ok(())
}
