//! How recordings look in answers.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::actions::VideoRefusal;
use super::deep_link::Provider;
use super::input::PositionInput;
use super::model::{Confidence, Segment};
use super::position::Position;
use super::recording::{Recording, RecordingState};
use crate::clock::Instant;
use crate::http::wire::Moment;
use crate::ids::{RecordingId, RoomId};
use crate::problem::{Kind, Problem};
use crate::text::{Language, Localized};

impl PartialSchema for PositionInput {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
            .description(Some(
                "A position in a video, from 0 to 99:59:59: whole seconds (4380), a clock (73:00, 1:13:00), units \
                 (1h13m, 1t 13min, PT1H13M) or words (en time og 13 minutter).",
            ))
            .minimum(Some(0))
            .maximum(Some(359_999))
            .max_length(Some(64))
            .examples(["1:13:00"])
            .into()
    }
}

impl ToSchema for PositionInput {
    fn name() -> std::borrow::Cow<'static, str> {
        "PositionInput".into()
    }
}

impl PartialSchema for Provider {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Who serves a recording, detected from its address."))
            .enum_values(Some(Self::ALL.iter().map(|provider| provider.as_str())))
            .into()
    }
}

impl ToSchema for Provider {
    fn name() -> std::borrow::Cow<'static, str> {
        "Provider".into()
    }
}

impl PartialSchema for Confidence {
    fn schema() -> RefOr<Schema> {
        let all = [Self::Scheduled, Self::Marked, Self::Verified];
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "How well a position is known: mapped from the scheduled time, from the marked time, or set by an editor.",
            ))
            .enum_values(Some(all.map(Self::as_str)))
            .into()
    }
}

impl ToSchema for Confidence {
    fn name() -> std::borrow::Cow<'static, str> {
        "Confidence".into()
    }
}

/// A stretch of a recording with a known wall clock.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Segment)]
pub struct SegmentView {
    /// Where it starts in the video, in seconds.
    #[schema(example = 0)]
    pub media_start_seconds: u32,
    /// The moment that is seen there.
    pub starts_at: Moment,
    /// The moment at which it ends, where that is known.
    #[schema(required = true)]
    pub ends_at: Option<Moment>,
}

impl SegmentView {
    fn new(segment: &Segment, zone: Tz) -> Self {
        Self {
            media_start_seconds: segment.media_start_seconds,
            starts_at: Moment::new(Instant::from(segment.starts_at), zone),
            ends_at: Moment::maybe(segment.ends_at.map(Instant::from), zone),
        }
    }
}

/// A recording, as anybody may see it unless it is withdrawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Recording)]
pub struct RecordingView {
    /// Id.
    pub id: RecordingId,
    /// Title.
    pub title: Localized,
    /// Where it is, without a start time.
    #[schema(
        format = "uri",
        example = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    )]
    pub url: String,
    /// Who serves it.
    pub provider: Provider,
    /// The language that is heard.
    #[schema(required = true, value_type = Option<String>, example = "nb")]
    pub language: Option<Language>,
    /// The rooms it shows; empty means all.
    #[schema(example = json!([]))]
    pub room_ids: Vec<RoomId>,
    /// How long it is, in seconds.
    #[schema(required = true, example = 25_200)]
    pub duration_seconds: Option<u32>,
    /// Whether anybody sees it.
    pub state: RecordingState,
    /// Captions on the web.
    #[schema(required = true)]
    pub captions_url: Option<String>,
    /// Its wall-clock map, in order.
    pub segments: Vec<SegmentView>,
    /// When it was published first.
    #[schema(required = true)]
    pub published_at: Option<Moment>,
}

impl RecordingView {
    /// The recording with times of this zone.
    #[must_use]
    pub fn new(recording: &Recording, zone: Tz) -> Self {
        let segments = recording.segments.iter();
        Self {
            id: recording.id,
            title: recording.title.clone(),
            url: recording.url.to_string(),
            provider: recording.provider,
            language: recording.language.clone(),
            room_ids: recording.room_ids.clone(),
            duration_seconds: recording.duration_seconds,
            state: recording.state,
            captions_url: recording.captions_url.clone(),
            segments: segments
                .map(|segment| SegmentView::new(segment, zone))
                .collect(),
            published_at: Moment::maybe(recording.published_at, zone),
        }
    }
}

/// A recording, as its organisers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnRecording {
    /// The recording.
    #[serde(flatten)]
    pub recording: RecordingView,
    /// The time that the address carried when it was sent just now, in seconds; it is not stored.
    #[schema(required = true, example = 4380)]
    pub proposed_position: Option<u32>,
    /// When it was made.
    pub created_at: Moment,
}

impl OwnRecording {
    /// The recording with times of this zone.
    #[must_use]
    pub fn new(recording: &Recording, zone: Tz, proposed: Option<Position>) -> Self {
        Self {
            recording: RecordingView::new(recording, zone),
            proposed_position: proposed.map(Position::seconds),
            created_at: Moment::new(recording.created_at, zone),
        }
    }
}

impl From<VideoRefusal> for Problem {
    fn from(refusal: VideoRefusal) -> Self {
        match refusal {
            VideoRefusal::Faults(faults) => faults.into(),
            VideoRefusal::Stale => Self::new(Kind::Stale, "This was changed since you read it."),
        }
    }
}
