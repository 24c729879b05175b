//! What editors set of positions, parsed; every fault at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::faults::Faults;
use crate::ids::{SessionKind, SlugOr};
use crate::video::Recording;
use crate::video::input::PositionInput;
use crate::video::position::Position;

/// Most sessions that are verified at a time.
const MOST: usize = 500;

/// A position as an editor sets it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifiedInput {
    /// Where the session starts in the video.
    pub start: PositionInput,
    /// The first moment that is no longer the session; if absent, it stays as long as it was.
    #[schema(example = "1:35:20")]
    pub end: Option<PositionInput>,
}

impl VerifiedInput {
    /// Parses both ends, in a recording.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, recording: &Recording) -> Result<(u32, Option<u32>), Faults> {
        let mut faults = Faults::new();
        let start = faults.take("/start", self.start.parse());
        let end = faults.take_optional("/end", self.end.as_ref(), PositionInput::parse);
        let (start, end) = (start.map(Position::seconds), end.map(Position::seconds));
        let duration = recording.duration_seconds.unwrap_or(u32::MAX);
        if start.is_some_and(|start| start >= duration) {
            let detail = "A session starts before the end of the recording.";
            faults.add("/start", "beyond_duration", detail);
        }
        if end.is_some_and(|end| end > duration) {
            let detail = "A session ends no later than the recording.";
            faults.add("/end", "beyond_duration", detail);
        }
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            faults.add(
                "/end",
                "ends_before_start",
                "A session ends after it starts.",
            );
        }
        faults.finish(start.map(|start| (start, end)))
    }
}

/// The sessions whose positions are right as they are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationsInput {
    /// Ids or slugs of the sessions; 1 to 500.
    #[schema(min_items = 1, max_items = 500, example = json!(["01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c", "oppvekstplanen-i-lorenskog"]))]
    pub session_ids: Vec<String>,
}

impl VerificationsInput {
    /// What the sessions are named by.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self) -> Result<Vec<SlugOr<SessionKind>>, Faults> {
        let mut faults = Faults::new();
        if self.session_ids.is_empty() {
            faults.add("/session_ids", "required", "Name at least one session.");
        }
        if self.session_ids.len() > MOST {
            faults.add(
                "/session_ids",
                "too_many",
                "At most 500 sessions are verified at a time.",
            );
        }
        let keys = self.session_ids.iter().map(|text| SlugOr::parse(text));
        faults.finish(Some(keys.take(MOST).collect()))
    }
}
