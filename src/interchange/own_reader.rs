//! What our own programme document wants. Pure.

use std::collections::{HashMap, HashSet};

use super::own_input::{
    ProgrammeInput, RoomOfProgramme, SessionOfProgramme, SpeakerOfProgramme, TrackOfProgramme,
};
use super::own_sessions::{self, Meant};
use super::wish::{
    DocumentFormat, Place, Removes, WantedRoom, WantedSession, WantedSpeaker, WantedTrack, Wish,
};
use crate::clock::new_id;
use crate::faults::Faults;
use crate::ids::{Id, RoomKind, SpeakerKind, TrackKind};
use crate::programme::document::{Room, Speaker, Track, Versioned};
use crate::programme::revision::Standing;
use crate::programme::rooms::input::RoomInput;
use crate::programme::speakers::input::SpeakerInput;
use crate::programme::tracks::input::TrackInput;
use crate::text::{Languages, LocalizedInput, time};

/// What the document wants of this working copy.
pub fn wish(
    document: &ProgrammeInput,
    standing: &Standing,
    languages: &Languages,
    faults: &mut Faults,
) -> Wish {
    let keys = document.rooms.iter().map(|room| &room.id);
    let mut room_keys = Keys::of(&standing.rooms, |room| room.value.id, keys);
    let keys = document.tracks.iter().map(|track| &track.id);
    let mut track_keys = Keys::of(&standing.tracks, |track| track.value.id, keys);
    let keys = document.speakers.iter().map(|speaker| &speaker.id);
    let mut speaker_keys = Keys::of(&standing.speakers, |speaker| speaker.value.id, keys);
    let rooms = places("/rooms", &document.rooms)
        .map(|(place, room)| wanted_room(room, place, &mut room_keys, languages, faults))
        .collect();
    let tracks = places("/tracks", &document.tracks)
        .map(|(place, track)| wanted_track(track, place, &mut track_keys, languages, faults))
        .collect();
    let speakers = places("/speakers", &document.speakers)
        .map(|(place, speaker)| wanted_speaker(speaker, place, &mut speaker_keys, faults))
        .collect();
    let asked = sessions_of(document, faults);
    let known = own_sessions::meant(&asked, standing, languages, faults);
    let mut sessions = Vec::new();
    let mut numbers = HashMap::new();
    for ((place, session), meant) in asked.into_iter().zip(known) {
        let mut input = session.input();
        input.room_id = input.room_id.map(|key| room_keys.id_of(&key));
        input.track_id = input.track_id.map(|key| track_keys.id_of(&key));
        for part in input.speakers.iter_mut().flatten() {
            part.speaker_id = speaker_keys.id_of(&part.speaker_id);
        }
        let current = meant.and_then(Meant::there).cloned();
        if let Some(current) = &current {
            input.slug.get_or_insert_with(|| current.value.slug.clone());
        }
        let before = meant.map(Meant::session);
        if let Some(before) = before {
            input.guid.get_or_insert_with(|| before.guid.to_string());
        }
        let id = before.map_or_else(new_id, |before| before.id);
        numbers.extend(session.number().map(|number| (id, number)));
        sessions.push(WantedSession {
            place,
            id,
            current,
            input,
        });
    }
    Wish {
        format: DocumentFormat::Programme,
        removes: Removes::Everything,
        unread: HashSet::new(),
        checked: Vec::new(),
        rooms,
        tracks,
        speakers,
        sessions,
        numbers,
    }
}

/// The sessions of every day. What a day says its date is must be one, but the sessions under it have
/// times of their own.
fn sessions_of<'a>(
    document: &'a ProgrammeInput,
    faults: &mut Faults,
) -> Vec<(Place, &'a SessionOfProgramme)> {
    let mut sessions = Vec::new();
    for (place, day) in places("/days", &document.days) {
        let date = format!("{}/date", place.pointer);
        faults.take_optional(&date, day.date.as_deref(), time::date);
        let list = format!("{}/sessions", place.pointer);
        sessions.extend(places(&list, &day.sessions));
    }
    sessions
}

