//! How sessions with their video, and recordings with their sessions, look to everybody.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::programme_wire::{PublishedRoom, PublishedSpeaker, PublishedTrack, ReleasedSession};
use super::wire::PublishedEvent;
use crate::http::wire::Moment;
use crate::ids::{RecordingId, SessionId};
use crate::programme::document::Session;
use crate::text::Localized;
use crate::video::deep_link::{embed_link, watch_link};
use crate::video::model::{Confidence, Placement};
use crate::video::position::Position;
use crate::video::wire::RecordingView;
use crate::video::{Known, Recording, Unseen};

/// Where a session stands in a recording, with links that open there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VideoPosition {
    /// The recording.
    pub recording_id: RecordingId,
    /// Seconds from the start of the recording.
    #[schema(example = 4380)]
    pub start_seconds: u32,
    /// The first second that is no longer the session, or that must not be seen of it, where it is known.
    #[schema(required = true, example = 5700)]
    pub end_seconds: Option<u32>,
    /// The first second that is no longer the session, whatever of it must not be seen.
    #[serde(skip)]
    pub over_seconds: Option<u32>,
    /// How well it is known.
    pub confidence: Confidence,
    /// The provider's own link; the plain address where it can't jump.
    #[schema(
        format = "uri",
        example = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4380s"
    )]
    pub watch_url: String,
    /// The provider's player for an iframe, where one is known.
    #[schema(
        required = true,
        example = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=4380"
    )]
    pub embed_url: Option<String>,
    /// Whether `watch_url` starts at the position.
    pub jumps: bool,
}

impl VideoPosition {
    /// What may be seen of the placement, with its links; `None` if nothing may.
    #[must_use]
    pub fn new((recording, unseen): (&Recording, &Unseen), placement: Placement) -> Option<Self> {
        let placement = unseen.clear(placement)?;
        let start = Position::new(placement.start_seconds).unwrap_or(Position::MAX);
        let link = watch_link(&recording.url, start);
        Some(Self {
            recording_id: recording.id,
            start_seconds: placement.start_seconds,
            end_seconds: unseen.end_of(placement),
            over_seconds: placement.end_seconds,
            confidence: placement.confidence,
            watch_url: link.url,
            embed_url: embed_link(&recording.url, start),
            jumps: link.jumps,
        })
    }
}

/// A session of the release with where it can be watched.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedSession {
    /// The session.
    #[serde(flatten)]
    pub session: ReleasedSession,
    /// Where it can be watched, newest published recording first; empty where it can't.
    pub video: Vec<VideoPosition>,
    /// Our own page, which survives moving the video; null for a session that is not to be recorded.
    #[schema(
        required = true,
        example = "https://kongress.example.org/watch/barnevernskonferansen-2027/oppvekstplanen-i-lorenskog"
    )]
    pub watch_page_url: Option<String>,
    /// When it really started, where that was marked.
    #[schema(required = true, example = "2027-11-11T10:14:20+01:00")]
    pub actual_starts_at: Option<Moment>,
    /// When it really ended, where that was marked.
    #[schema(required = true, example = "2027-11-11T10:36:05+01:00")]
    pub actual_ends_at: Option<Moment>,
    /// How many seconds later than planned it started, negative for earlier; null where that was not marked.
    #[schema(required = true, example = 80)]
    pub delay_seconds: Option<i64>,
}

/// The sessions of one local date.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedDay<'a> {
    /// The date in the event's zone; null for sessions without a time, which come last.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub date: Option<String>,
    /// By start, then number.
    pub sessions: Vec<&'a PublishedSession>,
}

/// Everything a frontend needs to show a programme, in one document.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedProgramme<'a> {
    /// The event.
    pub event: &'a PublishedEvent,
    /// The newest release; 0 before the first, when all lists but `recordings` are empty for the public.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was released.
    #[schema(required = true)]
    pub released_at: Option<Moment>,
    /// The sessions by local date.
    pub days: Vec<PublishedDay<'a>>,
    /// In order.
    pub rooms: &'a [PublishedRoom],
    /// In order.
    pub tracks: &'a [PublishedTrack],
    /// By name.
    pub speakers: Vec<&'a PublishedSpeaker>,
    /// Newest published first.
    pub recordings: Vec<RecordingView>,
}

/// A speaker with their sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpeakerWithSessions<'a> {
    /// The speaker.
    #[serde(flatten)]
    pub speaker: &'a PublishedSpeaker,
    /// By start, then number.
    pub sessions: Vec<&'a PublishedSession>,
}

/// A session in a recording.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionInRecording {
    /// Id of the session.
    pub session_id: SessionId,
    /// Slug of the session.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Title of the session.
    pub title: Localized,
    /// Names of the speakers, in order.
    #[schema(example = json!(["Kari Nordmann"]))]
    pub speakers: Vec<String>,
    /// When it starts by the programme.
    #[schema(required = true)]
    pub starts_at: Option<Moment>,
    /// Where it stands.
    #[serde(flatten)]
    pub position: VideoPosition,
}

impl SessionInRecording {
    /// The session at this position.
    #[must_use]
    pub fn new(session: &ReleasedSession, position: VideoPosition) -> Self {
        Self {
            session_id: session.id,
            slug: session.slug.clone(),
            title: session.title.clone(),
            speakers: session
                .speakers
                .iter()
                .map(|speaker| speaker.name.clone())
                .filter(|name| !name.is_empty())
                .collect(),
            starts_at: session.starts_at.clone(),
            position,
        }
    }
}

/// A recording with its sessions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecordingWithSessions {
    /// The recording.
    #[serde(flatten)]
    pub recording: RecordingView,
    /// In order of position; never one that is not to be recorded.
    pub sessions: Vec<SessionInRecording>,
}

impl RecordingWithSessions {
    /// The recording with the sessions it shows.
    #[must_use]
    pub fn new(
        (recording, unseen): (&Recording, &Unseen),
        sessions: &[(&Session, &ReleasedSession)],
        known: &Known,
        zone: Tz,
    ) -> Self {
        let placed = |(session, view): &(&Session, &ReleasedSession)| {
            let placement = recording.position_of(session, known)?;
            let position = VideoPosition::new((recording, unseen), placement)?;
            Some(SessionInRecording::new(view, position))
        };
        let mut sessions: Vec<_> = sessions.iter().filter_map(placed).collect();
        sessions.sort_by_key(|session| session.position.start_seconds);
        Self {
            recording: RecordingView::new(recording, zone),
            sessions,
        }
    }
}
