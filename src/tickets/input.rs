//! What organisers send of quotas and ticket types, parsed; every fault at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::currencies;
use super::model::{Attendance, Price, Quota, TicketType, UniqueBy};
use crate::clock::Instant;
use crate::events::{Event, Format};
use crate::faults::Faults;
use crate::http::wire::Money;
use crate::ids::QuotaId;
use crate::text::{Languages, Localized, LocalizedInput, time};

/// Largest quota.
const MOST: i32 = 10_000_000;
/// Most attendees of one registration.
const PARTY: i32 = 50;
/// Most minor units of a price.
const DEAREST: i64 = 1_000_000_000_000;

/// A quota as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaInput {
    /// What organisers call it.
    pub name: LocalizedInput,
    /// How many there are; unlimited if absent. May be less than what is held: then nothing new is
    /// held until it fits.
    #[schema(minimum = 0, maximum = 10_000_000, example = 600)]
    pub size: Option<i32>,
}

/// A quota as parsed.
#[derive(Debug, Clone)]
pub struct ParsedQuota {
    /// Name.
    pub name: Localized,
    /// `None`: unlimited.
    pub size: Option<i32>,
}

impl QuotaInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, languages: &Languages) -> Result<ParsedQuota, Faults> {
        let mut faults = Faults::new();
        let name = self.name.required_line("/name", languages, &mut faults);
        if self.size.is_some_and(|size| !(0..=MOST).contains(&size)) {
            faults.add(
                "/size",
                "out_of_range",
                "A size is a number from 0 to 10,000,000, or null for unlimited.",
            );
        }
        faults.finish(Some(ParsedQuota {
            name,
            size: self.size,
        }))
    }

    /// The input that would make this quota; what a merge patch is applied to.
    #[must_use]
    pub fn of(quota: &Quota) -> Self {
        Self {
            name: (&quota.name).into(),
            size: quota.size,
        }
    }
}

/// A ticket type as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketTypeInput {
    /// Name.
    pub name: LocalizedInput,
    /// Markdown.
    pub description: Option<LocalizedInput>,
    /// `digital` for a digital event, else `in_person`, if absent.
    pub attendance: Option<Attendance>,
    /// What one seat costs; free if absent.
    pub price: Option<Money>,
    /// Since publication if absent.
    #[schema(format = DateTime, example = "2027-08-01T09:00:00+02:00")]
    pub opens_at: Option<String>,
    /// Until the event starts if absent.
    #[schema(format = DateTime, example = "2027-11-01T23:59:59+01:00")]
    pub closes_at: Option<String>,
    /// Fewest attendees of one registration; 1 if absent.
    #[schema(minimum = 1, maximum = 50, example = 1)]
    pub min_per_registration: Option<i32>,
    /// Most attendees of one registration; 10 if absent.
    #[schema(minimum = 1, maximum = 50, example = 10)]
    pub max_per_registration: Option<i32>,
    /// Shown and sold only with an access code that opens it.
    #[schema(example = false)]
    pub access_code_required: Option<bool>,
    /// The organiser says yes first. Where there is a `waiting_list` too, who is offered a seat from it is
    /// confirmed by accepting the offer, without a yes of the organiser.
    #[schema(example = false)]
    pub requires_approval: Option<bool>,
    /// One can queue when it is full.
    #[schema(example = true)]
    pub waiting_list: Option<bool>,
    /// One seat for each of these.
    pub unique_by: Option<UniqueBy>,
    /// Ids of the quotas it draws on; none means unlimited.
    pub quotas: Option<Vec<QuotaId>>,
    /// Place in lists; behind the others if absent.
    #[schema(minimum = 0, maximum = 10_000, example = 0)]
    pub position: Option<i32>,
}

/// A ticket type as parsed; whether its quotas exist is for the action.
#[derive(Debug, Clone)]
pub struct ParsedTicketType {
    /// Name.
    pub name: Localized,
    /// Markdown.
    pub description: Localized,
    /// In the hall or on the screen.
    pub attendance: Attendance,
    /// `None`: free.
    pub price: Option<Price>,
    /// `None`: since publication.
    pub opens_at: Option<Instant>,
    /// `None`: until the event starts.
    pub closes_at: Option<Instant>,
    /// Fewest attendees of one registration.
    pub min_per_registration: i32,
    /// Most attendees of one registration.
    pub max_per_registration: i32,
    /// Sold only with a code.
    pub access_code_required: bool,
    /// The organiser says yes first.
    pub requires_approval: bool,
    /// One can queue when it is full.
    pub waiting_list: bool,
    /// One seat for each of these.
    pub unique_by: Option<UniqueBy>,
    /// Quotas, in the order given.
    pub quotas: Vec<QuotaId>,
    /// `None`: behind the others.
    pub position: Option<i32>,
}

