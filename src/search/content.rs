//! What an entry of the index says of itself. Pure; stored as JSON.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Instant;
use crate::ids::{RecordingId, SeriesId, SessionId, SpeakerId};
use crate::text::Localized;

crate::words! {
    /// What was found.
    pub enum HitKind {
        /// A session, by its title, abstract, or who takes part.
        Session = "session",
        /// A speaker.
        Speaker = "speaker",
        /// A material of a session, or one of its pages.
        Material = "material",
        /// What is said in a recording.
        Transcript = "transcript",
    }
}

impl HitKind {
    /// Its place among hits that are equally good.
    #[must_use]
    pub const fn order(self) -> u8 {
        match self {
            Self::Session => 0,
            Self::Speaker => 1,
            Self::Material => 2,
            Self::Transcript => 3,
        }
    }

    /// Its token in the index.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Session => "k0",
            Self::Speaker => "k1",
            Self::Material => "k2",
            Self::Transcript => "k3",
        }
    }
}

/// What a session says of itself. Its own entry holds it, and whatever else is part of it looks there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its name in paths.
    pub slug: String,
    /// Title.
    pub title: Localized,
    /// When it starts by the programme.
    pub starts_at: Option<Instant>,
}

/// The speaker that an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfSpeaker {
    /// Their id.
    pub id: SpeakerId,
    /// Name.
    pub name: String,
    /// Where they work.
    pub affiliation: Option<String>,
}

/// The material that an entry is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfMaterial {
    /// Title.
    pub title: Localized,
    /// Address.
    pub url: Option<String>,
    /// The page, if the entry is one.
    pub page: Option<i32>,
}

/// A text that is searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// How much a word in it counts.
    #[serde(rename = "w")]
    pub weight: i32,
    /// The second of the recording at which it is said.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u32>,
    /// The first second of the recording at which it is said no more.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u32>,
    /// Plain text.
    #[serde(rename = "t")]
    pub text: String,
}

/// An entry of the index. It holds nothing that others say of themselves, so that a title which changes
/// changes one entry, whatever is said in its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What it is.
    pub kind: HitKind,
    /// Its place in its event, of those that are equally good.
    pub place: i64,
    /// The series of its event.
    pub series: Option<SeriesId>,
    /// When its event starts, in microseconds since 1970; of hits that are equally good the newest come
    /// first.
    pub starts_at: Option<i64>,
    /// Its session; the speaker's first.
    pub session: Option<SessionId>,
    /// What its session says of itself, if it is the session's own entry.
    pub line: Option<Line>,
    /// The speaker.
    pub speaker: Option<OfSpeaker>,
    /// The material.
    pub material: Option<OfMaterial>,
    /// The recording.
    pub recording: Option<RecordingId>,
    /// What is searched.
    pub fields: Vec<Field>,
    /// What is said right after it, for words that go on over its end. What is found here alone is another
    /// entry's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goes_on: Vec<Field>,
}

/// Names an entry, the same whenever it is indexed again: what it is, whose, and which part.
#[must_use]
pub fn key(kind: HitKind, of: Uuid, part: &str) -> String {
    format!("{}/{of}/{part}", kind.order())
}
