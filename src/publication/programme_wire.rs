//! How rooms, tracks, speakers and sessions of a release look to everybody.

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::wire::Moment;
use crate::ids::{RoomId, SessionId, SpeakerId, TrackId};
use crate::programme::document::{
    Link, Material, MaterialKind, PageText, Programme, Room, Session, SessionKind, Speaker,
    SpeakerRole, Track,
};
use crate::text::Localized;

/// A room, as released.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedRoom {
    /// Id, the same in every release.
    pub id: RoomId,
    /// Name.
    pub name: Localized,
    /// Seats, if known.
    #[schema(required = true, example = 600)]
    pub capacity: Option<i32>,
}

impl From<&Room> for PublishedRoom {
    fn from(room: &Room) -> Self {
        Self {
            id: room.id,
            name: room.name.clone(),
            capacity: room.capacity,
        }
    }
}

/// A track, as released.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedTrack {
    /// Id, the same in every release.
    pub id: TrackId,
    /// Name.
    pub name: Localized,
    /// `#rrggbb`.
    #[schema(required = true, example = "#00665e")]
    pub color: Option<String>,
}

impl From<&Track> for PublishedTrack {
    fn from(track: &Track) -> Self {
        Self {
            id: track.id,
            name: track.name.clone(),
            color: track.color.clone(),
        }
    }
}

/// A link with its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedLink {
    /// What it leads to.
    #[schema(required = true)]
    pub title: Option<String>,
    /// Address.
    #[schema(format = "uri")]
    pub url: String,
}

impl From<&Link> for PublishedLink {
    fn from(link: &Link) -> Self {
        Self {
            title: link.title.clone(),
            url: link.url.clone(),
        }
    }
}

/// A speaker, as released.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedSpeaker {
    /// Id, the same in every release.
    pub id: SpeakerId,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Job.
    #[schema(required = true, example = "Leder for barnevernet")]
    pub position: Option<String>,
    /// Where they work.
    #[schema(required = true, example = "Lørenskog kommune")]
    pub affiliation: Option<String>,
    /// Markdown.
    pub bio: Localized,
    /// The bio as sanitised HTML.
    pub bio_html: Localized,
    /// A picture.
    #[schema(required = true)]
    pub photo_url: Option<String>,
    /// Where to find them.
    pub links: Vec<PublishedLink>,
}

impl From<&Speaker> for PublishedSpeaker {
    fn from(speaker: &Speaker) -> Self {
        Self {
            id: speaker.id,
            name: speaker.name.clone(),
            position: speaker.position.clone(),
            affiliation: speaker.affiliation.clone(),
            bio: speaker.bio.clone(),
            bio_html: speaker.bio.html(),
            photo_url: speaker.photo_url.clone(),
            links: speaker.links.iter().map(PublishedLink::from).collect(),
        }
    }
}

/// The room of a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoomOfSession {
    /// Id.
    pub id: RoomId,
    /// Name.
    pub name: Localized,
}

/// Who speaks in a session, in one line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SpeakerInBrief {
    /// Id.
    pub id: SpeakerId,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Job.
    #[schema(required = true)]
    pub position: Option<String>,
    /// Where they work.
    #[schema(required = true)]
    pub affiliation: Option<String>,
    /// A picture.
    #[schema(required = true)]
    pub photo_url: Option<String>,
}

/// A speaker's part in a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SpeakerOfSession {
    /// Id of the speaker.
    pub speaker_id: SpeakerId,
    /// Name of the speaker.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// As what they take part.
    pub role: SpeakerRole,
    /// The speaker, in brief; more under `speakers`.
    pub speaker: SpeakerInBrief,
}

/// The text of one slide or page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedPage {
    /// From 1.
    #[schema(example = 1)]
    pub page: i32,
    /// Its text.
    pub text: String,
}

impl From<&PageText> for PublishedPage {
    fn from(page: &PageText) -> Self {
        Self {
            page: page.page,
            text: page.text.clone(),
        }
    }
}

/// Something to read beside a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedMaterial {
    /// Title.
    pub title: Localized,
    /// What it is.
    pub kind: MaterialKind,
    /// Address.
    #[schema(required = true)]
    pub url: Option<String>,
    /// Text by page.
    pub text: Vec<PublishedPage>,
}

impl From<&Material> for PublishedMaterial {
    fn from(material: &Material) -> Self {
        Self {
            title: material.title.clone(),
            kind: material.kind,
            url: material.url.clone(),
            text: material.text.iter().map(PublishedPage::from).collect(),
        }
    }
}

