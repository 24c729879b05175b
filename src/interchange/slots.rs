//! Sessions of a schedule as they were read, parsed as far as a schedule can say. Pure.

use std::collections::HashSet;

use chrono::DateTime;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use url::Url;
use uuid::Uuid;

use super::fields;
use super::schedule::{Attachment, Person, Slot};
use super::schedule_input::{PersonInput, ReferenceInput, ScheduleInput, SlotInput};
use super::wish::Place;
use crate::clock::Instant;
use crate::faults::{Faults, Refused};
use crate::programme::document::MaterialKind;
use crate::text::{self, Slug, time};

/// A session as it was read.
#[derive(Debug)]
pub struct ReadSlot {
    /// Where it stands.
    pub place: Place,
    /// What it says. Without an end, [`minutes`](Self::minutes) is what there is.
    pub slot: Slot,
    /// Whether its start could be read; one that is not faulty has one.
    pub is_timed: bool,
    /// How long it is, where only the minutes are known.
    pub minutes: Option<i64>,
    /// What its slug says behind the acronym and the number, if that is a slug of ours.
    pub slug: Option<Slug>,
    /// What the persons are called in the program that wrote it, in their order.
    pub keys: Vec<String>,
    /// Where the persons stand, in their order.
    pub people: Vec<Place>,
}

/// The sessions of a schedule.
#[derive(Debug, Default)]
pub struct Slots {
    /// Those without a fault.
    pub read: Vec<ReadSlot>,
    /// Those with one, as far as they could be read.
    pub faulty: Vec<ReadSlot>,
    /// The guids of those, as far as they have any: nobody took them away.
    pub unread: HashSet<Uuid>,
}

/// Parses every session.
pub fn read(input: ScheduleInput, faults: &mut Faults) -> Slots {
    let base_url = input.base_url.as_deref().and_then(address);
    let mut guids = HashSet::new();
    let mut slots = Slots::default();
    for (place, input) in input.slots {
        let mut here = Faults::new();
        let read = one(&input, base_url.as_ref(), &place, &mut here);
        let guid = guid_of(&input);
        if guid.is_some_and(|guid| !guids.insert(guid)) {
            here.add("/guid", "duplicate", "A guid stands once in a schedule.");
        }
        if here.is_empty() {
            slots.read.push(read);
        } else {
            slots.unread.extend(guid);
            slots.faulty.push(read);
        }
        place.tell(here, faults);
    }
    slots
}

fn guid_of(input: &SlotInput) -> Option<Uuid> {
    Uuid::try_parse(input.guid.as_deref()?.trim()).ok()
}

fn address(text: &str) -> Option<Url> {
    Url::parse(text.trim()).ok()
}

/// Reads all of a session, also where something of it is wrong.
fn one(input: &SlotInput, base_url: Option<&Url>, place: &Place, faults: &mut Faults) -> ReadSlot {
    let guid = required(input.guid.as_deref(), "/guid", faults).and_then(|guid| {
        let parsed = Uuid::try_parse(guid.trim());
        faults.take(
            "/guid",
            parsed.map_err(|_| Refused::new("invalid_uuid", "A guid is a UUID.")),
        )
    });
    let starts_at = required(input.date.as_deref(), "/date", faults)
        .and_then(|date| faults.take("/date", time::instant(date.trim())));
    let ends_at = faults.take_optional("/end", input.end.as_deref(), time::instant);
    let minutes = faults.take_optional("/duration", input.duration.as_deref(), minutes);
    let persons = input.persons.as_deref().unwrap_or_default();
    let page = input.url.as_deref().and_then(address);
    let base = page.as_ref().or(base_url);
    let mut attachments = attachments(input.links.as_deref(), "/links", base, faults);
    attachments.extend(self::attachments(
        input.attachments.as_deref(),
        "/attachments",
        base,
        faults,
    ));
    let people = persons.iter().enumerate().map(|(index, person)| Place {
        pointer: format!("{}/persons/{index}", place.pointer),
        line: place.line,
        fields: fields::of_person(person),
    });
    let slot = Slot {
        ends_at,
        attachments,
        persons: persons
            .iter()
            .map(|input| person(input, base_url))
            .collect(),
        ..slot(input, guid, starts_at)
    };
    ReadSlot {
        place: place.clone().calling(fields::of_slot(input)),
        is_timed: starts_at.is_some(),
        minutes: if ends_at.is_none() { minutes } else { None },
        slug: input
            .slug
            .as_deref()
            .and_then(|slug| own_part(slug, input.id)),
        keys: persons.iter().map(key).collect(),
        people: people.collect(),
        slot,
    }
}

/// A name as it is stored: what is written in two ways is one name.
pub fn tidy(name: &str) -> String {
    name.trim().nfc().collect()
}

fn required<'a>(text: Option<&'a str>, pointer: &str, faults: &mut Faults) -> Option<&'a str> {
    if text.is_none() {
        faults.add(pointer, "required", "A session of a schedule has this.");
    }
    text
}

