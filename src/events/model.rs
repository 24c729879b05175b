//! An event and its rules. Pure.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{EventId, OrganisationId, SeriesId};
use crate::text::{Languages, Localized, Slug, time};

crate::words! {
    /// How one takes part.
    pub enum Format {
        /// In a hall.
        InPerson = "in_person",
        /// On a screen.
        Digital = "digital",
        /// Both.
        Hybrid = "hybrid",
    }

    /// Where an event is in its life.
    pub enum EventState {
        /// Only its organisers see it.
        Draft = "draft",
        /// Anybody sees it, and tickets may be on sale.
        Published = "published",
        /// Programme and tickets are locked; video, mail and erasure stay open.
        Archived = "archived",
        /// Still readable and listed; tickets are closed.
        Cancelled = "cancelled",
    }

    /// Where an event is in time.
    pub enum Phase {
        /// Before its first day, or without a date yet.
        Upcoming = "upcoming",
        /// Between its first and its last day, both included.
        Ongoing = "ongoing",
        /// After its last day.
        Ended = "ended",
    }

    /// What an organiser is to an event; it is shown and grants nothing.
    pub enum OrganiserRole {
        /// Runs it; several hosts are equals.
        Host = "host",
        /// Runs it with the host.
        CoHost = "co_host",
        /// Supports it.
        Sponsor = "sponsor",
    }
}

/// Where an event takes place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Venue {
    /// Name.
    pub name: String,
    /// Street address in one line.
    pub address: Option<String>,
    /// Four digits, leading zero kept.
    pub municipality_number: Option<String>,
    /// Degrees north, −90 to 90.
    pub latitude: Option<f64>,
    /// Degrees east, −180 to 180.
    pub longitude: Option<f64>,
    /// A map.
    pub map_url: Option<String>,
}

/// An organiser as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventOrganiser {
    /// Name.
    pub name: String,
    /// Slug of the organisation, where it is one here.
    pub organisation: Option<String>,
    /// What it is to the event.
    pub role: OrganiserRole,
    /// Its website.
    pub url: Option<String>,
}

/// Addresses around an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Whom to ask.
    pub contact_email: Option<String>,
    /// The event's own website.
    pub website_url: Option<String>,
    /// How personal data is treated.
    pub privacy_url: Option<String>,
    /// Terms that attendees accept; where it is set, they must.
    pub terms_url: Option<String>,
}

/// The first and the last day, in the event's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day, included.
    pub ends_on: NaiveDate,
}

/// How often, and when last, something changed that every entry of the event's calendars shows. A number
/// that never falls (RFC 5545, 3.8.7.4), and so is kept, not computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarChanges {
    /// How often.
    pub count: u32,
    /// When last.
    pub last_at: Option<Instant>,
}

/// One edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The slug of that organisation.
    pub organisation_slug: String,
    /// The series it is an edition of: id and slug.
    pub series: Option<(SeriesId, String)>,
    /// Unique over all events.
    pub slug: Slug,
    /// Title.
    pub title: Localized,
    /// Subtitle.
    pub subtitle: Localized,
    /// Markdown.
    pub description: Localized,
    /// Ordinal, 1 or more.
    pub edition: Option<i32>,
    /// `None`: to be announced.
    pub dates: Option<Dates>,
    /// The zone of its dates and times.
    pub timezone: Tz,
    /// How one takes part.
    pub format: Format,
    /// Where.
    pub venue: Option<Venue>,
    /// The languages of its texts.
    pub languages: Languages,
    /// Who runs it, as shown.
    pub organisers: Vec<EventOrganiser>,
    /// Addresses around it.
    pub links: Links,
    /// Until when attendees may cancel themselves; `None`: until it starts.
    pub cancel_until: Option<Instant>,
    /// Where it is in its life.
    pub state: EventState,
    /// When it was published first.
    pub published_at: Option<Instant>,
    /// Rises with every change by an organiser.
    pub version: i32,
    /// Rises with every change that the public sees at once.
    pub public_version: i64,
    /// The newest programme release; 0 before the first.
    pub released_version: i32,
    /// What calendars count of it.
    pub calendar_changes: CalendarChanges,
    /// When it was made.
    pub created_at: Instant,
    /// When it was changed.
    pub updated_at: Instant,
}

