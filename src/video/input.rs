//! What organisers send of recordings, parsed; every fault at once.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::deep_link::{ParsedVideo, VideoUrl};
use super::model::{Segment, segments_check};
use super::position::Position;
use super::recording::{Recording, RecordingState};
use crate::clock::Instant;
use crate::faults::{Faults, Refused};
use crate::ids::RoomId;
use crate::text::{self, Language, Languages, Localized, LocalizedInput, time};

/// Most segments of one recording.
const MAX_SEGMENTS: usize = 500;
/// Most rooms of one recording.
const MAX_ROOMS: usize = 200;
/// Longest recording, in seconds: 100 hours, so that 99:59:59 is its last second.
const MAX_DURATION: i64 = 360_000;

/// A position as a person or a program writes it: seconds, a clock, or a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PositionInput {
    /// A number of seconds.
    Seconds(i64),
    /// Any other form.
    Text(String),
}

impl PositionInput {
    /// Reads it.
    ///
    /// # Errors
    /// `invalid_position` and what is accepted.
    pub fn parse(&self) -> Result<Position, Refused> {
        let position = match self {
            Self::Seconds(seconds) => Position::from_seconds(*seconds),
            Self::Text(text) => Position::parse(text),
        };
        position.map_err(|error| Refused::new("invalid_position", error.to_string()))
    }
}

impl Serialize for PositionInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => seconds.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

// Written out because `untagged` would lose the place of a wrong type.
impl<'de> Deserialize<'de> for PositionInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = PositionInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("whole seconds, or a text such as 1:13:00")
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<PositionInput, E> {
                Ok(PositionInput::Seconds(seconds))
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<PositionInput, E> {
                // What does not fit is refused as too large, like anything past 99:59:59.
                Ok(PositionInput::Seconds(
                    i64::try_from(seconds).unwrap_or(i64::MAX),
                ))
            }

            fn visit_str<E>(self, text: &str) -> Result<PositionInput, E> {
                Ok(PositionInput::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A stretch of a recording with a known wall clock, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentInput {
    /// Where it starts in the video: `4380`, `73:00`, `1:13:00`, `1h13m`, `PT1H13M`, `en time og 13 minutter`.
    pub media_start_seconds: PositionInput,
    /// The moment that is seen there.
    #[schema(format = DateTime, example = "2027-11-11T09:00:00+01:00")]
    pub starts_at: String,
    /// The moment at which it ends, where that is known.
    #[schema(format = DateTime, example = "2027-11-11T15:00:00+01:00")]
    pub ends_at: Option<String>,
}

/// The segments of a recording, as they are replaced.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentsInput {
    /// All of them, in order; empty takes the wall clock away.
    pub segments: Vec<SegmentInput>,
}

/// A recording as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingInput {
    /// Title.
    pub title: LocalizedInput,
    /// Where it is. A time that the address carries is taken off and returned as `proposed_position`.
    #[schema(
        format = "uri",
        example = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    )]
    pub url: String,
    /// The language that is heard (BCP 47).
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// Ids of the rooms it shows; all rooms if absent or empty.
    #[schema(example = json!([]))]
    pub room_ids: Option<Vec<String>>,
    /// How long it is, in seconds.
    #[schema(minimum = 1, maximum = 360_000, example = 25_200)]
    pub duration_seconds: Option<i64>,
    /// `published` if absent.
    #[schema(example = "published")]
    pub state: Option<RecordingState>,
    /// Captions on the web.
    #[schema(format = "uri", example = "https://video.example.org/dagen.vtt")]
    pub captions_url: Option<String>,
    /// Its wall-clock map, in order.
    pub segments: Option<Vec<SegmentInput>>,
}

/// A recording as parsed. Whether the rooms are there is looked up by the action.
#[derive(Debug, Clone)]
pub struct ParsedRecording {
    /// Title.
    pub title: Localized,
    /// The address, its provider, and the time that it carried.
    pub video: ParsedVideo,
    /// The language that is heard.
    pub language: Option<Language>,
    /// The rooms, each once; empty means all.
    pub room_ids: Vec<RoomId>,
    /// How long it is.
    pub duration_seconds: Option<u32>,
    /// Whether anybody sees it.
    pub state: RecordingState,
    /// Captions.
    pub captions_url: Option<String>,
    /// Its wall-clock map.
    pub segments: Vec<Segment>,
}

