//! Events in the store. Nothing is found without the scope of who asks.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Date;

use super::model::{
    CalendarChanges, Dates, Event, EventOrganiser, EventState, Format, Links, Phase, Venue,
};
use super::public_store::{public_version, touch_public};
use crate::clock::Instant;
use crate::db::schema::{
    attendees, events, organisations, registrations, series, sessions, ticket_types,
};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, EventKind, OrganisationId, SeriesId, SlugOr};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::{Language, Languages, Localized, Slug};

/// Sorts undated events last, on both stores.
const SORT_DATE: &str = "coalesce(events.starts_on, '9999-12-31')";
const LAST: Option<NaiveDate> = NaiveDate::from_ymd_opt(9999, 12, 31);

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = events, treat_none_as_null = true)]
struct Row {
    id: EventId,
    organisation_id: OrganisationId,
    series_id: Option<SeriesId>,
    slug: String,
    title: AsJson<Localized>,
    subtitle: AsJson<Localized>,
    description: AsJson<Localized>,
    edition: Option<i32>,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    starts_at: Option<Instant>,
    ends_at: Option<Instant>,
    timezone: String,
    format: AsWord<Format>,
    venue: Option<AsJson<Venue>>,
    languages: AsJson<Vec<Language>>,
    default_language: String,
    organisers: AsJson<Vec<EventOrganiser>>,
    links: AsJson<Links>,
    cancel_until: Option<Instant>,
    state: AsWord<EventState>,
    search_text: String,
    published_at: Option<Instant>,
    version: i32,
    public_version: i64,
    public_changed_at: Instant,
    created_at: Instant,
    updated_at: Instant,
    released_version: i32,
    calendar_changes: AsJson<CalendarChanges>,
}

type Joined = (Row, String, Option<String>);

