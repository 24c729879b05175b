//! How series and events look in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::actions::EventRefusal;
use super::model::{Event, EventState, Format, Phase};
use super::parts::{EventOrganiserInput, VenueInput};
use super::series::Series;
use crate::clock::Instant;
use crate::http::wire::Moment;
use crate::ids::{EventId, OrganisationId, SeriesId};
use crate::problem::{Kind, Problem};
use crate::text::{Language, Localized};

/// A series.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Series)]
pub struct SeriesView {
    /// Id.
    pub id: SeriesId,
    /// Slug.
    #[schema(example = "barnevernskonferansen")]
    pub slug: String,
    /// Id of the organisation that owns it.
    pub organisation_id: OrganisationId,
    /// Title.
    pub title: Localized,
    /// Markdown.
    pub description: Localized,
    /// The description as sanitised HTML.
    pub description_html: Localized,
    /// The languages of its texts.
    #[schema(value_type = Vec<String>, example = json!(["nb", "en"]))]
    pub languages: Vec<Language>,
    /// The one a plain string is taken as.
    #[schema(value_type = String, example = "nb")]
    pub default_language: Language,
    /// Its website.
    #[schema(required = true)]
    pub website_url: Option<String>,
}

impl From<&Series> for SeriesView {
    fn from(series: &Series) -> Self {
        Self {
            id: series.id,
            slug: series.slug.to_string(),
            organisation_id: series.organisation_id,
            title: series.title.clone(),
            description_html: series.description.html(),
            description: series.description.clone(),
            languages: series.languages.all.clone(),
            default_language: series.languages.default.clone(),
            website_url: series.website_url.clone(),
        }
    }
}

/// An event, as everybody may see it once it is published.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Id.
    pub id: EventId,
    /// Slug.
    #[schema(example = "barnevernskonferansen-2027")]
    pub slug: String,
    /// Id of the organisation that owns it.
    pub organisation_id: OrganisationId,
    /// Id of its series, if it is in one.
    #[schema(required = true)]
    pub series_id: Option<SeriesId>,
    /// Slug of its series, if it is in one.
    #[schema(required = true, example = "barnevernskonferansen")]
    pub series: Option<String>,
    /// Title.
    pub title: Localized,
    /// Subtitle.
    pub subtitle: Localized,
    /// Markdown.
    pub description: Localized,
    /// The description as sanitised HTML.
    pub description_html: Localized,
    /// Ordinal, 1 or more.
    #[schema(required = true)]
    pub edition: Option<i32>,
    /// First day; null: to be announced.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub starts_on: Option<String>,
    /// Last day, included.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub ends_on: Option<String>,
    /// IANA name.
    #[schema(example = "Europe/Oslo")]
    pub timezone: String,
    /// How one takes part.
    pub format: Format,
    /// Where.
    #[schema(required = true)]
    pub venue: Option<VenueInput>,
    /// The languages of its texts.
    #[schema(value_type = Vec<String>, example = json!(["nb", "en"]))]
    pub languages: Vec<Language>,
    /// The one a plain string is taken as.
    #[schema(value_type = String, example = "nb")]
    pub default_language: Language,
    /// Who runs it; co-organisers are equals.
    pub organisers: Vec<EventOrganiserInput>,
    /// Whom to ask.
    #[schema(required = true)]
    pub contact_email: Option<String>,
    /// Its website.
    #[schema(required = true)]
    pub website_url: Option<String>,
    /// How personal data is treated.
    #[schema(required = true)]
    pub privacy_url: Option<String>,
    /// Terms that attendees must accept.
    #[schema(required = true)]
    pub terms_url: Option<String>,
    /// Until when attendees may cancel themselves.
    #[schema(required = true)]
    pub cancel_until: Option<Moment>,
    /// Where it is in its life.
    pub state: EventState,
    /// Where it is in time.
    pub phase: Phase,
    /// The newest programme release; 0 before the first.
    pub programme_version: i32,
    /// When it was published first.
    #[schema(required = true)]
    pub published_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Moment,
}

impl EventView {
    /// The event as it is at this instant.
    #[must_use]
    pub fn new(event: &Event, now: Instant) -> Self {
        let zone = event.timezone;
        Self {
            id: event.id,
            slug: event.slug.to_string(),
            organisation_id: event.organisation_id,
            series_id: event.series.as_ref().map(|(id, _)| *id),
            series: event.series.as_ref().map(|(_, slug)| slug.clone()),
            title: event.title.clone(),
            subtitle: event.subtitle.clone(),
            description_html: event.description.html(),
            description: event.description.clone(),
            edition: event.edition,
            starts_on: event.dates.map(|dates| dates.starts_on.to_string()),
            ends_on: event.dates.map(|dates| dates.ends_on.to_string()),
            timezone: zone.name().to_owned(),
            format: event.format,
            venue: event.venue.as_ref().map(VenueInput::of),
            languages: event.languages.all.clone(),
            default_language: event.languages.default.clone(),
            organisers: event
                .organisers
                .iter()
                .map(EventOrganiserInput::of)
                .collect(),
            contact_email: event.links.contact_email.clone(),
            website_url: event.links.website_url.clone(),
            privacy_url: event.links.privacy_url.clone(),
            terms_url: event.links.terms_url.clone(),
            cancel_until: Moment::maybe(event.cancel_until, zone),
            state: event.state,
            phase: event.phase(now),
            programme_version: event.released_version,
            published_at: Moment::maybe(event.published_at, zone),
            updated_at: Moment::new(event.updated_at, zone),
        }
    }
}

impl From<EventRefusal> for Problem {
    fn from(refusal: EventRefusal) -> Self {
        match refusal {
            EventRefusal::Faults(faults) => faults.into(),
            EventRefusal::SlugTaken => Self::new(Kind::SlugTaken, "The slug is taken.").at(
                "/slug",
                "taken",
                "The slug is taken.",
            ),
            EventRefusal::Stale => Self::new(Kind::Stale, "This was changed since you read it."),
            EventRefusal::WrongState(state) => {
                Self::new(Kind::WrongState, format!("The event is {state}."))
                    .with("state", state.to_string())
            }
            EventRefusal::InUse(what) => Self::new(Kind::InUse, what),
        }
    }
}