impl Event {
    /// The midnight its first day begins with.
    #[must_use]
    pub fn starts_at(&self) -> Option<Instant> {
        self.dates
            .map(|dates| time::start_of_day(self.timezone, dates.starts_on))
    }

    /// The midnight its last day ends with.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        self.dates
            .map(|dates| time::end_of_day(self.timezone, dates.ends_on))
    }

    /// Where it is in time. Undated events are upcoming.
    #[must_use]
    pub fn phase(&self, now: Instant) -> Phase {
        match (self.starts_at(), self.ends_at()) {
            (Some(_), Some(end)) if now >= end => Phase::Ended,
            (Some(start), Some(_)) if now >= start => Phase::Ongoing,
            _ => Phase::Upcoming,
        }
    }

    /// Whether anybody may read it.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        !matches!(self.state, EventState::Draft)
    }

    /// What every entry of its calendars shows of it: whether it is called off, where it is, and the
    /// language of the texts.
    #[must_use]
    pub fn shown_in_calendars(&self) -> (bool, Option<&str>, &str) {
        let venue = self.venue.as_ref().map(|venue| venue.name.as_str());
        let is_off = self.state == EventState::Cancelled;
        (is_off, venue, self.languages.default.as_str())
    }

    /// Whether programme and tickets can be edited.
    #[must_use]
    pub const fn is_editable(&self) -> bool {
        !matches!(self.state, EventState::Archived)
    }

    /// The entity tag of the organiser's view, unquoted: the version, and the phase, which changes
    /// without anybody's doing.
    #[must_use]
    pub fn tag(&self, now: Instant) -> String {
        format!("v{}-{}", self.version, self.phase(now))
    }

    /// The text that `q` searches.
    #[must_use]
    pub fn search_text(&self) -> String {
        let texts = self.title.0.values().chain(self.subtitle.0.values());
        texts
            .map(|text| text.to_lowercase())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// A change of state that an organiser asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Makes a draft public.
    Publish,
    /// Locks programme and tickets.
    Archive,
    /// Calls the event off.
    Cancel,
    /// Takes an archived or cancelled event back to published.
    Reopen,
}

/// The state does not lead there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongState(pub EventState);

impl Transition {
    /// The state after the change.
    ///
    /// # Errors
    /// When the change does not lead on from `from`.
    pub const fn apply(self, from: EventState) -> Result<EventState, WrongState> {
        match (self, from) {
            (Self::Publish, EventState::Draft) => Ok(EventState::Published),
            (Self::Archive, EventState::Published) => Ok(EventState::Archived),
            (Self::Cancel, EventState::Published) => Ok(EventState::Cancelled),
            (Self::Reopen, EventState::Archived | EventState::Cancelled) => {
                Ok(EventState::Published)
            }
            (_, state) => Err(WrongState(state)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Word;

    #[test]
    fn only_the_drawn_transitions_exist() {
        use EventState::{Archived, Cancelled, Draft, Published};
        let drawn = [
            (Transition::Publish, Draft, Published),
            (Transition::Archive, Published, Archived),
            (Transition::Cancel, Published, Cancelled),
            (Transition::Reopen, Archived, Published),
            (Transition::Reopen, Cancelled, Published),
        ];
        for transition in [
            Transition::Publish,
            Transition::Archive,
            Transition::Cancel,
            Transition::Reopen,
        ] {
            for from in EventState::ALL {
                let expected = drawn
                    .iter()
                    .find(|(t, f, _)| *t == transition && f == from)
                    .map(|(_, _, to)| *to);
                assert_eq!(
                    transition.apply(*from).ok(),
                    expected,
                    "{transition:?} from {from}"
                );
            }
        }
    }
}
