//! Releases in the store. They are inserted and read, never changed.

use chrono_tz::Tz;
use diesel::prelude::*;

use super::super::document::{Changes, Programme, Release};
use crate::clock::{Instant, new_id};
use crate::db::schema::{events, programme_releases};
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, ReleaseId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

/// A release without its programme: what a changelog shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// 1, 2, 3 …
    pub version: i32,
    /// When it was made.
    pub released_at: Instant,
    /// The zone of the event then; `None` where nobody knows any more.
    pub timezone: Option<Tz>,
    /// What the organiser says of it.
    pub note: Localized,
    /// What changed since the version before.
    pub changes: Changes,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = programme_releases)]
struct HeadlineRow {
    version: i32,
    released_at: Instant,
    timezone: Option<String>,
    note: AsJson<Localized>,
    changes: AsJson<Changes>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = programme_releases)]
struct Row {
    #[diesel(embed)]
    headline: HeadlineRow,
    document: AsJson<Programme>,
}

#[derive(Insertable)]
#[diesel(table_name = programme_releases)]
struct NewRow {
    id: ReleaseId,
    event_id: EventId,
    version: i32,
    released_at: Instant,
    timezone: Option<String>,
    note: AsJson<Localized>,
    document: AsJson<Programme>,
    changes: AsJson<Changes>,
}

impl From<HeadlineRow> for Headline {
    fn from(row: HeadlineRow) -> Self {
        Self {
            version: row.version,
            released_at: row.released_at,
            timezone: row.timezone.and_then(|zone| zone.parse().ok()),
            note: row.note.0,
            changes: row.changes.0,
        }
    }
}

impl From<Row> for Release {
    fn from(row: Row) -> Self {
        let headline = Headline::from(row.headline);
        Self {
            version: headline.version,
            released_at: headline.released_at,
            timezone: headline.timezone,
            note: headline.note,
            changes: headline.changes,
            programme: row.document.0,
        }
    }
}

impl From<&Release> for Headline {
    fn from(release: &Release) -> Self {
        Self {
            version: release.version,
            released_at: release.released_at,
            timezone: release.timezone,
            note: release.note.clone(),
            changes: release.changes.clone(),
        }
    }
}

/// The newest release of the event.
///
/// # Errors
/// The store's failure.
pub fn newest(conn: &mut Conn, event: EventId) -> Result<Option<Release>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .order(programme_releases::version.desc())
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// One release of the event.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, version: i32) -> Result<Option<Release>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .filter(programme_releases::version.eq(version))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The releases of the event with their programmes, newest first. Where the programmes are not
/// needed, [`list_headlines`] is much cheaper.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<i32>,
) -> Result<Page<Release>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .order(programme_releases::version.desc())
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(programme_releases::version.lt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.headline.version).map(Into::into))
}

/// The releases of the event without their programmes, newest first.
///
/// # Errors
/// The store's failure.
pub fn list_headlines(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<i32>,
) -> Result<Page<Headline>, DbError> {
    let rows: Vec<HeadlineRow> = per_backend!(conn, c => {
        let mut query = programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .order(programme_releases::version.desc())
            .limit(keyset.fetch())
            .select(HeadlineRow::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(programme_releases::version.lt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.version).map(Into::into))
}

/// The programme of every release of the event, newest first.
///
/// # Errors
/// The store's failure.
pub fn documents(conn: &mut Conn, event: EventId) -> Result<Vec<(i32, Programme)>, DbError> {
    let rows: Vec<(i32, AsJson<Programme>)> = per_backend!(conn, c => {
        programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .order(programme_releases::version.desc())
            .select((programme_releases::version, programme_releases::document))
            .load(c)
    })?;
    Ok(rows
        .into_iter()
        .map(|(version, document)| (version, document.0))
        .collect())
}

/// Inserts a release and makes it the event's newest. The event's own version rises too, because the
/// event shows the number of its newest release.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, event: EventId, release: &Release) -> Result<(), DbError> {
    let row = NewRow {
        id: new_id(),
        event_id: event,
        version: release.version,
        released_at: release.released_at,
        timezone: release.timezone.map(|zone| zone.name().to_owned()),
        note: AsJson(release.note.clone()),
        document: AsJson(release.programme.clone()),
        changes: AsJson(release.changes.clone()),
    };
    per_backend!(conn, c => {
        diesel::insert_into(programme_releases::table).values(&row).execute(c).and_then(|_| {
            diesel::update(events::table.filter(events::id.eq(event)))
                .set((
                    events::released_version.eq(release.version),
                    events::version.eq(events::version + 1),
                    events::updated_at.eq(release.released_at),
                ))
                .execute(c)
        })
    })?;
    Ok(())
}
