//! What a snapshot is drawn from: small readers of other rooms' rows.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{committee_members, events, programme_releases, sessions};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{EventId, MemberId, SessionId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::programme::document::{Changes, Programme, Release};
use crate::text::Localized;

crate::words! {
    /// What somebody is in a programme committee.
    pub enum MemberRole {
        /// Leads it.
        Chair = "chair",
        /// Sits on it.
        Member = "member",
        /// Keeps its papers.
        Secretary = "secretary",
    }
}

/// A published member of a programme committee; never an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Where they worked at that edition.
    pub affiliation: Option<String>,
    /// What they are in it.
    pub role: MemberRole,
    /// Markdown.
    pub bio: Localized,
    /// A picture.
    pub photo_url: Option<String>,
    /// Place in the list.
    pub position: i32,
}

/// When one can register, as it is at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationWindow {
    /// When the first tickets go on sale.
    pub opens_at: Option<Instant>,
    /// When the last ones cease to be.
    pub closes_at: Option<Instant>,
    /// Whether one can register at that instant.
    pub open: bool,
    /// The next instant at which any of this changes by itself.
    pub next_change: Option<Instant>,
}

type ReleaseRow = (
    i32,
    Instant,
    AsJson<Localized>,
    AsJson<Changes>,
    AsJson<Programme>,
);

type MemberRow = (
    MemberId,
    String,
    Option<String>,
    AsWord<MemberRole>,
    AsJson<Localized>,
    Option<String>,
    i32,
);

fn release((version, released_at, note, changes, programme): ReleaseRow) -> Release {
    Release {
        version,
        released_at,
        note: note.0,
        changes: changes.0,
        programme: programme.0,
    }
}

/// The newest release of an event.
///
/// # Errors
/// The store's failure.
pub fn newest_release(conn: &mut Conn, event: EventId) -> Result<Option<Release>, DbError> {
    use programme_releases::dsl;
    let row: Option<ReleaseRow> = per_backend!(conn, c => {
        dsl::programme_releases
            .filter(dsl::event_id.eq(event))
            .order(dsl::version.desc())
            .select((dsl::version, dsl::released_at, dsl::note, dsl::changes, dsl::document))
            .first(c)
            .optional()
    })?;
    Ok(row.map(release))
}

/// One release of an event.
///
/// # Errors
/// The store's failure.
pub fn find_release(
    conn: &mut Conn,
    event: EventId,
    version: i32,
) -> Result<Option<Release>, DbError> {
    use programme_releases::dsl;
    let row: Option<ReleaseRow> = per_backend!(conn, c => {
        dsl::programme_releases
            .filter(dsl::event_id.eq(event))
            .filter(dsl::version.eq(version))
            .select((dsl::version, dsl::released_at, dsl::note, dsl::changes, dsl::document))
            .first(c)
            .optional()
    })?;
    Ok(row.map(release))
}

/// The releases of an event, newest first.
///
/// # Errors
/// The store's failure.
pub fn list_releases(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<i32>,
) -> Result<Page<Release>, DbError> {
    use programme_releases::dsl;
    let rows: Vec<ReleaseRow> = per_backend!(conn, c => {
        let mut query = dsl::programme_releases
            .filter(dsl::event_id.eq(event))
            .order(dsl::version.desc())
            .limit(keyset.fetch())
            .select((dsl::version, dsl::released_at, dsl::note, dsl::changes, dsl::document))
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(dsl::version.lt(after));
        }
        query.load(c)
    })?;
    let list = rows.into_iter().map(release).collect();
    Ok(Page::cut(list, keyset, |release: &Release| release.version))
}

/// Sessions with sign-up and how many seats they have, as saved: capacity acts at once.
///
/// # Errors
/// The store's failure.
pub fn sign_up_capacities(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<(SessionId, i32)>, DbError> {
    let rows: Vec<(SessionId, Option<i32>)> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::sign_up_capacity.is_not_null())
            .select((sessions::id, sessions::sign_up_capacity))
            .load(c)
    })?;
    let with_capacity = |(id, capacity): (SessionId, Option<i32>)| Some((id, capacity?));
    Ok(rows.into_iter().filter_map(with_capacity).collect())
}

/// The published members of an event's committee, in order.
///
/// # Errors
/// The store's failure.
pub fn published_members(conn: &mut Conn, event: EventId) -> Result<Vec<Member>, DbError> {
    use committee_members::dsl;
    let rows: Vec<MemberRow> = per_backend!(conn, c => {
        dsl::committee_members
            .filter(dsl::event_id.eq(event))
            .filter(dsl::published.eq(true))
            .order((dsl::position, dsl::id))
            .select((
                dsl::id, dsl::name, dsl::affiliation, dsl::role, dsl::bio, dsl::photo_url, dsl::position,
            ))
            .load(c)
    })?;
    let member = |(id, name, affiliation, role, bio, photo_url, position): MemberRow| Member {
        id,
        name,
        affiliation,
        role: role.0,
        bio: bio.0,
        photo_url,
        position,
    };
    Ok(rows.into_iter().map(member).collect())
}

/// When one can register for this event. Nothing is on sale until there are tickets.
///
/// # Errors
/// The store's failure.
pub fn registration_window(
    _conn: &mut Conn,
    _event: &Event,
    _now: Instant,
) -> Result<RegistrationWindow, DbError> {
    Ok(RegistrationWindow::default())
}

/// The public versions of these events, as far as they are still there.
///
/// # Errors
/// The store's failure.
pub fn public_versions(conn: &mut Conn, ids: &[EventId]) -> Result<Vec<(EventId, i64)>, DbError> {
    Ok(per_backend!(conn, c => {
        events::table
            .filter(events::id.eq_any(ids))
            .select((events::id, events::public_version))
            .load(c)
    })?)
}
