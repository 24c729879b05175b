//! What organisers send of a room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::document::{Room, Versioned};
use super::super::input::{natural, position, required_name};
use crate::faults::Faults;
use crate::ids::RoomId;
use crate::text::{Languages, Localized, LocalizedInput};

/// A room as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomInput {
    /// Name.
    #[schema(example = json!({"nb": "Storsalen"}))]
    pub name: LocalizedInput,
    /// Seats; unknown if absent.
    #[schema(minimum = 0, example = 600)]
    pub capacity: Option<i32>,
    /// Place in lists; after the last room if absent.
    #[schema(minimum = 0, maximum = 1_000_000, example = 0)]
    pub position: Option<i32>,
    /// Not offered for sessions any more, and left out of the next release unless a session still uses
    /// it; `false` if absent.
    #[schema(example = false)]
    pub hidden: Option<bool>,
}

/// The order of all rooms.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomOrder {
    /// Every room exactly once.
    pub ids: Vec<RoomId>,
}

impl RoomOrder {
    /// The order that these are in.
    #[must_use]
    pub fn of(rooms: &[Versioned<Room>]) -> Self {
        Self {
            ids: rooms.iter().map(|room| room.value.id).collect(),
        }
    }
}

/// A room as parsed.
#[derive(Debug, Clone)]
pub struct ParsedRoom {
    /// Name.
    pub name: Localized,
    /// Seats.
    pub capacity: Option<i32>,
    /// `None`: after the last one, or where it is.
    pub position: Option<i32>,
    /// Not offered any more.
    pub hidden: bool,
}

impl RoomInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, languages: &Languages) -> Result<ParsedRoom, Faults> {
        let mut faults = Faults::new();
        let parsed = ParsedRoom {
            name: required_name(&self.name, "/name", languages, &mut faults),
            capacity: faults.take_optional("/capacity", self.capacity, natural),
            position: faults.take_optional("/position", self.position, position),
            hidden: self.hidden.unwrap_or(false),
        };
        faults.finish(Some(parsed))
    }

    /// The input that would make this room; what a merge patch is applied to.
    #[must_use]
    pub fn of(room: &Room) -> Self {
        Self {
            name: (&room.name).into(),
            capacity: room.capacity,
            position: Some(room.position),
            hidden: Some(room.hidden),
        }
    }
}
