//! How quotas and ticket types look in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::actions::TicketRefusal;
use super::model::{Attendance, Availability, Price, Quota, TicketType, UniqueBy};
use super::questions::wire::QuestionView;
use crate::events::Event;
use crate::http::wire::{Moment, Money};
use crate::ids::{QuotaId, SessionId, TicketTypeId};
use crate::problem::{Kind, Problem};
use crate::text::Localized;

impl From<Price> for Money {
    fn from(price: Price) -> Self {
        Self {
            amount: price.amount,
            currency: price.currency,
        }
    }
}

/// How many there are of something, and how many are held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Quota)]
pub struct QuotaView {
    /// Id.
    id: QuotaId,
    /// What organisers call it.
    name: Localized,
    /// How many there are; null: unlimited.
    #[schema(required = true, example = 600)]
    size: Option<i32>,
    /// Attendees who hold a seat of it.
    #[schema(example = 412)]
    held: i32,
    /// Attendees who wait for a seat of it.
    #[schema(example = 0)]
    waiting: i32,
    /// What to know, such as a size below what is held: then nothing new is held until it fits.
    #[schema(required = true, example = json!(null))]
    warning: Option<String>,
    /// The same as a list.
    #[schema(example = json!([]))]
    warnings: Vec<String>,
}

impl From<&Quota> for QuotaView {
    fn from(quota: &Quota) -> Self {
        Self {
            id: quota.id,
            name: quota.name.clone(),
            size: quota.size,
            held: quota.held,
            waiting: quota.waiting,
            warning: quota.warning(),
            warnings: quota.warning().into_iter().collect(),
        }
    }
}

/// What one can register for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TicketType)]
pub struct TicketTypeView {
    /// Id.
    id: TicketTypeId,
    /// Name.
    name: Localized,
    /// Markdown.
    description: Localized,
    /// The description as sanitised HTML.
    description_html: Localized,
    /// In the hall or on the screen.
    attendance: Attendance,
    /// What one seat costs; null: free.
    #[schema(required = true)]
    price: Option<Money>,
    /// When registration opens; null: open since publication.
    #[schema(required = true)]
    opens_at: Option<Moment>,
    /// When registration closes; null: when the event starts.
    #[schema(required = true)]
    closes_at: Option<Moment>,
    /// Fewest attendees of one registration.
    #[schema(example = 1)]
    min_per_registration: i32,
    /// Most attendees of one registration.
    #[schema(example = 10)]
    max_per_registration: i32,
    /// Whether it is sold only with a code.
    access_code_required: bool,
    /// Whether the organiser says yes first. Who comes by the waiting list is confirmed by accepting the
    /// offer, without a yes of the organiser.
    requires_approval: bool,
    /// Whether one can queue when it is full.
    waiting_list: bool,
    /// What there can be only one seat for; null: anybody.
    #[schema(required = true)]
    unique_by: Option<UniqueBy>,
    /// Ids of the quotas it draws on.
    quotas: Vec<QuotaId>,
    /// Place in lists.
    #[schema(example = 0)]
    position: i32,
    /// What to know, such as a waiting list that goes past the organiser's yes; shown to organisers alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!([]))]
    warnings: Option<Vec<String>>,
}

impl TicketTypeView {
    /// With what an organiser should know of it.
    #[must_use]
    pub fn for_organiser(ticket: &TicketType, event: &Event) -> Self {
        Self {
            warnings: Some(ticket.warning().into_iter().map(str::to_owned).collect()),
            ..Self::new(ticket, event)
        }
    }

    /// The ticket type, its times in the event's zone.
    #[must_use]
    pub fn new(ticket: &TicketType, event: &Event) -> Self {
        let zone = event.timezone;
        Self {
            id: ticket.id,
            name: ticket.name.clone(),
            description: ticket.description.clone(),
            description_html: ticket.description.html(),
            attendance: ticket.attendance,
            price: ticket.price.clone().map(Into::into),
            opens_at: Moment::maybe(ticket.opens_at, zone),
            closes_at: Moment::maybe(ticket.closes_at, zone),
            min_per_registration: ticket.min_per_registration,
            max_per_registration: ticket.max_per_registration,
            access_code_required: ticket.access_code_required,
            requires_approval: ticket.requires_approval,
            waiting_list: ticket.waiting_list,
            unique_by: ticket.unique_by,
            quotas: ticket.quotas.clone(),
            position: ticket.position,
            warnings: None,
        }
    }
}

/// A ticket type, and whether one can register for it now.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    /// The ticket type.
    #[serde(flatten)]
    pub ticket_type: TicketTypeView,
    /// `few_left`: at most a tenth of the seats, or at most five.
    pub availability: Availability,
}

/// What the person registering says yes or no to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    /// The field in `consents`: `terms`, `participant_list`, `news` or `sensitive`.
    #[schema(example = "terms")]
    pub key: &'static str,
    /// The question.
    pub text: Localized,
    /// Rises when the question changes.
    #[schema(example = 1)]
    pub version: i32,
    /// Whether it must be true.
    pub required: bool,
}

/// A session that takes sign-up.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignUpView {
    /// Id.
    pub id: SessionId,
    /// Whether one can sign up now.
    pub availability: Availability,
}

/// All that a registration form needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationForm {
    /// When the first ticket type opens; null: open since publication.
    #[schema(required = true)]
    pub opens_at: Option<Moment>,
    /// When the last one closes; null: not known yet.
    #[schema(required = true)]
    pub closes_at: Option<Moment>,
    /// Whether at least one is open now.
    pub open: bool,
    /// By position, with their availability.
    pub ticket_types: Vec<TicketView>,
    /// What to ask attendees, by position; `required` as of today.
    pub questions: Vec<QuestionView>,
    /// What to ask consent for.
    pub consents: Vec<ConsentView>,
    /// Sessions of the newest release that take sign-up.
    pub sessions: Vec<SignUpView>,
}

impl From<TicketRefusal> for Problem {
    fn from(refusal: TicketRefusal) -> Self {
        match refusal {
            TicketRefusal::Faults(faults) => faults.into(),
            TicketRefusal::Locked(state) => {
                Self::new(Kind::WrongState, format!("The event is {state}."))
                    .with("state", state.to_string())
            }
            TicketRefusal::Stale => Self::new(Kind::Stale, "This was changed since you read it."),
            TicketRefusal::InUse(what) => Self::new(Kind::InUse, what),
        }
    }
}
