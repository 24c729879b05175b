//! What organisers send of a session, parsed; every fault at once.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::document::{Session, SessionKind, SessionSpeaker, SpeakerRole};
use super::super::input::natural;
use super::material_input::{MaterialInput, materials};
use crate::clock::Instant;
use crate::faults::{Faults, Refused};
use crate::ids::{Id, RoomId, SessionId, SpeakerId, TrackId};
use crate::text::{Language, Languages, LocalizedInput, Slug, time};

/// Most people of a session.
const SPEAKERS: usize = 100;

/// Seats that are signed up for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignUp)]
pub struct SignUpInput {
    /// How many; acts when it is saved, like a quota.
    #[schema(minimum = 0, example = 40)]
    pub capacity: i32,
}

/// A speaker's part in a session, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSpeakerInput {
    /// Who; a speaker of this event.
    #[schema(value_type = SpeakerId)]
    pub speaker_id: String,
    /// As what; `speaker` if absent.
    pub role: Option<SpeakerRole>,
}

/// A session as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionInput {
    /// Derived from the title if absent; unique in the event.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: Option<String>,
    /// Any UUID, unique in the event; the id if absent.
    #[schema(value_type = Option<Uuid>, example = "0f8fad5b-d9cb-469f-a165-70867728950e")]
    pub guid: Option<String>,
    /// Title.
    #[schema(example = json!({"nb": "Oppvekstplanen i Lørenskog", "en": "Growing up in Lørenskog"}))]
    pub title: LocalizedInput,
    /// Markdown.
    #[serde(rename = "abstract")]
    pub abstract_text: Option<LocalizedInput>,
    /// `talk` if absent.
    pub kind: Option<SessionKind>,
    /// What the organiser calls the kind.
    #[schema(example = json!({"nb": "Fagforedrag"}))]
    pub type_label: Option<LocalizedInput>,
    /// The language it is held in (BCP 47).
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// When it starts; an event to be announced has no times.
    #[schema(format = DateTime, example = "2027-11-11T10:13:00+01:00")]
    pub starts_at: Option<String>,
    /// When it ends, after its start.
    #[schema(format = DateTime, example = "2027-11-11T10:35:00+01:00")]
    pub ends_at: Option<String>,
    /// Where; a room of this event.
    #[schema(value_type = Option<RoomId>)]
    pub room_id: Option<String>,
    /// In which track; one of this event.
    #[schema(value_type = Option<TrackId>)]
    pub track_id: Option<String>,
    /// Who, in order; each once.
    pub speakers: Option<Vec<SessionSpeakerInput>>,
    /// What to read beside it; at most 50.
    pub materials: Option<Vec<MaterialInput>>,
    /// Never shown in any recording, chapter, search or redirect; `false` if absent.
    #[schema(example = false)]
    pub do_not_record: Option<bool>,
    /// Seats that are signed up for; none if absent.
    pub sign_up: Option<SignUpInput>,
}

/// What a session may refer to.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// The languages of the event.
    pub languages: &'a Languages,
    /// Whether the event has dates.
    pub dated: bool,
    /// Its rooms.
    pub rooms: HashSet<RoomId>,
    /// Its tracks.
    pub tracks: HashSet<TrackId>,
    /// Its speakers.
    pub speakers: HashSet<SpeakerId>,
}

/// What a session is known by.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its id.
    pub id: SessionId,
    /// Its slug.
    pub slug: Slug,
    /// Its guid.
    pub guid: Uuid,
    /// Its number.
    pub number: i32,
}

/// A session as parsed, before it is known what it is known by.
#[derive(Debug)]
pub struct ParsedSession {
    /// `None`: derive it, or keep it.
    pub slug: Option<Slug>,
    /// `None`: the id.
    pub guid: Option<Uuid>,
    /// Everything else; its names and numbers are not set yet.
    content: Session,
}

impl ParsedSession {
    /// The title that a slug is derived from.
    #[must_use]
    pub fn title(&self, default_language: &Language) -> &str {
        self.content.title.best(default_language.as_str(), "")
    }

    /// The session under this identity.
    #[must_use]
    pub fn known_as(self, identity: &Identity) -> Session {
        Session {
            id: identity.id,
            slug: identity.slug.to_string(),
            guid: identity.guid,
            number: identity.number,
            ..self.content
        }
    }
}

