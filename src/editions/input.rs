//! What organisers send to make a new edition.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Part;
use crate::faults::Faults;
use crate::text::{Slug, time};

/// A new edition as it is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloneInput {
    /// Slug of the new event; unique over all events.
    #[schema(example = "barnevernskonferansen-2028")]
    pub slug: String,
    /// Its first day; everything moves by as many days.
    #[schema(format = Date, example = "2028-11-09")]
    pub starts_on: String,
    /// What is taken along; nothing but the event itself if absent.
    #[schema(example = json!(["rooms", "tracks", "committee"]))]
    pub include: Option<Vec<Part>>,
}

/// A new edition as parsed.
#[derive(Debug, Clone)]
pub struct ParsedClone {
    /// Slug of the new event.
    pub slug: Slug,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// What is taken along.
    pub include: Vec<Part>,
}

impl CloneInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self) -> Result<ParsedClone, Faults> {
        let mut faults = Faults::new();
        let slug = faults.take("/slug", Slug::parse(&self.slug));
        let starts_on = faults.take("/starts_on", time::date(&self.starts_on));
        let include = self.include.clone().unwrap_or_default();
        faults.finish(slug.zip(starts_on).map(|(slug, starts_on)| ParsedClone {
            slug,
            starts_on,
            include,
        }))
    }
}
