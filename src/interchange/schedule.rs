//! A programme as a schedule says it: one language, names where we have ids. Pure.
//!
//! The schedule format of c3voc, which frab and pretalx write too, as XML and as JSON. What is said
//! here is written by one module for each and read back by another, and an import compares what was
//! read with what would be said of the session that is there: only a difference is a change.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;
use uuid::Uuid;

use crate::clock::Instant;
use crate::events::Event;
use crate::ids::{RoomId, SpeakerId, TrackId};
use crate::programme::days::by_local_date;
use crate::programme::document::{MaterialKind, Programme, Room, Session, SessionKind, Speaker};
use crate::text::{Localized, time};
use crate::words::Word;

/// Longest duration that every reader understands, in minutes: 23:59.
const LONGEST: i64 = 24 * 60 - 1;
/// Fewest characters of an acronym.
const ACRONYM: usize = 4;

/// A room of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    /// The room; the event's own id for sessions without one.
    pub guid: Uuid,
    /// Its name, which no other room has.
    pub name: String,
    /// Seats, if known.
    pub capacity: Option<i32>,
}

/// A track of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its name, which no other track has.
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
}

/// A person of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The speaker, where the schedule says so; any UUID.
    pub guid: Option<Uuid>,
    /// The name.
    pub name: String,
    /// Who they are, as Markdown; XML can't say it.
    pub biography: Option<String>,
    /// The address of a picture; XML can't say it.
    pub avatar: Option<String>,
}

/// Something to read beside a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Title.
    pub title: String,
    /// Address.
    pub url: String,
    /// What it is.
    pub kind: MaterialKind,
}

/// A session of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Small, from 1.
    pub number: u32,
    /// What it is known by, everywhere and for ever.
    pub guid: Uuid,
    /// Unique in the schedule, with the acronym before it.
    pub slug: String,
    /// Title.
    pub title: String,
    /// All there is to say about it.
    pub abstract_text: String,
    /// What the organisers call its kind, or our word for it.
    pub kind: String,
    /// The language it is held in.
    pub language: Option<String>,
    /// Name of its track.
    pub track: Option<String>,
    /// Name of its room.
    pub room: String,
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends; a schedule that only has a duration knows it to the minute.
    pub ends_at: Option<Instant>,
    /// Who, in order.
    pub persons: Vec<Person>,
    /// What to read beside it, as far as it has an address.
    pub attachments: Vec<Attachment>,
    /// Whether it is kept out of every recording.
    pub do_not_record: bool,
}

impl Slot {
    /// How long it is, in whole minutes; 0 where that is not known.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        let ends_at = self.ends_at.unwrap_or(self.starts_at);
        (ends_at - self.starts_at).num_minutes().clamp(0, LONGEST)
    }

    /// How long it is, as `HH:MM`: of three parts, some readers take the first for days.
    #[must_use]
    pub fn duration(&self) -> String {
        let minutes = self.minutes();
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// One local date of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// From 1, without gaps.
    pub index: usize,
    /// The date.
    pub date: NaiveDate,
    /// The midnight it begins with.
    pub starts_at: Instant,
    /// The midnight it ends with, or when its last session ends.
    pub ends_at: Instant,
    /// Places of rooms in [`Schedule::rooms`], and what is in them.
    pub rooms: Vec<(usize, Vec<Slot>)>,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// At least four of `a-z0-9_`.
    pub acronym: String,
    /// Title of the event.
    pub title: String,
    /// First day of the event.
    pub first: NaiveDate,
    /// Last day of the event.
    pub last: NaiveDate,
    /// The zone of its dates.
    pub zone: Tz,
    /// The number of the release.
    pub version: String,
    /// In order.
    pub rooms: Vec<Hall>,
    /// In order.
    pub tracks: Vec<Lane>,
    /// Those that have sessions, at least one.
    pub days: Vec<Day>,
}

/// What a schedule calls the things of a programme.
#[derive(Debug)]
pub struct Terms<'a> {
    event: &'a Event,
    /// What the room of sessions without one is called.
    nowhere: &'a str,
    rooms: HashMap<RoomId, String>,
    tracks: HashMap<TrackId, String>,
    speakers: HashMap<SpeakerId, &'a Speaker>,
}

