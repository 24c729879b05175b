//! What is sent to change a registration as a whole.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{ConsentsInput, ContactInput, InvoiceInput};
use super::model::{Attendee, Consents, Contact, Invoice, Registration};
use super::refusal::Refusal;
use super::submission::parse_language;
use crate::events::Event;
use crate::faults::Faults;
use crate::text::{self, Email};

/// Changes of a registration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RegistrationChange {
    /// Whom to write to. A new address counts once it has confirmed, and the old one is told; it is then also
    /// that of an attendee who has the old one.
    pub contact: Option<ContactInput>,
    /// Language of the mails: nb, nn, en or one of the event's.
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// What is said yes or no to. By an attendee's own link `sensitive` alone, for their own answers.
    pub consents: Option<ConsentsInput>,
    /// Whom to bill.
    pub invoice: Option<InvoiceInput>,
}

/// Changes, parsed.
#[derive(Debug, Clone)]
pub struct ParsedRegistrationChange {
    /// Whom to write to.
    pub contact: Contact,
    /// Language of the mails.
    pub language: String,
    /// What is said yes or no to.
    pub consents: Consents,
    /// Whom to bill.
    pub invoice: Option<Invoice>,
}

impl RegistrationChange {
    /// The input that would make this registration; what a merge patch is applied to. A new address that
    /// is not confirmed yet is what was last asked for.
    #[must_use]
    pub fn of(registration: &Registration) -> Self {
        let contact = registration.new_contact.as_ref();
        let contact = contact.or(registration.contact.as_ref());
        let consents = registration.consents;
        let invoice = registration.invoice.as_ref();
        Self {
            contact: contact.map(|contact| ContactInput {
                name: contact.name.clone(),
                email: contact.email.to_string(),
                phone: contact.phone.clone(),
            }),
            language: Some(registration.language.clone()),
            consents: Some(ConsentsInput {
                terms: Some(consents.terms),
                participant_list: Some(consents.participant_list),
                news: Some(consents.news),
                sensitive: Some(consents.sensitive),
            }),
            invoice: invoice.map(|invoice| InvoiceInput {
                organisation_number: invoice.organisation_number.clone(),
                reference: invoice.reference.clone(),
                email: invoice.email.clone(),
            }),
        }
    }

    /// What an attendee may change by their own link: their own consent, and nothing else.
    #[must_use]
    pub fn of_attendee(attendee: &Attendee) -> Self {
        Self {
            contact: None,
            language: None,
            consents: Some(ConsentsInput {
                sensitive: Some(attendee.sensitive_consent),
                ..ConsentsInput::default()
            }),
            invoice: None,
        }
    }

    /// Whether an attendee says yes to what is kept of their sensitive answers.
    ///
    /// # Errors
    /// [`Refusal::ContactOnly`] where it says anything else.
    pub fn own_consent(&self) -> Result<bool, Refusal> {
        let consents = self.consents.clone().unwrap_or_default();
        let theirs = Self {
            contact: None,
            language: None,
            consents: Some(ConsentsInput {
                sensitive: consents.sensitive,
                ..ConsentsInput::default()
            }),
            invoice: None,
        };
        let given = Self {
            consents: Some(consents.clone()),
            ..self.clone()
        };
        if given != theirs {
            return Err(Refusal::ContactOnly);
        }
        Ok(consents.sensitive.unwrap_or(false))
    }

    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(
        &self,
        event: &Event,
        before: &Registration,
    ) -> Result<ParsedRegistrationChange, Faults> {
        let mut faults = Faults::new();
        let contact = self.contact(&mut faults);
        let language = parse_language(self.language.as_deref(), event, &mut faults);
        let consents = self.consents(event, before, &mut faults);
        let invoice = self.invoice.as_ref();
        let invoice = invoice.map(|invoice| invoice.parse(&mut faults));
        let parsed = contact.map(|contact| ParsedRegistrationChange {
            contact,
            language,
            consents,
            invoice,
        });
        faults.finish(parsed)
    }

    fn contact(&self, faults: &mut Faults) -> Option<Contact> {
        let Some(contact) = &self.contact else {
            let detail = "A registration has a contact.";
            faults.add("/contact", "required", detail);
            return None;
        };
        let name = faults.take("/contact/name", text::name(&contact.name));
        let email = faults.take("/contact/email", Email::parse(&contact.email));
        let phone = faults.take_optional("/contact/phone", contact.phone.as_deref(), text::phone);
        Some(Contact {
            name: name?,
            email: email?,
            phone,
        })
    }

    fn consents(&self, event: &Event, before: &Registration, faults: &mut Faults) -> Consents {
        let given = self.consents.clone().unwrap_or_default();
        let terms = given.terms.unwrap_or(false);
        if event.links.terms_url.is_some() && !terms {
            let detail = "The terms of this event are accepted with true.";
            faults.add("/consents/terms", "required", detail);
        }
        Consents {
            terms,
            participant_list: given.participant_list.unwrap_or(false),
            news: given.news.unwrap_or(false),
            sensitive: given.sensitive.unwrap_or(false),
            ..before.consents
        }
    }
}
