//! The rooms, tracks and people that a schedule names, and which of ours they are. Pure.
//!
//! A schedule has names where we have ids. A room is known by our id, where the schedule is one of
//! ours, else by its name; a track by its name; a person by our id, else by name, of namesakes each
//! one in turn. What other programs call them by tells them apart within a document, and is kept nowhere:
//! some derive it from an e-mail address.

use std::collections::{HashMap, HashSet};

use super::fields;
use super::schedule::{Person, Terms};
use super::schedule_input::{HallInput, LaneInput};
use super::schedule_reader::{alike, set};
use super::slots::{ReadSlot, tidy};
use super::wish::{Place, WantedRoom, WantedSpeaker, WantedTrack};
use crate::clock::new_id;
use crate::events::Event;
use crate::ids::{Id, RoomId, SpeakerId, TrackId};
use crate::programme::document::{Session, Speaker, Versioned};
use crate::programme::revision::Standing;
use crate::programme::rooms::input::RoomInput;
use crate::programme::speakers::input::SpeakerInput;
use crate::programme::tracks::input::TrackInput;
use crate::text::LocalizedInput;

/// What a schedule names.
#[derive(Debug, Default)]
pub struct Things {
    rooms: HashMap<String, RoomId>,
    tracks: HashMap<String, TrackId>,
    speakers: HashMap<String, SpeakerId>,
    /// What the room of sessions without one is called.
    nowhere: String,
    /// Rooms as they are wanted.
    pub wanted_rooms: Vec<WantedRoom>,
    /// Tracks as they are wanted.
    pub wanted_tracks: Vec<WantedTrack>,
    /// Speakers as they are wanted.
    pub wanted_speakers: Vec<WantedSpeaker>,
}

/// What is read, and what is there.
#[derive(Debug)]
pub struct Around<'a> {
    /// The event.
    pub event: &'a Event,
    /// The working copy.
    pub standing: &'a Standing,
    /// What its things are called.
    pub terms: &'a Terms<'a>,
    /// What the room of sessions without one is called.
    pub nowhere: &'a str,
}

impl Around<'_> {
    fn text(&self, text: &str) -> LocalizedInput {
        let language = self.event.languages.default.as_str().to_owned();
        LocalizedInput::ByLanguage([(language, text.to_owned())].into())
    }
}

impl Things {
    /// Finds everything that the schedule names.
    #[must_use]
    pub fn of(
        halls: Vec<(Place, HallInput)>,
        lanes: Vec<(Place, LaneInput)>,
        slots: &[&ReadSlot],
        around: &Around<'_>,
    ) -> Self {
        let mut things = Self {
            nowhere: around.nowhere.to_owned(),
            ..Self::default()
        };
        for (place, hall) in halls {
            things.take_room(place, &hall, around);
        }
        for (place, lane) in lanes {
            things.take_track(place, &lane, around);
        }
        for read in slots {
            let hall = HallInput {
                name: read.slot.room.clone(),
                ..HallInput::default()
            };
            let place = read.place.clone().calling(fields::ROOM);
            things.take_room(place, &hall, around);
            if let Some(name) = read.slot.track.clone() {
                let place = read.place.clone().calling(fields::TRACK);
                things.take_track(place, &LaneInput { name, color: None }, around);
            }
        }
        things.take_people(slots, around);
        things
    }

    /// The room of this name; `None` for none.
    #[must_use]
    pub fn room(&self, name: &str) -> Option<String> {
        self.rooms.get(&tidy(name)).map(ToString::to_string)
    }

    /// The track of this name.
    #[must_use]
    pub fn track(&self, name: &str) -> Option<String> {
        self.tracks.get(&tidy(name)).map(ToString::to_string)
    }

    /// The speakers of a session.
    #[must_use]
    pub fn speakers(&self, read: &ReadSlot) -> Vec<SpeakerId> {
        read.keys
            .iter()
            .filter_map(|key| self.speakers.get(key).copied())
            .collect()
    }

    fn take_room(&mut self, place: Place, hall: &HallInput, around: &Around<'_>) {
        let name = &*tidy(&hall.name);
        let guid: Option<RoomId> = hall
            .guid
            .as_deref()
            .and_then(|guid| guid.trim().parse().ok());
        let is_nowhere = guid.is_some_and(|guid| guid.uuid() == around.event.id.uuid());
        if name.is_empty() || name == self.nowhere || is_nowhere || self.rooms.contains_key(name) {
            return;
        }
        let rooms = &around.standing.rooms;
        let free = |id: RoomId| !self.rooms.values().any(|known| *known == id);
        let by_guid = rooms
            .iter()
            .find(|room| Some(room.value.id) == guid && free(room.value.id));
        let current = by_guid.or_else(|| {
            let named = |id| around.terms.room(Some(id)) == name;
            rooms
                .iter()
                .find(|room| named(room.value.id) && free(room.value.id))
        });
        let id = current.map_or_else(new_id, |room| room.value.id);
        self.rooms.insert(name.to_owned(), id);
        let mut input = current.map_or_else(
            || RoomInput {
                name: around.text(name),
                capacity: None,
                position: None,
                hidden: None,
            },
            |room| RoomInput::of(&room.value),
        );
        if by_guid.is_some() && around.terms.room(Some(id)) != name {
            set(
                &mut input.name,
                around.event.languages.default.as_str(),
                name,
            );
        }
        input.capacity = hall.capacity.or(input.capacity);
        self.wanted_rooms.push(WantedRoom {
            place,
            id,
            current: current.cloned(),
            input,
        });
    }

