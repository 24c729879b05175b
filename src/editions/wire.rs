//! How a new edition looks in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::actions::Cloned;
use crate::clock::Instant;
use crate::events::wire::EventView;
use crate::programme::shifts::wire::SkippedTimeView;

/// A new edition.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewEdition)]
pub struct ClonedView {
    /// The event, a draft.
    #[serde(flatten)]
    pub event: EventView,
    /// Local times that the clock skips on the new days.
    pub warnings: Vec<SkippedTimeView>,
}

impl ClonedView {
    /// The edition as it is at this instant.
    #[must_use]
    pub fn new(cloned: &Cloned, now: Instant) -> Self {
        let skipped = cloned.skipped.iter();
        Self {
            event: EventView::new(&cloned.event, now),
            warnings: skipped
                .map(|(session, name)| SkippedTimeView::new(*session, name))
                .collect(),
        }
    }
}
