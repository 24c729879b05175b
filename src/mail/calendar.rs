//! The calendar entry that comes with a confirmation, and the one that takes it away again
//! (RFC 5545, RFC 5546).

use chrono::NaiveDate;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use super::wording::Tongue;
use crate::clock::Instant;

/// What an entry does in the reader's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Puts it there, or brings it up to date.
    Publish,
    /// Takes it away.
    Cancel,
}

impl Method {
    /// As it stands in `METHOD` and in the media type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Cancel => "CANCEL",
        }
    }
}

/// One entry: whole days, so that no clock can be wrong.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The same in every mail about this registration; nothing personal.
    pub uid: &'a str,
    /// Rises with every change.
    pub sequence: i32,
    /// Title of the event.
    pub title: &'a str,
    /// Where; some calendars drop an entry without it.
    pub venue: Option<&'a str>,
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// Whom it is from.
    pub organiser: &'a str,
    /// When the mail was written.
    pub written_at: Instant,
    /// Language of its own words.
    pub tongue: Tongue,
}

impl Entry<'_> {
    /// The file, with CRLF.
    #[must_use]
    pub fn file(&self, method: Method) -> String {
        let (first, last) = self.days;
        let nowhere = match self.tongue {
            Tongue::Bokmal => "Kunngjøres",
            Tongue::Nynorsk => "Blir kunngjort",
            Tongue::English => "To be announced",
        };
        let mut event = Event::with_uid(self.uid);
        event
            .timestamp(self.written_at.utc())
            .sequence(u32::try_from(self.sequence).unwrap_or(0))
            .summary(self.title)
            .location(self.venue.unwrap_or(nowhere))
            .starts(first)
            // The day after: an entry of days ends before its end (RFC 5545, 3.6.1).
            .ends(last.succ_opt().unwrap_or(last))
            .append_property(Property::new(
                "ORGANIZER",
                format!("mailto:{}", self.organiser),
            ))
            // Whole days must not block out the calendar.
            .add_property("TRANSP", "TRANSPARENT");
        event.status(match method {
            Method::Publish => EventStatus::Confirmed,
            Method::Cancel => EventStatus::Cancelled,
        });
        let mut calendar = Calendar::empty();
        calendar
            .append_property(("VERSION", "2.0"))
            .append_property(("PRODID", "-//Kongress//Kongress//EN"))
            .append_property(("CALSCALE", "GREGORIAN"))
            .append_property(("METHOD", method.as_str()));
        calendar.push(event.done()).to_string()
    }
}
