//! How registrations look in answers.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::input::InvoiceInput;
use super::model::{Attendee, AttendeeState, Consents, Contact, Registration, RegistrationState};
use super::places::Own;
use super::timetable::Timetable;
use crate::clock::Instant;
use crate::events::Event;
use crate::http::etag;
use crate::http::wire::{Moment, Money};
use crate::http::{Answer, Reply};
use crate::ids::{AttendeeId, EventId, RegistrationId, SessionId, TicketTypeId};
use crate::problem::Problem;
use crate::text::Localized;
use crate::tickets::questions::wire::AnswerView;

/// What a registration says of its event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventOfRegistration {
    /// Id.
    id: EventId,
    /// Slug.
    #[schema(example = "barnevernskonferansen-2027")]
    slug: String,
    /// Title.
    title: Localized,
    /// First day; null: to be announced.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    starts_on: Option<String>,
    /// Last day, included.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    ends_on: Option<String>,
    /// IANA name.
    #[schema(example = "Europe/Oslo")]
    timezone: String,
    /// Until when attendees may cancel themselves; null: until it starts.
    #[schema(required = true)]
    cancel_until: Option<Moment>,
}

/// Whom to write to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// Name.
    #[schema(example = "Kari Nordmann")]
    name: String,
    /// Address.
    #[schema(format = Email, example = "kari@example.org")]
    email: String,
    /// Phone.
    #[schema(required = true, example = "+47 406 12 345")]
    phone: Option<String>,
}

/// What an attendee waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingFor {
    /// The ticket type.
    ticket_type_id: TicketTypeId,
    /// Since when.
    joined_at: Moment,
    /// Until when the offered seat is theirs.
    #[schema(required = true)]
    offer_expires_at: Option<Moment>,
}

/// One who comes.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttendeeView {
    /// Id.
    id: AttendeeId,
    /// What they have a ticket of.
    ticket_type_id: TicketTypeId,
    /// What it cost when it was asked for, whatever the ticket type costs now.
    #[schema(required = true)]
    price: Option<Money>,
    /// Name; empty once erased.
    #[schema(example = "Kari Nordmann")]
    name: String,
    /// Address.
    #[schema(required = true, example = "kari@example.org")]
    email: Option<String>,
    /// Phone.
    #[schema(required = true, example = "+47 406 12 345")]
    phone: Option<String>,
    /// Where they work.
    #[schema(required = true, example = "Lørenskog kommune")]
    organisation: Option<String>,
    /// Job.
    #[schema(required = true, example = "Rådgiver")]
    position: Option<String>,
    /// Municipalities they come for.
    #[schema(example = json!(["3222"]))]
    municipality_numbers: Vec<String>,
    /// Sessions they signed up for.
    session_ids: Vec<SessionId>,
    /// Those of them that are at the same time as another since a release moved them. All are kept until
    /// the attendee chooses.
    #[schema(example = json!([]))]
    overlapping_session_ids: Vec<SessionId>,
    /// Sessions they had chosen and that filled up before they got a seat, until they choose anew.
    #[schema(example = json!([]))]
    lost_session_ids: Vec<SessionId>,
    /// Whether they said yes by their own link to what is kept of the sensitive answers they give themselves.
    /// The contact's yes for what the contact answers is `consents.sensitive` of the registration.
    sensitive_consent: bool,
    /// Answers to the questions of the form, in their order.
    pub(super) answers: Vec<AnswerView>,
    /// Whether they come.
    state: AttendeeState,
    /// When they came.
    #[schema(required = true)]
    checked_in_at: Option<Moment>,
    /// What their ticket shows at the door; theirs alone, and only while the registration is confirmed.
    #[schema(required = true, example = json!(null))]
    pub(super) ticket_secret: Option<String>,
    /// What they wait for.
    #[schema(required = true)]
    waiting_for: Option<WaitingFor>,
}

/// What was said yes or no to.
#[derive(Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
pub struct ConsentsGiven {
    /// The terms.
    terms: bool,
    /// To stand on the list of participants.
    participant_list: bool,
    /// To get news.
    news: bool,
    /// To what is kept of sensitive answers: the contact's yes; by an attendee's own link, theirs.
    sensitive: bool,
    /// The version of the questions.
    #[schema(example = 1)]
    version: i32,
}

/// A registration.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Registration)]
pub struct RegistrationView {
    /// Id.
    id: RegistrationId,
    /// What people call it.
    #[schema(example = "7K3QXW2M")]
    code: String,
    /// The event.
    event: EventOfRegistration,
    /// Where it is.
    state: RegistrationState,
    /// Whether its attendees hold seats now.
    holds_seats: bool,
    /// Language of its mails.
    #[schema(example = "nb")]
    language: String,
    /// Whom to write to; null once erased.
    #[schema(required = true)]
    contact: Option<ContactView>,
    /// Whom to write to once their new address is confirmed.
    #[schema(required = true, example = json!(null))]
    new_contact: Option<ContactView>,
    /// In the order they were given.
    pub(super) attendees: Vec<AttendeeView>,
    /// What was said yes or no to.
    consents: ConsentsGiven,
    /// Whom to bill.
    #[schema(required = true)]
    invoice: Option<InvoiceInput>,
    /// What its seats cost together; null: free.
    #[schema(required = true)]
    total: Option<Money>,
    /// Until when an unconfirmed one holds its seats.
    confirm_before: Moment,
    /// Until when an offered seat is theirs.
    #[schema(required = true)]
    offer_expires_at: Option<Moment>,
    /// Place on the waiting list.
    #[schema(required = true, example = json!(null))]
    waiting_position: Option<i32>,
    /// When it was made.
    created_at: Moment,
    /// When the address was confirmed.
    #[schema(required = true)]
    confirmed_at: Option<Moment>,
    /// When it was called off.
    #[schema(required = true)]
    cancelled_at: Option<Moment>,
    /// When the person was erased from it.
    #[schema(required = true)]
    erased_at: Option<Moment>,
    /// The frontend's own reference.
    #[schema(required = true, example = "order-4711")]
    reference: Option<String>,
    /// What staff noted; shown to staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ringte 3. november.")]
    notes: Option<String>,
    /// Its version, for the tag.
    #[serde(skip)]
    pub(super) version: i32,
}

