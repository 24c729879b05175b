//! What a wish comes to: what is added, changed and removed, and all that is wrong with it. Pure.

use std::collections::HashSet;
use std::hash::Hash;

use super::names::Names;
use super::wish::{Removes, Wanted, Wish};
use crate::events::Event;
use crate::faults::Faults;
use crate::ids::{Id, RoomId};
use crate::programme::document::{Room, Session, Speaker, Track, Versioned};
use crate::programme::revision::{Delta, Revision, Standing};
use crate::programme::sessions::input::Surroundings;

/// Most sessions and speakers of a document.
const MANY: usize = 5_000;
/// Most faults that are told.
const FAULTS: usize = 500;
/// Most rooms and tracks of a document.
const SOME: usize = 500;

/// What a document comes to.
#[derive(Debug)]
pub struct Plan {
    /// What becomes of the working copy; whole only without faults.
    pub revision: Revision,
    /// What is not in the document, but stays: it is hidden, so that no document for everybody has it, or
    /// a release or a recording refers to it.
    pub kept: usize,
    /// All that is wrong.
    pub faults: Faults,
}

/// What a thing of the working copy is known by.
trait Thing: Clone + PartialEq {
    type Kind;
    fn id(&self) -> Id<Self::Kind>;
    fn is_hidden(&self) -> bool;
}

macro_rules! things {
    ($($thing:ident = $kind:ident, $hidden:expr;)*) => {$(
        impl Thing for $thing {
            type Kind = crate::ids::$kind;
            fn id(&self) -> Id<Self::Kind> {
                self.id
            }

            fn is_hidden(&self) -> bool {
                let is_hidden: fn(&Self) -> bool = $hidden;
                is_hidden(self)
            }
        }
    )*};
}

things!(
    Room = RoomKind, |room| room.hidden;
    Track = TrackKind, |track| track.hidden;
    Speaker = SpeakerKind, |speaker| speaker.hidden;
    Session = SessionKind, |_| false;
);

/// Sorts things into what is new, changed and as it was.
fn delta<T: Thing>(wanted: Vec<(T, Option<Versioned<T>>)>) -> Delta<T> {
    let mut delta = Delta::default();
    for (thing, current) in wanted {
        match current {
            None => delta.added.push(thing),
            Some(current) if current.value == thing => delta.unchanged += 1,
            Some(current) => delta.changed.push(Versioned {
                value: thing,
                version: current.version,
            }),
        }
    }
    delta
}

/// The things of ours that a document does not hold.
fn absent<T: Thing>(standing: &[Versioned<T>], named: &HashSet<Id<T::Kind>>) -> Vec<Versioned<T>> {
    let absent = standing
        .iter()
        .filter(|thing| !named.contains(&thing.value.id()));
    absent.cloned().collect()
}

/// Removes what is absent and free; counts what is absent and bound, or hidden.
fn discard<T: Thing>(
    delta: &mut Delta<T>,
    absent: Vec<Versioned<T>>,
    is_bound: impl Fn(Id<T::Kind>) -> bool,
) -> usize {
    let all = absent.len();
    delta.removed = absent
        .into_iter()
        .filter(|thing| !thing.value.is_hidden() && !is_bound(thing.value.id()))
        .collect();
    all - delta.removed.len()
}

pub(super) fn named<K, T, I>(wanted: &[Wanted<K, T, I>]) -> HashSet<Id<K>>
where
    Id<K>: Eq + Hash,
{
    wanted.iter().map(|wanted| wanted.id).collect()
}

/// The places of things in a list: as it is where the document keeps their order, else by the document.
fn positions<K, T, I>(
    wanted: &[Wanted<K, T, I>],
    of: impl Fn(&T) -> i32,
    whole: bool,
) -> Vec<Option<i32>> {
    let current: Vec<Option<i32>> = wanted
        .iter()
        .map(|wanted| wanted.current.as_ref().map(|thing| of(&thing.value)))
        .collect();
    let known: Vec<i32> = current.iter().copied().flatten().collect();
    if !whole || known.is_sorted() {
        // New ones stand behind all that are there.
        let last = known.iter().copied().max();
        let mut next = last.map_or(0, |last| last.saturating_add(1));
        let place = |position: Option<i32>| {
            position.or_else(|| {
                next += 1;
                Some(next - 1)
            })
        };
        return current.into_iter().map(place).collect();
    }
    (0..).take(wanted.len()).map(Some).collect()
}

/// What this wish comes to. `filmed` are the rooms that recordings name.
#[must_use]
pub fn plan(
    mut wish: Wish,
    standing: &Standing,
    event: &Event,
    filmed: &HashSet<RoomId>,
    mut faults: Faults,
) -> Plan {
    check_size(&wish, &mut faults);
    let mut revision = Revision::default();
    let whole = wish.removes == Removes::Everything;
    let (rooms, tracks, speakers) = (
        named(&wish.rooms),
        named(&wish.tracks),
        named(&wish.speakers),
    );
    let sessions = named(&wish.sessions);
    let gone: Vec<Versioned<Session>> = absent(&standing.sessions, &sessions)
        .into_iter()
        .filter(|session| whole || session.value.starts_at.is_some())
        .filter(|session| !wish.unread.contains(&session.value.guid))
        .collect();
    revision.sessions = wanted_sessions(&mut wish, standing, event, &gone, &mut faults);
    revision.sessions.removed = gone;
    revision.rooms = wanted_rooms(&wish, event, whole, &mut faults);
    revision.tracks = wanted_tracks(&wish, event, whole, &mut faults);
    revision.speakers = wanted_speakers(&wish, event, &mut faults);
    let mut kept = 0;
    if whole {
        let is_bound = |id| standing.bound.rooms.contains(&id) || filmed.contains(&id);
        kept += discard(
            &mut revision.rooms,
            absent(&standing.rooms, &rooms),
            is_bound,
        );
        let is_bound = |id| standing.bound.tracks.contains(&id);
        kept += discard(
            &mut revision.tracks,
            absent(&standing.tracks, &tracks),
            is_bound,
        );
        let is_bound = |id| standing.bound.speakers.contains(&id);
        kept += discard(
            &mut revision.speakers,
            absent(&standing.speakers, &speakers),
            is_bound,
        );
    }
    Plan {
        revision,
        kept,
        faults: some_of(faults),
    }
}

