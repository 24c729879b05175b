//! What organisers send of events, parsed; every fault at once.

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Dates, Event, EventOrganiser, Format, Links, Venue};
use super::parts::{EventOrganiserInput, VenueInput};
use crate::faults::Faults;
use crate::text::{self, Email, Languages, Localized, LocalizedInput, Slug, time};

/// An event as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventInput {
    /// Slug of the organisation; that of the token if absent.
    #[schema(example = "bufdir")]
    pub organisation: Option<String>,
    /// Id or slug of the series.
    #[schema(example = "barnevernskonferansen")]
    pub series_id: Option<String>,
    /// Derived from the title if absent.
    #[schema(example = "barnevernskonferansen-2027")]
    pub slug: Option<String>,
    /// Title.
    pub title: LocalizedInput,
    /// Subtitle.
    pub subtitle: Option<LocalizedInput>,
    /// Markdown.
    pub description: Option<LocalizedInput>,
    /// Ordinal.
    #[schema(minimum = 1, maximum = 10_000, example = 12)]
    pub edition: Option<i32>,
    /// First day; both dates null means to be announced.
    #[schema(format = Date, example = "2027-11-11")]
    pub starts_on: Option<String>,
    /// Last day, included.
    #[schema(format = Date, example = "2027-11-11")]
    pub ends_on: Option<String>,
    /// IANA name; `Europe/Oslo` if absent.
    #[schema(example = "Europe/Oslo")]
    pub timezone: Option<String>,
    /// `in_person` if absent.
    pub format: Option<Format>,
    /// Where.
    pub venue: Option<VenueInput>,
    /// The languages of its texts; those of the series, else `["nb"]`, if absent.
    #[schema(example = json!(["nb", "en"]))]
    pub languages: Option<Vec<String>>,
    /// One of them; the first if absent.
    #[schema(example = "nb")]
    pub default_language: Option<String>,
    /// Who runs it, as shown; co-organisers are equals.
    pub organisers: Option<Vec<EventOrganiserInput>>,
    /// Whom to ask.
    #[schema(format = Email, example = "konferansen@example.org")]
    pub contact_email: Option<String>,
    /// Its website.
    #[schema(format = "uri", example = "https://www.example.org/2027")]
    pub website_url: Option<String>,
    /// How personal data is treated.
    #[schema(format = "uri", example = "https://www.example.org/personvern")]
    pub privacy_url: Option<String>,
    /// Terms that attendees must accept.
    #[schema(format = "uri", example = "https://www.example.org/vilkaar")]
    pub terms_url: Option<String>,
    /// Until when attendees may cancel themselves.
    #[schema(format = DateTime, example = "2027-11-04T12:00:00+01:00")]
    pub cancel_until: Option<String>,
}

/// An event as parsed. The series is resolved by the action.
#[derive(Debug, Clone)]
pub struct ParsedEvent {
    /// `None`: derive it.
    pub slug: Option<Slug>,
    /// Title.
    pub title: Localized,
    /// Subtitle.
    pub subtitle: Localized,
    /// Markdown.
    pub description: Localized,
    /// Ordinal.
    pub edition: Option<i32>,
    /// First and last day.
    pub dates: Option<Dates>,
    /// Zone.
    pub timezone: chrono_tz::Tz,
    /// How one takes part.
    pub format: Format,
    /// Where.
    pub venue: Option<Venue>,
    /// Languages.
    pub languages: Languages,
    /// Who runs it.
    pub organisers: Vec<EventOrganiser>,
    /// Addresses around it.
    pub links: Links,
    /// Until when attendees may cancel themselves.
    pub cancel_until: Option<crate::clock::Instant>,
}

