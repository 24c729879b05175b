//! Sessions as a calendar (RFC 5545, RFC 7986), to be followed or taken over once.
//!
//! Instants are UTC, so that no zone has to be explained. An entry keeps its `UID` for ever, and its
//! `SEQUENCE` rises with every release that gave it another time, room or name of the room, took it
//! away or brought it back, and with every change of the event that it shows; it never falls. What is
//! taken away, or loses its time, stays as `STATUS:CANCELLED`, so that it leaves calendars that have
//! it.

use std::collections::HashMap;

use icalendar::{Calendar, Component, Event as Entry, EventLike, EventStatus, Property};

use super::shown::{Shown, video};
use crate::clock::Instant;
use crate::events::EventState;
use crate::ids::{RoomId, SessionId};
use crate::mail::calendar::{Method, empty, print};
use crate::programme::Past;
use crate::programme::document::{Room, Session};
use crate::publication::video_wire::PublishedSession;
use crate::text::Localized;

/// How often whoever follows a calendar looks again (RFC 7986, 5.7).
const EVERY: &str = "PT1H";

/// Draws calendars of one event.
#[derive(Debug)]
pub struct Almanac<'a> {
    shown: &'a Shown,
    views: HashMap<SessionId, &'a PublishedSession>,
    rooms: HashMap<RoomId, &'a Room>,
}

impl<'a> Almanac<'a> {
    /// Of what everybody may know.
    #[must_use]
    pub fn of(shown: &'a Shown) -> Self {
        let rooms = shown.released.programme.rooms.iter();
        Self {
            views: shown.views(),
            rooms: rooms.map(|room| (room.id, room)).collect(),
            shown,
        }
    }

    /// The calendar of the sessions for which `takes` holds, those that were taken away included;
    /// `source` is where it is read again.
    #[must_use]
    pub fn file(&self, name: &str, source: &str, takes: impl Fn(&Session) -> bool) -> String {
        let mut calendar = self.cover(name, source);
        let released = &self.shown.released;
        for session in released.programme.sessions.iter().filter(|s| takes(s)) {
            let room = session.room_id.and_then(|id| self.rooms.get(&id)).copied();
            if let Some(entry) = self.entry(session, room, false) {
                calendar.push(entry);
            }
        }
        for gone in released.gone.iter().filter(|gone| takes(&gone.session)) {
            if let Some(entry) = self.entry(&gone.session, gone.room.as_ref(), true) {
                calendar.push(entry);
            }
        }
        print(&calendar)
    }

    /// What stands before the entries, in the words of every client that has some of its own.
    fn cover(&self, name: &str, source: &str) -> Calendar {
        let mut calendar = empty(Method::Publish);
        let zone = self.shown.event().timezone.name();
        let uri = |key: &str, value: &str| {
            Property::new(key, value)
                .add_parameter("VALUE", "URI")
                .done()
        };
        // RFC 7986 names are new to the crate, which escapes none of them.
        calendar
            .append_property(("NAME", escaped(name).as_str()))
            .append_property(("X-WR-CALNAME", name))
            .append_property(("X-WR-TIMEZONE", zone))
            .append_property(
                Property::new("REFRESH-INTERVAL", EVERY)
                    .add_parameter("VALUE", "DURATION")
                    .done(),
            )
            .append_property(("X-PUBLISHED-TTL", EVERY))
            .append_property(uri("SOURCE", source))
            .append_property(uri("URL", &self.shown.website()));
        calendar
    }

    fn text<'t>(&self, text: &'t Localized) -> &'t str {
        text.best(self.shown.event().languages.default.as_str(), "")
    }

    /// The entry of a session; `None` without a start, which is what a calendar is about.
    fn entry(&self, session: &Session, room: Option<&Room>, gone: bool) -> Option<Entry> {
        let starts_at = session.starts_at?;
        let off = self.shown.event().state == EventState::Cancelled;
        let past = self.past(session);
        let changes = self.shown.event().calendar_changes;
        let changed_at = changes
            .last_at
            .map_or(past.changed_at, |at| at.max(past.changed_at));
        let mut entry = Entry::with_uid(&format!("{}@kongress", session.id));
        entry
            .timestamp(changed_at.utc())
            .sequence(past.revisions + changes.count)
            .summary(self.text(&session.title))
            .location(&self.place(room))
            .starts(starts_at.utc());
        entry.add_property("CREATED", utc(past.first_at));
        entry.add_property("LAST-MODIFIED", utc(changed_at));
        match session.ends_at {
            Some(end) => entry.ends(end.utc()),
            // Some readers drop an entry of which nothing says how long it is.
            None => entry.add_property("DURATION", "PT0S"),
        };
        entry.status(if gone || off {
            EventStatus::Cancelled
        } else {
            EventStatus::Confirmed
        });
        self.describe(&mut entry, session);
        Some(entry.done())
    }

    /// What happened to the session; releases of before are kept without it.
    fn past(&self, session: &Session) -> Past {
        let event = self.shown.event();
        let known = self.shown.released.past.get(&session.id).copied();
        known.unwrap_or(Past {
            revisions: 0,
            first_at: event.created_at,
            changed_at: event.created_at,
        })
    }

    fn place(&self, room: Option<&Room>) -> String {
        let room = room.map(|room| self.text(&room.name));
        let venue = self
            .shown
            .event()
            .venue
            .as_ref()
            .map(|venue| venue.name.as_str());
        let parts: Vec<&str> = [room, venue].into_iter().flatten().collect();
        if parts.is_empty() {
            return self.shown.elsewhere();
        }
        parts.join(", ")
    }

    /// Who, what, and where to see it.
    fn describe(&self, entry: &mut Entry, session: &Session) {
        let view = self.views.get(&session.id);
        let names = view.map(|view| {
            let speakers = view.session.speakers.iter();
            speakers
                .map(|part| part.name.as_str())
                .filter(|name| !name.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        });
        let link = view.and_then(|view| video(view)).map(|(page, _)| page);
        let parts = [
            names.as_deref(),
            Some(self.text(&session.abstract_text)),
            link,
        ];
        let parts: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        if !parts.is_empty() {
            entry.description(&parts.join("\n\n").replace('\r', ""));
        }
        match link {
            Some(page) => {
                entry.url(page);
                let conference = Property::new("CONFERENCE", page)
                    .add_parameter("VALUE", "URI")
                    .add_parameter("FEATURE", "VIDEO")
                    .add_parameter("LABEL", "Video")
                    .done();
                entry.append_property(conference);
            }
            None => {
                entry.url(&self.shown.page_of(&session.slug));
            }
        }
    }
}

fn utc(instant: Instant) -> String {
    instant.utc().format("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT as it is written (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(',', "\\,")
        .replace(';', "\\;")
        .replace('\n', "\\n")
}