impl TicketTypeInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, event: &Event) -> Result<ParsedTicketType, Faults> {
        let mut faults = Faults::new();
        let languages = &event.languages;
        let parsed = ParsedTicketType {
            name: self.name.required_line("/name", languages, &mut faults),
            description: LocalizedInput::optional_long(
                self.description.as_ref(),
                "/description",
                languages,
                &mut faults,
            ),
            attendance: self.attendance.unwrap_or(match event.format {
                Format::Digital => Attendance::Digital,
                Format::InPerson | Format::Hybrid => Attendance::InPerson,
            }),
            price: self.price(&mut faults),
            opens_at: faults.take_optional("/opens_at", self.opens_at.as_deref(), time::instant),
            closes_at: faults.take_optional("/closes_at", self.closes_at.as_deref(), time::instant),
            min_per_registration: self.min_per_registration.unwrap_or(1),
            max_per_registration: self.max_per_registration.unwrap_or(10),
            access_code_required: self.access_code_required.unwrap_or(false),
            requires_approval: self.requires_approval.unwrap_or(false),
            waiting_list: self.waiting_list.unwrap_or(false),
            unique_by: self.unique_by,
            quotas: self.quotas.clone().unwrap_or_default(),
            position: self.position,
        };
        parsed.check(&mut faults);
        faults.finish(Some(parsed))
    }

    fn price(&self, faults: &mut Faults) -> Option<Price> {
        let Money { amount, currency } = self.price.as_ref()?;
        if !(0..=DEAREST).contains(amount) {
            faults.add(
                "/price/amount",
                "out_of_range",
                "An amount is in minor units, 0 or more.",
            );
        }
        if !currencies::is_active(currency) {
            faults.add(
                "/price/currency",
                "invalid_currency",
                "A currency is one in use by its code of ISO 4217, such as NOK.",
            );
        }
        Some(Price {
            amount: *amount,
            currency: currency.clone(),
        })
    }

    /// The input that would make this ticket type; what a merge patch is applied to.
    #[must_use]
    pub fn of(ticket: &TicketType) -> Self {
        let instant = |at: Option<Instant>| at.map(|at| at.to_rfc3339_in(chrono_tz::UTC));
        Self {
            name: (&ticket.name).into(),
            description: Some((&ticket.description).into()),
            attendance: Some(ticket.attendance),
            price: ticket.price.clone().map(Into::into),
            opens_at: instant(ticket.opens_at),
            closes_at: instant(ticket.closes_at),
            min_per_registration: Some(ticket.min_per_registration),
            max_per_registration: Some(ticket.max_per_registration),
            access_code_required: Some(ticket.access_code_required),
            requires_approval: Some(ticket.requires_approval),
            waiting_list: Some(ticket.waiting_list),
            unique_by: ticket.unique_by,
            quotas: Some(ticket.quotas.clone()),
            position: Some(ticket.position),
        }
    }
}

impl ParsedTicketType {
    fn check(&self, faults: &mut Faults) {
        let (min, max) = (self.min_per_registration, self.max_per_registration);
        for (pointer, number) in [
            ("/min_per_registration", min),
            ("/max_per_registration", max),
        ] {
            if !(1..=PARTY).contains(&number) {
                faults.add(
                    pointer,
                    "out_of_range",
                    "A registration has 1 to 50 attendees.",
                );
            }
        }
        if min > max {
            faults.add(
                "/max_per_registration",
                "out_of_range",
                "The most is not less than the fewest.",
            );
        }
        if self
            .opens_at
            .zip(self.closes_at)
            .is_some_and(|(start, end)| end <= start)
        {
            faults.add(
                "/closes_at",
                "ends_before_start",
                "Registration closes after it opens.",
            );
        }
        self.check_places(faults);
    }

    fn check_places(&self, faults: &mut Faults) {
        if self
            .position
            .is_some_and(|place| !(0..=10_000).contains(&place))
        {
            faults.add(
                "/position",
                "out_of_range",
                "A position is a number from 0 to 10,000.",
            );
        }
        if self.quotas.len() > 20 {
            faults.add(
                "/quotas",
                "too_many",
                "A ticket type draws on at most 20 quotas.",
            );
        }
        for (index, id) in self.quotas.iter().enumerate().take(20) {
            if self.quotas[..index].contains(id) {
                faults.add(
                    format!("/quotas/{index}"),
                    "duplicate",
                    "A quota is listed once.",
                );
            }
        }
    }
}