    fn take_track(&mut self, place: Place, lane: &LaneInput, around: &Around<'_>) {
        let name = &*tidy(&lane.name);
        if name.is_empty() || self.tracks.contains_key(name) {
            return;
        }
        let mut tracks = around.standing.tracks.iter();
        let current = tracks.find(|track| around.terms.track(track.value.id) == Some(name));
        let id = current.map_or_else(new_id, |track| track.value.id);
        self.tracks.insert(name.to_owned(), id);
        let mut input = current.map_or_else(
            || TrackInput {
                name: around.text(name),
                color: None,
                position: None,
                hidden: None,
            },
            |track| TrackInput::of(&track.value),
        );
        input.color = lane.color.clone().or(input.color);
        self.wanted_tracks.push(WantedTrack {
            place,
            id,
            current: current.cloned(),
            input,
        });
    }

    /// Finds the people of sessions that are there already first: who is in one of them is no namesake.
    fn take_people(&mut self, slots: &[&ReadSlot], around: &Around<'_>) {
        let sessions = around
            .standing
            .sessions
            .iter()
            .map(|session| &session.value);
        let known: HashMap<_, _> = sessions.map(|session| (session.guid, session)).collect();
        let (there, new): (Vec<&ReadSlot>, Vec<&ReadSlot>) = slots
            .iter()
            .partition(|read| known.contains_key(&read.slot.guid));
        let told = most_told(slots);
        let mut claimed = HashSet::new();
        for read in there.into_iter().chain(new) {
            let session = known.get(&read.slot.guid).copied();
            for key in &read.keys {
                if let Some((place, person)) = told.get(key.as_str())
                    && !self.speakers.contains_key(key)
                {
                    let found = known_person(person, session, &claimed, around);
                    let id = self.take_person(place, person, found, around);
                    claimed.insert(id);
                    self.speakers.insert(key.clone(), id);
                }
            }
        }
    }

    /// Wants this person as the speaker that was `found`, or as a new one.
    fn take_person(
        &mut self,
        place: &Place,
        person: &Person,
        found: Option<&Versioned<Speaker>>,
        around: &Around<'_>,
    ) -> SpeakerId {
        let id = found.map_or_else(new_id, |speaker| speaker.value.id);
        let mut input = found.map_or_else(
            || SpeakerInput {
                name: None,
                position: None,
                affiliation: None,
                bio: None,
                photo_url: None,
                links: None,
                hidden: None,
            },
            |speaker| SpeakerInput::of(&speaker.value),
        );
        if !person.name.is_empty() {
            input.name = Some(person.name.clone());
        }
        let said = found.and_then(|speaker| around.terms.person(&speaker.value).biography);
        let bio = person.biography.as_deref();
        if let Some(bio) = bio.filter(|bio| !alike(bio, said.as_deref().unwrap_or_default())) {
            let bio_input = input.bio.get_or_insert_with(|| around.text(""));
            set(bio_input, around.event.languages.default.as_str(), bio);
        }
        if person.avatar.is_some() {
            input.photo_url.clone_from(&person.avatar);
        }
        self.wanted_speakers.push(WantedSpeaker {
            place: place.clone(),
            id,
            current: found.cloned(),
            input,
        });
        id
    }
}

/// Where each person is told of, by what they are known by: the first place that tells more than the name,
/// if one does.
fn most_told<'a>(slots: &[&'a ReadSlot]) -> HashMap<&'a str, (&'a Place, &'a Person)> {
    let mut told: HashMap<&str, (&Place, &Person)> = HashMap::new();
    for read in slots {
        let people = read.people.iter().zip(&read.slot.persons);
        for (key, one) in read.keys.iter().zip(people) {
            let tells = |person: &Person| person.biography.is_some() || person.avatar.is_some();
            let best = told.entry(key).or_insert(one);
            if !tells(best.1) && tells(one.1) {
                *best = one;
            }
        }
    }
    told
}

/// The speaker that this person is: by our id, else by name.
fn known_person<'a>(
    person: &Person,
    session: Option<&Session>,
    claimed: &HashSet<SpeakerId>,
    around: &Around<'a>,
) -> Option<&'a Versioned<Speaker>> {
    let known = &around.standing.speakers;
    let guid: Option<SpeakerId> = person.guid.map(Id::from_uuid);
    let mut by_guid = known.iter();
    let by_guid = by_guid.find(|speaker| Some(speaker.value.id) == guid);
    by_guid.or_else(|| namesake(known, &person.name, session, claimed))
}

/// The first of this name who is nobody else, of those in the session before all others.
fn namesake<'a>(
    known: &'a [Versioned<Speaker>],
    name: &str,
    session: Option<&Session>,
    claimed: &HashSet<SpeakerId>,
) -> Option<&'a Versioned<Speaker>> {
    let free = |speaker: &&Versioned<Speaker>| {
        speaker.value.name == name && !claimed.contains(&speaker.value.id)
    };
    let is_in = |speaker: &&Versioned<Speaker>| {
        let mut parts = session.iter().flat_map(|session| &session.speakers);
        parts.any(|part| part.speaker_id == speaker.value.id)
    };
    let mut there = known.iter().filter(free).filter(is_in);
    // Who has no name yet is somebody else in every session.
    let elsewhere = || known.iter().find(free).filter(|_| !name.is_empty());
    there.next().or_else(elsewhere)
}
