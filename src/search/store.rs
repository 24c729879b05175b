//! The index in the store. Looking tokens up is what each store does in its own way: `SQLite` by FTS5,
//! `PostgreSQL` by a GIN index over `tsvector`; both take the tokens as they are.

use std::collections::HashMap;

use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Json, Text};

use super::content::{Content, HitKind};
use super::query::{Form, Query};
use crate::db::schema::{events, search_entries};
use crate::db::types::{AsJson, IdSql, Words};
use crate::db::{Conn, DbError};
use crate::ids::EventId;
use crate::per_backend;

/// As the partial index has it, literally: only so is it used.
const STALE: &str = "searched_version <> public_version AND state <> 'draft'";
/// How many rows one statement writes.
const CHUNK: usize = 200;

/// An entry of an event as it is in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Its row.
    pub id: i64,
    /// SHA-256 of what it was made from.
    pub digest: Vec<u8>,
}

/// An entry to be indexed.
#[derive(Debug)]
pub struct NewEntry {
    /// Its name in the event.
    pub name: String,
    /// SHA-256 of what it is made from.
    pub digest: Vec<u8>,
    /// What it says of itself.
    pub content: Content,
    /// Its tokens.
    pub words: Words,
}

#[derive(Insertable)]
#[diesel(table_name = search_entries)]
struct Row {
    id: i64,
    event_id: EventId,
    name: String,
    digest: Vec<u8>,
    content: AsJson<Content>,
    words: Words,
}

/// An entry that has all that was looked for.
#[derive(Debug, QueryableByName)]
pub struct Found {
    /// Its event.
    #[diesel(sql_type = IdSql)]
    pub event_id: EventId,
    /// Its name in the event.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What it says of itself.
    #[diesel(sql_type = Json)]
    pub content: AsJson<Content>,
}

/// Events that the public sees otherwise than they are indexed, at most so many.
///
/// # Errors
/// The store's failure.
pub fn list_stale(conn: &mut Conn, most: i64) -> Result<Vec<EventId>, DbError> {
    Ok(per_backend!(conn, c => {
        events::table
            .filter(sql::<Bool>(STALE))
            .order(events::id)
            .limit(most)
            .select(events::id)
            .load(c)
    })?)
}

/// The public version of an event; `None` if it is gone.
///
/// # Errors
/// The store's failure.
pub fn public_version(conn: &mut Conn, event: EventId) -> Result<Option<i64>, DbError> {
    Ok(per_backend!(conn, c => {
        events::table
            .filter(events::id.eq(event))
            .select(events::public_version)
            .first(c)
            .optional()
    })?)
}

/// Notes as of which public version an event is indexed.
///
/// # Errors
/// The store's failure.
pub fn set_indexed(conn: &mut Conn, event: EventId, version: i64) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(events::table.filter(events::id.eq(event)))
            .set(events::searched_version.eq(version))
            .execute(c)
    })?;
    Ok(())
}

/// The entries of an event by name.
///
/// # Errors
/// The store's failure.
pub fn indexed(conn: &mut Conn, event: EventId) -> Result<HashMap<String, Indexed>, DbError> {
    let rows: Vec<(String, i64, Vec<u8>)> = per_backend!(conn, c => {
        search_entries::table
            .filter(search_entries::event_id.eq(event))
            .select((search_entries::name, search_entries::id, search_entries::digest))
            .load(c)
    })?;
    Ok(rows
        .into_iter()
        .map(|(name, id, digest)| (name, Indexed { id, digest }))
        .collect())
}

/// Takes entries out of the index.
///
/// # Errors
/// The store's failure.
pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<(), DbError> {
    for ids in ids.chunks(CHUNK) {
        per_backend!(conn, c => {
            diesel::delete(search_entries::table.filter(search_entries::id.eq_any(ids))).execute(c)
        })?;
    }
    Ok(())
}

/// Puts entries of an event into the index. Only one transaction at a time does so.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, event: EventId, entries: Vec<NewEntry>) -> Result<(), DbError> {
    let last: Option<i64> = per_backend!(conn, c => {
        search_entries::table.select(max(search_entries::id)).first(c)
    })?;
    let rows: Vec<Row> = entries
        .into_iter()
        .zip(last.unwrap_or(0) + 1..)
        .map(|(entry, id)| Row {
            id,
            event_id: event,
            name: entry.name,
            digest: entry.digest,
            content: AsJson(entry.content),
            words: entry.words,
        })
        .collect();
    for rows in rows.chunks(CHUNK) {
        per_backend!(conn, c => {
            diesel::insert_into(search_entries::table).values(rows).execute(c)
        })?;
    }
    Ok(())
}

/// The entries of one kind that have every term of the query and every one of these tokens, those that
/// were indexed last first.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    query: &Query,
    kind: HitKind,
    scope: &[String],
    most: i64,
) -> Result<Vec<Found>, DbError> {
    let mut all: Vec<Vec<Form>> = Vec::new();
    let tokens = std::iter::once(kind.token().to_owned()).chain(scope.iter().cloned());
    all.extend(tokens.map(|token| {
        vec![Form {
            token,
            is_prefix: false,
        }]
    }));
    all.extend(query.terms.iter().map(super::query::Term::forms));
    Ok(match conn {
        Conn::Sqlite(c) => diesel::sql_query(
            "SELECT e.event_id, e.name, e.content FROM search_words \
             JOIN search_entries e ON e.id = search_words.rowid \
             WHERE search_words MATCH ? ORDER BY search_words.rowid DESC LIMIT ?",
        )
        .bind::<Text, _>(printed(&all, " AND ", " OR ", |token| format!("\"{token}\""), " *"))
        .bind::<BigInt, _>(most)
        .load(c)?,
        // Found first and ordered then: else the planner may read every entry, newest first.
        Conn::Pg(c) => diesel::sql_query(
            "WITH found AS MATERIALIZED (SELECT id FROM search_entries WHERE words @@ $1::tsquery) \
             SELECT e.event_id, e.name, e.content FROM (SELECT id FROM found ORDER BY id DESC LIMIT $2) best \
             JOIN search_entries e ON e.id = best.id ORDER BY e.id DESC",
        )
        .bind::<Text, _>(printed(&all, " & ", " | ", |token| format!("'{token}'"), ":*"))
        .bind::<BigInt, _>(most)
        .load(c)?,
    })
}

/// The tokens as the store's own query language has them. They are letters and digits, so that nothing
/// in them can be part of that language.
fn printed(
    all: &[Vec<Form>],
    and: &str,
    or: &str,
    quoted: impl Fn(&str) -> String,
    prefix: &str,
) -> String {
    let form = |form: &Form| {
        let prefix = if form.is_prefix { prefix } else { "" };
        quoted(&form.token) + prefix
    };
    let groups = all.iter().map(|forms| {
        let forms: Vec<String> = forms.iter().map(form).collect();
        format!("({})", forms.join(or))
    });
    groups.collect::<Vec<_>>().join(and)
}
