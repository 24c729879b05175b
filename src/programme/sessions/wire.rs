//! How a session looks in answers.

use std::collections::HashMap;

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::document::{Material, MaterialKind, Session, SessionKind, SpeakerRole};
use super::input::SignUpInput;
use super::material_input::MaterialPage;
use crate::http::wire::Moment;
use crate::ids::{RoomId, SessionId, SpeakerId, TrackId};
use crate::text::Localized;

/// The names of speakers.
pub type Names = HashMap<SpeakerId, String>;

/// A speaker's part in a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DraftSessionSpeaker)]
pub struct SessionSpeakerView {
    /// Who.
    pub speaker_id: SpeakerId,
    /// Name, as it stands with the speaker.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// As what.
    pub role: SpeakerRole,
}

/// Something to read beside a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DraftMaterial)]
pub struct MaterialView {
    /// Title.
    pub title: Localized,
    /// What it is.
    pub kind: MaterialKind,
    /// Address.
    #[schema(
        required = true,
        format = "uri",
        example = "https://www.example.org/lysark.pdf"
    )]
    pub url: Option<String>,
    /// Text by page; empty where there is none.
    pub text: Vec<MaterialPage>,
}

/// A session of the working copy.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DraftSession)]
pub struct SessionView {
    /// Id, the same in every release.
    pub id: SessionId,
    /// Its name in paths.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Its id in interchange formats.
    pub guid: Uuid,
    /// Its number in interchange formats; never used twice in an event.
    #[schema(minimum = 1, example = 7)]
    pub number: i32,
    /// Title.
    pub title: Localized,
    /// Markdown.
    #[serde(rename = "abstract")]
    pub abstract_text: Localized,
    /// The abstract as sanitised HTML.
    pub abstract_html: Localized,
    /// Kind.
    pub kind: SessionKind,
    /// What the organiser calls the kind.
    pub type_label: Localized,
    /// The language it is held in (BCP 47).
    #[schema(required = true, example = "nb")]
    pub language: Option<String>,
    /// When it starts.
    #[schema(required = true)]
    pub starts_at: Option<Moment>,
    /// When it ends.
    #[schema(required = true)]
    pub ends_at: Option<Moment>,
    /// Where.
    #[schema(required = true)]
    pub room_id: Option<RoomId>,
    /// In which track.
    #[schema(required = true)]
    pub track_id: Option<TrackId>,
    /// Who, in order.
    pub speakers: Vec<SessionSpeakerView>,
    /// What to read beside it.
    pub materials: Vec<MaterialView>,
    /// Never shown in any recording, chapter, search or redirect.
    #[schema(example = false)]
    pub do_not_record: bool,
    /// Seats that are signed up for; null without sign-up.
    #[schema(required = true)]
    pub sign_up: Option<SignUpInput>,
}

impl SessionView {
    /// The session on the wall clock of `zone`, with the names of its people.
    #[must_use]
    pub fn new(session: &Session, names: &Names, zone: Tz) -> Self {
        Self {
            id: session.id,
            slug: session.slug.clone(),
            guid: session.guid,
            number: session.number,
            title: session.title.clone(),
            abstract_text: session.abstract_text.clone(),
            abstract_html: session.abstract_text.html(),
            kind: session.kind,
            type_label: session.type_label.clone(),
            language: session.language.clone(),
            starts_at: Moment::maybe(session.starts_at, zone),
            ends_at: Moment::maybe(session.ends_at, zone),
            room_id: session.room_id,
            track_id: session.track_id,
            speakers: people(session, names),
            materials: session.materials.iter().map(MaterialView::from).collect(),
            do_not_record: session.do_not_record,
            sign_up: session
                .sign_up_capacity
                .map(|capacity| SignUpInput { capacity }),
        }
    }
}

fn people(session: &Session, names: &Names) -> Vec<SessionSpeakerView> {
    session
        .speakers
        .iter()
        .map(|part| SessionSpeakerView {
            speaker_id: part.speaker_id,
            name: names.get(&part.speaker_id).cloned().unwrap_or_default(),
            role: part.role,
        })
        .collect()
}

impl From<&Material> for MaterialView {
    fn from(material: &Material) -> Self {
        Self {
            title: material.title.clone(),
            kind: material.kind,
            url: material.url.clone(),
            text: material.text.iter().map(MaterialPage::of).collect(),
        }
    }
}
