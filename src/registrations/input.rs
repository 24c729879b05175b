//! What a frontend sends to register; [`submission`](super::submission) parses it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::TicketTypeId;
use crate::tickets::questions::AnswerInput;

/// Whom to write to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// Name: 1–100 characters, no web address.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Address.
    #[schema(format = Email, example = "kari@example.org")]
    pub email: String,
    /// Phone.
    #[schema(example = "+47 406 12 345")]
    pub phone: Option<String>,
}

/// One who comes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendeeInput {
    /// What they register for.
    pub ticket_type_id: TicketTypeId,
    /// Name: 1–100 characters, no web address.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Address; needed of the first attendee when there is no contact.
    #[schema(format = Email, example = "kari@example.org")]
    pub email: Option<String>,
    /// Phone.
    #[schema(example = "+47 406 12 345")]
    pub phone: Option<String>,
    /// Where they work.
    #[schema(example = "Lørenskog kommune")]
    pub organisation: Option<String>,
    /// Job.
    #[schema(example = "Rådgiver")]
    pub position: Option<String>,
    /// Municipalities they come for, four digits each; needed where seats are unique by municipality.
    #[schema(example = json!(["3222"]))]
    pub municipality_numbers: Option<Vec<String>>,
    /// Sessions they want a place in, of those that the registration form lists, each by id or slug; no two at
    /// one time.
    #[schema(example = json!([]))]
    pub session_ids: Option<Vec<String>>,
    /// Answers to the questions that the registration form asks those with this ticket type.
    #[schema(example = json!([]))]
    pub answers: Option<Vec<AnswerInput>>,
}

/// What is said yes or no to; absent is no.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ConsentsInput {
    /// The terms; must be true where the event has some.
    #[schema(example = true)]
    pub terms: Option<bool>,
    /// To stand on the list of participants.
    #[schema(example = false)]
    pub participant_list: Option<bool>,
    /// To get news.
    #[schema(example = false)]
    pub news: Option<bool>,
    /// That sensitive answers are kept until they are not needed any more; must be true where there are
    /// some.
    #[schema(example = false)]
    pub sensitive: Option<bool>,
}

/// Whom to bill.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct InvoiceInput {
    /// Nine digits, checked; spaces and `NO…MVA` are taken off.
    #[schema(example = "974760673")]
    pub organisation_number: Option<String>,
    /// What the payer wants to read on it.
    #[schema(example = "Bestilling 4711")]
    pub reference: Option<String>,
    /// Where it goes.
    #[schema(format = Email, example = "faktura@example.org")]
    pub email: Option<String>,
}

/// A registration as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationInput {
    /// Whom to write to; the first attendee if absent.
    pub contact: Option<ContactInput>,
    /// Language of the mails: nb, nn, en or one of the event's; the event's default if absent.
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// 1 to 50 who come.
    #[schema(min_items = 1, max_items = 50)]
    pub attendees: Vec<AttendeeInput>,
    /// What is said yes or no to.
    pub consents: Option<ConsentsInput>,
    /// Whom to bill.
    pub invoice: Option<InvoiceInput>,
    /// What opens ticket types that need an access code.
    #[schema(example = json!(null))]
    pub access_code: Option<String>,
    /// Whether to wait when it is full, where the ticket type has a waiting list.
    #[schema(example = false)]
    pub join_waiting_list: Option<bool>,
    /// The frontend's own reference, given back.
    #[schema(example = "order-4711")]
    pub reference: Option<String>,
}
