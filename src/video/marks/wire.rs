//! How a mark looks to organisers.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Edge, Mark};
use crate::http::wire::Moment;
use crate::ids::{MarkId, SessionId};

/// Somebody saw a session start or end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mark)]
pub struct MarkView {
    /// Id.
    pub id: MarkId,
    /// The session.
    pub session_id: SessionId,
    /// Whether it started or ended.
    pub edge: Edge,
    /// When.
    pub at: Moment,
    /// What the client calls it.
    #[schema(required = true, example = "phone-17")]
    pub client_mark_id: Option<String>,
    /// The start that made this end, and takes it along when it is undone.
    #[schema(required = true)]
    pub caused_by: Option<MarkId>,
    /// When it arrived.
    pub created_at: Moment,
    /// When it was taken back; shown only where it is sent again after that.
    #[schema(required = true, example = json!(null))]
    pub undone_at: Option<Moment>,
}

impl MarkView {
    /// The mark with times of this zone.
    #[must_use]
    pub fn new(mark: &Mark, zone: Tz) -> Self {
        Self {
            id: mark.id,
            session_id: mark.session_id,
            edge: mark.edge,
            at: Moment::new(mark.at, zone),
            client_mark_id: mark.client_mark_id.clone(),
            caused_by: mark.caused_by,
            created_at: Moment::new(mark.created_at, zone),
            undone_at: Moment::maybe(mark.undone_at, zone),
        }
    }
}
