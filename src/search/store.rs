//! The index in the store. Looking tokens up is what each store does in its own way: `SQLite` by FTS5,
//! `PostgreSQL` by a GIN index over `tsvector`; both take the tokens as they are.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Json, Text};

use super::content::{Content, HitKind, Line, key};
use super::query::{Form, Query, Term};
use crate::db::rows::{hold_event, serialise_on};
use crate::db::schema::{events, search_entries};
use crate::db::types::{AsJson, IdSql, Words};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SessionId};
use crate::per_backend;

/// As the partial index has it, literally: only so is it used.
const STALE: &str = "searched_version <> public_version AND state <> 'draft'";

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
    pub content: AsJson<Content>,
    /// Its tokens.
    pub words: Words,
}

#[derive(Insertable)]
#[diesel(table_name = search_entries)]
struct Row<'a> {
    id: i64,
    event_id: EventId,
    name: &'a str,
    digest: &'a [u8],
    content: &'a AsJson<Content>,
    words: &'a Words,
}

/// An entry that has all that was looked for.
#[derive(Debug, QueryableByName)]
pub struct Found {
    /// Its row.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
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

/// Which of these events the public sees otherwise than they are indexed.
///
/// # Errors
/// The store's failure.
pub fn stale_of(conn: &mut Conn, found: &[EventId]) -> Result<HashSet<EventId>, DbError> {
    let ids: Vec<EventId> = per_backend!(conn, c => {
        events::table
            .filter(sql::<Bool>(STALE))
            .filter(events::id.eq_any(found))
            .select(events::id)
            .load(c)
    })?;
    Ok(ids.into_iter().collect())
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

/// Notes as of which public version an event is indexed; `false` if it is another by now.
///
/// # Errors
/// The store's failure.
pub fn set_indexed(conn: &mut Conn, event: EventId, version: i64) -> Result<bool, DbError> {
    let noted = per_backend!(conn, c => {
        diesel::update(
            events::table
                .filter(events::id.eq(event))
                .filter(events::public_version.eq(version)),
        )
        .set(events::searched_version.eq(version))
        .execute(c)
    })?;
    Ok(noted > 0)
}

/// Whether an event is to be indexed as of this public version. It stays so until the end of this
/// transaction, and nobody else works on the index until then: entries are numbered one after another.
fn is_due(tx: &mut Conn, event: EventId, version: i64) -> Result<bool, DbError> {
    hold_event(tx, event)?;
    serialise_on(tx, [b"search".as_slice()])?;
    let versions: Option<(i64, i64)> = per_backend!(tx, c => {
        events::table
            .filter(events::id.eq(event))
            .select((events::public_version, events::searched_version))
            .first(c)
            .optional()
    })?;
    Ok(versions.is_some_and(|(public, searched)| public == version && searched != version))
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

/// Takes entries out of the index, as of a public version of their event; `false`, and nothing is done, if
/// that is over.
///
/// # Errors
/// The store's failure.
pub fn remove(tx: &mut Conn, event: EventId, version: i64, ids: &[i64]) -> Result<bool, DbError> {
    if !is_due(tx, event, version)? {
        return Ok(false);
    }
    per_backend!(tx, c => {
        let gone = search_entries::table
            .filter(search_entries::event_id.eq(event))
            .filter(search_entries::id.eq_any(ids));
        diesel::delete(gone).execute(c)
    })?;
    Ok(true)
}

/// Puts entries into the index in the place of those that are called so, as of a public version of their
/// event; `false`, and nothing is done, if that is over.
///
/// # Errors
/// The store's failure.
pub fn put(
    tx: &mut Conn,
    event: EventId,
    version: i64,
    entries: &[NewEntry],
) -> Result<bool, DbError> {
    if !is_due(tx, event, version)? {
        return Ok(false);
    }
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let last: Option<i64> = per_backend!(tx, c => {
        search_entries::table.select(max(search_entries::id)).first(c)
    })?;
    per_backend!(tx, c => {
        let before = search_entries::table
            .filter(search_entries::event_id.eq(event))
            .filter(search_entries::name.eq_any(&names));
        diesel::delete(before).execute(c)
    })?;
    let numbered = entries.iter().zip(last.unwrap_or(0) + 1..);
    let rows = numbered.map(|(entry, id)| row(event, entry, id));
    // As insert_rows!, of rows that are borrowed.
    match tx {
        Conn::Pg(c) => {
            let rows: Vec<Row<'_>> = rows.collect();
            diesel::insert_into(search_entries::table)
                .values(rows)
                .execute(c)?;
        }
        Conn::Sqlite(c) => {
            for row in rows {
                diesel::insert_into(search_entries::table)
                    .values(row)
                    .execute(c)?;
            }
        }
    }
    Ok(true)
}

fn row(event: EventId, entry: &NewEntry, id: i64) -> Row<'_> {
    Row {
        id,
        event_id: event,
        name: &entry.name,
        digest: &entry.digest,
        content: &entry.content,
        words: &entry.words,
    }
}

/// Takes what waits to be taken into the full-text index into it, where the store has such a list: every
/// search reads all of it.
///
/// # Errors
/// The store's failure.
pub fn settle(tx: &mut Conn) -> Result<(), DbError> {
    if let Conn::Pg(c) = tx {
        diesel::sql_query("SELECT gin_clean_pending_list('search_entries_by_word'::regclass)")
            .execute(c)?;
    }
    Ok(())
}

/// What is known of these sessions of an event by their own entries, as far as they have any.
///
/// # Errors
/// The store's failure.
pub fn lines(
    conn: &mut Conn,
    event: EventId,
    sessions: &BTreeSet<SessionId>,
) -> Result<Vec<(SessionId, Line)>, DbError> {
    let name = |id: &SessionId| key(HitKind::Session, id.uuid(), "");
    let names: Vec<String> = sessions.iter().map(name).collect();
    let contents: Vec<AsJson<Content>> = per_backend!(conn, c => {
        search_entries::table
            .filter(search_entries::event_id.eq(event))
            .filter(search_entries::name.eq_any(names))
            .select(search_entries::content)
            .load(c)
    })?;
    let contents = contents.into_iter().map(|content| content.0);
    Ok(contents
        .filter_map(|content| Some((content.session?, content.line?)))
        .collect())
}

/// The entries of one kind that have every term of the query and every one of these tokens. Where there
/// are more than `most`, those that are called so come first, then those that have every word as it is
/// looked for, and of each those that changed last.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    query: &Query,
    kind: HitKind,
    scope: &[String],
    most: usize,
) -> Result<Vec<Found>, DbError> {
    let whole = |token: String| Form {
        token,
        is_prefix: false,
    };
    let fixed = std::iter::once(kind.token().to_owned()).chain(scope.iter().cloned());
    let fixed: Vec<Vec<Form>> = fixed.map(|token| vec![whole(token)]).collect();
    let with = |terms: Vec<Vec<Form>>| [fixed.clone(), terms].concat();
    let terms = query.terms.iter();
    let any = with(terms.clone().map(Term::forms).collect());
    let mut last = newest(conn, &any, most + 1)?;
    if last.len() <= most {
        return Ok(last);
    }
    last.truncate(most);
    let titled = with(terms.clone().map(Term::forms_in_title).collect());
    let exact = with(terms.map(|term| vec![term.exact()]).collect());
    let mut best = newest(conn, &titled, most)?;
    let mut known: HashSet<i64> = best.iter().map(|found| found.id).collect();
    if best.len() < most {
        let exact = newest(conn, &exact, most)?;
        let others = exact.into_iter().chain(last);
        best.extend(others.filter(|found| known.insert(found.id)));
        best.truncate(most);
    }
    Ok(best)
}

/// The entries that have one of each, those that were indexed last first.
fn newest(conn: &mut Conn, all: &[Vec<Form>], most: usize) -> Result<Vec<Found>, DbError> {
    let most = i64::try_from(most).map_err(DbError::internal)?;
    Ok(match conn {
        Conn::Sqlite(c) => diesel::sql_query(
            "SELECT e.id, e.event_id, e.name, e.content FROM search_words \
             JOIN search_entries e ON e.id = search_words.rowid \
             WHERE search_words MATCH ? ORDER BY search_words.rowid DESC LIMIT ?",
        )
        .bind::<Text, _>(printed(all, " AND ", " OR ", |token| format!("\"{token}\""), " *"))
        .bind::<BigInt, _>(most)
        .load(c)?,
        // Found first and ordered then: else the planner may read every entry, newest first.
        Conn::Pg(c) => diesel::sql_query(
            "WITH found AS MATERIALIZED (SELECT id FROM search_entries WHERE words @@ $1::tsquery) \
             SELECT e.id, e.event_id, e.name, e.content FROM (SELECT id FROM found ORDER BY id DESC LIMIT $2) best \
             JOIN search_entries e ON e.id = best.id ORDER BY e.id DESC",
        )
        .bind::<Text, _>(printed(all, " & ", " | ", |token| format!("'{token}'"), ":*"))
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
