//! Speakers in the store.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::document::{Link, Speaker, Versioned};
use crate::clock::Instant;
use crate::db::schema::speakers;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SpeakerId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = speakers, treat_none_as_null = true)]
struct Content {
    name: String,
    job_position: Option<String>,
    affiliation: Option<String>,
    bio: AsJson<Localized>,
    photo_url: Option<String>,
    links: AsJson<Vec<Link>>,
    hidden: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = speakers)]
struct Row {
    id: SpeakerId,
    version: i32,
    #[diesel(embed)]
    content: Content,
}

impl From<&Speaker> for Content {
    fn from(speaker: &Speaker) -> Self {
        Self {
            name: speaker.name.clone(),
            job_position: speaker.position.clone(),
            affiliation: speaker.affiliation.clone(),
            bio: AsJson(speaker.bio.clone()),
            photo_url: speaker.photo_url.clone(),
            links: AsJson(speaker.links.clone()),
            hidden: speaker.hidden,
        }
    }
}

impl From<Row> for Versioned<Speaker> {
    fn from(row: Row) -> Self {
        Self {
            value: Speaker {
                id: row.id,
                name: row.content.name,
                position: row.content.job_position,
                affiliation: row.content.affiliation,
                bio: row.content.bio.0,
                photo_url: row.content.photo_url,
                links: row.content.links.0,
                hidden: row.content.hidden,
            },
            version: row.version,
        }
    }
}

/// One speaker of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: SpeakerId,
) -> Result<Option<Versioned<Speaker>>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        speakers::table
            .filter(speakers::event_id.eq(event))
            .filter(speakers::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The speakers of the event, in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<SpeakerId>,
) -> Result<Page<Versioned<Speaker>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = speakers::table
            .filter(speakers::event_id.eq(event))
            .order(speakers::id)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(speakers::id.gt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.id).map(Into::into))
}

/// All speakers of the event, in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn all(conn: &mut Conn, event: EventId) -> Result<Vec<Speaker>, DbError> {
    let found = versions(conn, event)?;
    Ok(found.into_iter().map(|found| found.value).collect())
}

/// All speakers of the event in their versions, in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn versions(conn: &mut Conn, event: EventId) -> Result<Vec<Versioned<Speaker>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        speakers::table
            .filter(speakers::event_id.eq(event))
            .order(speakers::id)
            .select(Row::as_select())
            .load(c)
    })?;
    Ok(rows.into_iter().map(Versioned::from).collect())
}

/// The names of these speakers of the event.
///
/// # Errors
/// The store's failure.
pub fn names(
    conn: &mut Conn,
    event: EventId,
    ids: &[SpeakerId],
) -> Result<HashMap<SpeakerId, String>, DbError> {
    let rows: Vec<(SpeakerId, String)> = per_backend!(conn, c => {
        speakers::table
            .filter(speakers::event_id.eq(event))
            .filter(speakers::id.eq_any(ids))
            .select((speakers::id, speakers::name))
            .load(c)
    })?;
    Ok(rows.into_iter().collect())
}

/// Inserts a speaker, in version 1.
///
/// # Errors
/// The store's failure.
pub fn insert(
    conn: &mut Conn,
    event: EventId,
    speaker: &Speaker,
    now: Instant,
) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::insert_into(speakers::table)
            .values((
                speakers::id.eq(speaker.id),
                speakers::event_id.eq(event),
                Content::from(speaker),
                speakers::version.eq(1),
                speakers::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Writes a changed speaker over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(
    conn: &mut Conn,
    event: EventId,
    changed: &Versioned<Speaker>,
) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            speakers::table
                .filter(speakers::event_id.eq(event))
                .filter(speakers::id.eq(changed.value.id))
                .filter(speakers::version.eq(changed.version)),
        )
        .set((Content::from(&changed.value), speakers::version.eq(speakers::version + 1)))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a speaker in the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// [`DbError::Reference`] while something refers to it, or the store's failure.
pub fn delete(
    conn: &mut Conn,
    event: EventId,
    speaker: &Versioned<Speaker>,
) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::delete(
            speakers::table
                .filter(speakers::event_id.eq(event))
                .filter(speakers::id.eq(speaker.value.id))
                .filter(speakers::version.eq(speaker.version)),
        )
        .execute(c)
    })?;
    Ok(rows == 1)
}
