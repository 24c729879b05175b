//! A schedule as XML, as frab and pretalx write it (c3voc's schema, `application/vnd.c3voc.schedule+xml`).
//!
//! What readers trip over is kept: every element that one of them needs is there, if empty; durations
//! are `HH:MM`; instants carry their offset; a day has its end.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::schedule::{Attachment, Day, Schedule, Slot};
use super::schedule_wire::reference_type;

/// What a schedule says beside the programme: where things are.
pub trait Addresses {
    /// Of the schedule itself.
    fn schedule(&self) -> String;
    /// Of the event.
    fn event(&self) -> String;
    /// Of more about this session.
    fn session(&self, slot: &Slot) -> String;
    /// Of our own page of its video, if it has one.
    fn video(&self, slot: &Slot) -> Option<String>;
}

/// Text put together as XML.
#[derive(Debug, Default)]
struct Xml {
    text: String,
    depth: usize,
}

/// The text with nothing in it that XML can't say (XML 1.0, 2.2).
fn sayable(text: &str) -> String {
    let can = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().filter(can).collect();
    // A bare carriage return would be read as a line feed.
    escape(text).replace('\r', "&#13;")
}

impl Xml {
    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        let _ = write!(self.text, "{:1$}<{name}", "", 2 * self.depth);
        for (attribute, value) in attributes {
            let _ = write!(self.text, " {attribute}=\"{}\"", sayable(value));
        }
        self.text.push_str(end);
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        let _ = writeln!(self.text, "{:1$}</{name}>", "", 2 * self.depth);
    }

    fn with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        if text.is_empty() {
            return self.tag(name, attributes, "/>\n");
        }
        self.tag(name, attributes, ">");
        let _ = writeln!(self.text, "{}</{name}>", sayable(text));
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.with(name, &[], text);
    }
}

/// The schedule as XML.
#[must_use]
pub fn write(schedule: &Schedule, addresses: &impl Addresses) -> String {
    let mut xml = Xml::default();
    xml.text
        .push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.open("schedule", &[]);
    xml.tag(
        "generator",
        &[("name", "kongress"), ("version", env!("CARGO_PKG_VERSION"))],
        "/>\n",
    );
    xml.leaf("url", &addresses.schedule());
    xml.leaf("version", &schedule.version);
    conference(&mut xml, schedule, &addresses.event());
    for day in &schedule.days {
        write_day(&mut xml, schedule, day, addresses);
    }
    xml.close("schedule");
    xml.text
}

fn conference(xml: &mut Xml, schedule: &Schedule, url: &str) {
    xml.open("conference", &[]);
    xml.leaf("title", &schedule.title);
    xml.leaf("acronym", &schedule.acronym);
    xml.leaf("start", &schedule.first.to_string());
    xml.leaf("end", &schedule.last.to_string());
    xml.leaf("days", &schedule.days.len().to_string());
    xml.leaf("timeslot_duration", "00:05");
    xml.leaf("url", url);
    xml.leaf("time_zone_name", schedule.zone.name());
    for track in &schedule.tracks {
        let mut attributes = vec![("name", track.name.as_str())];
        attributes.extend(track.color.as_deref().map(|color| ("color", color)));
        xml.tag("track", &attributes, "/>\n");
    }
    xml.close("conference");
}

fn write_day(xml: &mut Xml, schedule: &Schedule, day: &Day, addresses: &impl Addresses) {
    let zone = schedule.zone;
    let (start, end) = (
        day.starts_at.to_rfc3339_in(zone),
        day.ends_at.to_rfc3339_in(zone),
    );
    let (index, date) = (day.index.to_string(), day.date.to_string());
    xml.open(
        "day",
        &[
            ("index", &index),
            ("date", &date),
            ("start", &start),
            ("end", &end),
        ],
    );
    for (place, slots) in &day.rooms {
        let room = &schedule.rooms[*place];
        xml.open(
            "room",
            &[("name", &room.name), ("guid", &room.guid.to_string())],
        );
        for slot in slots {
            write_slot(xml, schedule, slot, addresses);
        }
        xml.close("room");
    }
    xml.close("day");
}

fn write_slot(xml: &mut Xml, schedule: &Schedule, slot: &Slot, addresses: &impl Addresses) {
    let (id, guid) = (slot.number.to_string(), slot.guid.to_string());
    let local = slot.starts_at.in_zone(schedule.zone);
    let video = addresses.video(slot);
    xml.open("event", &[("id", &id), ("guid", &guid)]);
    xml.leaf("room", &slot.room);
    xml.leaf("title", &slot.title);
    xml.leaf("subtitle", "");
    xml.leaf("type", &slot.kind);
    xml.leaf("date", &slot.starts_at.to_rfc3339_in(schedule.zone));
    xml.leaf("start", &local.format("%H:%M").to_string());
    xml.leaf("duration", &slot.duration());
    xml.leaf("abstract", &slot.abstract_text);
    xml.leaf("slug", &slot.slug);
    xml.leaf("track", slot.track.as_deref().unwrap_or_default());
    xml.leaf("logo", "");
    xml.open("persons", &[]);
    for person in &slot.persons {
        let guid = person.guid.map(|guid| guid.to_string());
        let attributes: Vec<_> = guid.iter().map(|guid| ("guid", guid.as_str())).collect();
        xml.with("person", &attributes, &person.name);
    }
    xml.close("persons");
    xml.leaf("language", slot.language.as_deref().unwrap_or_default());
    xml.leaf("description", "");
    write_recording(xml, slot, video.as_deref());
    xml.open("links", &[]);
    if let Some(link) = &video {
        xml.with("link", &[("href", link), ("type", "media")], VIDEO);
    }
    xml.close("links");
    write_attachments(xml, &slot.attachments);
    xml.leaf("url", &addresses.session(slot));
    xml.close("event");
}

/// What the link to the video is called.
pub(super) const VIDEO: &str = "Video";

fn write_recording(xml: &mut Xml, slot: &Slot, video: Option<&str>) {
    xml.open("recording", &[]);
    xml.leaf("license", "");
    xml.leaf("optout", if slot.do_not_record { "true" } else { "false" });
    if let Some(link) = video {
        xml.leaf("link", link);
    }
    xml.close("recording");
}

fn write_attachments(xml: &mut Xml, attachments: &[Attachment]) {
    xml.open("attachments", &[]);
    for attachment in attachments {
        let kind = reference_type(attachment.kind);
        let attributes = [("href", attachment.url.as_str()), ("type", kind)];
        xml.with("attachment", &attributes, &attachment.title);
    }
    xml.close("attachments");
}
