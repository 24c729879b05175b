//! What organisers send of series, parsed; every fault at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::series::Series;
use crate::faults::Faults;
use crate::text::{self, Languages, Localized, LocalizedInput, Slug};

/// A series as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesInput {
    /// Slug of the organisation; that of the token if absent.
    #[schema(example = "bufdir")]
    pub organisation: Option<String>,
    /// Derived from the title if absent.
    #[schema(example = "barnevernskonferansen")]
    pub slug: Option<String>,
    /// Title.
    pub title: LocalizedInput,
    /// Markdown.
    pub description: Option<LocalizedInput>,
    /// The languages of its texts; `["nb"]` if absent.
    #[schema(example = json!(["nb", "en"]))]
    pub languages: Option<Vec<String>>,
    /// One of them; the first if absent.
    #[schema(example = "nb")]
    pub default_language: Option<String>,
    /// Its website.
    #[schema(format = "uri", example = "https://www.example.org/konferansen")]
    pub website_url: Option<String>,
}

/// A series as parsed.
#[derive(Debug, Clone)]
pub struct ParsedSeries {
    /// `None`: derive it.
    pub slug: Option<Slug>,
    /// Title.
    pub title: Localized,
    /// Markdown.
    pub description: Localized,
    /// Languages.
    pub languages: Languages,
    /// Website.
    pub website_url: Option<String>,
}

impl SeriesInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self) -> Result<ParsedSeries, Faults> {
        let mut faults = Faults::new();
        let languages = Languages::parse(
            self.languages.as_deref(),
            self.default_language.as_deref(),
            &mut faults,
        );
        let slug = faults.take_optional("/slug", self.slug.as_deref(), Slug::parse);
        let website_url =
            faults.take_optional("/website_url", self.website_url.as_deref(), text::web_url);
        let parsed = languages.map(|languages| ParsedSeries {
            slug,
            title: self.title.required_line("/title", &languages, &mut faults),
            description: LocalizedInput::optional_long(
                self.description.as_ref(),
                "/description",
                &languages,
                &mut faults,
            ),
            languages,
            website_url,
        });
        faults.finish(parsed)
    }
}

impl SeriesInput {
    /// The input that would make this series; what a merge patch is applied to.
    #[must_use]
    pub fn of(series: &Series, organisation: &str) -> Self {
        Self {
            organisation: Some(organisation.to_owned()),
            slug: Some(series.slug.to_string()),
            title: (&series.title).into(),
            description: Some((&series.description).into()),
            languages: Some(
                series
                    .languages
                    .all
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
            default_language: Some(series.languages.default.to_string()),
            website_url: series.website_url.clone(),
        }
    }
}
