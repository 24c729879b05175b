//! How a restore is asked for, and how it looks in answers and in the audit.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::document::{Session, SessionRef};
use super::super::releases::wire::{ChangedSessionView, ConflictView};
use super::super::sessions::input::SessionInput;
use super::model::{Plan, Step};
use crate::ids::{RoomId, SessionId, SpeakerId, TrackId};

/// Which version the working copy goes back to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreInput {
    /// A release of this event.
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
}

/// What a restore did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Restored)]
pub struct RestoredView {
    /// The version that was restored.
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
    /// Sessions that were changed since and are as they were again.
    pub restored: Vec<ChangedSessionView>,
    /// Sessions that were deleted since and are back, under their old ids.
    pub recreated: Vec<ChangedSessionView>,
    /// Sessions that were made since, and stay; under another slug where theirs was needed.
    pub kept: Vec<ChangedSessionView>,
    /// Rooms that were changed or deleted since and are as they were again.
    pub rooms: Vec<RoomId>,
    /// Tracks, likewise.
    pub tracks: Vec<TrackId>,
    /// Speakers, likewise.
    pub speakers: Vec<SpeakerId>,
    /// What is odd about the working copy now; at most 500 conflicts of a sort.
    pub conflicts: Vec<ConflictView>,
}

impl RestoredView {
    /// What this plan did.
    #[must_use]
    pub fn new(version: i32, plan: &Plan, conflicts: Vec<ConflictView>) -> Self {
        let named = |session: &Session| ChangedSessionView::from(&SessionRef::of(session));
        let mut view = Self {
            version,
            restored: Vec::new(),
            recreated: Vec::new(),
            kept: plan.kept.iter().map(ChangedSessionView::from).collect(),
            rooms: ids(&plan.rooms, |room| room.id),
            tracks: ids(&plan.tracks, |track| track.id),
            speakers: ids(&plan.speakers, |speaker| speaker.id),
            conflicts,
        };
        for step in &plan.sessions {
            match step {
                Step::Make(session) => view.recreated.push(named(session)),
                Step::SetBack { to, .. } => view.restored.push(named(&to.value)),
            }
        }
        view
    }
}

fn ids<T, I>(steps: &[Step<T>], id: impl Fn(&T) -> I) -> Vec<I> {
    let things = steps.iter().map(|step| match step {
        Step::Make(thing) => thing,
        Step::SetBack { to, .. } => &to.value,
    });
    things.map(id).collect()
}

/// The sessions that a plan touches by their ids, as the audit keeps them: before, and after.
#[must_use]
pub fn written(
    plan: &Plan,
    zone: Tz,
) -> (
    BTreeMap<SessionId, SessionInput>,
    BTreeMap<SessionId, SessionInput>,
) {
    let mut before = BTreeMap::new();
    let mut after = BTreeMap::new();
    for step in &plan.sessions {
        let now = match step {
            Step::Make(session) => session,
            Step::SetBack { from, to } => {
                before.insert(from.id, SessionInput::of(from, zone));
                &to.value
            }
        };
        after.insert(now.id, SessionInput::of(now, zone));
    }
    for (from, to) in &plan.renamed {
        before.insert(from.id, SessionInput::of(from, zone));
        after.insert(from.id, SessionInput::of(&to.value, zone));
    }
    (before, after)
}
