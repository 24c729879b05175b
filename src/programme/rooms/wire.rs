//! How a room looks in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::document::Room;
use crate::ids::RoomId;
use crate::text::Localized;

/// A room of the working copy.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DraftRoom)]
pub struct RoomView {
    /// Id, the same in every release.
    pub id: RoomId,
    /// Name.
    pub name: Localized,
    /// Seats; null if unknown.
    #[schema(required = true, minimum = 0, example = 600)]
    pub capacity: Option<i32>,
    /// Place in lists.
    #[schema(minimum = 0, example = 0)]
    pub position: i32,
    /// Not offered for sessions any more.
    #[schema(example = false)]
    pub hidden: bool,
}

impl From<&Room> for RoomView {
    fn from(room: &Room) -> Self {
        Self {
            id: room.id,
            name: room.name.clone(),
            capacity: room.capacity,
            position: room.position,
            hidden: room.hidden,
        }
    }
}