/// Signing up for a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignUp {
    /// How many seats there are.
    #[schema(example = 40)]
    pub capacity: i32,
}

/// A session, as released.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReleasedSession {
    /// Id, the same in every release.
    pub id: SessionId,
    /// Its name in paths, the same in every release.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Its id in interchange formats.
    pub guid: Uuid,
    /// Its number in interchange formats.
    #[schema(example = 7)]
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
    /// What the organisers call the kind.
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
    /// Id of its room.
    #[schema(required = true)]
    pub room_id: Option<RoomId>,
    /// Its room.
    #[schema(required = true)]
    pub room: Option<RoomOfSession>,
    /// Id of its track.
    #[schema(required = true)]
    pub track_id: Option<TrackId>,
    /// Its track.
    #[schema(required = true)]
    pub track: Option<PublishedTrack>,
    /// Who, in order.
    pub speakers: Vec<SpeakerOfSession>,
    /// What to read beside it.
    pub materials: Vec<PublishedMaterial>,
    /// Whether it is kept out of every recording.
    pub do_not_record: bool,
    /// Signing up, where it is needed.
    #[schema(required = true)]
    pub sign_up: Option<SignUp>,
}

/// What the ids in a session refer to.
#[derive(Debug)]
pub struct Names<'a> {
    zone: Tz,
    rooms: HashMap<RoomId, &'a Room>,
    tracks: HashMap<TrackId, &'a Track>,
    speakers: HashMap<SpeakerId, &'a Speaker>,
}

impl<'a> Names<'a> {
    /// The things of this programme.
    #[must_use]
    pub fn of(programme: &'a Programme, zone: Tz) -> Self {
        Self {
            zone,
            rooms: programme.rooms.iter().map(|room| (room.id, room)).collect(),
            tracks: programme
                .tracks
                .iter()
                .map(|track| (track.id, track))
                .collect(),
            speakers: programme
                .speakers
                .iter()
                .map(|speaker| (speaker.id, speaker))
                .collect(),
        }
    }

    fn speakers_of(&self, session: &Session) -> Vec<SpeakerOfSession> {
        let view = |part: &crate::programme::document::SessionSpeaker| {
            let speaker = self.speakers.get(&part.speaker_id)?;
            Some(SpeakerOfSession {
                speaker_id: speaker.id,
                name: speaker.name.clone(),
                role: part.role,
                speaker: SpeakerInBrief {
                    id: speaker.id,
                    name: speaker.name.clone(),
                    position: speaker.position.clone(),
                    affiliation: speaker.affiliation.clone(),
                    photo_url: speaker.photo_url.clone(),
                },
            })
        };
        session.speakers.iter().filter_map(view).collect()
    }
}

impl ReleasedSession {
    /// The session with what its ids refer to; `sign_up_capacity` may be newer than the release.
    #[must_use]
    pub fn new(session: &Session, names: &Names<'_>, sign_up_capacity: Option<i32>) -> Self {
        let room = session.room_id.and_then(|id| names.rooms.get(&id));
        let track = session.track_id.and_then(|id| names.tracks.get(&id));
        Self {
            id: session.id,
            slug: session.slug.clone(),
            guid: session.guid,
            number: session.number,
            title: session.title.clone(),
            abstract_html: session.abstract_text.html(),
            abstract_text: session.abstract_text.clone(),
            kind: session.kind,
            type_label: session.type_label.clone(),
            language: session.language.clone(),
            starts_at: Moment::maybe(session.starts_at, names.zone),
            ends_at: Moment::maybe(session.ends_at, names.zone),
            room_id: session.room_id,
            room: room.map(|room| RoomOfSession {
                id: room.id,
                name: room.name.clone(),
            }),
            track_id: session.track_id,
            track: track.map(|track| PublishedTrack::from(*track)),
            speakers: names.speakers_of(session),
            materials: session
                .materials
                .iter()
                .map(PublishedMaterial::from)
                .collect(),
            do_not_record: session.do_not_record,
            sign_up: sign_up_capacity.map(|capacity| SignUp { capacity }),
        }
    }
}

/// The order of sessions: by start, then number; those without a time last.
#[must_use]
pub fn order(session: &Session) -> (i64, i32) {
    let start = session.starts_at.map(|at| at.utc().timestamp_micros());
    (start.unwrap_or(i64::MAX), session.number)
}

/// The local date a session starts on.
#[must_use]
pub fn date_of(session: &Session, zone: Tz) -> Option<NaiveDate> {
    session.starts_at.map(|at| at.in_zone(zone).date_naive())
}