/// Names in the default language, each once: of two that are alike, the later is numbered.
fn distinct<'a, K: Copy + Eq + std::hash::Hash + 'a>(
    things: impl Iterator<Item = (K, &'a Localized)>,
    language: &str,
    taken: &mut Vec<String>,
) -> HashMap<K, String> {
    let mut names = HashMap::new();
    for (id, name) in things {
        let plain = name.best(language, "");
        let numbered = |n: usize| format!("{plain} ({n})");
        let free = |name: &String| !taken.contains(name);
        let found = Some(plain.to_owned()).filter(free);
        let found = found.or_else(|| (2..taken.len() + 3).map(numbered).find(free));
        let name = found.unwrap_or_default();
        taken.push(name.clone());
        names.insert(id, name);
    }
    names
}

impl<'a> Terms<'a> {
    /// The names of the things of this programme. `nowhere` is what the room of sessions without one
    /// is called.
    #[must_use]
    pub fn of(event: &'a Event, programme: &'a Programme, nowhere: &'a str) -> Self {
        let language = event.languages.default.as_str();
        let rooms = programme.rooms.iter().map(|room| (room.id, &room.name));
        let tracks = programme.tracks.iter().map(|track| (track.id, &track.name));
        let speakers = programme.speakers.iter();
        Self {
            event,
            nowhere,
            rooms: distinct(rooms, language, &mut vec![nowhere.to_owned()]),
            tracks: distinct(tracks, language, &mut Vec::new()),
            speakers: speakers.map(|speaker| (speaker.id, speaker)).collect(),
        }
    }

    /// The text in the default language of the event.
    fn text(&self, text: &Localized) -> String {
        text.best(self.event.languages.default.as_str(), "")
            .to_owned()
    }

    /// What this room is called.
    #[must_use]
    pub fn room(&self, id: Option<RoomId>) -> &str {
        let name = id.and_then(|id| self.rooms.get(&id));
        name.map_or(self.nowhere, String::as_str)
    }

    /// What this track is called.
    #[must_use]
    pub fn track(&self, id: TrackId) -> Option<&str> {
        self.tracks.get(&id).map(String::as_str)
    }

    /// The session as a schedule says it; `None` without a start, which it can't say.
    #[must_use]
    pub fn slot(&self, session: &Session) -> Option<Slot> {
        let label = self.text(&session.type_label);
        let people = session.speakers.iter().map(|part| part.speaker_id);
        let slug = &session.slug;
        Some(Slot {
            number: u32::try_from(session.number).unwrap_or(1),
            guid: session.guid,
            slug: format!("{}-{:02}-{slug}", acronym(self.event), session.number),
            title: self.text(&session.title),
            abstract_text: self.text(&session.abstract_text),
            kind: if label.is_empty() {
                session.kind.as_str().to_owned()
            } else {
                label
            },
            language: session.language.clone(),
            track: session
                .track_id
                .and_then(|id| self.track(id))
                .map(str::to_owned),
            room: self.room(session.room_id).to_owned(),
            starts_at: session.starts_at?,
            ends_at: session.ends_at,
            persons: people
                .filter_map(|id| Some(self.person(self.speakers.get(&id)?)))
                .collect(),
            attachments: self.attachments(session),
            do_not_record: session.do_not_record,
        })
    }

    /// The speaker as a schedule says them.
    #[must_use]
    pub fn person(&self, speaker: &Speaker) -> Person {
        Person {
            guid: Some(speaker.id.uuid()),
            name: speaker.name.clone(),
            biography: Some(self.text(&speaker.bio)).filter(|text| !text.is_empty()),
            avatar: speaker.photo_url.clone(),
        }
    }

    fn attachments(&self, session: &Session) -> Vec<Attachment> {
        let said = |material: &crate::programme::document::Material| {
            Some(Attachment {
                title: self.text(&material.title),
                url: material.url.clone()?,
                kind: material.kind,
            })
        };
        session.materials.iter().filter_map(said).collect()
    }

    fn halls(&self, rooms: &[Room]) -> Vec<Hall> {
        let hall = |room: &Room| Hall {
            guid: room.id.uuid(),
            name: self.room(Some(room.id)).to_owned(),
            capacity: room.capacity,
        };
        let nowhere = Hall {
            guid: self.event.id.uuid(),
            name: self.nowhere.to_owned(),
            capacity: None,
        };
        rooms.iter().map(hall).chain([nowhere]).collect()
    }
}

/// The slug of the event, as far as an acronym may have its letters.
#[must_use]
pub fn acronym(event: &Event) -> String {
    format!("{:_<ACRONYM$}", event.slug.as_str().replace('-', "_"))
}

impl Schedule {
    /// The schedule of this programme; `None` for an event without dates, which no schedule can say.
    #[must_use]
    pub fn of(event: &Event, programme: &Programme, nowhere: &str) -> Option<Self> {
        let dates = event.dates?;
        let terms = Terms::of(event, programme, nowhere);
        let mut rooms = terms.halls(&programme.rooms);
        let slots: Vec<Slot> = programme
            .sessions
            .iter()
            .filter_map(|s| terms.slot(s))
            .collect();
        if !slots.iter().any(|slot| slot.room == nowhere) {
            rooms.pop();
        }
        let lane = |track: &crate::programme::document::Track| Lane {
            name: terms.track(track.id).unwrap_or_default().to_owned(),
            color: track.color.clone(),
        };
        Some(Self {
            acronym: acronym(event),
            title: terms.text(&event.title),
            first: dates.starts_on,
            last: dates.ends_on,
            zone: event.timezone,
            version: event.released_version.to_string(),
            tracks: programme.tracks.iter().map(lane).collect(),
            days: days(slots, &rooms, event.timezone, dates.starts_on),
            rooms,
        })
    }
}

/// The slots by local date and room. A schedule has at least one day.
fn days(slots: Vec<Slot>, rooms: &[Hall], zone: Tz, first: NaiveDate) -> Vec<Day> {
    let places: HashMap<&str, usize> = rooms
        .iter()
        .enumerate()
        .map(|(place, room)| (room.name.as_str(), place))
        .collect();
    let mut days: Vec<Day> = Vec::new();
    for day in by_local_date(slots, zone, |slot| Some(slot.starts_at)) {
        let date = day.date.unwrap_or(first);
        let ends = day.sessions.iter().filter_map(|slot| slot.ends_at).max();
        let mut by_room: BTreeMap<usize, Vec<Slot>> = BTreeMap::new();
        for slot in day.sessions {
            let place = places.get(slot.room.as_str()).copied().unwrap_or_default();
            by_room.entry(place).or_default().push(slot);
        }
        days.push(Day {
            index: days.len() + 1,
            date,
            starts_at: time::start_of_day(zone, date),
            ends_at: time::end_of_day(zone, date)
                .max(ends.unwrap_or(time::start_of_day(zone, date))),
            rooms: by_room.into_iter().collect(),
        });
    }
    if days.is_empty() {
        days.push(Day {
            index: 1,
            date: first,
            starts_at: time::start_of_day(zone, first),
            ends_at: time::end_of_day(zone, first),
            rooms: Vec::new(),
        });
    }
    days
}

/// Our word for what another program calls a kind of session; a talk where it says nothing we know.
#[must_use]
pub fn kind_of(label: &str) -> SessionKind {
    let label = label.trim().to_lowercase();
    SessionKind::from_word(&label).unwrap_or(match label.as_str() {
        "opening" | "closing" | "ceremony" => SessionKind::Plenary,
        "podium" | "discussion" | "panel discussion" => SessionKind::Panel,
        "movie" => SessionKind::Film,
        "hands-on" | "tutorial" | "training" => SessionKind::Workshop,
        "performance" | "concert" | "party" | "meeting" | "meetup" | "game" => SessionKind::Social,
        "lunch" | "pause" => SessionKind::Break,
        _ => SessionKind::Talk,
    })
}
