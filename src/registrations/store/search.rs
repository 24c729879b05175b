//! The index behind `q`: which registrations of an event have a word that begins so.
//!
//! The words of a new registration are written afterwards ([`index_waiting`]), those of many together in
//! the order of the index: one by one they would cost the minute registration opens more than all else.
//! Until then the registration stands among those that are not indexed yet, which a search reads, too.
//! A change of a text takes its words away and writes the new ones in its own transaction.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::super::words::{Sought, cut, words};
use super::Row;
use crate::db::schema::{registration_words, registrations, unindexed_registrations};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RegistrationId};
use crate::{insert_rows, per_backend};

/// Registrations whose words are written in one transaction.
const BATCH: i64 = 500;
/// Rows of one statement; both stores limit the values that one may have.
const ROWS: usize = 5_000;
/// Most registrations that are looked at one by one because a word of theirs begins as it is sought. Where
/// more do, a walk along the list soon meets enough of them.
const MOST_CANDIDATES: i64 = 1_000;

#[derive(Insertable)]
#[diesel(table_name = registration_words, treat_none_as_default_value = false)]
struct WordRow {
    event_id: EventId,
    word: String,
    registration_id: RegistrationId,
}

#[derive(Insertable)]
#[diesel(table_name = unindexed_registrations, treat_none_as_default_value = false)]
struct Waiting {
    registration_id: RegistrationId,
    event_id: EventId,
}

/// The rows of a text.
fn rows(event: EventId, id: RegistrationId, text: &str) -> impl Iterator<Item = WordRow> {
    let words: BTreeSet<String> = words(text).iter().map(|word| cut(word)).collect();
    words.into_iter().map(move |word| WordRow {
        event_id: event,
        word,
        registration_id: id,
    })
}

fn insert(tx: &mut Conn, mut new: Vec<WordRow>) -> Result<(), DbError> {
    new.sort_unstable_by(|a, b| (a.event_id, &a.word).cmp(&(b.event_id, &b.word)));
    for new in new.chunks(ROWS) {
        insert_rows!(tx, registration_words::table, new, on_conflict_do_nothing)?;
    }
    Ok(())
}

/// Notes that the words of these are still to be written.
///
/// # Errors
/// The store's failure.
pub fn index_later(
    tx: &mut Conn,
    new: impl Iterator<Item = (RegistrationId, EventId)>,
) -> Result<(), DbError> {
    let rows: Vec<Waiting> = new
        .map(|(registration_id, event_id)| Waiting {
            registration_id,
            event_id,
        })
        .collect();
    insert_rows!(tx, unindexed_registrations::table, &rows)?;
    Ok(())
}

/// Whether words of any are still to be written; a read.
///
/// # Errors
/// The store's failure.
pub fn anything_waiting(conn: &mut Conn) -> Result<bool, DbError> {
    Ok(!waiting(conn, 1)?.is_empty())
}

fn waiting(conn: &mut Conn, most: i64) -> Result<Vec<RegistrationId>, DbError> {
    Ok(per_backend!(conn, c => {
        unindexed_registrations::table
            .order(unindexed_registrations::registration_id)
            .limit(most)
            .select(unindexed_registrations::registration_id)
            .load(c)
    })?)
}

/// Writes the words of some that wait, and returns how many there were.
///
/// # Errors
/// The store's failure.
pub fn index_waiting(tx: &mut Conn) -> Result<usize, DbError> {
    let found = waiting(tx, BATCH)?;
    // First, so that whoever changes a text meanwhile waits, or has taken it out of this list.
    let taken: Vec<RegistrationId> = per_backend!(tx, c => {
        use unindexed_registrations as waiting;
        diesel::delete(waiting::table.filter(waiting::registration_id.eq_any(&found)))
            .returning(waiting::registration_id)
            .get_results(c)
    })?;
    let texts: Vec<(EventId, RegistrationId, String)> = per_backend!(tx, c => {
        registrations::table
            .filter(registrations::id.eq_any(&taken))
            .select((registrations::event_id, registrations::id, registrations::search_text))
            .load(c)
    })?;
    let new = texts
        .iter()
        .flat_map(|(event, id, text)| rows(*event, *id, text));
    insert(tx, new.collect())?;
    Ok(found.len())
}

