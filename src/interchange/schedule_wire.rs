//! A schedule as JSON, as frab and pretalx write it (c3voc's schema, draft 06).
//!
//! Objects there are closed, and a person is *either* frab's *or* pretalx's: ours are pretalx's.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schedule::{Attachment, Day, Person, Schedule, Slot};
use super::schedule_xml::{Addresses, VIDEO};
use crate::programme::document::MaterialKind;

const SCHEMA: &str = "https://c3voc.de/schedule/schema.json";

/// A schedule as c3voc's programs, frab and pretalx exchange it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleDocument {
    /// Where its JSON schema is.
    #[serde(rename = "$schema")]
    #[schema(format = "uri", example = "https://c3voc.de/schedule/schema.json")]
    schema: &'static str,
    /// What wrote it.
    generator: Generator,
    /// The schedule.
    schedule: ScheduleBody,
}

/// What wrote a schedule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleGenerator)]
struct Generator {
    /// The program.
    #[schema(example = "kongress")]
    name: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// A schedule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedule)]
struct ScheduleBody {
    /// The number of the release.
    #[schema(example = "1")]
    version: String,
    /// Where the event is.
    #[schema(format = "uri")]
    base_url: String,
    /// The event with its days.
    conference: Conference,
}

/// The event of a schedule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduleConference)]
struct Conference {
    /// Its slug, as far as an acronym may have its letters.
    #[schema(example = "barnevernskonferansen_2027")]
    acronym: String,
    /// Title.
    #[schema(example = "Barnevernskonferansen 2027")]
    title: String,
    /// First day.
    #[schema(format = Date, example = "2027-11-11")]
    start: String,
    /// Last day.
    #[schema(format = Date, example = "2027-11-11")]
    end: String,
    /// How many days there are.
    #[serde(rename = "daysCount")]
    #[schema(example = 1)]
    days_count: usize,
    /// The grid of the programme, as `HH:MM`.
    #[schema(example = "00:05")]
    timeslot_duration: &'static str,
    /// IANA name; absent where the format can't say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Oslo")]
    time_zone_name: Option<&'static str>,
    /// Where people read of it.
    #[schema(format = "uri")]
    url: String,
    /// Its tracks.
    tracks: Vec<TrackInSchedule>,
    /// Its rooms.
    rooms: Vec<RoomInSchedule>,
    /// The days that have sessions, at least one.
    days: Vec<DayInSchedule>,
}

/// A track of a schedule.
#[derive(Debug, Serialize, ToSchema)]
struct TrackInSchedule {
    /// Name.
    #[schema(example = "Forebygging")]
    name: String,
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "#00665e")]
    color: Option<String>,
}

/// A room of a schedule.
#[derive(Debug, Serialize, ToSchema)]
struct RoomInSchedule {
    /// Name.
    #[schema(example = "Storsalen")]
    name: String,
    /// Id.
    guid: Uuid,
    /// Seats, if known.
    #[schema(required = true, example = 600)]
    capacity: Option<i32>,
}

/// A day of a schedule.
#[derive(Debug, Serialize, ToSchema)]
struct DayInSchedule {
    /// From 1.
    #[schema(example = 1)]
    index: usize,
    /// The event's local date.
    #[schema(format = Date, example = "2027-11-11")]
    date: String,
    /// The midnight it begins with.
    #[schema(format = DateTime, example = "2027-11-11T00:00:00+01:00")]
    day_start: String,
    /// The midnight it ends with, or when its last session ends.
    #[schema(format = DateTime, example = "2027-11-12T00:00:00+01:00")]
    day_end: String,
    /// The sessions by name of their room.
    rooms: BTreeMap<String, Vec<SessionInSchedule>>,
}

/// A session of a schedule.
#[derive(Debug, Serialize, ToSchema)]
struct SessionInSchedule {
    /// Its guid.
    guid: Uuid,
    /// Its number.
    #[schema(minimum = 1, example = 7)]
    id: u32,
    /// When it starts.
    #[schema(format = DateTime, example = "2027-11-11T10:13:00+01:00")]
    date: String,
    /// The local time it starts at.
    #[schema(example = "10:13")]
    start: String,
    /// When it ends; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, example = "2027-11-11T10:35:00+01:00")]
    end: Option<String>,
    /// How long it is, as `HH:MM`; 00:00 where that is not known.
    #[schema(example = "00:22")]
    duration: String,
    /// Name of its room.
    #[schema(example = "Storsalen")]
    room: String,
    /// Unique in the schedule.
    #[schema(example = "barnevernskonferansen_2027-07-oppvekstplanen-i-lorenskog")]
    slug: String,
    /// Where one learns more.
    #[schema(format = "uri")]
    url: String,
    /// Title.
    #[schema(example = "Oppvekstplanen i Lørenskog")]
    title: String,
    /// Always empty.
    #[schema(example = "")]
    subtitle: &'static str,
    /// Name of its track.
    #[schema(required = true, example = "Forebygging")]
    track: Option<String>,
    /// What the organisers call its kind.
    #[serde(rename = "type")]
    #[schema(example = "talk")]
    kind: String,
    /// The language it is held in.
    #[schema(required = true, example = "nb")]
    language: Option<String>,
    /// Markdown.
    #[serde(rename = "abstract")]
    abstract_text: String,
    /// Always empty: the abstract is all there is.
    #[schema(example = "")]
    description: &'static str,
    /// Always empty.
    #[schema(example = "")]
    recording_license: &'static str,
    /// Whether it is kept out of every recording.
    do_not_record: bool,
    /// Who, in order.
    persons: Vec<PersonInSchedule>,
    /// Our page of its video, where it has one.
    links: Vec<Reference>,
    /// What to read beside it.
    attachments: Vec<Reference>,
}

