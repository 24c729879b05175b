//! What a document wants the working copy to be, before anybody knows whether it can be. Pure.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::faults::{Fault, Faults};
use crate::ids::{Id, SessionId};
use crate::programme::document::{Room, Session, Speaker, Track, Versioned};
use crate::programme::rooms::input::RoomInput;
use crate::programme::sessions::input::SessionInput;
use crate::programme::speakers::input::SpeakerInput;
use crate::programme::tracks::input::TrackInput;

crate::words! {
    /// Which format a document is in.
    pub enum DocumentFormat {
        /// Our own programme document.
        Programme = "programme",
        /// schedule.json of c3voc, frab and pretalx.
        ScheduleJson = "schedule_json",
        /// schedule.xml of the same.
        ScheduleXml = "schedule_xml",
    }
}

/// What a document calls fields, by what we call them: `("/ends_at", "/end")`. It has nothing below them.
pub type Fields = &'static [(&'static str, &'static str)];

/// Where something stands in a document: a JSON pointer, or the path and the line of an element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The pointer.
    pub pointer: String,
    /// The line, where the document is read by lines.
    pub line: Option<usize>,
    /// What the document calls the fields here, where that is not what we call them.
    pub fields: Fields,
}

impl Place {
    /// Here, in JSON.
    #[must_use]
    pub fn at(pointer: String) -> Self {
        Self {
            pointer,
            ..Self::default()
        }
    }

    /// This place, with what the document calls the fields there.
    #[must_use]
    pub fn calling(self, fields: Fields) -> Self {
        Self { fields, ..self }
    }

    /// What the document calls this field.
    fn field<'a>(&self, ours: &'a str) -> &'a str {
        let is_it = |field: &str| {
            let rest = ours.strip_prefix(field);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut fields = self.fields.iter();
        fields
            .find(|(field, _)| is_it(field))
            .map_or(ours, |(_, theirs)| theirs)
    }

    /// Takes over faults whose pointers begin here.
    pub fn tell(&self, here: Faults, faults: &mut Faults) {
        for fault in here.into_list() {
            let detail = match self.line {
                Some(line) => format!("Line {line}: {}", fault.detail),
                None => fault.detail,
            };
            let pointer = format!("{}{}", self.pointer, self.field(&fault.pointer));
            let code = fault.code;
            faults.extend(Faults::of(vec![Fault {
                pointer,
                code,
                detail,
            }]));
        }
    }

    /// Notes a fault of a field here.
    pub fn fault(&self, field: &str, code: &'static str, detail: &str, faults: &mut Faults) {
        self.tell(Faults::one(field, code, detail), faults);
    }
}

/// One thing as a document wants it.
#[derive(Debug)]
pub struct Wanted<K, T, I> {
    /// Where the document says so.
    pub place: Place,
    /// The id it has or gets.
    pub id: Id<K>,
    /// The thing that is there already.
    pub current: Option<Versioned<T>>,
    /// What it is made from, or changed to.
    pub input: I,
}

/// A room as it is wanted.
pub type WantedRoom = Wanted<crate::ids::RoomKind, Room, RoomInput>;
/// A track as it is wanted.
pub type WantedTrack = Wanted<crate::ids::TrackKind, Track, TrackInput>;
/// A speaker as they are wanted.
pub type WantedSpeaker = Wanted<crate::ids::SpeakerKind, Speaker, SpeakerInput>;
/// A session as it is wanted.
pub type WantedSession = Wanted<crate::ids::SessionKind, Session, SessionInput>;

/// What of the working copy a document does not name, and so removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removes {
    /// All of it: the document can say everything.
    Everything,
    /// Sessions that have a time: a schedule knows no others, and no room, track or speaker that has
    /// no session.
    ScheduledSessions,
}

/// What a document wants the working copy to be.
#[derive(Debug)]
pub struct Wish {
    /// In which format it is.
    pub format: DocumentFormat,
    /// What it removes.
    pub removes: Removes,
    /// Guids of sessions that it names, but says wrongly.
    pub unread: HashSet<Uuid>,
    /// Those sessions, as far as they could be read: nothing becomes of them, but all that is wrong with
    /// them is told.
    pub checked: Vec<(Place, SessionInput)>,
    /// Rooms, in order.
    pub rooms: Vec<WantedRoom>,
    /// Tracks, in order.
    pub tracks: Vec<WantedTrack>,
    /// Speakers.
    pub speakers: Vec<WantedSpeaker>,
    /// Sessions.
    pub sessions: Vec<WantedSession>,
    /// The numbers that it gives its sessions.
    pub numbers: HashMap<SessionId, i32>,
}
