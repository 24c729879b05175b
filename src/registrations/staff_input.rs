//! What staff send of registrations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{AttendeeInput, ConsentsInput, ContactInput, InvoiceInput, RegistrationInput};
use crate::faults::Faults;
use crate::text;

/// Longest notes, in characters.
const NOTES: usize = 5000;

/// A registration that staff make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffRegistrationInput {
    /// Whom to write to; the first attendee if absent.
    pub contact: Option<ContactInput>,
    /// Who comes: 1–50.
    #[schema(min_items = 1, max_items = 50)]
    pub attendees: Vec<AttendeeInput>,
    /// Language of the mails: nb, nn, en or one of the event's; the event's if absent.
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// What is said yes or no to.
    pub consents: Option<ConsentsInput>,
    /// Whom to bill.
    pub invoice: Option<InvoiceInput>,
    /// What opens ticket types that need an access code.
    #[schema(example = json!(null))]
    pub access_code: Option<String>,
    /// Whether to wait when it is full; staff make registrations that have their seats.
    #[schema(example = false)]
    pub join_waiting_list: Option<bool>,
    /// The frontend's own reference, given back.
    #[schema(example = "order-4711")]
    pub reference: Option<String>,
    /// What staff noted; nobody else sees it. At most 5000 characters.
    #[schema(example = "Ringte 3. november: kommer for kollegaen.")]
    pub notes: Option<String>,
}

impl StaffRegistrationInput {
    /// What anybody could have sent, and what staff noted.
    #[must_use]
    pub fn split(self) -> (RegistrationInput, Option<String>) {
        let registration = RegistrationInput {
            contact: self.contact,
            attendees: self.attendees,
            language: self.language,
            consents: self.consents,
            invoice: self.invoice,
            access_code: self.access_code,
            join_waiting_list: self.join_waiting_list,
            reference: self.reference,
        };
        (registration, self.notes)
    }
}

/// What staff noted, as it is kept; empty where nothing is.
///
/// # Errors
/// The fault, with its pointer.
pub fn notes_of(given: Option<&str>) -> Result<String, Faults> {
    let mut faults = Faults::new();
    let given = given.filter(|text| !text.trim().is_empty());
    let notes = faults.take_optional("/notes", given, |text| text::long(text, NOTES));
    faults.finish(Some(notes.unwrap_or_default()))
}
