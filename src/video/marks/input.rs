//! What a mark is made from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Edge;
use crate::clock::Instant;
use crate::faults::Faults;
use crate::ids::{SessionKind, SlugOr};
use crate::text::{self, time};

/// Longest name that a client gives a mark, in characters.
const MAX_CLIENT_ID: usize = 100;

/// A mark as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkInput {
    /// Id or slug of the session.
    #[schema(example = "oppvekstplanen-i-lorenskog")]
    pub session_id: String,
    /// Whether it started or ended.
    pub edge: Edge,
    /// When; now if absent.
    #[schema(format = DateTime, example = "2027-11-11T10:14:20+01:00")]
    pub at: Option<String>,
    /// What the client calls this mark, unique in the event: the same twice for one edge of one session is
    /// one mark, also after it was undone; for any other it is refused.
    #[schema(max_length = 100, example = "phone-17")]
    pub client_mark_id: Option<String>,
    /// With `true`, a start also ends the session that is on in the same room, at the same moment.
    #[schema(example = false)]
    pub end_previous: Option<bool>,
}

/// A mark as parsed.
#[derive(Debug)]
pub struct ParsedMark {
    /// The session.
    pub session: SlugOr<SessionKind>,
    /// Whether it started or ended.
    pub edge: Edge,
    /// When.
    pub at: Instant,
    /// What the client calls it.
    pub client_mark_id: Option<String>,
    /// Whether to end what is on in the room.
    pub end_previous: bool,
}

impl MarkInput {
    /// Parses everything; without a moment it is `now`.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, now: Instant) -> Result<ParsedMark, Faults> {
        let mut faults = Faults::new();
        let at = faults.take_optional("/at", self.at.as_deref(), time::instant);
        let client_mark_id =
            faults.take_optional("/client_mark_id", self.client_mark_id.as_deref(), |given| {
                text::line(given, MAX_CLIENT_ID)
            });
        let end_previous = self.end_previous.unwrap_or(false);
        if end_previous && self.edge == Edge::End {
            faults.add(
                "/end_previous",
                "invalid_value",
                "Only a start can end the session before it.",
            );
        }
        faults.finish(Some(ParsedMark {
            session: SlugOr::parse(&self.session_id),
            edge: self.edge,
            at: at.unwrap_or(now),
            client_mark_id,
            end_previous,
        }))
    }
}
