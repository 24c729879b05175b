//! How hits look.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::{Content, HitKind, Line};
use super::query::Query;
use super::rank::Hit;
use super::snippet::marked;
use crate::events::Event;
use crate::http::wire::Moment;
use crate::ids::{EventId, RecordingId, SessionId, SpeakerId};
use crate::text::Localized;
use crate::video::deep_link::{VideoUrl, watch_link};
use crate::video::position::Position;

/// The event of a hit.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitEvent {
    /// Id.
    pub id: EventId,
    /// Slug.
    #[schema(example = "barnevernskonferansen-2024")]
    pub slug: String,
    /// Title.
    pub title: Localized,
}

/// The session of a hit.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitSession {
    /// Id.
    pub id: SessionId,
    /// Slug.
    #[schema(example = "oppvekst-i-lorenskog")]
    pub slug: String,
    /// Title.
    pub title: Localized,
    /// When it starts by the programme.
    #[schema(required = true)]
    pub starts_at: Option<Moment>,
}

/// The speaker that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitSpeaker {
    /// Id.
    pub id: SpeakerId,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Where they work.
    #[schema(required = true, example = "Hamar")]
    pub affiliation: Option<String>,
}

/// The material that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitMaterial {
    /// Title.
    pub title: Localized,
    /// Address.
    #[schema(required = true)]
    pub url: Option<String>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchHit {
    /// What was found.
    pub kind: HitKind,
    /// The event that it is part of.
    pub event: HitEvent,
    /// The session that it is, or is part of; for a speaker their first that may be recorded. Null for words
    /// that are said outside of any session, and for a speaker without one.
    #[schema(required = true)]
    pub session: Option<HitSession>,
    /// The speaker; null unless that is what was found.
    #[schema(required = true)]
    pub speaker: Option<HitSpeaker>,
    /// The material; null unless that is what was found.
    #[schema(required = true)]
    pub material: Option<HitMaterial>,
    /// The page or slide of the material, where the words stand on one.
    #[schema(required = true, example = 4)]
    pub page: Option<i32>,
    /// The text around the words, as HTML: everything is escaped but the words themselves, which stand
    /// in `<mark>`. No other element and no attribute is ever in it.
    #[schema(example = "en ny <mark>oppvekstplan</mark> for kommunen")]
    pub snippet: String,
    /// The recording in which the words are said; null for other hits, as the fields that follow.
    #[schema(required = true)]
    pub recording_id: Option<RecordingId>,
    /// The second of the recording at which the words are said.
    #[schema(required = true, example = 4401)]
    pub start_seconds: Option<u32>,
    /// The provider's own link, which opens there where the provider can.
    #[schema(
        required = true,
        format = "uri",
        example = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4401s"
    )]
    pub watch_url: Option<String>,
    /// Our own page of the session, for words that are said in one at that second.
    #[schema(
        required = true,
        example = "https://kongress.example.org/watch/barnevernskonferansen-2024/oppvekst-i-lorenskog?t=4401"
    )]
    pub watch_page_url: Option<String>,
}

impl SearchHit {
    /// A hit of this query, with what it is part of as that is now.
    #[must_use]
    pub fn new(
        hit: Hit,
        event: &Event,
        session: Option<(SessionId, Line)>,
        url: Option<&VideoUrl>,
        query: &Query,
        public_url: &str,
    ) -> Self {
        let snippet = marked(query, &shown_text(&hit.content, hit.field));
        let field = hit.content.fields.get(hit.field);
        let start_seconds = field.and_then(|field| field.at);
        let content = hit.content;
        let watch_url = url.map(|url| {
            let start = start_seconds.and_then(Position::new);
            watch_link(url, start.unwrap_or(Position::START)).url
        });
        let watch_page_url = session
            .as_ref()
            .zip(start_seconds)
            .map(|((_, line), start)| {
                let (event, session) = (&event.slug, &line.slug);
                format!("{public_url}/watch/{event}/{session}?t={start}")
            });
        let page = content.material.as_ref().and_then(|material| material.page);
        Self {
            kind: content.kind,
            watch_page_url,
            event: HitEvent {
                id: event.id,
                slug: event.slug.to_string(),
                title: event.title.clone(),
            },
            session: session.map(|(id, line)| HitSession {
                id,
                slug: line.slug,
                title: line.title,
                starts_at: Moment::maybe(line.starts_at, event.timezone),
            }),
            speaker: content.speaker.map(|speaker| HitSpeaker {
                id: speaker.id,
                name: speaker.name,
                affiliation: speaker.affiliation,
            }),
            material: content.material.map(|material| HitMaterial {
                title: material.title,
                url: material.url,
            }),
            page,
            snippet,
            recording_id: content.recording,
            start_seconds,
            watch_url,
        }
    }
}

/// The text that answers best; of what is said, what follows too.
fn shown_text(content: &Content, field: usize) -> String {
    let from_here = content.fields.get(field..).unwrap_or_default();
    let from_here = from_here.iter().chain(&content.goes_on);
    let most = match content.kind {
        HitKind::Transcript => usize::MAX,
        _ => 1,
    };
    let texts = from_here.take(most).map(|field| field.text.as_str());
    texts.collect::<Vec<_>>().join(" ")
}
