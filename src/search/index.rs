//! Finds out what of the index is not what the public sees: what goes, and what is to be made. The store
//! is read for it and nothing is written; [`keep_up`](super::keep_up) writes, a little at a time.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::content::Content;
use super::entries::{Entry, Sources, is_title};
use super::store::{self, Indexed, NewEntry};
use super::words;
use crate::db::types::{AsJson, Words};
use crate::db::{Conn, DbError};
use crate::events::find_public;
use crate::ids::{EventId, SlugOr};
use crate::programme::shown;
use crate::transcripts::find_transcript;
use crate::video::{known, list_public};

/// Raised when entries or tokens are made in another way, so that they are made anew.
const EDITION: &[u8] = b"3";

/// What the public sees of an event, and what is indexed of it.
#[derive(Debug)]
pub struct Seen {
    event: EventId,
    version: i64,
    before: HashMap<String, Indexed>,
    /// `None` if nobody may read it.
    now: Option<Sources>,
}

/// What makes the index of an event what the public sees.
#[derive(Debug)]
pub struct Plan {
    /// The event.
    pub event: EventId,
    /// Its public version that this is right for.
    pub version: i64,
    /// The rows of entries that go.
    pub gone: Vec<i64>,
    /// Entries that are new or not as they were.
    pub new: Vec<Draft>,
}

/// An entry before its tokens are made, which take more memory than all else.
#[derive(Debug)]
pub struct Draft {
    name: String,
    content: Content,
    digest: Vec<u8>,
}

/// Reads an event and its index; `None` if it is gone.
///
/// # Errors
/// The store's failure.
pub fn see(conn: &mut Conn, event: EventId) -> Result<Option<Seen>, DbError> {
    let Some(version) = store::public_version(conn, event)? else {
        return Ok(None);
    };
    Ok(Some(Seen {
        event,
        version,
        before: store::indexed(conn, event)?,
        now: read(conn, event)?,
    }))
}

/// All that entries of an event are made of: nothing if nobody may read it.
fn read(conn: &mut Conn, id: EventId) -> Result<Option<Sources>, DbError> {
    let Some(event) = find_public(conn, &SlugOr::Id(id))? else {
        return Ok(None);
    };
    let mut said = Vec::new();
    for recording in list_public(conn, id)? {
        if let Some(kept) = find_transcript(conn, id, recording.id)? {
            said.push((recording, kept.transcript));
        }
    }
    let shown = shown(conn, id)?;
    Ok(Some(Sources {
        known: known(conn, id, &shown.placed())?,
        shown,
        event,
        said,
    }))
}

impl Seen {
    /// What is to be done. Entries that are as they were are left alone.
    ///
    /// # Errors
    /// If an entry can't be printed.
    pub fn plan(self) -> Result<Plan, DbError> {
        let Self {
            event,
            version,
            mut before,
            now,
        } = self;
        let mut new = Vec::new();
        for entry in now.iter().flat_map(Sources::entries) {
            let digest = digest(&entry)?;
            let known = before.remove(&entry.0);
            if known.is_none_or(|known| known.digest != digest) {
                new.push(Draft {
                    name: entry.0,
                    content: entry.1,
                    digest,
                });
            }
        }
        Ok(Plan {
            event,
            version,
            gone: before.values().map(|entry| entry.id).collect(),
            new,
        })
    }
}

fn digest(entry: &Entry) -> Result<Vec<u8>, DbError> {
    let content = serde_json::to_vec(&entry.1).map_err(DbError::internal)?;
    let digest = Sha256::new().chain_update(EDITION).chain_update(content);
    Ok(digest.finalize().to_vec())
}

impl Draft {
    /// The entry with its tokens.
    #[must_use]
    pub fn made(self, event: EventId) -> NewEntry {
        let content = &self.content;
        let fields = content.fields.iter().chain(&content.goes_on);
        let mut tokens = words::tokens(fields.map(|field| field.text.as_str()));
        let titles = content.fields.iter().filter(|field| is_title(field));
        let titles = words::tokens(titles.map(|field| field.text.as_str()));
        tokens.extend(titles.iter().map(|token| words::in_title(token)));
        tokens.insert(content.kind.token().to_owned());
        tokens.insert(of_event(event));
        tokens.extend(content.series.map(of_series));
        NewEntry {
            name: self.name,
            digest: self.digest,
            words: Words(tokens),
            content: AsJson(self.content),
        }
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
