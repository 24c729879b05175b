//! The programme as data: what organisers edit, and what a release keeps. Pure.
//!
//! The working copy is these things in tables; a release is one [`Programme`] as JSON, immutable.
//! Fields that a later version adds must have a default, because old releases stay readable.

use std::collections::BTreeMap;
use std::mem::take;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Instant;
use crate::ids::{Id, RoomId, RoomKind, SessionId, SpeakerId, TrackId, TrackKind};
use crate::order::Placed;
use crate::text::Localized;

crate::words! {
    /// What kind of session it is.
    pub enum SessionKind {
        /// The talk that opens or carries a day.
        Keynote = "keynote",
        /// A talk.
        Talk = "talk",
        /// Several people in conversation.
        Panel = "panel",
        /// Two sides.
        Debate = "debate",
        /// A film.
        Film = "film",
        /// Work in a group.
        Workshop = "workshop",
        /// Everybody together.
        Plenary = "plenary",
        /// A pause.
        Break = "break",
        /// Being together.
        Social = "social",
    }

    /// What a person does in a session.
    pub enum SpeakerRole {
        /// Speaks.
        Speaker = "speaker",
        /// Leads the conversation.
        Moderator = "moderator",
        /// Is part of a panel.
        Panelist = "panelist",
        /// Plays, sings, reads.
        Performer = "performer",
    }

    /// What a material is.
    pub enum MaterialKind {
        /// A deck.
        Slides = "slides",
        /// A document.
        Document = "document",
        /// Anything else with an address.
        Link = "link",
    }
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Its id, the same in every release.
    pub id: RoomId,
    /// Name.
    pub name: Localized,
    /// Seats, if known.
    pub capacity: Option<i32>,
    /// Place in lists, from 0.
    pub position: i32,
    /// Not offered any more, and left out of releases unless a session uses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Its id, the same in every release.
    pub id: TrackId,
    /// Name.
    pub name: Localized,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// Place in lists, from 0.
    pub position: i32,
    /// Not offered any more, and left out of releases unless a session uses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// A link with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it leads to.
    pub title: Option<String>,
    /// Address.
    pub url: String,
}

/// A speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// Its id, the same in every release; derived from nothing personal.
    pub id: SpeakerId,
    /// Name.
    pub name: String,
    /// Job.
    pub position: Option<String>,
    /// Where they work.
    pub affiliation: Option<String>,
    /// Markdown.
    pub bio: Localized,
    /// A picture.
    pub photo_url: Option<String>,
    /// Where to find them.
    pub links: Vec<Link>,
    /// Not offered any more, and left out of releases unless a session uses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// A speaker's part in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSpeaker {
    /// Who.
    pub speaker_id: SpeakerId,
    /// As what.
    pub role: SpeakerRole,
}

/// The text of one slide or page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    /// From 1.
    pub page: i32,
    /// Its text.
    pub text: String,
}

/// Something to read beside a session; it has an address, or text, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// Title.
    pub title: Localized,
    /// What it is.
    pub kind: MaterialKind,
    /// Address.
    pub url: Option<String>,
    /// Text by page.
    pub text: Vec<PageText>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id, the same in every release.
    pub id: SessionId,
    /// Its name in paths, the same in every release.
    pub slug: String,
    /// Its id in interchange formats; any UUID.
    pub guid: Uuid,
    /// Its number in interchange formats: small, from 1, never used twice in an event.
    pub number: i32,
    /// Title.
    pub title: Localized,
    /// Markdown.
    #[serde(rename = "abstract")]
    pub abstract_text: Localized,
    /// Kind.
    pub kind: SessionKind,
    /// What the organiser calls the kind.
    pub type_label: Localized,
    /// The language it is held in (BCP 47).
    pub language: Option<String>,
    /// When it starts.
    pub starts_at: Option<Instant>,
    /// When it ends.
    pub ends_at: Option<Instant>,
    /// Where.
    pub room_id: Option<RoomId>,
    /// In which track.
    pub track_id: Option<TrackId>,
    /// Who, in order.
    pub speakers: Vec<SessionSpeaker>,
    /// What to read beside it.
    pub materials: Vec<Material>,
    /// Never shown in any recording, chapter, search or redirect.
    pub do_not_record: bool,
    /// Seats that are signed up for, where it has sign-up.
    pub sign_up_capacity: Option<i32>,
}

/// Everything a release keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    /// In order.
    pub rooms: Vec<Room>,
    /// In order.
    pub tracks: Vec<Track>,
    /// By name.
    pub speakers: Vec<Speaker>,
    /// By start, then number; those without a time last.
    pub sessions: Vec<Session>,
    /// What is in it no more and must not be heard all the same; shown to nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// Slugs that led to sessions in earlier releases and still do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub former_slugs: BTreeMap<String, SessionId>,
}

