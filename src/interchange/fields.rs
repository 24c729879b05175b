//! What a schedule calls the fields that we call otherwise, so that a fault is told where it comes from.

use super::schedule_input::{PersonInput, SlotInput};
use super::wish::Fields;

/// The fields of a session whose length is said by this one.
const fn session(end: &'static str) -> [(&'static str, &'static str); 9] {
    [
        ("/title", "/title"),
        ("/abstract", "/abstract"),
        ("/type_label", "/type"),
        ("/starts_at", "/date"),
        ("/ends_at", end),
        ("/room_id", "/room"),
        ("/track_id", "/track"),
        ("/speakers", "/persons"),
        ("/materials", "/attachments"),
    ]
}

static BY_END: [(&str, &str); 9] = session("/end");
static BY_DURATION: [(&str, &str); 9] = session("/duration");
static BY_START: [(&str, &str); 9] = session("/date");

/// Of this session.
pub(super) const fn of_slot(slot: &SlotInput) -> Fields {
    if slot.end.is_some() {
        &BY_END
    } else if slot.duration.is_some() {
        &BY_DURATION
    } else {
        &BY_START
    }
}

/// Of this person.
pub(super) const fn of_person(person: &PersonInput) -> Fields {
    if person.name.is_some() || person.public_name.is_none() {
        &[("/bio", "/biography")]
    } else {
        &[("/bio", "/biography"), ("/name", "/public_name")]
    }
}

/// Of the room that only sessions name.
pub(super) const ROOM: Fields = &[("/name", "/room")];
/// Of the track that only sessions name.
pub(super) const TRACK: Fields = &[("/name", "/track")];
