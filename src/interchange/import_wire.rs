//! What an import tells of itself.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::plan::Plan;
use super::wish::DocumentFormat;
use crate::events::Event;
use crate::faults::Fault;
use crate::programme::document::{Room, Session, Speaker, Track, Versioned};
use crate::programme::revision::{Delta, Revision};

/// One thing that an import touches.
#[derive(Debug, Serialize, ToSchema)]
pub struct TouchedThing {
    /// Its id; null for one that is not there yet.
    #[schema(required = true)]
    id: Option<Uuid>,
    /// What it is called, in the event's default language.
    #[schema(example = "Storsalen")]
    name: String,
}

/// Things of each kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct TouchedThings {
    /// Rooms.
    rooms: Vec<TouchedThing>,
    /// Tracks.
    tracks: Vec<TouchedThing>,
    /// Speakers.
    speakers: Vec<TouchedThing>,
    /// Sessions.
    sessions: Vec<TouchedThing>,
}

/// How many things of each kind stay as they are.
#[derive(Debug, Serialize, ToSchema)]
pub struct UntouchedThings {
    /// Rooms.
    #[schema(example = 3)]
    rooms: usize,
    /// Tracks.
    #[schema(example = 2)]
    tracks: usize,
    /// Speakers.
    #[schema(example = 40)]
    speakers: usize,
    /// Sessions.
    #[schema(example = 80)]
    sessions: usize,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// Whether it only looked.
    dry_run: bool,
    /// The format that was recognised.
    format: DocumentFormat,
    /// What is new.
    added: TouchedThings,
    /// What is changed.
    changed: TouchedThings,
    /// What is removed.
    removed: TouchedThings,
    /// What was in the document and is like that already.
    unchanged: UntouchedThings,
    /// Rooms, tracks and speakers that are not in the document and stay, because they are hidden, or a
    /// release or a recording refers to them.
    #[schema(example = 0)]
    kept: usize,
    /// All that is wrong with the document; empty once it was imported. In XML the pointer is the path
    /// of an element, and the detail names its line.
    faults: Vec<Fault>,
}

trait Named {
    fn named(&self, language: &str) -> (Uuid, String);
}

macro_rules! named {
    ($($thing:ident => $name:ident),*) => {$(
        impl Named for $thing {
            fn named(&self, language: &str) -> (Uuid, String) {
                (self.id.uuid(), self.$name.best(language, "").to_owned())
            }
        }
    )*};
}

named!(Room => name, Track => name, Session => title);

impl Named for Speaker {
    /// The name of a person is the same in every language.
    fn named(&self, _: &str) -> (Uuid, String) {
        (self.id.uuid(), self.name.clone())
    }
}

fn values<T>(things: &[Versioned<T>]) -> Vec<&T> {
    things.iter().map(|thing| &thing.value).collect()
}

/// What there is to tell of the things of one kind.
struct Teller<'a> {
    language: &'a str,
    /// Whether they have their ids for good.
    there: bool,
}

impl Teller<'_> {
    fn things<T: Named>(&self, things: Vec<&T>) -> Vec<TouchedThing> {
        let thing = |thing: &T| {
            let (id, name) = thing.named(self.language);
            TouchedThing {
                id: self.there.then_some(id),
                name,
            }
        };
        things.into_iter().map(thing).collect()
    }

    fn all(
        &self,
        rooms: Vec<&Room>,
        tracks: Vec<&Track>,
        speakers: Vec<&Speaker>,
        sessions: Vec<&Session>,
    ) -> TouchedThings {
        TouchedThings {
            rooms: self.things(rooms),
            tracks: self.things(tracks),
            speakers: self.things(speakers),
            sessions: self.things(sessions),
        }
    }
}

impl ImportReport {
    /// What this plan does, or would do.
    #[must_use]
    pub fn new(plan: &Plan, event: &Event, format: DocumentFormat, dry_run: bool) -> Self {
        let Revision {
            rooms,
            tracks,
            speakers,
            sessions,
        } = &plan.revision;
        let language = event.languages.default.as_str();
        let new = Teller {
            language,
            there: !dry_run,
        };
        let known = Teller {
            language,
            there: true,
        };
        Self {
            dry_run,
            format,
            added: new.all(
                rooms.added.iter().collect(),
                tracks.added.iter().collect(),
                speakers.added.iter().collect(),
                sessions.added.iter().collect(),
            ),
            changed: known.all(
                values(&rooms.changed),
                values(&tracks.changed),
                values(&speakers.changed),
                values(&sessions.changed),
            ),
            removed: known.all(
                values(&rooms.removed),
                values(&tracks.removed),
                values(&speakers.removed),
                values(&sessions.removed),
            ),
            unchanged: UntouchedThings {
                rooms: rooms.unchanged,
                tracks: tracks.unchanged,
                speakers: speakers.unchanged,
                sessions: sessions.unchanged,
            },
            kept: plan.kept,
            faults: plan.faults.clone().into_list(),
        }
    }
}

/// What became of the things of each kind, for people: `sessions: 3 new, 2 changed, 1 removed`.
#[must_use]
pub fn sentences(revision: &Revision) -> Vec<String> {
    fn sentence<T>(what: &str, delta: &Delta<T>) -> String {
        format!(
            "{what}: {} new, {} changed, {} removed, {} as they are",
            delta.added.len(),
            delta.changed.len(),
            delta.removed.len(),
            delta.unchanged
        )
    }
    vec![
        sentence("rooms", &revision.rooms),
        sentence("tracks", &revision.tracks),
        sentence("speakers", &revision.speakers),
        sentence("sessions", &revision.sessions),
    ]
}
