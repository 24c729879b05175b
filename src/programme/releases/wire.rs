//! How releases look in answers.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::conflicts::{Conflict, ConflictKind};
use super::super::document::{Changes, Release, SessionRef};
use super::super::wire::ProgrammeParts;
use super::store::Headline;
use crate::http::wire::Moment;
use crate::ids::SessionId;
use crate::text::Localized;

/// A session by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangedSession)]
pub struct ChangedSessionView {
    /// Id.
    pub id: SessionId,
    /// Slug, as it was in this version (of a removed session: in the one before).
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub slug: String,
    /// Title, likewise.
    pub title: Localized,
}

impl From<&SessionRef> for ChangedSessionView {
    fn from(named: &SessionRef) -> Self {
        Self {
            id: named.id,
            slug: named.slug.clone(),
            title: named.title.clone(),
        }
    }
}

/// What differs from the version before. A session may have moved and changed otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProgrammeChanges)]
pub struct ChangesView {
    /// New sessions.
    pub added: Vec<ChangedSessionView>,
    /// Gone sessions.
    pub removed: Vec<ChangedSessionView>,
    /// Sessions with another time or room.
    pub moved: Vec<ChangedSessionView>,
    /// Sessions with anything else changed, or that show a room, a track or a speaker with anything changed
    /// and have not moved.
    pub changed: Vec<ChangedSessionView>,
}

impl From<&Changes> for ChangesView {
    fn from(changes: &Changes) -> Self {
        let named = |ids: &[SessionId]| {
            let found = |id| changes.named.iter().find(|named| named.id == id);
            ids.iter()
                .filter_map(|id| found(*id))
                .map(ChangedSessionView::from)
                .collect()
        };
        Self {
            added: named(&changes.added),
            removed: named(&changes.removed),
            moved: named(&changes.moved),
            changed: named(&changes.changed),
        }
    }
}

/// A release without its programme.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwnRelease)]
pub struct ReleaseView {
    /// 1, 2, 3 …
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
    /// When it was made.
    pub released_at: Moment,
    /// What the organiser says of it.
    pub note: Localized,
    /// What differs from the version before.
    #[serde(flatten)]
    pub changes: ChangesView,
}

impl ReleaseView {
    /// The release on the wall clock that the event had then; on that of `zone` where nobody knows it.
    #[must_use]
    pub fn new(headline: &Headline, zone: Tz) -> Self {
        let zone = headline.timezone.unwrap_or(zone);
        Self {
            version: headline.version,
            released_at: Moment::new(headline.released_at, zone),
            note: headline.note.clone(),
            changes: ChangesView::from(&headline.changes),
        }
    }
}

/// Something odd about a programme; nothing of it is ever refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProgrammeConflict)]
pub struct ConflictView {
    /// What is odd.
    pub kind: ConflictKind,
    /// The sessions it is about.
    pub session_ids: Vec<SessionId>,
    /// One sentence for people.
    #[schema(example = "apning and pause are in one room at once.")]
    pub detail: String,
}

impl From<Conflict> for ConflictView {
    fn from(conflict: Conflict) -> Self {
        Self {
            kind: conflict.kind,
            session_ids: conflict.sessions,
            detail: conflict.detail,
        }
    }
}

/// A release that was just made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewRelease)]
pub struct NewReleaseView {
    /// The release.
    #[serde(flatten)]
    pub release: ReleaseView,
    /// What is odd about it.
    pub warnings: Vec<ConflictView>,
}

/// A release with its programme.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnReleaseWithProgramme)]
pub struct ReleaseWithProgramme {
    /// The release.
    #[serde(flatten)]
    pub release: ReleaseView,
    /// The programme as it was released.
    #[serde(flatten)]
    pub programme: ProgrammeParts,
}

impl ReleaseWithProgramme {
    /// The release on the wall clock that the event had then; on that of `zone` where nobody knows it.
    #[must_use]
    pub fn new(release: &Release, zone: Tz) -> Self {
        let zone = release.timezone.unwrap_or(zone);
        Self {
            release: ReleaseView::new(&Headline::from(release), zone),
            programme: ProgrammeParts::new(&release.programme, zone),
        }
    }
}
