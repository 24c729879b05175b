//! What organisers do with series and events.

use super::input::{EventInput, ParsedEvent};
use super::languages_store::other_languages;
use super::model::{CalendarChanges, Event, EventState, Transition};
use super::series::{self, Series};
use super::series_input::{ParsedSeries, SeriesInput};
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError, Stop};
use crate::faults::Faults;
use crate::ids::{OrganisationId, SeriesKind, SlugOr};
use crate::text::{Languages, Slug};

/// Why a change of a series or an event was refused.
#[derive(Debug)]
pub enum EventRefusal {
    /// The input can't be accepted.
    Faults(Faults),
    /// The slug is another's.
    SlugTaken,
    /// Changed meanwhile.
    Stale,
    /// The state does not lead there.
    WrongState(EventState),
    /// It has events, or registrations.
    InUse(&'static str),
}

type Outcome<T> = Result<T, Stop<EventRefusal>>;

/// How many numbered slugs are tried for a derived one.
const TRIES: u32 = 200;

/// Whose things are made.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Id.
    pub id: OrganisationId,
    /// Slug.
    pub slug: String,
}

impl Owner {
    fn check(&self, given: Option<&str>) -> Result<(), Stop<EventRefusal>> {
        if given.is_none_or(|given| given == self.slug || given == self.id.to_string()) {
            return Ok(());
        }
        let faults = Faults::one(
            "/organisation",
            "unknown_organisation",
            "The organisation is the one of the token.",
        );
        Err(Stop::Refused(EventRefusal::Faults(faults)))
    }
}

fn refused<T>(refusal: EventRefusal) -> Outcome<T> {
    Err(Stop::Refused(refusal))
}

/// Inserts under the given slug, or under the first free one derived from the title.
fn insert_with_slug(
    given: Option<Slug>,
    title: &str,
    fallback: &str,
    mut insert: impl FnMut(Slug) -> Result<bool, DbError>,
) -> Outcome<()> {
    if let Some(slug) = given {
        return if insert(slug)? {
            Ok(())
        } else {
            refused(EventRefusal::SlugTaken)
        };
    }
    let derived = Slug::derive(title, fallback);
    for n in 1..=TRIES {
        if insert(derived.numbered(n))? {
            return Ok(());
        }
    }
    refused(EventRefusal::SlugTaken)
}

/// Makes a series.
///
/// # Errors
/// What [`EventRefusal`] says.
pub fn create_series(
    tx: &mut Conn,
    now: Instant,
    owner: &Owner,
    input: &SeriesInput,
) -> Outcome<Series> {
    owner.check(input.organisation.as_deref())?;
    let parsed = input
        .parse()
        .map_err(|faults| Stop::Refused(EventRefusal::Faults(faults)))?;
    let title = parsed
        .title
        .best(parsed.languages.default.as_str(), "")
        .to_owned();
    let mut series = Series {
        id: new_id(),
        organisation_id: owner.id,
        slug: Slug::from_stored(String::new()),
        title: parsed.title,
        description: parsed.description,
        languages: parsed.languages,
        website_url: parsed.website_url,
        version: 1,
        created_at: now,
    };
    insert_with_slug(parsed.slug, &title, "series", |slug| {
        series.slug = slug;
        series::insert(tx, &series)
    })?;
    Ok(series)
}

/// Changes a series that was read in this transaction.
///
/// # Errors
/// What [`EventRefusal`] says.
pub fn update_series(
    tx: &mut Conn,
    owner: &Owner,
    current: &Series,
    input: &SeriesInput,
) -> Outcome<Series> {
    owner.check(input.organisation.as_deref())?;
    let ParsedSeries {
        slug,
        title,
        description,
        languages,
        website_url,
    } = input
        .parse()
        .map_err(|faults| Stop::Refused(EventRefusal::Faults(faults)))?;
    let mut changed = Series {
        slug: slug.unwrap_or_else(|| current.slug.clone()),
        title,
        description,
        languages,
        website_url,
        ..current.clone()
    };
    match series::update(tx, &changed) {
        Ok(true) => {
            changed.version += 1;
            Ok(changed)
        }
        Ok(false) => refused(EventRefusal::Stale),
        Err(DbError::Unique) => refused(EventRefusal::SlugTaken),
        Err(error) => Err(error.into()),
    }
}

/// Deletes a series without events.
///
/// # Errors
/// [`EventRefusal::InUse`] while it has some.
pub fn delete_series(tx: &mut Conn, series: &Series) -> Outcome<()> {
    match series::delete(tx, series.id) {
        Err(DbError::Reference) => refused(EventRefusal::InUse("The series has events.")),
        result => Ok(result?),
    }
}

/// Finds the series an event is put in, within the organisation, and parses the rest.
fn parse_event(
    tx: &mut Conn,
    owner: &Owner,
    input: &EventInput,
) -> Outcome<(ParsedEvent, Option<Series>)> {
    owner.check(input.organisation.as_deref())?;
    let series = match &input.series_id {
        None => None,
        Some(key) => series::find(tx, Some(owner.id), &SlugOr::<SeriesKind>::parse(key))?,
    };
    let mut faults = Faults::new();
    if input.series_id.is_some() && series.is_none() {
        faults.add(
            "/series_id",
            "unknown_series",
            "The series is one of this organisation's, by id or slug.",
        );
    }
    let parsed = input.parse(series.as_ref().map(|series| &series.languages));
    let parsed = parsed.map_err(|more| faults.extend(more)).ok();
    match faults.finish(parsed) {
        Ok(parsed) => Ok((parsed, series)),
        Err(faults) => refused(EventRefusal::Faults(faults)),
    }
}