/// Brings the words of one to the text that it is about to have.
///
/// # Errors
/// The store's failure.
pub(super) fn reindex(tx: &mut Conn, new: &Row) -> Result<(), DbError> {
    let old = text_of(tx, new.id)?;
    if old.as_ref() == Some(&new.search_text) {
        return Ok(());
    }
    per_backend!(tx, c => {
        use unindexed_registrations as waiting;
        diesel::delete(waiting::table.filter(waiting::registration_id.eq(new.id))).execute(c)
    })?;
    // Again: until here its words may have been written by another.
    let old = text_of(tx, new.id)?.unwrap_or_default();
    let gone: Vec<String> = rows(new.event_id, new.id, &old)
        .map(|row| row.word)
        .collect();
    per_backend!(tx, c => {
        diesel::delete(
            registration_words::table
                .filter(registration_words::event_id.eq(new.event_id))
                .filter(registration_words::word.eq_any(&gone))
                .filter(registration_words::registration_id.eq(new.id)),
        )
        .execute(c)
    })?;
    insert(tx, rows(new.event_id, new.id, &new.search_text).collect())
}

fn text_of(conn: &mut Conn, id: RegistrationId) -> Result<Option<String>, DbError> {
    Ok(per_backend!(conn, c => {
        registrations::table
            .filter(registrations::id.eq(id))
            .select(registrations::search_text)
            .first(c)
            .optional()
    })?)
}

/// The registrations of the event that have what is sought, in no order; `None` if so many may that they
/// are better looked for along the list.
///
/// # Errors
/// The store's failure.
pub(super) fn find(
    conn: &mut Conn,
    event: EventId,
    sought: &Sought,
) -> Result<Option<Vec<Row>>, DbError> {
    let most = usize::try_from(MOST_CANDIDATES).unwrap_or(0);
    let mut fewest: Option<Vec<RegistrationId>> = None;
    for word in sought.words() {
        let found = beginning(conn, event, &cut(word))?;
        if found.len() <= most && fewest.as_ref().is_none_or(|few| found.len() < few.len()) {
            fewest = Some(found);
        }
    }
    let Some(mut candidates) = fewest else {
        return Ok(None);
    };
    candidates.extend(unindexed(conn, event)?);
    if candidates.len() > 2 * most {
        return Ok(None);
    }
    // By ids alone: another condition would lead the store to another index.
    let mut rows: Vec<Row> = per_backend!(conn, c => {
        registrations::table.filter(registrations::id.eq_any(&candidates)).select(Row::as_select()).load(c)
    })?;
    rows.retain(|row| sought.is_in(&row.search_text));
    Ok(Some(rows))
}

fn beginning(conn: &mut Conn, event: EventId, word: &str) -> Result<Vec<RegistrationId>, DbError> {
    // In bytes, every text that begins with the word lies before this one.
    let end = format!("{word}\u{10FFFF}");
    Ok(per_backend!(conn, c => {
        registration_words::table
            .filter(registration_words::event_id.eq(event))
            .filter(registration_words::word.ge(word))
            .filter(registration_words::word.lt(end))
            .limit(MOST_CANDIDATES + 1)
            .select(registration_words::registration_id)
            .load(c)
    })?)
}

fn unindexed(conn: &mut Conn, event: EventId) -> Result<Vec<RegistrationId>, DbError> {
    Ok(per_backend!(conn, c => {
        unindexed_registrations::table
            .filter(unindexed_registrations::event_id.eq(event))
            .limit(MOST_CANDIDATES + 1)
            .select(unindexed_registrations::registration_id)
            .load(c)
    })?)
}
