//! How a shift looks in answers and in the audit.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::document::Session;
use super::super::releases::wire::ConflictView;
use super::actions::Shifted;
use crate::http::wire::Moment;
use crate::ids::SessionId;
use crate::text::Localized;

/// A session that was moved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShiftedSession)]
pub struct MovedSessionView {
    /// Id.
    pub id: SessionId,
    /// Slug.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Title.
    pub title: Localized,
    /// When it starts now.
    #[schema(required = true)]
    pub starts_at: Option<Moment>,
    /// When it ends now.
    #[schema(required = true)]
    pub ends_at: Option<Moment>,
}

/// A local time that the clock skips, so that the first that exists was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SkippedTime)]
pub struct SkippedTimeView {
    /// Always `nonexistent_local_time`.
    #[schema(example = "nonexistent_local_time")]
    pub code: &'static str,
    /// The session it is about.
    #[schema(required = true)]
    pub session_id: Option<SessionId>,
    /// What was done, for people.
    #[schema(
        example = "nattkafe would start or end at a local time that the change of the clock skips; it got the first that exists."
    )]
    pub detail: String,
}

impl SkippedTimeView {
    /// The warning about something, which may be a session.
    #[must_use]
    pub fn new(session_id: Option<SessionId>, name: &str) -> Self {
        Self {
            code: "nonexistent_local_time",
            session_id,
            detail: format!(
                "{name} would start or end at a local time that the change of the clock skips; it got the first that exists."
            ),
        }
    }
}

/// What a shift did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shift)]
pub struct ShiftView {
    /// The moved sessions.
    pub sessions: Vec<MovedSessionView>,
    /// Local times that the clock skips.
    pub warnings: Vec<SkippedTimeView>,
    /// What is odd about the working copy now; at most 500 conflicts of a sort.
    pub conflicts: Vec<ConflictView>,
}

impl ShiftView {
    /// The shift on the wall clock of `zone`.
    #[must_use]
    pub fn new(shifted: &Shifted, conflicts: Vec<ConflictView>, zone: Tz) -> Self {
        let moved = |session: &Session| MovedSessionView {
            id: session.id,
            slug: session.slug.clone(),
            title: session.title.clone(),
            starts_at: Moment::maybe(session.starts_at, zone),
            ends_at: Moment::maybe(session.ends_at, zone),
        };
        let skipped = shifted
            .after
            .iter()
            .filter(|session| shifted.skipped.contains(&session.id));
        Self {
            sessions: shifted.after.iter().map(moved).collect(),
            warnings: skipped
                .map(|session| SkippedTimeView::new(Some(session.id), &session.slug))
                .collect(),
            conflicts,
        }
    }
}

/// The times of sessions by their ids, as the audit keeps them.
#[must_use]
pub fn times(sessions: &[Session], zone: Tz) -> BTreeMap<SessionId, [Option<Moment>; 2]> {
    let of = |session: &Session| {
        let moments = [session.starts_at, session.ends_at];
        (session.id, moments.map(|at| Moment::maybe(at, zone)))
    };
    sessions.iter().map(of).collect()
}