fn domain((row, organisation_slug, series_slug): Joined) -> Result<Event, DbError> {
    let default = Language::parse(&row.default_language)
        .map_err(|refused| DbError::internal(refused.detail))?;
    Ok(Event {
        id: row.id,
        organisation_id: row.organisation_id,
        organisation_slug,
        series: row.series_id.zip(series_slug),
        slug: Slug::from_stored(row.slug),
        title: row.title.0,
        subtitle: row.subtitle.0,
        description: row.description.0,
        edition: row.edition,
        dates: row
            .starts_on
            .zip(row.ends_on)
            .map(|(starts_on, ends_on)| Dates { starts_on, ends_on }),
        timezone: row.timezone.parse().map_err(DbError::internal)?,
        format: row.format.0,
        venue: row.venue.map(|venue| venue.0),
        languages: Languages {
            all: row.languages.0,
            default,
        },
        organisers: row.organisers.0,
        links: row.links.0,
        cancel_until: row.cancel_until,
        state: row.state.0,
        published_at: row.published_at,
        version: row.version,
        public_version: row.public_version,
        released_version: row.released_version,
        calendar_changes: row.calendar_changes.0,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn row(event: &Event) -> Row {
    Row {
        id: event.id,
        organisation_id: event.organisation_id,
        series_id: event.series.as_ref().map(|(id, _)| *id),
        slug: event.slug.to_string(),
        title: AsJson(event.title.clone()),
        subtitle: AsJson(event.subtitle.clone()),
        description: AsJson(event.description.clone()),
        edition: event.edition,
        starts_on: event.dates.map(|dates| dates.starts_on),
        ends_on: event.dates.map(|dates| dates.ends_on),
        starts_at: event.starts_at(),
        ends_at: event.ends_at(),
        timezone: event.timezone.name().to_owned(),
        format: AsWord(event.format),
        venue: event.venue.clone().map(AsJson),
        languages: AsJson(event.languages.all.clone()),
        default_language: event.languages.default.to_string(),
        organisers: AsJson(event.organisers.clone()),
        links: AsJson(event.links.clone()),
        cancel_until: event.cancel_until,
        state: AsWord(event.state),
        search_text: event.search_text(),
        published_at: event.published_at,
        version: event.version,
        public_version: event.public_version,
        public_changed_at: event.updated_at,
        created_at: event.created_at,
        updated_at: event.updated_at,
        released_version: event.released_version,
        calendar_changes: AsJson(event.calendar_changes),
    }
}

/// Whose events a query sees.
#[derive(Debug, Clone, Copy)]
enum Scope {
    Owned(OrganisationId),
    Public,
    Inside,
}

fn find(conn: &mut Conn, scope: Scope, key: &SlugOr<EventKind>) -> Result<Option<Event>, DbError> {
    let found: Option<Joined> = per_backend!(conn, c => {
        let mut query = events::table
            .inner_join(organisations::table.on(organisations::id.eq(events::organisation_id)))
            .left_join(series::table.on(series::id.nullable().eq(events::series_id)))
            .select((Row::as_select(), organisations::slug, series::slug.nullable()))
            .into_boxed();
        query = match key {
            SlugOr::Id(id) => query.filter(events::id.eq(*id)),
            SlugOr::Slug(slug) => query.filter(events::slug.eq(slug)),
        };
        query = match scope {
            Scope::Owned(organisation) => query.filter(events::organisation_id.eq(organisation)),
            Scope::Public => query.filter(events::state.ne(AsWord(EventState::Draft))),
            Scope::Inside => query,
        };
        query.first(c).optional()
    })?;
    found.map(domain).transpose()
}

/// One event of the organisation, in any state.
///
/// # Errors
/// The store's failure.
pub fn find_owned(
    conn: &mut Conn,
    organisation: OrganisationId,
    key: &SlugOr<EventKind>,
) -> Result<Option<Event>, DbError> {
    find(conn, Scope::Owned(organisation), key)
}

/// One event that anybody may read.
///
/// # Errors
/// The store's failure.
pub fn find_public(conn: &mut Conn, key: &SlugOr<EventKind>) -> Result<Option<Event>, DbError> {
    find(conn, Scope::Public, key)
}

/// One event of any organisation, in any state: for the command line, whose user owns them all.
///
/// # Errors
/// The store's failure.
pub fn find_anywhere(conn: &mut Conn, key: &SlugOr<EventKind>) -> Result<Option<Event>, DbError> {
    find(conn, Scope::Inside, key)
}

/// The event of something that was found within its own scope, such as a registration by its token.
///
/// # Errors
/// The store's failure; an event that is gone is one.
pub fn find_by_id(conn: &mut Conn, id: EventId) -> Result<Event, DbError> {
    find(conn, Scope::Inside, &SlugOr::Id(id))?.ok_or_else(|| DbError::internal("an event is gone"))
}

/// What a list of events is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this organisation, in any state; `None`: what anybody may read.
    pub organisation: Option<OrganisationId>,
    /// Only of this series.
    pub series: Option<SeriesId>,
    /// Only in this phase at this instant.
    pub phase: Option<(Phase, Instant)>,
    /// Only in this state.
    pub state: Option<EventState>,
    /// Only of this format.
    pub format: Option<Format>,
    /// Ends on this day or later.
    pub from: Option<NaiveDate>,
    /// Starts on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Title or subtitle contains this.
    pub text: Option<String>,
    /// Newest first instead of by date.
    pub newest_first: bool,
}

/// The sort key of lists of events.
pub type EventKey = (NaiveDate, EventId);

/// Events by date, undated ones last (with `newest_first`, the other way round).
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    keyset: &Keyset<EventKey>,
) -> Result<Page<Event>, DbError> {
    let rows: Vec<Joined> = per_backend!(conn, c => {
        let mut query = events::table
            .inner_join(organisations::table.on(organisations::id.eq(events::organisation_id)))
            .left_join(series::table.on(series::id.nullable().eq(events::series_id)))
            .limit(keyset.fetch())
            .select((Row::as_select(), organisations::slug, series::slug.nullable()))
            .into_boxed();
        query = match filter.organisation {
            Some(organisation) => query.filter(events::organisation_id.eq(organisation)),
            None => query.filter(events::state.ne(AsWord(EventState::Draft))),
        };
        if let Some(series) = filter.series {
            query = query.filter(events::series_id.eq(series));
        }
        if let Some((phase, now)) = filter.phase {
            query = match phase {
                Phase::Upcoming => query.filter(events::starts_at.is_null().or(events::starts_at.gt(now))),
                Phase::Ongoing => query.filter(events::starts_at.le(now)).filter(events::ends_at.gt(now)),
                Phase::Ended => query.filter(events::ends_at.le(now)),
            };
        }
        if let Some(state) = filter.state {
            query = query.filter(events::state.eq(AsWord(state)));
        }
        if let Some(format) = filter.format {
            query = query.filter(events::format.eq(AsWord(format)));
        }
        if let Some(from) = filter.from {
            query = query.filter(events::ends_on.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(events::starts_on.le(to));
        }
        if let Some(text) = &filter.text {
            query = query.filter(events::search_text.like(contains(text)).escape('\\'));
        }
        if let Some((date, id)) = keyset.after {
            let key = || sql::<Date>(SORT_DATE);
            query = if filter.newest_first {
                query.filter(key().lt(date).or(key().eq(date).and(events::id.lt(id))))
            } else {
                query.filter(key().gt(date).or(key().eq(date).and(events::id.gt(id))))
            };
        }
        query = if filter.newest_first {
            query.order((sql::<Date>(SORT_DATE).desc(), events::id.desc()))
        } else {
            query.order((sql::<Date>(SORT_DATE), events::id))
        };
        query.load(c)
    })?;
    let list = rows
        .into_iter()
        .map(domain)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(list, keyset, |event| {
        (event.dates.map(|dates| dates.starts_on).or(LAST), event.id)
    }))
}

/// A LIKE pattern for text that contains this, in lower case, its wildcards taken as letters.
fn contains(text: &str) -> String {
    let escaped = text
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// Inserts an event; `false` if its slug is taken.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &Event) -> Result<bool, DbError> {
    let row = row(new);
    let rows = per_backend!(conn, c => {
        diesel::insert_into(events::table).values(&row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(rows == 1)
}

/// Writes a changed event over the version it was read in, and raises what the public sees;
/// `false` if it changed meanwhile.
///
/// # Errors
/// [`DbError::Unique`] if the slug is taken, or the store's failure.
pub fn update(conn: &mut Conn, changed: &Event) -> Result<bool, DbError> {
    // First, so that the row is held: what others raised meanwhile is not written over.
    touch_public(conn, changed.id, changed.updated_at)?;
    let mut row = row(changed);
    row.version += 1;
    row.public_version = public_version(conn, changed.id)?;
    let rows = per_backend!(conn, c => {
        diesel::update(
            events::table.filter(events::id.eq(changed.id)).filter(events::version.eq(changed.version)),
        )
        .set(&row)
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Locks the event's row until the transaction ends; `false` once the event is archived.
///
/// # Errors
/// The store's failure.
pub fn lock_unless_archived(conn: &mut Conn, id: EventId) -> Result<bool, DbError> {
    // A write that changes nothing is the row lock that both stores have.
    let rows = per_backend!(conn, c => {
        diesel::update(
            events::table
                .filter(events::id.eq(id))
                .filter(events::state.ne(AsWord(EventState::Archived))),
        )
        .set(events::released_version.eq(events::released_version))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Whether anybody has registered, ever.
///
/// # Errors
/// The store's failure.
pub fn has_registrations(conn: &mut Conn, id: EventId) -> Result<bool, DbError> {
    Ok(per_backend!(conn, c => {
        diesel::select(diesel::dsl::exists(registrations::table.filter(registrations::event_id.eq(id))))
            .get_result(c)
    })?)
}

/// Whether a session of the working copy has a time.
///
/// # Errors
/// The store's failure.
pub fn has_timed_sessions(conn: &mut Conn, id: EventId) -> Result<bool, DbError> {
    Ok(per_backend!(conn, c => {
        diesel::select(diesel::dsl::exists(
            sessions::table.filter(sessions::event_id.eq(id)).filter(sessions::starts_at.is_not_null()),
        ))
        .get_result(c)
    })?)
}

/// Deletes an event with everything in its programme.
///
/// # Errors
/// [`DbError::Reference`] while it has registrations, or the store's failure.
pub fn delete(conn: &mut Conn, id: EventId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        // Sessions, attendees and ticket types first: they refer to rooms, tracks, ticket types and
        // quotas without cascade.
        diesel::delete(sessions::table.filter(sessions::event_id.eq(id)))
            .execute(c)
            .and_then(|_| diesel::delete(attendees::table.filter(attendees::event_id.eq(id))).execute(c))
            .and_then(|_| diesel::delete(ticket_types::table.filter(ticket_types::event_id.eq(id))).execute(c))
            .and_then(|_| diesel::delete(events::table.filter(events::id.eq(id))).execute(c))
    })?;
    Ok(())
}
