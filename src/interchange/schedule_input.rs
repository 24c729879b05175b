//! What a schedule of another program holds, as JSON or as XML: the same fields, each with its place.
//!
//! Fields that nobody here knows are passed over: every program that writes schedules adds its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::wish::{Fields, Place};
use super::xml::Element;
use crate::http::typed;
use crate::problem::Problem;

/// A person of a session: frab says `public_name`, pretalx `name`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = PersonOfSchedule)]
pub struct PersonInput {
    /// What they are known by: our id of a speaker, or any other UUID.
    #[schema(format = Uuid)]
    pub guid: Option<String>,
    /// What pretalx knows them by. It tells namesakes of a document apart, and is not kept.
    #[schema(value_type = Option<String>, example = "NQTF8Y")]
    pub code: Option<Value>,
    /// A number in the program that wrote it. It tells namesakes of a document apart, and is not kept.
    #[schema(value_type = Option<i64>, example = 26)]
    pub id: Option<Value>,
    /// The name.
    #[schema(example = "Kari Nordmann")]
    pub name: Option<String>,
    /// The name, of frab and older pretalx.
    #[schema(example = "Kari Nordmann")]
    pub public_name: Option<String>,
    /// Who they are, as Markdown; as it is if absent.
    pub biography: Option<String>,
    /// The address of a picture; as it is if absent, or if it is no address that is taken.
    #[schema(value_type = Option<String>, example = "https://www.example.org/kari.jpg")]
    pub avatar: Option<Value>,
}

/// A link or an attachment.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ReferenceOfSchedule)]
pub struct ReferenceInput {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// What it leads to.
    pub title: Option<String>,
}

/// A session.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = SessionOfSchedule)]
pub struct SlotInput {
    /// What it is known by; must be there.
    #[schema(format = Uuid)]
    pub guid: Option<String>,
    /// A number in the program that wrote it: that of a new session, where no session has or had it.
    #[schema(example = 7)]
    pub id: Option<u32>,
    /// When it starts; must be there.
    #[schema(format = DateTime, example = "2027-11-11T10:13:00+01:00")]
    pub date: Option<String>,
    /// When it ends.
    #[schema(format = DateTime, example = "2027-11-11T10:35:00+01:00")]
    pub end: Option<String>,
    /// How long it is, `HH:MM`.
    #[schema(example = "00:22")]
    pub duration: Option<String>,
    /// Name of its room.
    pub room: Option<String>,
    /// Acronym, number and slug.
    pub slug: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Second line of the title.
    pub subtitle: Option<String>,
    /// Name of its track.
    pub track: Option<String>,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The language it is held in.
    pub language: Option<String>,
    /// The short text.
    #[serde(rename = "abstract")]
    pub abstract_text: Option<String>,
    /// The long text.
    pub description: Option<String>,
    /// Its page, which relative addresses start from.
    pub url: Option<String>,
    /// Whether it is kept out of every recording.
    pub do_not_record: Option<bool>,
    /// Who, in order.
    pub persons: Option<Vec<PersonInput>>,
    /// Links.
    pub links: Option<Vec<ReferenceInput>>,
    /// Files.
    pub attachments: Option<Vec<ReferenceInput>>,
}

/// A room of the conference.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = RoomOfSchedule)]
pub struct HallInput {
    /// Name.
    pub name: String,
    /// Any UUID.
    pub guid: Option<String>,
    /// Seats.
    pub capacity: Option<i32>,
}

/// A track of the conference.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = TrackOfSchedule)]
pub struct LaneInput {
    /// Name.
    pub name: String,
    /// `#rrggbb`.
    #[schema(example = "#00665e")]
    pub color: Option<String>,
}

/// A schedule, in order, with the place of everything.
#[derive(Debug, Clone, Default)]
pub struct ScheduleInput {
    /// What relative addresses start from, where a session has no page.
    pub base_url: Option<String>,
    /// Rooms that the conference lists, before those that only sessions name.
    pub halls: Vec<(Place, HallInput)>,
    /// Tracks that the conference lists.
    pub lanes: Vec<(Place, LaneInput)>,
    /// Sessions.
    pub slots: Vec<(Place, SlotInput)>,
}

/// `schedule.json` as frab, pretalx and c3voc's programs write it. Fields that are not named here are
/// passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ScheduleInput)]
pub struct ScheduleFile {
    /// The schedule.
    schedule: Body,
}

/// A schedule as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BodyOfSchedule)]
struct Body {
    /// What relative addresses start from, where a session has no page.
    base_url: Option<String>,
    /// The conference with its days.
    conference: Conference,
}

/// The conference of a schedule as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ConferenceOfSchedule)]
struct Conference {
    /// Its rooms, before those that only sessions name.
    rooms: Option<Vec<HallInput>>,
    /// Its tracks, before those that only sessions name.
    tracks: Option<Vec<LaneInput>>,
    /// Its days.
    days: Vec<Day>,
}

/// A day of a schedule as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DayOfSchedule)]
struct Day {
    /// The sessions by name of their room.
    rooms: BTreeMap<String, Vec<SlotInput>>,
}

