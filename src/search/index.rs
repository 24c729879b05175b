//! Keeps the index as the public sees events.

use sha2::{Digest, Sha256};

use super::entries::{Entry, Sources};
use super::store::{self, NewEntry};
use super::words;
use crate::db::rows::serialise_on;
use crate::db::types::Words;
use crate::db::{Conn, DbError};
use crate::events::find_public;
use crate::ids::{EventId, SlugOr};
use crate::programme::shown;
use crate::transcripts::find_transcript;
use crate::video::{known, list_public};

/// Most events that are indexed in one transaction.
pub const AT_A_TIME: i64 = 5;
/// Raised when entries or tokens are made in another way, so that they are made anew.
const EDITION: &[u8] = b"2";

/// Indexes events that are stale, at most [`AT_A_TIME`], and returns how many they were.
///
/// # Errors
/// The store's failure.
pub fn catch_up(tx: &mut Conn) -> Result<usize, DbError> {
    // One at a time: they number their entries.
    serialise_on(tx, [b"search".as_slice()])?;
    let stale = store::list_stale(tx, AT_A_TIME)?;
    let mut indexed = Vec::new();
    for event in &stale {
        if let Some(version) = index(tx, *event)? {
            indexed.push((*event, version));
        }
    }
    // Last, because registrations wait for who writes their event.
    for (event, version) in indexed {
        store::set_indexed(tx, event, version)?;
    }
    Ok(stale.len())
}

/// Makes the index of an event what the public sees, and returns as of which public version; `None` if
/// the event is gone. Entries that are as they were are left alone.
fn index(tx: &mut Conn, event: EventId) -> Result<Option<i64>, DbError> {
    // Before anything else of the event is read: what changes meanwhile raises it again.
    let Some(version) = store::public_version(tx, event)? else {
        return Ok(None);
    };
    let mut before = store::indexed(tx, event)?;
    let mut new = Vec::new();
    for entry in read(tx, event)? {
        let digest = digest(&entry)?;
        match before.remove(&entry.0) {
            Some(same) if same.digest == digest => {}
            changed => {
                if let Some(changed) = changed {
                    before.insert(entry.0.clone(), changed);
                }
                new.push(made(event, entry, digest));
            }
        }
    }
    let gone: Vec<i64> = before.values().map(|entry| entry.id).collect();
    store::delete(tx, &gone)?;
    store::insert(tx, event, new)?;
    Ok(Some(version))
}

/// All entries that an event should have: none if nobody may read it.
fn read(tx: &mut Conn, id: EventId) -> Result<Vec<Entry>, DbError> {
    let Some(event) = find_public(tx, &SlugOr::Id(id))? else {
        return Ok(Vec::new());
    };
    let mut said = Vec::new();
    for recording in list_public(tx, id)? {
        if let Some(kept) = find_transcript(tx, id, recording.id)? {
            said.push((recording, kept.transcript));
        }
    }
    let shown = shown(tx, id)?;
    let sources = Sources {
        known: known(tx, id, &shown.placed())?,
        shown,
        event,
        said,
    };
    Ok(sources.entries())
}

fn digest(entry: &Entry) -> Result<Vec<u8>, DbError> {
    let content = serde_json::to_vec(&entry.1).map_err(DbError::internal)?;
    let digest = Sha256::new().chain_update(EDITION).chain_update(content);
    Ok(digest.finalize().to_vec())
}

fn made(event: EventId, (name, content): Entry, digest: Vec<u8>) -> NewEntry {
    let fields = content.fields.iter().chain(&content.goes_on);
    let texts = fields.map(|field| field.text.as_str());
    let mut tokens = words::tokens(texts);
    tokens.insert(content.kind.token().to_owned());
    tokens.insert(of_event(event));
    tokens.extend(content.event.series.map(of_series));
    NewEntry {
        name,
        digest,
        words: Words(tokens),
        content,
    }
}

/// The token of an event.
#[must_use]
pub fn of_event(event: EventId) -> String {
    format!("e{}", event.uuid().simple())
}

/// The token of a series.
#[must_use]
pub fn of_series(series: crate::ids::SeriesId) -> String {
    format!("r{}", series.uuid().simple())
}