impl SessionInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, around: &Surroundings<'_>) -> Result<ParsedSession, Faults> {
        let mut faults = Faults::new();
        let slug = faults.take_optional("/slug", self.slug.as_deref(), Slug::parse);
        let guid = faults.take_optional("/guid", self.guid.as_deref(), guid);
        let content = self.content(around, &mut faults);
        faults.finish(Some(ParsedSession {
            slug,
            guid,
            content,
        }))
    }

    fn content(&self, around: &Surroundings<'_>, faults: &mut Faults) -> Session {
        let languages = around.languages;
        let (starts_at, ends_at) = self.times(around.dated, faults);
        let language = faults.take_optional("/language", self.language.as_deref(), Language::parse);
        let given_materials = self.materials.as_deref().unwrap_or_default();
        Session {
            id: Id::from_uuid(Uuid::nil()),
            slug: String::new(),
            guid: Uuid::nil(),
            number: 0,
            title: self.title.required_line("/title", languages, faults),
            abstract_text: LocalizedInput::optional_long(
                self.abstract_text.as_ref(),
                "/abstract",
                languages,
                faults,
            ),
            kind: self.kind.unwrap_or(SessionKind::Talk),
            type_label: LocalizedInput::optional_line(
                self.type_label.as_ref(),
                "/type_label",
                languages,
                faults,
            ),
            language: language.map(|language| language.to_string()),
            starts_at,
            ends_at,
            room_id: faults.take_optional("/room_id", self.room_id.as_deref(), |id| {
                one_of(
                    &around.rooms,
                    id,
                    "unknown_room",
                    "The room is one of this event.",
                )
            }),
            track_id: faults.take_optional("/track_id", self.track_id.as_deref(), |id| {
                one_of(
                    &around.tracks,
                    id,
                    "unknown_track",
                    "The track is one of this event.",
                )
            }),
            speakers: self.speakers(around, faults),
            materials: materials(given_materials, languages, faults),
            do_not_record: self.do_not_record.unwrap_or(false),
            sign_up_capacity: self
                .sign_up
                .as_ref()
                .and_then(|sign_up| faults.take("/sign_up/capacity", natural(sign_up.capacity))),
        }
    }

    fn times(&self, dated: bool, faults: &mut Faults) -> (Option<Instant>, Option<Instant>) {
        let starts_at =
            faults.take_optional("/starts_at", self.starts_at.as_deref(), time::instant);
        let ends_at = faults.take_optional("/ends_at", self.ends_at.as_deref(), time::instant);
        for (pointer, given) in [("/starts_at", &self.starts_at), ("/ends_at", &self.ends_at)] {
            if given.is_some() && !dated {
                faults.add(
                    pointer,
                    "event_undated",
                    "An event without dates has no sessions with times.",
                );
            }
        }
        if self.starts_at.is_none() && self.ends_at.is_some() {
            faults.add(
                "/starts_at",
                "required",
                "A session with an end has a start.",
            );
        }
        if starts_at
            .zip(ends_at)
            .is_some_and(|(start, end)| end <= start)
        {
            faults.add(
                "/ends_at",
                "ends_before_start",
                "A session ends after it starts.",
            );
        }
        (starts_at, ends_at)
    }

    fn speakers(&self, around: &Surroundings<'_>, faults: &mut Faults) -> Vec<SessionSpeaker> {
        let given = self.speakers.as_deref().unwrap_or_default();
        if given.len() > SPEAKERS {
            faults.add("/speakers", "too_many", "A session has at most 100 people.");
        }
        let mut parts: Vec<SessionSpeaker> = Vec::new();
        for (index, input) in given.iter().take(SPEAKERS).enumerate() {
            let place = format!("/speakers/{index}/speaker_id");
            let known = one_of(
                &around.speakers,
                &input.speaker_id,
                "unknown_speaker",
                "The speaker is one of this event.",
            );
            let Some(speaker_id) = faults.take(&place, known) else {
                continue;
            };
            if parts.iter().any(|part| part.speaker_id == speaker_id) {
                faults.add(place, "duplicate", "A person is in a session once.");
                continue;
            }
            parts.push(SessionSpeaker {
                speaker_id,
                role: input.role.unwrap_or(SpeakerRole::Speaker),
            });
        }
        parts
    }

    /// The input that would make this session; what a merge patch is applied to.
    #[must_use]
    pub fn of(session: &Session, zone: chrono_tz::Tz) -> Self {
        let written = |at: Option<Instant>| at.map(|at| at.to_rfc3339_in(zone));
        Self {
            slug: Some(session.slug.clone()),
            guid: Some(session.guid.to_string()),
            title: (&session.title).into(),
            abstract_text: Some((&session.abstract_text).into()),
            kind: Some(session.kind),
            type_label: Some((&session.type_label).into()),
            language: session.language.clone(),
            starts_at: written(session.starts_at),
            ends_at: written(session.ends_at),
            room_id: session.room_id.map(|id| id.to_string()),
            track_id: session.track_id.map(|id| id.to_string()),
            speakers: Some(
                session
                    .speakers
                    .iter()
                    .map(SessionSpeakerInput::of)
                    .collect(),
            ),
            materials: Some(session.materials.iter().map(MaterialInput::of).collect()),
            do_not_record: Some(session.do_not_record),
            sign_up: session
                .sign_up_capacity
                .map(|capacity| SignUpInput { capacity }),
        }
    }
}

impl SessionSpeakerInput {
    fn of(part: &SessionSpeaker) -> Self {
        Self {
            speaker_id: part.speaker_id.to_string(),
            role: Some(part.role),
        }
    }
}

fn guid(text: &str) -> Result<Uuid, Refused> {
    Uuid::try_parse(text).map_err(|_| {
        Refused::new(
            "invalid_uuid",
            "A guid is a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e.",
        )
    })
}

fn one_of<K>(
    known: &HashSet<Id<K>>,
    text: &str,
    code: &'static str,
    detail: &'static str,
) -> Result<Id<K>, Refused> {
    text.parse()
        .ok()
        .filter(|id| known.contains(id))
        .ok_or_else(|| Refused::new(code, detail))
}
