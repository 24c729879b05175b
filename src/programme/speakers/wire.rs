//! How a speaker looks in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::document::Speaker;
use super::input::SpeakerLink;
use crate::ids::SpeakerId;
use crate::text::Localized;

/// A speaker of the working copy.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DraftSpeaker)]
pub struct SpeakerView {
    /// Id, the same in every release.
    pub id: SpeakerId,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Job.
    #[schema(required = true, example = "Leder for barnevernet")]
    pub position: Option<String>,
    /// Where they work.
    #[schema(required = true, example = "Lørenskog kommune")]
    pub affiliation: Option<String>,
    /// Markdown.
    pub bio: Localized,
    /// The bio as sanitised HTML.
    pub bio_html: Localized,
    /// A picture.
    #[schema(
        required = true,
        format = "uri",
        example = "https://www.example.org/kari.jpg"
    )]
    pub photo_url: Option<String>,
    /// Where to find them.
    pub links: Vec<SpeakerLink>,
    /// Not offered for sessions any more.
    #[schema(example = false)]
    pub hidden: bool,
}

impl From<&Speaker> for SpeakerView {
    fn from(speaker: &Speaker) -> Self {
        Self {
            id: speaker.id,
            name: speaker.name.clone(),
            position: speaker.position.clone(),
            affiliation: speaker.affiliation.clone(),
            bio_html: speaker.bio.html(),
            bio: speaker.bio.clone(),
            photo_url: speaker.photo_url.clone(),
            links: speaker.links.iter().map(SpeakerLink::of).collect(),
            hidden: speaker.hidden,
        }
    }
}
