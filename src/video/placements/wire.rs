//! How positions look to editors.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::review::{Moved, Reviewed};
use crate::http::wire::Moment;
use crate::ids::{RecordingId, RoomId, SessionId};
use crate::text::Localized;
use crate::video::Recording;
use crate::video::deep_link::watch_link;
use crate::video::model::{Confidence, Placement};
use crate::video::position::Position;
use crate::video::wire::OwnRecording;

/// A session and its place in a recording, as an editor sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Position)]
pub struct PositionView {
    /// The recording.
    pub recording_id: RecordingId,
    /// The session.
    pub session_id: SessionId,
    /// Slug of the session.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Title of the session.
    pub title: Localized,
    /// Its room.
    #[schema(required = true)]
    pub room_id: Option<RoomId>,
    /// When it starts by the programme.
    #[schema(required = true)]
    pub starts_at: Option<Moment>,
    /// Whether it is kept out of every recording; then it has no position.
    pub do_not_record: bool,
    /// Seconds from the start of the recording; null where the recording does not show it.
    #[schema(required = true, example = 4380)]
    pub start_seconds: Option<u32>,
    /// The first second that is no longer the session, where it is known.
    #[schema(required = true, example = 5700)]
    pub end_seconds: Option<u32>,
    /// How well it is known.
    #[schema(required = true)]
    pub confidence: Option<Confidence>,
    /// Where it would start if everything had gone by the schedule.
    #[schema(required = true, example = 4380)]
    pub scheduled_start_seconds: Option<u32>,
    /// How many seconds later than by the schedule it starts; negative for earlier.
    #[schema(required = true, example = 0)]
    pub difference_seconds: Option<i64>,
    /// The provider's own link.
    #[schema(
        required = true,
        format = "uri",
        example = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4380s"
    )]
    pub watch_url: Option<String>,
    /// Ids of other sessions whose stretches of the recording overlap with its own.
    #[schema(example = json!([]))]
    pub overlaps: Vec<SessionId>,
}

impl PositionView {
    /// The session at its place, with times of this zone.
    #[must_use]
    pub fn new(recording: &Recording, reviewed: &Reviewed<'_>, zone: Tz) -> Self {
        let session = reviewed.session;
        let start = reviewed.placement.map(|placement| placement.start_seconds);
        let link = |seconds| {
            let position = Position::new(seconds).unwrap_or(Position::MAX);
            watch_link(&recording.url, position).url
        };
        Self {
            recording_id: recording.id,
            session_id: session.id,
            slug: session.slug.clone(),
            title: session.title.clone(),
            room_id: session.room_id,
            starts_at: Moment::maybe(session.starts_at, zone),
            do_not_record: session.do_not_record,
            start_seconds: start,
            end_seconds: reviewed
                .placement
                .and_then(|placement| placement.end_seconds),
            confidence: reviewed.placement.map(|placement| placement.confidence),
            scheduled_start_seconds: reviewed.scheduled.map(|scheduled| scheduled.start_seconds),
            difference_seconds: reviewed.difference(),
            watch_url: start.map(link),
            overlaps: reviewed.overlaps.clone(),
        }
    }
}

/// Where a session stands in a recording.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacementView {
    /// Seconds from the start of the recording.
    #[schema(example = 4380)]
    pub start_seconds: u32,
    /// The first second that is no longer the session, where it is known.
    #[schema(required = true, example = 5700)]
    pub end_seconds: Option<u32>,
    /// How well it is known.
    pub confidence: Confidence,
}

impl From<Placement> for PlacementView {
    fn from(placement: Placement) -> Self {
        Self {
            start_seconds: placement.start_seconds,
            end_seconds: placement.end_seconds,
            confidence: placement.confidence,
        }
    }
}

/// A session that stands elsewhere after a change of the segments.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedSession {
    /// The session.
    pub session_id: SessionId,
    /// Slug of the session.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Title of the session.
    pub title: Localized,
    /// Where it stood; null: nowhere.
    #[schema(required = true)]
    pub before: Option<PlacementView>,
    /// Where it stands now; null: nowhere any more.
    #[schema(required = true)]
    pub after: Option<PlacementView>,
    /// How many seconds its start moved; null where there was or is none.
    #[schema(required = true, example = -47)]
    pub moved_by_seconds: Option<i64>,
}

impl From<&Moved<'_>> for MovedSession {
    fn from(moved: &Moved<'_>) -> Self {
        let both = moved.before.zip(moved.after);
        Self {
            session_id: moved.session.id,
            slug: moved.session.slug.clone(),
            title: moved.session.title.clone(),
            before: moved.before.map(Into::into),
            after: moved.after.map(Into::into),
            moved_by_seconds: both.map(|(before, after)| {
                i64::from(after.start_seconds) - i64::from(before.start_seconds)
            }),
        }
    }
}

/// A recording with new segments, and what they move.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplacedSegments {
    /// The recording; after a dry run as it would be.
    #[serde(flatten)]
    pub recording: OwnRecording,
    /// Whether nothing was stored.
    pub dry_run: bool,
    /// The sessions that stand elsewhere; verified ones never move.
    pub moved: Vec<MovedSession>,
}
