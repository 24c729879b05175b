//! What organisers send of a track.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::document::{Track, Versioned};
use super::super::input::{position, required_name};
use crate::faults::{Faults, Refused};
use crate::ids::TrackId;
use crate::text::{Languages, Localized, LocalizedInput};

/// A track as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackInput {
    /// Name.
    #[schema(example = json!({"nb": "Forebygging"}))]
    pub name: LocalizedInput,
    /// `#rrggbb`; none if absent.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$", example = "#00665e")]
    pub color: Option<String>,
    /// Place in lists; after the last track if absent.
    #[schema(minimum = 0, maximum = 1_000_000, example = 0)]
    pub position: Option<i32>,
    /// Not offered for sessions any more, and left out of the next release unless a session still uses
    /// it; `false` if absent.
    #[schema(example = false)]
    pub hidden: Option<bool>,
}

/// The order of all tracks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackOrder {
    /// Every track exactly once.
    pub ids: Vec<TrackId>,
}

impl TrackOrder {
    /// The order that these are in.
    #[must_use]
    pub fn of(tracks: &[Versioned<Track>]) -> Self {
        Self {
            ids: tracks.iter().map(|track| track.value.id).collect(),
        }
    }
}

/// A track as parsed.
#[derive(Debug, Clone)]
pub struct ParsedTrack {
    /// Name.
    pub name: Localized,
    /// `#rrggbb`, in lower case.
    pub color: Option<String>,
    /// `None`: after the last one, or where it is.
    pub position: Option<i32>,
    /// Not offered any more.
    pub hidden: bool,
}

impl TrackInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, languages: &Languages) -> Result<ParsedTrack, Faults> {
        let mut faults = Faults::new();
        let parsed = ParsedTrack {
            name: required_name(&self.name, "/name", languages, &mut faults),
            color: faults.take_optional("/color", self.color.as_deref(), color),
            position: faults.take_optional("/position", self.position, position),
            hidden: self.hidden.unwrap_or(false),
        };
        faults.finish(Some(parsed))
    }

    /// The input that would make this track; what a merge patch is applied to.
    #[must_use]
    pub fn of(track: &Track) -> Self {
        Self {
            name: (&track.name).into(),
            color: track.color.clone(),
            position: Some(track.position),
            hidden: Some(track.hidden),
        }
    }
}

/// A colour as `#rrggbb`, in lower case.
fn color(text: &str) -> Result<String, Refused> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Refused::new(
        "invalid_color",
        "A colour is #rrggbb, such as #00665e.",
    ))
}
