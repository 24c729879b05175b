//! How a transcript looks to whoever sent it.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::Transcript;
use super::store::Kept;
use crate::events::Event;
use crate::http::wire::Moment;
use crate::ids::RecordingId;

/// What was taken of a file of captions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transcript)]
pub struct TranscriptView {
    /// The recording that it is of.
    pub recording_id: RecordingId,
    /// How many cues it has.
    #[schema(example = 7000)]
    pub cues: usize,
    /// How many of them don't leave the service, because their stretch belongs to a session that is not
    /// to be recorded.
    #[schema(example = 0)]
    pub hidden_cues: usize,
    /// When the first cue starts, in whole seconds from the start of the recording.
    #[schema(example = 0)]
    pub starts_at_seconds: u32,
    /// When the last cue ends, in whole seconds from the start of the recording.
    #[schema(example = 25_200)]
    pub ends_at_seconds: u32,
    /// When it was sent.
    pub updated_at: Moment,
}

impl TranscriptView {
    /// What is kept, of which `leaving` may leave.
    #[must_use]
    pub fn new(event: &Event, recording: RecordingId, kept: &Kept, leaving: &Transcript) -> Self {
        let cues = kept.transcript.cues();
        let end = cues.iter().map(|cue| cue.end).max();
        Self {
            recording_id: recording,
            cues: cues.len(),
            hidden_cues: cues.len() - leaving.cues().len(),
            starts_at_seconds: cues.first().map_or(0, |cue| cue.start / 1000),
            ends_at_seconds: end.map_or(0, |end| end.div_ceil(1000)),
            updated_at: Moment::new(kept.updated_at, event.timezone),
        }
    }
}