pub(super) fn tag(version: i32, view: &impl Serialize) -> Result<String, Problem> {
    let bytes = serde_json::to_vec(view).map_err(Problem::internal)?;
    Ok(format!("v{version}-{}", etag::of_bytes(&bytes)))
}

impl RegistrationView {
    /// The organiser's view: everything but the secrets of tickets.
    #[must_use]
    pub fn new(registration: &Registration, event: &Event, own: &Own) -> Self {
        let zone = event.timezone;
        let at = |instant: Option<Instant>| Moment::maybe(instant, zone);
        Self {
            id: registration.id,
            code: registration.code.clone(),
            event: EventOfRegistration::from(event),
            state: registration.state,
            holds_seats: registration.holds_seats,
            language: registration.language.clone(),
            contact: registration.contact.as_ref().map(ContactView::from),
            new_contact: registration.new_contact.as_ref().map(ContactView::from),
            attendees: registration
                .attendees
                .iter()
                .map(|attendee| AttendeeView::new(attendee, zone, &own.timetable))
                .collect(),
            consents: registration.consents.into(),
            invoice: registration.invoice.as_ref().map(|invoice| InvoiceInput {
                organisation_number: invoice.organisation_number.clone(),
                reference: invoice.reference.clone(),
                email: invoice.email.clone(),
            }),
            total: registration.total().map(Money::from),
            confirm_before: Moment::new(registration.confirm_before, zone),
            offer_expires_at: at(registration.offer_expires_at),
            waiting_position: own.position,
            created_at: Moment::new(registration.created_at, zone),
            confirmed_at: at(registration.confirmed_at),
            cancelled_at: at(registration.cancelled_at),
            erased_at: at(registration.erased_at),
            reference: registration.reference.clone(),
            notes: None,
            version: registration.version,
        }
    }

    /// With what staff noted, for staff.
    #[must_use]
    pub fn with_notes(mut self, registration: &Registration) -> Self {
        self.notes = Some(registration.notes.clone());
        self
    }

    /// Its tag, unquoted.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn tag(&self) -> Result<String, Problem> {
        tag(self.version, self)
    }

    /// The whole answer, with its tag.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn reply(&self) -> Answer {
        Ok(Reply::ok(self)?.etag(self.tag()?))
    }
}

impl From<Consents> for ConsentsGiven {
    fn from(consents: Consents) -> Self {
        Self {
            terms: consents.terms,
            participant_list: consents.participant_list,
            news: consents.news,
            sensitive: consents.sensitive,
            version: consents.version,
        }
    }
}

impl From<&Event> for EventOfRegistration {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id,
            slug: event.slug.to_string(),
            title: event.title.clone(),
            starts_on: event.dates.map(|dates| dates.starts_on.to_string()),
            ends_on: event.dates.map(|dates| dates.ends_on.to_string()),
            timezone: event.timezone.name().to_owned(),
            cancel_until: Moment::maybe(event.cancel_until, event.timezone),
        }
    }
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        Self {
            name: contact.name.clone(),
            email: contact.email.to_string(),
            phone: contact.phone.clone(),
        }
    }
}

impl AttendeeView {
    fn new(attendee: &Attendee, zone: Tz, timetable: &Timetable) -> Self {
        let overlapping = if attendee.comes() {
            timetable.clashing(&attendee.session_ids)
        } else {
            Vec::new()
        };
        Self {
            id: attendee.id,
            ticket_type_id: attendee.ticket_type_id,
            price: attendee.price.clone().map(Money::from),
            name: attendee.name.clone(),
            email: attendee.email.as_ref().map(ToString::to_string),
            phone: attendee.phone.clone(),
            organisation: attendee.organisation.clone(),
            position: attendee.position.clone(),
            municipality_numbers: attendee.municipality_numbers.clone(),
            session_ids: attendee.session_ids.clone(),
            overlapping_session_ids: overlapping,
            lost_session_ids: attendee.lost_session_ids.clone(),
            sensitive_consent: attendee.sensitive_consent,
            answers: attendee.answers.iter().map(AnswerView::masked).collect(),
            state: attendee.state,
            checked_in_at: Moment::maybe(attendee.checked_in_at, zone),
            ticket_secret: None,
            waiting_for: attendee.waiting_for.map(|wish| WaitingFor {
                ticket_type_id: wish.ticket_type_id,
                joined_at: Moment::new(wish.joined_at, zone),
                offer_expires_at: Moment::maybe(wish.offer_expires_at, zone),
            }),
        }
    }
}