impl EventInput {
    /// Parses everything; `inherited` are the languages of the series, where there is one.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, inherited: Option<&Languages>) -> Result<ParsedEvent, Faults> {
        let mut faults = Faults::new();
        let languages = match (inherited, &self.languages) {
            (Some(inherited), None) if self.default_language.is_none() => Some(inherited.clone()),
            _ => Languages::parse(
                self.languages.as_deref(),
                self.default_language.as_deref(),
                &mut faults,
            ),
        };
        let slug = faults.take_optional("/slug", self.slug.as_deref(), Slug::parse);
        if self
            .edition
            .is_some_and(|edition| !(1..=10_000).contains(&edition))
        {
            faults.add(
                "/edition",
                "out_of_range",
                "An edition is a number from 1 to 10,000.",
            );
        }
        let timezone = faults.take(
            "/timezone",
            time::timezone(self.timezone.as_deref().unwrap_or("Europe/Oslo")),
        );
        // Nothing is made of an input with a fault; the texts are read so that theirs are told too.
        let timezone = timezone.unwrap_or(chrono_tz::UTC);
        let cancel_until =
            faults.take_optional("/cancel_until", self.cancel_until.as_deref(), time::instant);
        let dates = self.dates(&mut faults);
        let venue = self
            .venue
            .as_ref()
            .and_then(|venue| venue.parse(&mut faults));
        let organisers = EventOrganiserInput::parse_all(
            self.organisers.as_deref().unwrap_or_default(),
            &mut faults,
        );
        let links = self.links(&mut faults);
        let parsed = languages.map(|languages| ParsedEvent {
            slug,
            title: self.title.required_line("/title", &languages, &mut faults),
            subtitle: LocalizedInput::optional_line(
                self.subtitle.as_ref(),
                "/subtitle",
                &languages,
                &mut faults,
            ),
            description: LocalizedInput::optional_long(
                self.description.as_ref(),
                "/description",
                &languages,
                &mut faults,
            ),
            edition: self.edition,
            dates,
            timezone,
            format: self.format.unwrap_or(Format::InPerson),
            venue,
            languages,
            organisers,
            links,
            cancel_until,
        });
        faults.finish(parsed)
    }

    fn dates(&self, faults: &mut Faults) -> Option<Dates> {
        let starts_on = faults.take_optional("/starts_on", self.starts_on.as_deref(), time::date);
        let ends_on = faults.take_optional("/ends_on", self.ends_on.as_deref(), time::date);
        match (self.starts_on.is_some(), self.ends_on.is_some()) {
            (true, false) => {
                faults.add("/ends_on", "required", "Both dates are given, or neither.");
            }
            (false, true) => faults.add(
                "/starts_on",
                "required",
                "Both dates are given, or neither.",
            ),
            _ => {}
        }
        let (starts_on, ends_on) = starts_on.zip(ends_on)?;
        if ends_on < starts_on {
            faults.add(
                "/ends_on",
                "ends_before_start",
                "The last day is not before the first.",
            );
        }
        if ends_on.num_days_from_ce() - starts_on.num_days_from_ce() > 366 {
            faults.add(
                "/ends_on",
                "out_of_range",
                "An event lasts at most 366 days.",
            );
        }
        Some(Dates { starts_on, ends_on })
    }

    fn links(&self, faults: &mut Faults) -> Links {
        let email = faults.take_optional(
            "/contact_email",
            self.contact_email.as_deref(),
            Email::parse,
        );
        let mut url = |pointer: &str, value: &Option<String>| {
            faults.take_optional(pointer, value.as_deref(), text::web_url)
        };
        Links {
            contact_email: email.map(|email| email.to_string()),
            website_url: url("/website_url", &self.website_url),
            privacy_url: url("/privacy_url", &self.privacy_url),
            terms_url: url("/terms_url", &self.terms_url),
        }
    }

    /// The input that would make this event; what a merge patch is applied to.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        Self {
            organisation: Some(event.organisation_slug.clone()),
            series_id: event.series.as_ref().map(|(id, _)| id.to_string()),
            slug: Some(event.slug.to_string()),
            title: (&event.title).into(),
            subtitle: Some((&event.subtitle).into()),
            description: Some((&event.description).into()),
            edition: event.edition,
            starts_on: event.dates.map(|dates| dates.starts_on.to_string()),
            ends_on: event.dates.map(|dates| dates.ends_on.to_string()),
            timezone: Some(event.timezone.name().to_owned()),
            format: Some(event.format),
            venue: event.venue.as_ref().map(VenueInput::of),
            languages: Some(
                event
                    .languages
                    .all
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
            default_language: Some(event.languages.default.to_string()),
            organisers: Some(
                event
                    .organisers
                    .iter()
                    .map(EventOrganiserInput::of)
                    .collect(),
            ),
            contact_email: event.links.contact_email.clone(),
            website_url: event.links.website_url.clone(),
            privacy_url: event.links.privacy_url.clone(),
            terms_url: event.links.terms_url.clone(),
            cancel_until: event
                .cancel_until
                .map(|until| until.to_rfc3339_in(event.timezone)),
        }
    }
}
