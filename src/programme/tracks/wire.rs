//! How a track looks in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::document::Track;
use crate::ids::TrackId;
use crate::text::Localized;

/// A track of the working copy.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DraftTrack)]
pub struct TrackView {
    /// Id, the same in every release.
    pub id: TrackId,
    /// Name.
    pub name: Localized,
    /// `#rrggbb`, in lower case.
    #[schema(required = true, example = "#00665e")]
    pub color: Option<String>,
    /// Place in lists.
    #[schema(minimum = 0, example = 0)]
    pub position: i32,
    /// Not offered for sessions any more.
    #[schema(example = false)]
    pub hidden: bool,
}

impl From<&Track> for TrackView {
    fn from(track: &Track) -> Self {
        Self {
            id: track.id,
            name: track.name.clone(),
            color: track.color.clone(),
            position: track.position,
            hidden: track.hidden,
        }
    }
}
