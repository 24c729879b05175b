//! A recording. Pure.

use std::cmp::Reverse;

use super::deep_link::{Provider, VideoUrl};
use super::model::Segment;
use crate::clock::Instant;
use crate::ids::{EventId, RecordingId, RoomId};
use crate::text::{Language, Localized};

crate::words! {
    /// Whether anybody sees a recording.
    pub enum RecordingState {
        /// It is being broadcast.
        Live = "live",
        /// Anybody can watch it.
        Published = "published",
        /// It surfaces nowhere any more.
        Withdrawn = "withdrawn",
    }
}

/// A video or broadcast of an event, of all its rooms or some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// The event.
    pub event_id: EventId,
    /// Title.
    pub title: Localized,
    /// Where it is, without a start time.
    pub url: VideoUrl,
    /// Who serves it, by its address.
    pub provider: Provider,
    /// The language that is heard.
    pub language: Option<Language>,
    /// The rooms it shows; empty means all of them.
    pub room_ids: Vec<RoomId>,
    /// How long it is, in seconds.
    pub duration_seconds: Option<u32>,
    /// Whether anybody sees it.
    pub state: RecordingState,
    /// Captions on the web.
    pub captions_url: Option<String>,
    /// Its wall-clock map, in order; empty where it is not known yet.
    pub segments: Vec<Segment>,
    /// When it was published first.
    pub published_at: Option<Instant>,
    /// Rises with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Instant,
}

impl Recording {
    /// Whether it may surface anywhere public.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        !matches!(self.state, RecordingState::Withdrawn)
    }

    /// Whether it shows what happens in this room. A session without a room is only in recordings
    /// of all rooms.
    #[must_use]
    pub fn shows(&self, room: Option<RoomId>) -> bool {
        self.room_ids.is_empty() || room.is_some_and(|room| self.room_ids.contains(&room))
    }

    /// The order in which recordings are shown: newest published first, those that were never
    /// published last, the newest of them first.
    #[must_use]
    pub fn newest_first(&self) -> Reverse<(i64, RecordingId)> {
        let published = self.published_at.map(|at| at.utc().timestamp_micros());
        Reverse((published.unwrap_or(i64::MIN), self.id))
    }
}
