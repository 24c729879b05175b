//! Our own programme document, as it is sent back: what `GET …/programme` shows, edited or not.
//!
//! What follows from other fields, or is edited elsewhere, may stand where it was shown and is passed
//! over. Anything else that is not known is refused.
#![expect(
    dead_code,
    reason = "what is passed over is named, so that it is known"
)]

use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use crate::programme::document::SessionKind;
use crate::programme::document::SpeakerRole;
use crate::programme::sessions::input::{SessionInput, SessionSpeakerInput, SignUpInput};
use crate::programme::sessions::material_input::MaterialInput;
use crate::programme::speakers::input::SpeakerLink;
use crate::text::LocalizedInput;

/// A whole programme as it is written: the document that reading it gives. What it does not hold is
/// removed, unless it is hidden or still referred to. Rooms, tracks and speakers are known again by id or
/// name; sessions by id or guid, else by slug, else by their title, of namesakes first those that start
/// at the same time. What is not known is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeInput {
    /// The sessions; a day's date follows from theirs.
    pub days: Vec<DayInput>,
    /// In order.
    pub rooms: Vec<RoomOfProgramme>,
    /// In order.
    pub tracks: Vec<TrackOfProgramme>,
    /// Everybody that a session names.
    pub speakers: Vec<SpeakerOfProgramme>,
    /// Passed over, as is everything below.
    #[schema(value_type = Option<Object>)]
    event: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<String>)]
    event_id: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<i32>)]
    version: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<String>)]
    released_at: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<Object>)]
    note: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<Vec<Object>>)]
    added: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<Vec<Object>>)]
    removed: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<Vec<Object>>)]
    moved: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<Vec<Object>>)]
    changed: Option<IgnoredAny>,
    /// Passed over: recordings have requests of their own.
    #[schema(value_type = Option<Vec<Object>>)]
    recordings: Option<IgnoredAny>,
}

/// The sessions of one day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DayOfProgramme)]
pub struct DayInput {
    /// A date or null; otherwise passed over: the times of the sessions say it.
    #[schema(format = Date, example = "2027-11-11")]
    pub date: Option<String>,
    /// Its sessions.
    pub sessions: Vec<SessionOfProgramme>,
}

/// A room of a programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomOfProgramme {
    /// What sessions call it; the id of a room that is there already, or any other text.
    #[schema(example = "storsalen")]
    pub id: String,
    /// Name.
    #[schema(example = json!({"nb": "Storsalen"}))]
    pub name: LocalizedInput,
    /// Seats; unknown if absent.
    #[schema(example = 600)]
    pub capacity: Option<i32>,
    /// Place in lists; as it is if absent.
    pub position: Option<i32>,
    /// Passed over: what is hidden stays so.
    #[schema(value_type = Option<bool>)]
    hidden: Option<IgnoredAny>,
}

/// A track of a programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackOfProgramme {
    /// What sessions call it; the id of a track that is there already, or any other text.
    #[schema(example = "forebygging")]
    pub id: String,
    /// Name.
    #[schema(example = json!({"nb": "Forebygging"}))]
    pub name: LocalizedInput,
    /// `#rrggbb`; none if absent.
    #[schema(example = "#00665e")]
    pub color: Option<String>,
    /// Place in lists; as it is if absent.
    pub position: Option<i32>,
    /// Passed over: what is hidden stays so.
    #[schema(value_type = Option<bool>)]
    hidden: Option<IgnoredAny>,
}

/// A speaker of a programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeakerOfProgramme {
    /// What sessions call them; the id of a speaker who is there already, or any other text.
    #[schema(example = "kari")]
    pub id: String,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Job.
    pub position: Option<String>,
    /// Where they work.
    pub affiliation: Option<String>,
    /// Markdown.
    pub bio: Option<LocalizedInput>,
    /// Passed over.
    #[schema(value_type = Option<Object>)]
    bio_html: Option<IgnoredAny>,
    /// A picture.
    #[schema(format = "uri")]
    pub photo_url: Option<String>,
    /// Where to find them; at most 20.
    pub links: Option<Vec<SpeakerLink>>,
    /// Passed over: what is hidden stays so.
    #[schema(value_type = Option<bool>)]
    hidden: Option<IgnoredAny>,
}

