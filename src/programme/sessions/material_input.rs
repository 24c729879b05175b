//! What organisers send of the materials of a session.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::document::{Material, MaterialKind, PageText};
use crate::faults::Faults;
use crate::text::{self, Languages, LocalizedInput};

/// Most materials of a session.
const MATERIALS: usize = 50;
/// Highest number of a page.
const PAGES: i32 = 10_000;

/// The text of one slide or page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialPage {
    /// From 1; each page once, in order.
    #[schema(minimum = 1, maximum = 10_000, example = 1)]
    pub page: i32,
    /// Its text.
    #[schema(example = "Oppvekstplanen: tre grep")]
    pub text: String,
}

/// Something to read beside a session, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialInput {
    /// Title.
    #[schema(example = json!({"nb": "Lysark"}))]
    pub title: LocalizedInput,
    /// What it is.
    pub kind: MaterialKind,
    /// Address; this or `text` is given, or both.
    #[schema(format = "uri", example = "https://www.example.org/lysark.pdf")]
    pub url: Option<String>,
    /// Text by page.
    pub text: Option<Vec<MaterialPage>>,
}

/// Parses the materials of a session.
pub(super) fn materials(
    given: &[MaterialInput],
    languages: &Languages,
    faults: &mut Faults,
) -> Vec<Material> {
    if given.len() > MATERIALS {
        faults.add(
            "/materials",
            "too_many",
            "A session has at most 50 materials.",
        );
    }
    let mut materials = Vec::new();
    for (index, input) in given.iter().take(MATERIALS).enumerate() {
        materials.push(input.parse(&format!("/materials/{index}"), languages, faults));
    }
    materials
}

impl MaterialInput {
    fn parse(&self, place: &str, languages: &Languages, faults: &mut Faults) -> Material {
        let pages = self.text.as_deref().unwrap_or_default();
        if self.url.is_none() && pages.is_empty() {
            faults.add(
                place,
                "required",
                "A material has a url, or text by page, or both.",
            );
        }
        let url = faults.take_optional(&format!("{place}/url"), self.url.as_deref(), text::web_url);
        Material {
            title: self
                .title
                .required_line(&format!("{place}/title"), languages, faults),
            kind: self.kind,
            url,
            text: page_texts(pages, place, faults),
        }
    }

    /// The input that would make this material.
    #[must_use]
    pub fn of(material: &Material) -> Self {
        Self {
            title: (&material.title).into(),
            kind: material.kind,
            url: material.url.clone(),
            text: Some(material.text.iter().map(MaterialPage::of).collect()),
        }
    }
}

fn page_texts(pages: &[MaterialPage], place: &str, faults: &mut Faults) -> Vec<PageText> {
    let mut texts = Vec::new();
    let mut before = 0;
    for (index, input) in pages.iter().enumerate() {
        let at = |field: &str| format!("{place}/text/{index}/{field}");
        if !(1..=PAGES).contains(&input.page) {
            faults.add(
                at("page"),
                "out_of_range",
                "A page is a number from 1 to 10,000.",
            );
        } else if input.page <= before {
            faults.add(
                at("page"),
                "not_ascending",
                "Pages are given once each, in order.",
            );
        }
        before = before.max(input.page);
        let text = faults.take(&at("text"), text::long(&input.text, text::LONG_TEXT));
        texts.extend(text.map(|text| PageText {
            page: input.page,
            text,
        }));
    }
    texts
}

impl MaterialPage {
    /// The page as it is shown.
    #[must_use]
    pub fn of(page: &PageText) -> Self {
        Self {
            page: page.page,
            text: page.text.clone(),
        }
    }
}