/// A person of a schedule.
#[derive(Debug, Serialize, ToSchema)]
struct PersonInSchedule {
    /// Id of the speaker, derived from nothing personal.
    #[serde(skip_serializing_if = "Option::is_none")]
    guid: Option<Uuid>,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    name: String,
    /// Who they are, as Markdown; absent where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    biography: Option<String>,
    /// The address of a picture; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    avatar: Option<String>,
}

/// A link of a schedule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReferenceInSchedule)]
struct Reference {
    /// `slides`, `paper`, `web` or `media`.
    #[serde(rename = "type")]
    #[schema(example = "slides")]
    kind: &'static str,
    /// Address.
    #[schema(format = "uri")]
    url: String,
    /// What it leads to.
    title: String,
}

/// What a schedule calls a kind of material.
pub(super) const fn reference_type(kind: MaterialKind) -> &'static str {
    match kind {
        MaterialKind::Slides => "slides",
        MaterialKind::Document => "paper",
        MaterialKind::Link => "web",
    }
}

impl From<&Attachment> for Reference {
    fn from(attachment: &Attachment) -> Self {
        Self {
            kind: reference_type(attachment.kind),
            url: attachment.url.clone(),
            title: attachment.title.clone(),
        }
    }
}

impl From<&Person> for PersonInSchedule {
    fn from(person: &Person) -> Self {
        Self {
            guid: person.guid,
            name: person.name.clone(),
            biography: person.biography.clone(),
            avatar: person.avatar.clone(),
        }
    }
}

impl ScheduleDocument {
    /// The schedule as JSON says it.
    #[must_use]
    pub fn new(schedule: &Schedule, addresses: &impl Addresses) -> Self {
        let days = schedule.days.iter();
        let conference = Conference {
            acronym: schedule.acronym.clone(),
            title: schedule.title.clone(),
            start: schedule.first.to_string(),
            end: schedule.last.to_string(),
            days_count: schedule.days.len(),
            timeslot_duration: "00:05",
            time_zone_name: Some(schedule.zone.name()).filter(|name| is_area_and_city(name)),
            url: addresses.event(),
            tracks: tracks(schedule),
            rooms: rooms(schedule),
            days: days
                .map(|day| DayInSchedule::new(schedule, day, addresses))
                .collect(),
        };
        Self {
            schema: SCHEMA,
            generator: Generator {
                name: "kongress",
                version: env!("CARGO_PKG_VERSION"),
            },
            schedule: ScheduleBody {
                version: schedule.version.clone(),
                base_url: addresses.event(),
                conference,
            },
        }
    }
}

/// The names of zones that the schema takes: `Area/City`, and UTC.
fn is_area_and_city(zone: &str) -> bool {
    let capitalised = |part: &str| {
        let mut letters = part.chars();
        let upper = letters.next().is_some_and(|c| c.is_ascii_uppercase());
        upper && letters.next().is_some_and(|c| c.is_ascii_lowercase())
    };
    let mut parts = zone.split('/');
    zone == "UTC"
        || parts.next().is_some_and(|area| {
            capitalised(area) && area.chars().skip(1).all(|c| c.is_ascii_lowercase())
        }) && parts.next().is_some_and(capitalised)
}

fn tracks(schedule: &Schedule) -> Vec<TrackInSchedule> {
    let tracks = schedule.tracks.iter().map(|track| TrackInSchedule {
        name: track.name.clone(),
        color: track.color.clone(),
    });
    tracks.collect()
}

fn rooms(schedule: &Schedule) -> Vec<RoomInSchedule> {
    let rooms = schedule.rooms.iter().map(|room| RoomInSchedule {
        name: room.name.clone(),
        guid: room.guid,
        capacity: room.capacity,
    });
    rooms.collect()
}

impl DayInSchedule {
    fn new(schedule: &Schedule, day: &Day, addresses: &impl Addresses) -> Self {
        let session = |slot: &Slot| SessionInSchedule::new(schedule, slot, addresses);
        let room = |(place, slots): &(usize, Vec<Slot>)| {
            let name = schedule.rooms[*place].name.clone();
            (name, slots.iter().map(session).collect())
        };
        Self {
            index: day.index,
            date: day.date.to_string(),
            day_start: day.starts_at.to_rfc3339_in(schedule.zone),
            day_end: day.ends_at.to_rfc3339_in(schedule.zone),
            rooms: day.rooms.iter().map(room).collect(),
        }
    }
}

impl SessionInSchedule {
    fn new(schedule: &Schedule, slot: &Slot, addresses: &impl Addresses) -> Self {
        let zone = schedule.zone;
        let video = addresses.video(slot).map(|url| Reference {
            kind: "media",
            url,
            title: VIDEO.to_owned(),
        });
        Self {
            guid: slot.guid,
            id: slot.number,
            date: slot.starts_at.to_rfc3339_in(zone),
            start: slot.starts_at.in_zone(zone).format("%H:%M").to_string(),
            end: slot.ends_at.map(|end| end.to_rfc3339_in(zone)),
            duration: slot.duration(),
            room: slot.room.clone(),
            slug: slot.slug.clone(),
            url: addresses.session(slot),
            title: slot.title.clone(),
            subtitle: "",
            track: slot.track.clone(),
            kind: slot.kind.clone(),
            language: slot.language.clone(),
            abstract_text: slot.abstract_text.clone(),
            description: "",
            recording_license: "",
            do_not_record: slot.do_not_record,
            persons: slot.persons.iter().map(PersonInSchedule::from).collect(),
            links: video.into_iter().collect(),
            attachments: slot.attachments.iter().map(Reference::from).collect(),
        }
    }
}
