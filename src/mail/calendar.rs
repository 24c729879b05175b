//! The calendar entry that comes with a confirmation, and the one that takes it away again
//! (RFC 5545, RFC 5546); and what every calendar file of ours begins with.

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
        let mut event = Event::with_uid(self.uid);
        event
            .timestamp(self.written_at.utc())
            .sequence(u32::try_from(self.sequence).unwrap_or(0))
            .summary(self.title)
            .location(self.venue.unwrap_or(nowhere(self.tongue)))
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
        print(empty(method).push(event.done()))
    }
}

/// A calendar without entries.
#[must_use]
pub fn empty(method: Method) -> Calendar {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Kongress//Kongress//EN"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", method.as_str()));
    calendar
}

/// The file, its lines folded anew: those of the crate are one octet too long from the second on, and
/// lose sight of where a character ends.
#[must_use]
pub fn print(calendar: &Calendar) -> String {
    let unfolded = calendar.to_string().replace("\r\n ", "");
    let mut file = String::with_capacity(unfolded.len() + unfolded.len() / 32);
    for line in unfolded.split_terminator("\r\n") {
        fold(line, &mut file);
    }
    file
}

/// At most 75 octets a line, the space that a further one begins with included, and never within a
/// character (RFC 5545, 3.1).
fn fold(line: &str, file: &mut String) {
    let (mut rest, mut room) = (line, 75);
    while rest.len() > room {
        let (now, later) = rest.split_at(rest.floor_char_boundary(room));
        file.push_str(now);
        file.push_str("\r\n ");
        (rest, room) = (later, 74);
    }
    file.push_str(rest);
    file.push_str("\r\n");
}

/// What a place is called that is not known yet; some calendars drop an entry without one.
#[must_use]
pub const fn nowhere(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::Bokmal => "Kunngjøres",
        Tongue::Nynorsk => "Blir kunngjort",
        Tongue::English => "To be announced",
    }
}