/// A room or a track has one name here.
const NAMED: Fields = &[("/name", "/name")];

/// Reads `schedule.json`.
///
/// # Errors
/// 422 with the pointer of a wrong type or of what is missing.
pub fn of_json(document: Value) -> Result<ScheduleInput, Problem> {
    let Body {
        base_url,
        conference,
    } = typed::<ScheduleFile>(document)?.schedule;
    let root = "/schedule/conference";
    let named = |pointer| Place::at(pointer).calling(NAMED);
    let halls = conference.rooms.unwrap_or_default().into_iter().enumerate();
    let lanes = conference
        .tracks
        .unwrap_or_default()
        .into_iter()
        .enumerate();
    let mut input = ScheduleInput {
        base_url,
        halls: halls
            .map(|(n, hall)| (named(format!("{root}/rooms/{n}")), hall))
            .collect(),
        lanes: lanes
            .map(|(n, lane)| (named(format!("{root}/tracks/{n}")), lane))
            .collect(),
        slots: Vec::new(),
    };
    for (day_index, day) in conference.days.into_iter().enumerate() {
        for (room, slots) in day.rooms {
            let key = room.replace('~', "~0").replace('/', "~1");
            for (index, mut slot) in slots.into_iter().enumerate() {
                slot.room.get_or_insert_with(|| room.clone());
                let pointer = format!("{root}/days/{day_index}/rooms/{key}/{index}");
                input.slots.push((Place::at(pointer), slot));
            }
        }
    }
    Ok(input)
}

/// Reads `schedule.xml`. What has the wrong shape is noted with the slot that it belongs to.
#[must_use]
pub fn of_xml(root: &Element) -> ScheduleInput {
    let base_url = root
        .child("conference")
        .and_then(|conference| conference.child("base_url"));
    let mut input = ScheduleInput {
        base_url: base_url.map(|base_url| base_url.text.trim().to_owned()),
        ..ScheduleInput::default()
    };
    let place = |pointer: String, element: &Element| Place {
        pointer,
        line: Some(element.line),
        fields: NAMED,
    };
    for track in root
        .child("conference")
        .into_iter()
        .flat_map(|conference| conference.all("track"))
    {
        let lane = LaneInput {
            name: track.attribute("name").unwrap_or_default().to_owned(),
            color: track.attribute("color").map(str::to_owned),
        };
        let pointer = format!("/schedule/conference/track[{}]", input.lanes.len() + 1);
        input.lanes.push((place(pointer, track), lane));
    }
    for (day_index, day) in root.all("day").enumerate() {
        for (room_index, room) in day.all("room").enumerate() {
            let name = room.attribute("name").unwrap_or_default();
            let pointer = format!("/schedule/day[{}]/room[{}]", day_index + 1, room_index + 1);
            let hall = HallInput {
                name: name.to_owned(),
                guid: room.attribute("guid").map(str::to_owned),
                capacity: None,
            };
            input.halls.push((place(pointer.clone(), room), hall));
            for (index, event) in room.all("event").enumerate() {
                let pointer = format!("{pointer}/event[{}]", index + 1);
                input
                    .slots
                    .push((place(pointer, event), slot_of_xml(event, name)));
            }
        }
    }
    input
}

fn slot_of_xml(event: &Element, room: &str) -> SlotInput {
    let text = |name: &str| event.child(name).map(|child| child.text.clone());
    let filled = |name: &str| text(name).filter(|text| !text.trim().is_empty());
    let recording = event.child("recording");
    let optout = recording.and_then(|recording| recording.child("optout"));
    let references = |list: &str, item: &str| {
        let list = event.child(list);
        let items = list.into_iter().flat_map(|list| list.all(item));
        let read = |reference: &Element| ReferenceInput {
            kind: reference.attribute("type").map(str::to_owned),
            url: reference.attribute("href").map(str::to_owned),
            title: Some(reference.text.clone()),
        };
        Some(items.map(read).collect())
    };
    let persons = event.child("persons");
    let persons = persons
        .into_iter()
        .flat_map(|persons| persons.all("person"));
    SlotInput {
        guid: event.attribute("guid").map(str::to_owned),
        id: event.attribute("id").and_then(|id| id.parse().ok()),
        date: filled("date"),
        end: None,
        duration: filled("duration"),
        room: Some(filled("room").unwrap_or_else(|| room.to_owned())),
        slug: filled("slug"),
        title: text("title"),
        subtitle: filled("subtitle"),
        track: filled("track"),
        kind: filled("type"),
        language: filled("language"),
        abstract_text: text("abstract"),
        description: filled("description"),
        url: filled("url"),
        do_not_record: optout.map(|optout| matches!(optout.text.trim(), "true" | "1")),
        persons: Some(persons.map(person_of_xml).collect()),
        links: references("links", "link"),
        attachments: references("attachments", "attachment"),
    }
}

fn person_of_xml(person: &Element) -> PersonInput {
    PersonInput {
        guid: person.attribute("guid").map(str::to_owned),
        id: person.attribute("id").map(Value::from),
        name: Some(person.text.clone()),
        ..PersonInput::default()
    }
}