/// A speaker's part in a session of a programme.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartOfProgramme {
    /// One of `speakers`.
    #[schema(example = "kari")]
    pub speaker_id: String,
    /// As what; `speaker` if absent.
    pub role: Option<SpeakerRole>,
    /// Passed over.
    #[schema(value_type = Option<String>)]
    name: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<Object>)]
    speaker: Option<IgnoredAny>,
}

/// A session of a programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionOfProgramme {
    /// The id of a session that is there already, or any other text, or nothing.
    #[schema(example = "oppvekstplanen")]
    pub id: Option<String>,
    /// As it is if absent, derived from the title for a new one.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: Option<String>,
    /// Any UUID, unique in the event; as it is if absent.
    #[schema(value_type = Option<uuid::Uuid>, example = "0f8fad5b-d9cb-469f-a165-70867728950e")]
    pub guid: Option<String>,
    /// The number of a new session, where it is positive and no session has or had it; else the service
    /// numbers it. Passed over for one that is there already.
    #[schema(value_type = Option<i32>, example = 7)]
    number: Option<i64>,
    /// Title.
    #[schema(example = json!({"nb": "Oppvekstplanen i Lørenskog"}))]
    pub title: LocalizedInput,
    /// Markdown.
    #[serde(rename = "abstract")]
    pub abstract_text: Option<LocalizedInput>,
    /// Passed over.
    #[schema(value_type = Option<Object>)]
    abstract_html: Option<IgnoredAny>,
    /// `talk` if absent.
    pub kind: Option<SessionKind>,
    /// What the organisers call the kind.
    pub type_label: Option<LocalizedInput>,
    /// The language it is held in (BCP 47).
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// When it starts.
    #[schema(format = DateTime, example = "2027-11-11T10:13:00+01:00")]
    pub starts_at: Option<String>,
    /// When it ends.
    #[schema(format = DateTime, example = "2027-11-11T10:35:00+01:00")]
    pub ends_at: Option<String>,
    /// One of `rooms`.
    #[schema(example = "storsalen")]
    pub room_id: Option<String>,
    /// Passed over.
    #[schema(value_type = Option<Object>)]
    room: Option<IgnoredAny>,
    /// One of `tracks`.
    #[schema(example = "forebygging")]
    pub track_id: Option<String>,
    /// Passed over.
    #[schema(value_type = Option<Object>)]
    track: Option<IgnoredAny>,
    /// Who, in order; each once.
    pub speakers: Option<Vec<PartOfProgramme>>,
    /// What to read beside it; at most 50.
    pub materials: Option<Vec<MaterialInput>>,
    /// Never shown in any recording, chapter, search or redirect; `false` if absent.
    pub do_not_record: Option<bool>,
    /// Seats that are signed up for; none if absent.
    pub sign_up: Option<SignUpInput>,
    /// Passed over.
    #[schema(value_type = Option<Vec<Object>>)]
    video: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<String>)]
    watch_page_url: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<String>)]
    actual_starts_at: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<String>)]
    actual_ends_at: Option<IgnoredAny>,
    /// Passed over.
    #[schema(value_type = Option<i64>)]
    delay_seconds: Option<IgnoredAny>,
}

impl SessionOfProgramme {
    /// Its number, as far as a session can have it.
    #[must_use]
    pub fn number(&self) -> Option<i32> {
        self.number.and_then(|number| i32::try_from(number).ok())
    }

    /// The input that a session of ours is made from, its references still those of the document.
    #[must_use]
    pub fn input(&self) -> SessionInput {
        let part = |part: &PartOfProgramme| SessionSpeakerInput {
            speaker_id: part.speaker_id.clone(),
            role: part.role,
        };
        SessionInput {
            slug: self.slug.clone(),
            guid: self.guid.clone(),
            title: self.title.clone(),
            abstract_text: self.abstract_text.clone(),
            kind: self.kind,
            type_label: self.type_label.clone(),
            language: self.language.clone(),
            starts_at: self.starts_at.clone(),
            ends_at: self.ends_at.clone(),
            room_id: self.room_id.clone(),
            track_id: self.track_id.clone(),
            speakers: self
                .speakers
                .as_ref()
                .map(|parts| parts.iter().map(part).collect()),
            materials: self.materials.clone(),
            do_not_record: self.do_not_record,
            sign_up: self.sign_up.clone(),
        }
    }
}
