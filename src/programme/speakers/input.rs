//! What organisers send of a speaker.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::document::{Link, Speaker};
use super::super::input::short;
use crate::faults::Faults;
use crate::text::{self, Languages, Localized, LocalizedInput};

/// Most links of a speaker.
const LINKS: usize = 20;

/// A link as it is written and as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeakerLink {
    /// What it leads to.
    #[schema(example = "Kommunens side")]
    pub title: Option<String>,
    /// Address.
    #[schema(format = "uri", example = "https://www.example.org/om")]
    pub url: String,
}

/// A speaker as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeakerInput {
    /// Name; empty, null or absent as long as nobody knows who it will be, which the conflicts of the
    /// programme call to mind.
    #[schema(example = "Kari Nordmann")]
    pub name: Option<String>,
    /// Job.
    #[schema(example = "Leder for barnevernet")]
    pub position: Option<String>,
    /// Where they work.
    #[schema(example = "Lørenskog kommune")]
    pub affiliation: Option<String>,
    /// Markdown.
    pub bio: Option<LocalizedInput>,
    /// A picture.
    #[schema(format = "uri", example = "https://www.example.org/kari.jpg")]
    pub photo_url: Option<String>,
    /// Where to find them; at most 20.
    pub links: Option<Vec<SpeakerLink>>,
    /// Not offered for sessions any more, and left out of the next release unless a session still uses
    /// them; `false` if absent.
    #[schema(example = false)]
    pub hidden: Option<bool>,
}

/// A speaker as parsed.
#[derive(Debug, Clone)]
pub struct ParsedSpeaker {
    /// Name; empty while it is not known.
    pub name: String,
    /// Job.
    pub position: Option<String>,
    /// Where they work.
    pub affiliation: Option<String>,
    /// Markdown.
    pub bio: Localized,
    /// A picture.
    pub photo_url: Option<String>,
    /// Where to find them.
    pub links: Vec<Link>,
    /// Not offered any more.
    pub hidden: bool,
}

impl SpeakerInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, languages: &Languages) -> Result<ParsedSpeaker, Faults> {
        let mut faults = Faults::new();
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        let name = name.map_or(Ok(String::new()), text::name);
        let name = faults.take("/name", name);
        let position = faults.take_optional("/position", self.position.as_deref(), short);
        let affiliation = faults.take_optional("/affiliation", self.affiliation.as_deref(), short);
        let bio = LocalizedInput::optional_long(self.bio.as_ref(), "/bio", languages, &mut faults);
        let photo_url =
            faults.take_optional("/photo_url", self.photo_url.as_deref(), text::web_url);
        let links = self.links(&mut faults);
        faults.finish(name.map(|name| ParsedSpeaker {
            name,
            position,
            affiliation,
            bio,
            photo_url,
            links,
            hidden: self.hidden.unwrap_or(false),
        }))
    }

    fn links(&self, faults: &mut Faults) -> Vec<Link> {
        let given = self.links.as_deref().unwrap_or_default();
        if given.len() > LINKS {
            faults.add("/links", "too_many", "A speaker has at most 20 links.");
        }
        let mut links = Vec::new();
        for (index, link) in given.iter().take(LINKS).enumerate() {
            let title = faults.take_optional(
                &format!("/links/{index}/title"),
                link.title.as_deref(),
                short,
            );
            let url = faults.take(&format!("/links/{index}/url"), text::web_url(&link.url));
            links.extend(url.map(|url| Link { title, url }));
        }
        links
    }

    /// The input that would make this speaker; what a merge patch is applied to.
    #[must_use]
    pub fn of(speaker: &Speaker) -> Self {
        Self {
            name: Some(speaker.name.clone()).filter(|name| !name.is_empty()),
            position: speaker.position.clone(),
            affiliation: speaker.affiliation.clone(),
            bio: Some((&speaker.bio).into()),
            photo_url: speaker.photo_url.clone(),
            links: Some(speaker.links.iter().map(SpeakerLink::of).collect()),
            hidden: Some(speaker.hidden),
        }
    }
}

impl SpeakerLink {
    /// The link as it is shown.
    #[must_use]
    pub fn of(link: &Link) -> Self {
        Self {
            title: link.title.clone(),
            url: link.url.clone(),
        }
    }
}
