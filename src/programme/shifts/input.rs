//! What organisers send to move many sessions.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Instant;
use crate::faults::Faults;
use crate::ids::RoomId;
use crate::text::time;

/// Farthest that sessions are moved at once, in minutes: a week.
const FARTHEST: i32 = 7 * 24 * 60;

/// Which sessions are moved, and how far.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftInput {
    /// Sessions that start at this instant or later are moved.
    #[schema(format = DateTime, example = "2027-11-11T10:00:00+01:00")]
    pub from: String,
    /// How far, on the wall clock; negative is earlier.
    #[schema(minimum = -10_080, maximum = 10_080, example = 15)]
    pub minutes: i32,
    /// Only in this room; everywhere if absent.
    #[schema(value_type = Option<RoomId>)]
    pub room_id: Option<String>,
}

/// A shift as parsed.
#[derive(Debug, Clone)]
pub struct ParsedShift {
    /// Sessions that start at this instant or later.
    pub from: Instant,
    /// How far, on the wall clock.
    pub by: TimeDelta,
    /// Only in this room.
    pub room: Option<RoomId>,
}

impl ShiftInput {
    /// Parses everything; `rooms` are those of the event.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, rooms: &[RoomId]) -> Result<ParsedShift, Faults> {
        let mut faults = Faults::new();
        let from = faults.take("/from", time::instant(&self.from));
        if self.minutes == 0 || !(-FARTHEST..=FARTHEST).contains(&self.minutes) {
            faults.add(
                "/minutes",
                "out_of_range",
                "Sessions are moved by 1 to 10,080 minutes, or by as many back.",
            );
        }
        let given = self.room_id.as_deref();
        let room = given
            .and_then(|id| id.parse().ok())
            .filter(|id| rooms.contains(id));
        if given.is_some() && room.is_none() {
            faults.add(
                "/room_id",
                "unknown_room",
                "The room is one of this event's, by id.",
            );
        }
        faults.finish(from.map(|from| ParsedShift {
            from,
            by: TimeDelta::minutes(self.minutes.into()),
            room,
        }))
    }
}
