//! What our own programme document wants. Pure.

use std::collections::{HashMap, HashSet};

use super::own_input::{
    ProgrammeInput, RoomOfProgramme, SessionOfProgramme, SpeakerOfProgramme, TrackOfProgramme,
};
use super::wish::{
    DocumentFormat, Place, Removes, WantedRoom, WantedSession, WantedSpeaker, WantedTrack, Wish,
};
use crate::clock::new_id;
use crate::faults::Faults;
use crate::ids::{Id, RoomKind, SpeakerKind, TrackKind};
use crate::programme::document::{Room, Session, Speaker, Track, Versioned};
use crate::programme::revision::Standing;
use crate::programme::rooms::input::RoomInput;
use crate::programme::speakers::input::SpeakerInput;
use crate::programme::tracks::input::TrackInput;
use crate::text::{Languages, LocalizedInput};

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
    let mut known = Sessions::of(standing);
    let mut sessions = Vec::new();
    for (place, day) in places("/days", &document.days) {
        for (place, session) in places(&format!("{}/sessions", place.pointer), &day.sessions) {
            let (current, gone) = known.find(session, &place, faults);
            let before = current.as_ref().map(|current| &current.value).or(gone);
            let mut input = session.input();
            input.room_id = input.room_id.map(|key| room_keys.id_of(&key));
            input.track_id = input.track_id.map(|key| track_keys.id_of(&key));
            for part in input.speakers.iter_mut().flatten() {
                part.speaker_id = speaker_keys.id_of(&part.speaker_id);
            }
            if let Some(current) = &current {
                input.slug.get_or_insert_with(|| current.value.slug.clone());
            }
            if let Some(before) = before {
                input.guid.get_or_insert_with(|| before.guid.to_string());
            }
            sessions.push(WantedSession {
                place,
                id: before.map_or_else(new_id, |before| before.id),
                current,
                input,
            });
        }
    }
    Wish {
        format: DocumentFormat::Programme,
        removes: Removes::Everything,
        unread: HashSet::new(),
        rooms,
        tracks,
        speakers,
        sessions,
    }
}

/// The items of a list with their places.
fn places<'a, T>(
    list: &'a str,
    items: &'a [T],
) -> impl Iterator<Item = (Place, &'a T)> + use<'a, T> {
    items.iter().enumerate().map(move |(index, item)| {
        let pointer = format!("{list}/{index}");
        (
            Place {
                pointer,
                line: None,
            },
            item,
        )
    })
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
            name: speaker.name.clone(),
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

/// The sessions of ours that a document may mean.
struct Sessions<'a> {
    standing: &'a Standing,
    named: HashSet<String>,
}

impl<'a> Sessions<'a> {
    fn of(standing: &'a Standing) -> Self {
        Self {
            standing,
            named: HashSet::new(),
        }
    }

    /// The session of the working copy that this is, else the one of a release that it brings back.
    fn find(
        &mut self,
        session: &SessionOfProgramme,
        place: &Place,
        faults: &mut Faults,
    ) -> (Option<Versioned<Session>>, Option<&'a Session>) {
        let id = session.id.as_deref().unwrap_or_default();
        let guid = session.guid.as_deref().unwrap_or_default();
        let same = |text: &str, of: uuid::Uuid| uuid::Uuid::try_parse(text) == Ok(of);
        let there = &self.standing.sessions;
        let mut by_id = there.iter();
        let mut by_guid = there.iter();
        let found = by_id
            .find(|known| same(id, known.value.id.uuid()))
            .or_else(|| by_guid.find(|known| same(guid, known.value.guid)));
        let gone = || {
            let mut by_id = self.standing.released.iter();
            let mut by_guid = self.standing.released.iter();
            by_id
                .find(|known| same(id, known.id.uuid()))
                .or_else(|| by_guid.find(|known| same(guid, known.guid)))
        };
        let gone = if found.is_none() { gone() } else { None };
        let meant = found
            .map(|found| found.value.id)
            .or(gone.map(|gone| gone.id));
        let name = meant.map_or_else(|| id.to_owned(), |id| id.to_string());
        if !name.is_empty() && !self.named.insert(name) {
            place.fault(
                "/id",
                "duplicate",
                "A session stands once in a programme.",
                faults,
            );
        }
        (found.cloned(), gone)
    }
}