/// Makes an event, as a draft.
///
/// # Errors
/// What [`EventRefusal`] says.
pub fn create_event(
    tx: &mut Conn,
    now: Instant,
    owner: &Owner,
    input: &EventInput,
) -> Outcome<Event> {
    let (parsed, series) = parse_event(tx, owner, input)?;
    let title = parsed
        .title
        .best(parsed.languages.default.as_str(), "")
        .to_owned();
    let given = parsed.slug.clone();
    let draft = Event {
        id: new_id(),
        organisation_id: owner.id,
        organisation_slug: owner.slug.clone(),
        series: None,
        slug: Slug::from_stored(String::new()),
        title: crate::text::Localized::default(),
        subtitle: crate::text::Localized::default(),
        description: crate::text::Localized::default(),
        edition: None,
        dates: None,
        timezone: parsed.timezone,
        format: parsed.format,
        venue: None,
        languages: parsed.languages.clone(),
        organisers: Vec::new(),
        links: super::model::Links::default(),
        cancel_until: None,
        state: EventState::Draft,
        published_at: None,
        version: 1,
        public_version: 1,
        released_version: 0,
        calendar_changes: CalendarChanges::default(),
        created_at: now,
        updated_at: now,
    };
    let mut event = filled(draft, parsed, series);
    insert_with_slug(given, &title, "event", |slug| {
        event.slug = slug;
        store::insert(tx, &event)
    })?;
    Ok(event)
}

fn filled(event: Event, parsed: ParsedEvent, series: Option<Series>) -> Event {
    Event {
        series: series.map(|series| (series.id, series.slug.to_string())),
        slug: parsed.slug.unwrap_or_else(|| event.slug.clone()),
        title: parsed.title,
        subtitle: parsed.subtitle,
        description: parsed.description,
        edition: parsed.edition,
        dates: parsed.dates,
        timezone: parsed.timezone,
        format: parsed.format,
        venue: parsed.venue,
        languages: parsed.languages,
        organisers: parsed.organisers,
        links: parsed.links,
        cancel_until: parsed.cancel_until,
        ..event
    }
}

/// Changes an event that was read in this transaction.
///
/// # Errors
/// What [`EventRefusal`] says.
pub fn update_event(
    tx: &mut Conn,
    now: Instant,
    owner: &Owner,
    current: &Event,
    input: &EventInput,
) -> Outcome<Event> {
    let (parsed, series) = parse_event(tx, owner, input)?;
    if parsed.dates.is_none() && store::has_timed_sessions(tx, current.id)? {
        let faults = Faults::one(
            "/starts_on",
            "has_timed_sessions",
            "Sessions have times; an event to be announced has none.",
        );
        return refused(EventRefusal::Faults(faults));
    }
    check_languages(tx, current, &parsed.languages)?;
    let changed = filled(current.clone(), parsed, series);
    save(tx, now, current, changed)
}

/// A language stays as long as something of the event has a text in it.
fn check_languages(tx: &mut Conn, current: &Event, wanted: &Languages) -> Outcome<()> {
    let mut before = current.languages.all.iter();
    if before.all(|language| wanted.all.contains(language)) {
        return Ok(());
    }
    let mut faults = Faults::new();
    for (language, things) in other_languages(tx, current.id, wanted)? {
        faults.add(
            "/languages",
            "language_in_use",
            format!(
                "There are texts in {language}: {}. Change those first, or keep the language.",
                things.join(", ")
            ),
        );
    }
    faults
        .finish(Some(()))
        .map_err(|faults| Stop::Refused(EventRefusal::Faults(faults)))
}

/// Moves an event along its life.
///
/// # Errors
/// [`EventRefusal::WrongState`] when the state does not lead there.
pub fn change_state(
    tx: &mut Conn,
    now: Instant,
    current: &Event,
    transition: Transition,
) -> Outcome<Event> {
    let state = transition
        .apply(current.state)
        .map_err(|wrong| Stop::Refused(EventRefusal::WrongState(wrong.0)))?;
    let published_at = current
        .published_at
        .or((state == EventState::Published).then_some(now));
    let changed = Event {
        state,
        published_at,
        ..current.clone()
    };
    save(tx, now, current, changed)
}

fn save(tx: &mut Conn, now: Instant, current: &Event, mut changed: Event) -> Outcome<Event> {
    changed.updated_at = now;
    if changed.shown_in_calendars() != current.shown_in_calendars() {
        changed.calendar_changes.count += 1;
        changed.calendar_changes.last_at = Some(now);
    }
    match store::update(tx, &changed) {
        Ok(true) => {
            changed.version += 1;
            changed.public_version += 1;
            Ok(changed)
        }
        Ok(false) => refused(EventRefusal::Stale),
        Err(DbError::Unique) => refused(EventRefusal::SlugTaken),
        Err(error) => Err(error.into()),
    }
}

/// Deletes a draft without registrations.
///
/// # Errors
/// [`EventRefusal::WrongState`] for anything but a draft, [`EventRefusal::InUse`] with registrations.
pub fn delete_event(tx: &mut Conn, event: &Event) -> Outcome<()> {
    if event.state != EventState::Draft {
        return refused(EventRefusal::WrongState(event.state));
    }
    if store::has_registrations(tx, event.id)? {
        return refused(EventRefusal::InUse("The event has registrations."));
    }
    Ok(store::delete(tx, event.id)?)
}
