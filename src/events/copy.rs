//! An event made from another: the next edition.

use chrono::{NaiveDate, TimeDelta};

use super::actions::EventRefusal;
use super::model::{CalendarChanges, Dates, Event, EventState};
use super::{series, store};
use crate::clock::{Instant, new_id};
use crate::db::{Conn, Stop};
use crate::text::Slug;
use crate::text::wall::moved;

/// The event that was made, and how far everything in it moves.
#[derive(Debug)]
pub struct Edition {
    /// The event, a draft.
    pub event: Event,
    /// Whole days.
    pub moved_by: TimeDelta,
    /// Whether the end of cancelling fell into an hour that the clock skips.
    pub skips: bool,
}

/// Makes a draft with the texts, the place and the organisers of `source`, that starts on this day and
/// is the next edition of its series.
///
/// # Errors
/// [`EventRefusal::SlugTaken`], or the store's failure.
pub fn copy(
    tx: &mut Conn,
    now: Instant,
    source: &Event,
    slug: &Slug,
    starts_on: NaiveDate,
) -> Result<Edition, Stop<EventRefusal>> {
    let moved_by = source
        .dates
        .map_or(TimeDelta::zero(), |dates| starts_on - dates.starts_on);
    let ends_on = source
        .dates
        .and_then(|dates| dates.ends_on.checked_add_signed(moved_by));
    let cancel_until = source
        .cancel_until
        .map(|at| moved(source.timezone, at, moved_by));
    let edition = match &source.series {
        Some((id, _)) => series::last_edition(tx, *id)?.map(|last| last.saturating_add(1)),
        None => source.edition.map(|edition| edition.saturating_add(1)),
    };
    let event = Event {
        id: new_id(),
        slug: slug.clone(),
        edition,
        dates: Some(Dates {
            starts_on,
            ends_on: ends_on.unwrap_or(starts_on),
        }),
        cancel_until: cancel_until.map(|moved| moved.at),
        state: EventState::Draft,
        published_at: None,
        version: 1,
        public_version: 1,
        released_version: 0,
        calendar_changes: CalendarChanges::default(),
        created_at: now,
        updated_at: now,
        ..source.clone()
    };
    if !store::insert(tx, &event)? {
        return Err(Stop::Refused(EventRefusal::SlugTaken));
    }
    Ok(Edition {
        event,
        moved_by,
        skips: cancel_until.is_some_and(|moved| !moved.exists),
    })
}