impl RecordingInput {
    /// Parses everything; `known_rooms` are the rooms of the event.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(
        &self,
        languages: &Languages,
        known_rooms: &[RoomId],
    ) -> Result<ParsedRecording, Faults> {
        let mut faults = Faults::new();
        let title = self.title.required_line("/title", languages, &mut faults);
        let video = VideoUrl::parse(self.url.trim())
            .map_err(|error| Refused::new(error.code(), error.to_string()));
        let video = faults.take("/url", video);
        let language = faults.take_optional("/language", self.language.as_deref(), Language::parse);
        let room_ids = rooms(
            self.room_ids.as_deref().unwrap_or_default(),
            known_rooms,
            &mut faults,
        );
        let duration_seconds =
            faults.take_optional("/duration_seconds", self.duration_seconds, duration);
        let captions_url =
            faults.take_optional("/captions_url", self.captions_url.as_deref(), text::web_url);
        let segments = segments(
            self.segments.as_deref().unwrap_or_default(),
            duration_seconds,
            &mut faults,
        );
        let parsed = video.map(|video| ParsedRecording {
            title,
            video,
            language,
            room_ids,
            duration_seconds,
            state: self.state.unwrap_or(RecordingState::Published),
            captions_url,
            segments,
        });
        faults.finish(parsed)
    }

    /// The input that would make this recording; what a merge patch is applied to.
    #[must_use]
    pub fn of(recording: &Recording, zone: chrono_tz::Tz) -> Self {
        let segment = |segment: &Segment| SegmentInput {
            media_start_seconds: PositionInput::Seconds(segment.media_start_seconds.into()),
            starts_at: Instant::from(segment.starts_at).to_rfc3339_in(zone),
            ends_at: segment
                .ends_at
                .map(|ends_at| Instant::from(ends_at).to_rfc3339_in(zone)),
        };
        Self {
            title: (&recording.title).into(),
            url: recording.url.to_string(),
            language: recording.language.as_ref().map(ToString::to_string),
            room_ids: Some(recording.room_ids.iter().map(ToString::to_string).collect()),
            duration_seconds: recording.duration_seconds.map(i64::from),
            state: Some(recording.state),
            captions_url: recording.captions_url.clone(),
            segments: Some(recording.segments.iter().map(segment).collect()),
        }
    }
}

impl SegmentsInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, duration_seconds: Option<u32>) -> Result<Vec<Segment>, Faults> {
        let mut faults = Faults::new();
        let parsed = segments(&self.segments, duration_seconds, &mut faults);
        faults.finish(Some(parsed))
    }
}

fn duration(seconds: i64) -> Result<u32, Refused> {
    u32::try_from(seconds)
        .ok()
        .filter(|_| (1..=MAX_DURATION).contains(&seconds))
        .ok_or_else(|| Refused::new("out_of_range", "A duration is 1 to 360,000 seconds."))
}

fn rooms(given: &[String], known: &[RoomId], faults: &mut Faults) -> Vec<RoomId> {
    if given.len() > MAX_ROOMS {
        faults.add(
            "/room_ids",
            "too_many",
            "A recording has at most 200 rooms.",
        );
        return Vec::new();
    }
    let mut rooms = Vec::new();
    for (index, text) in given.iter().enumerate() {
        match text.parse::<RoomId>().ok().filter(|id| known.contains(id)) {
            Some(id) if rooms.contains(&id) => {}
            Some(id) => rooms.push(id),
            None => faults.add(
                format!("/room_ids/{index}"),
                "unknown_room",
                "A room is one of this event's, by id.",
            ),
        }
    }
    rooms.sort_unstable();
    rooms
}

fn segments(
    given: &[SegmentInput],
    duration_seconds: Option<u32>,
    faults: &mut Faults,
) -> Vec<Segment> {
    if given.len() > MAX_SEGMENTS {
        faults.add(
            "/segments",
            "too_many",
            "A recording has at most 500 segments.",
        );
        return Vec::new();
    }
    let parse = |(index, input): (usize, &SegmentInput)| {
        let at = |field: &str| format!("/segments/{index}/{field}");
        let media_start = faults.take(
            &at("media_start_seconds"),
            input.media_start_seconds.parse(),
        );
        let starts_at = faults.take(&at("starts_at"), time::instant(&input.starts_at));
        let ends_at = faults.take_optional(&at("ends_at"), input.ends_at.as_deref(), time::instant);
        Some(Segment {
            media_start_seconds: media_start?.seconds(),
            starts_at: starts_at?.utc(),
            ends_at: ends_at.map(Instant::utc),
        })
    };
    let parsed: Vec<Segment> = given.iter().enumerate().filter_map(parse).collect();
    // With one of them unreadable the others can't be held against their neighbours.
    if parsed.len() == given.len() {
        for fault in segments_check(&parsed, duration_seconds) {
            faults.add(
                format!("/segments/{}/{}", fault.index, fault.kind.field()),
                fault.kind.code(),
                fault.kind.to_string(),
            );
        }
    }
    parsed
}