/// The items of a list with their places.
fn places<'a, T>(list: &str, items: &'a [T]) -> impl Iterator<Item = (Place, &'a T)> + use<'a, T> {
    let list = list.to_owned();
    items
        .iter()
        .enumerate()
        .map(move |(index, item)| (Place::at(format!("{list}/{index}")), item))
}

fn wanted_room(
    room: &RoomOfProgramme,
    place: Place,
    keys: &mut Keys<'_, RoomKind, Room>,
    languages: &Languages,
    faults: &mut Faults,
) -> WantedRoom {
    let name = plain(&room.name, languages);
    let (id, current) = keys.find(
        &room.id,
        &place,
        |known| LocalizedInput::from(&known.name) == name,
        faults,
    );
    let hidden = current.as_ref().map(|known| known.value.hidden);
    WantedRoom {
        place,
        id,
        current,
        input: RoomInput {
            name: room.name.clone(),
            capacity: room.capacity,
            position: room.position,
            hidden,
        },
    }
}

fn wanted_track(
    track: &TrackOfProgramme,
    place: Place,
    keys: &mut Keys<'_, TrackKind, Track>,
    languages: &Languages,
    faults: &mut Faults,
) -> WantedTrack {
    let name = plain(&track.name, languages);
    let (id, current) = keys.find(
        &track.id,
        &place,
        |known| LocalizedInput::from(&known.name) == name,
        faults,
    );
    let hidden = current.as_ref().map(|known| known.value.hidden);
    WantedTrack {
        place,
        id,
        current,
        input: TrackInput {
            name: track.name.clone(),
            color: track.color.clone(),
            position: track.position,
            hidden,
        },
    }
}

fn wanted_speaker(
    speaker: &SpeakerOfProgramme,
    place: Place,
    keys: &mut Keys<'_, SpeakerKind, Speaker>,
    faults: &mut Faults,
) -> WantedSpeaker {
    let name = speaker.name.trim();
    let (id, current) = keys.find(&speaker.id, &place, |known| known.name == name, faults);
    let hidden = current.as_ref().map(|known| known.value.hidden);
    WantedSpeaker {
        place,
        id,
        current,
        input: SpeakerInput {
            name: Some(speaker.name.clone()).filter(|name| !name.is_empty()),
            position: speaker.position.clone(),
            affiliation: speaker.affiliation.clone(),
            bio: speaker.bio.clone(),
            photo_url: speaker.photo_url.clone(),
            links: speaker.links.clone(),
            hidden,
        },
    }
}

/// A plain string is the default language.
fn plain(text: &LocalizedInput, languages: &Languages) -> LocalizedInput {
    match text {
        LocalizedInput::Plain(text) => LocalizedInput::ByLanguage(
            [(
                languages.default.as_str().to_owned(),
                text.trim().to_owned(),
            )]
            .into(),
        ),
        by_language @ LocalizedInput::ByLanguage(_) => by_language.clone(),
    }
}

/// What the document calls its things, and which of ours they are.
struct Keys<'a, K, T> {
    standing: &'a [Versioned<T>],
    id: fn(&Versioned<T>) -> Id<K>,
    by_id: HashMap<Id<K>, usize>,
    /// What the document names by id, or has found by name: it is taken for nothing else.
    claimed: HashSet<Id<K>>,
    of_document: HashMap<String, Id<K>>,
}

impl<'a, K, T: Clone> Keys<'a, K, T> {
    fn of<'d>(
        standing: &'a [Versioned<T>],
        id: fn(&Versioned<T>) -> Id<K>,
        keys: impl Iterator<Item = &'d String>,
    ) -> Self {
        let places = standing.iter().enumerate();
        let by_id: HashMap<Id<K>, usize> =
            places.map(|(place, thing)| (id(thing), place)).collect();
        let named = keys.filter_map(|key| key.parse().ok());
        Self {
            claimed: named.filter(|id| by_id.contains_key(id)).collect(),
            standing,
            id,
            by_id,
            of_document: HashMap::new(),
        }
    }

    /// The thing of ours that this is: by its id, else the first that is alike and is no other.
    fn find(
        &mut self,
        key: &str,
        place: &Place,
        alike: impl Fn(&T) -> bool,
        faults: &mut Faults,
    ) -> (Id<K>, Option<Versioned<T>>) {
        let by_id = key
            .parse()
            .ok()
            .and_then(|id: Id<K>| self.by_id.get(&id).copied());
        let found = by_id.map(|place| &self.standing[place]).or_else(|| {
            let mut known = self.standing.iter();
            known.find(|thing| !self.claimed.contains(&(self.id)(thing)) && alike(&thing.value))
        });
        let id = found.map_or_else(new_id, self.id);
        self.claimed.insert(id);
        if self.of_document.insert(key.to_owned(), id).is_some() {
            place.fault("/id", "duplicate", "An id stands once in its list.", faults);
        }
        (id, found.cloned())
    }

    /// The id behind what a session calls it; what the document does not hold stays as it is, and is
    /// no reference to anything then.
    fn id_of(&self, key: &str) -> String {
        let known = self.of_document.get(key).map(ToString::to_string);
        known.unwrap_or_else(|| format!("{key} is not in the document"))
    }
}