/// Where a session stood that was not to be recorded, and that is gone or has no time any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The session, so that it is known when it comes back.
    pub session_id: SessionId,
    /// Where it was to be.
    pub room_id: Option<RoomId>,
    /// When it was to start.
    pub starts_at: Option<Instant>,
    /// When it was to end.
    pub ends_at: Option<Instant>,
}

impl Programme {
    /// What a release keeps of the working copy: what is hidden is left out, unless a session uses it;
    /// then it is shown as ever.
    #[must_use]
    pub fn to_release(mut self) -> Self {
        let sessions = &self.sessions;
        self.rooms.retain_mut(|room| {
            !take(&mut room.hidden) || sessions.iter().any(|s| s.room_id == Some(room.id))
        });
        self.tracks.retain_mut(|track| {
            !take(&mut track.hidden) || sessions.iter().any(|s| s.track_id == Some(track.id))
        });
        self.speakers.retain_mut(|speaker| {
            let mut parts = sessions.iter().flat_map(|session| &session.speakers);
            !take(&mut speaker.hidden) || parts.any(|part| part.speaker_id == speaker.id)
        });
        self
    }
}

/// A release: an immutable, numbered version of the programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// 1, 2, 3 …
    pub version: i32,
    /// When it was made.
    pub released_at: Instant,
    /// The zone of the event then; `None` where nobody knows any more.
    pub timezone: Option<Tz>,
    /// What the organiser says of it.
    pub note: Localized,
    /// What changed since the version before.
    pub changes: Changes,
    /// The programme.
    pub programme: Programme,
}

/// What differs between two versions; ids of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// New ones.
    pub added: Vec<SessionId>,
    /// Gone ones.
    pub removed: Vec<SessionId>,
    /// Another time or room.
    pub moved: Vec<SessionId>,
    /// Anything else about them, or about the room, the track and the people that they show.
    pub changed: Vec<SessionId>,
    /// Those that stay in a room with another name; no change of their own.
    #[serde(default)]
    pub relabelled: Vec<SessionId>,
    /// Each of them once, by id, as it was called then; the changelog needs no older document.
    #[serde(default)]
    pub named: Vec<SessionRef>,
}

/// A session by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRef {
    /// Its id.
    pub id: SessionId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: Localized,
}

impl SessionRef {
    /// The name of this session.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self {
            id: session.id,
            slug: session.slug.clone(),
            title: session.title.clone(),
        }
    }
}

/// A thing of the working copy, in the version that it was read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The thing.
    pub value: T,
    /// Rises with every change.
    pub version: i32,
}

macro_rules! placed {
    ($thing:ident, $kind:ident, $unknown:literal, $missing:literal) => {
        impl Placed for Versioned<$thing> {
            type Kind = $kind;
            const UNKNOWN: &'static str = $unknown;
            const MISSING: &'static str = $missing;

            fn id(&self) -> Id<$kind> {
                self.value.id
            }

            fn position(&self) -> i32 {
                self.value.position
            }

            fn placed(&self, position: i32) -> Self {
                let mut placed = self.clone();
                placed.value.position = position;
                placed
            }
        }
    };
}

placed!(Room, RoomKind, "unknown_room", "missing_room");
placed!(Track, TrackKind, "unknown_track", "missing_track");

/// Sessions and rooms for tests.
#[cfg(test)]
pub(crate) mod example {
    use super::{Room, Session, SessionKind};
    use crate::clock::new_id;
    use crate::text::Localized;

    /// A room with this name and nothing else.
    pub fn room(name: &str) -> Room {
        Room {
            id: new_id::<crate::ids::RoomKind>(),
            name: Localized([("nb".to_owned(), name.to_owned())].into()),
            capacity: None,
            position: 0,
            hidden: false,
        }
    }

    /// A session with this number and nothing else.
    pub fn session(number: i32) -> Session {
        let id = new_id::<crate::ids::SessionKind>();
        Session {
            id,
            slug: format!("session-{number}"),
            guid: id.uuid(),
            number,
            title: Localized([("nb".to_owned(), format!("Økt {number}"))].into()),
            abstract_text: Localized::default(),
            kind: SessionKind::Talk,
            type_label: Localized::default(),
            language: None,
            starts_at: None,
            ends_at: None,
            room_id: None,
            track_id: None,
            speakers: Vec::new(),
            materials: Vec::new(),
            do_not_record: false,
            sign_up_capacity: None,
        }
    }
}