/// The texts of a session. One without a guid is nobody whom we know.
fn slot(input: &SlotInput, guid: Option<Uuid>, starts_at: Option<Instant>) -> Slot {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    Slot {
        number: input.id.unwrap_or(0),
        guid: guid.unwrap_or_default(),
        slug: input.slug.clone().unwrap_or_default(),
        title: tidy(input.title.as_deref().unwrap_or_default()),
        abstract_text: all_text(input),
        kind: given(&input.kind).unwrap_or_else(|| "talk".to_owned()),
        language: given(&input.language),
        track: given(&input.track).map(|name| tidy(&name)),
        room: tidy(input.room.as_deref().unwrap_or_default()),
        starts_at: starts_at.unwrap_or_else(|| DateTime::UNIX_EPOCH.into()),
        ends_at: None,
        persons: Vec::new(),
        attachments: Vec::new(),
        do_not_record: input.do_not_record.unwrap_or(false),
    }
}

/// Subtitle, abstract and description as one text: we have one.
fn all_text(input: &SlotInput) -> String {
    let subtitle = input
        .subtitle
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let subtitle = subtitle.map(|subtitle| format!("**{subtitle}**"));
    let texts = [
        subtitle.as_deref(),
        input.abstract_text.as_deref(),
        input.description.as_deref(),
    ];
    let texts = texts
        .into_iter()
        .flatten()
        .filter(|text| !text.trim().is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

fn name(person: &PersonInput) -> &str {
    let names = [&person.name, &person.public_name].into_iter().flatten();
    names
        .map(|name| name.trim())
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

fn person(input: &PersonInput, base_url: Option<&Url>) -> Person {
    let avatar = input.avatar.as_ref().and_then(Value::as_str);
    let avatar = avatar.map(|avatar| absolute(avatar.trim(), base_url));
    Person {
        guid: uuid_of(input),
        name: tidy(name(input)),
        biography: input
            .biography
            .clone()
            .filter(|text| !text.trim().is_empty()),
        // A picture is left out sooner than a programme.
        avatar: avatar.and_then(|avatar| text::web_url(&avatar).ok()),
    }
}

fn uuid_of(person: &PersonInput) -> Option<Uuid> {
    Uuid::try_parse(person.guid.as_deref()?.trim()).ok()
}

/// What a person is known by within one document: a guid, else a code, whatever the name beside it; else a
/// number with the name, because programs that have neither give it to whoever has none.
fn key(person: &PersonInput) -> String {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let guid = || person.guid.as_deref().and_then(given);
    if let Some(guid) = uuid_of(person).map(|guid| guid.to_string()).or_else(guid) {
        return format!("guid {guid}");
    }
    let word = |value: &Value| given(value.as_str().unwrap_or(&value.to_string()));
    let some = |value: &Option<Value>| {
        value
            .as_ref()
            .filter(|value| !value.is_null())
            .and_then(word)
    };
    if let Some(code) = some(&person.code) {
        return format!("code {code}");
    }
    format!(
        "id {} {}",
        some(&person.id).unwrap_or_default(),
        tidy(name(person))
    )
}

/// What is to be read beside a session. Video is none of it: recordings have their own place here.
fn attachments(
    references: Option<&[ReferenceInput]>,
    list: &str,
    base: Option<&Url>,
    faults: &mut Faults,
) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    for (index, reference) in references.unwrap_or_default().iter().enumerate() {
        let kind = match reference.kind.as_deref() {
            Some("media") => continue,
            Some("slides") => MaterialKind::Slides,
            Some("paper" | "article") => MaterialKind::Document,
            _ => MaterialKind::Link,
        };
        let given = reference
            .url
            .as_deref()
            .map(str::trim)
            .filter(|url| !url.is_empty());
        let Some(given) = given else { continue };
        let url = text::web_url(&absolute(given, base));
        let Some(url) = faults.take(&format!("{list}/{index}/url"), url) else {
            continue;
        };
        let title = reference
            .title
            .as_deref()
            .map(str::trim)
            .filter(|title| !title.is_empty());
        attachments.push(Attachment {
            title: title.unwrap_or(given).to_owned(),
            kind,
            url,
        });
    }
    attachments
}

/// A relative address from where it starts; any other as it is.
fn absolute(url: &str, base: Option<&Url>) -> String {
    let is_relative = Url::parse(url) == Err(url::ParseError::RelativeUrlWithoutBase);
    let resolved = base
        .filter(|_| is_relative)
        .and_then(|base| base.join(url).ok());
    resolved.map_or_else(|| url.to_owned(), String::from)
}

/// `0:30`, `01:30` or `01:30:00`, in minutes.
fn minutes(text: &str) -> Result<i64, Refused> {
    let refused = || Refused::new("invalid_duration", "A duration is HH:MM, such as 01:30.");
    let parts: Vec<&str> = text.trim().split(':').collect();
    let ([hours, minutes] | [hours, minutes, _]) = parts.as_slice() else {
        return Err(refused());
    };
    let number = |text: &str| {
        text.parse()
            .ok()
            .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
    };
    let hours: u16 = number(hours).ok_or_else(refused)?;
    let minutes: u16 = number(minutes).ok_or_else(refused)?;
    if minutes > 59 || hours > 999 {
        return Err(refused());
    }
    Ok(i64::from(hours) * 60 + i64::from(minutes))
}

/// What stands behind `acronym-number-`.
fn own_part(slug: &str, number: Option<u32>) -> Option<Slug> {
    let number = number?;
    let markers = [format!("-{number}-"), format!("-{number:02}-")];
    let mut rests = markers
        .iter()
        .filter_map(|marker| slug.split_once(marker.as_str()));
    rests.find_map(|(_, rest)| Slug::parse(rest).ok())
}