/// The first of many faults, and how many there are.
fn some_of(faults: Faults) -> Faults {
    let mut list = faults.into_list();
    let more = list.len().saturating_sub(FAULTS);
    list.truncate(FAULTS);
    let mut some = Faults::of(list);
    if more > 0 {
        some.add(
            "",
            "too_many_faults",
            format!("There are {more} more faults."),
        );
    }
    some
}

fn check_size(wish: &Wish, faults: &mut Faults) {
    let sizes = [
        ("/rooms", wish.rooms.len(), SOME),
        ("/tracks", wish.tracks.len(), SOME),
        ("/speakers", wish.speakers.len(), MANY),
        ("/days", wish.sessions.len(), MANY),
    ];
    for (list, size, most) in sizes {
        if size > most {
            faults.add(
                list,
                "too_many",
                format!("There are at most {most}; here are {size}."),
            );
        }
    }
}

fn wanted_rooms(wish: &Wish, event: &Event, whole: bool, faults: &mut Faults) -> Delta<Room> {
    let places = positions(&wish.rooms, |room| room.position, whole);
    let rooms = wish.rooms.iter().zip(places).filter_map(|(wanted, place)| {
        let parsed = wanted.input.parse(&event.languages);
        let parsed = parsed
            .map_err(|here| wanted.place.tell(here, faults))
            .ok()?;
        let room = Room {
            id: wanted.id,
            name: parsed.name,
            capacity: parsed.capacity,
            position: parsed.position.or(place).unwrap_or(0),
            hidden: parsed.hidden,
        };
        Some((room, wanted.current.clone()))
    });
    delta(rooms.collect())
}

fn wanted_tracks(wish: &Wish, event: &Event, whole: bool, faults: &mut Faults) -> Delta<Track> {
    let places = positions(&wish.tracks, |track| track.position, whole);
    let tracks = wish
        .tracks
        .iter()
        .zip(places)
        .filter_map(|(wanted, place)| {
            let parsed = wanted.input.parse(&event.languages);
            let parsed = parsed
                .map_err(|here| wanted.place.tell(here, faults))
                .ok()?;
            let track = Track {
                id: wanted.id,
                name: parsed.name,
                color: parsed.color,
                position: parsed.position.or(place).unwrap_or(0),
                hidden: parsed.hidden,
            };
            Some((track, wanted.current.clone()))
        });
    delta(tracks.collect())
}

fn wanted_speakers(wish: &Wish, event: &Event, faults: &mut Faults) -> Delta<Speaker> {
    let speakers = wish.speakers.iter().filter_map(|wanted| {
        let parsed = wanted.input.parse(&event.languages);
        let parsed = parsed
            .map_err(|here| wanted.place.tell(here, faults))
            .ok()?;
        let speaker = Speaker {
            id: wanted.id,
            name: parsed.name,
            position: parsed.position,
            affiliation: parsed.affiliation,
            bio: parsed.bio,
            photo_url: parsed.photo_url,
            links: parsed.links,
            hidden: parsed.hidden,
        };
        Some((speaker, wanted.current.clone()))
    });
    delta(speakers.collect())
}

fn wanted_sessions(
    wish: &mut Wish,
    standing: &Standing,
    event: &Event,
    gone: &[Versioned<Session>],
    faults: &mut Faults,
) -> Delta<Session> {
    let around = Surroundings {
        languages: &event.languages,
        dated: event.dates.is_some(),
        rooms: named(&wish.rooms),
        tracks: named(&wish.tracks),
        speakers: named(&wish.speakers),
    };
    let mut names = Names::of(wish, standing, gone);
    let mut sessions = Vec::new();
    for wanted in wish.sessions.drain(..) {
        let mut here = Faults::new();
        let parsed = wanted.input.parse(&around);
        let parsed = parsed.map_err(|wrong| here.extend(wrong)).ok();
        let current = wanted.current.as_ref().map(|current| &current.value);
        let before = current.or_else(|| standing.gone(wanted.id));
        let session = parsed.map(|parsed| {
            let mut session = names.name(&wanted, before, parsed, event, &mut here);
            // On, never off: whoever wrote the document may not know who took their consent back since.
            session.do_not_record |= before.is_some_and(|before| before.do_not_record);
            session
        });
        wanted.place.tell(here, faults);
        sessions.extend(session.map(|session| (session, wanted.current)));
    }
    for (place, input) in &wish.checked {
        if let Err(here) = input.parse(&around) {
            place.tell(here, faults);
        }
    }
    delta(sessions)
}
