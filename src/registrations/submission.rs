//! What a frontend sent, parsed; every fault at once.

use super::input::{AttendeeInput, InvoiceInput, RegistrationInput};
use super::model::{Consents, Contact, Invoice};
use super::organisation_number;
pub use super::party::ParsedAttendee;
use crate::events::Event;
use crate::faults::Faults;
use crate::ids::AccessCodeId;
use crate::text::{self, Email, Language};
use crate::tickets::access_codes::model::find_working;
use crate::tickets::questions::Asked;
use crate::tickets::{CONSENTS_VERSION, Form, TicketType, UniqueBy};

/// Most attendees of one registration.
pub(super) const PARTY: usize = 50;

/// A registration as parsed.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Whom to write to.
    pub contact: Contact,
    /// Language of the mails.
    pub language: String,
    /// What they register for, each once.
    pub ticket_types: Vec<TicketType>,
    /// At least one.
    pub attendees: Vec<ParsedAttendee>,
    /// What is said yes or no to.
    pub consents: Consents,
    /// Whom to bill.
    pub invoice: Option<Invoice>,
    /// Whether they would rather wait than have no seat.
    pub wants_list: bool,
    /// The frontend's own reference.
    pub reference: Option<String>,
    /// What opens its ticket types, where they need one.
    pub access_code: Option<AccessCodeId>,
}

impl Submission {
    /// Whether there is one seat for each municipality of one of its ticket types.
    #[must_use]
    pub fn is_by_municipality(&self) -> bool {
        let mut types = self.ticket_types.iter();
        types.any(|found| found.unique_by == Some(UniqueBy::Municipality))
    }
}

impl RegistrationInput {
    /// Parses everything; `types` are all ticket types of the event, and `form` what it asks and accepts
    /// besides.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(
        &self,
        event: &Event,
        types: &[TicketType],
        form: &Form,
    ) -> Result<Submission, Faults> {
        let mut faults = Faults::new();
        let ticket_types = self.ticket_types(types, &mut faults);
        let asked = form.asked(event);
        let attendees = self.attendees(types, asked, &mut faults);
        let contact = self.contact(attendees.first(), &mut faults);
        let language = self.language(event, &mut faults);
        let consents = self.consents(event, &attendees, &mut faults);
        let access_code = self.access_code(&ticket_types, form, &mut faults);
        let invoice = self
            .invoice
            .as_ref()
            .map(|invoice| invoice.parse(&mut faults));
        let reference = faults.take_optional("/reference", self.reference.as_deref(), |text| {
            text::line(text, 200)
        });
        let parsed = contact.map(|contact| Submission {
            contact,
            language,
            ticket_types,
            attendees,
            consents,
            invoice,
            wants_list: self.join_waiting_list.unwrap_or(false),
            reference,
            access_code,
        });
        faults.finish(parsed)
    }

    /// The ticket types of all attendees, each once.
    fn ticket_types(&self, types: &[TicketType], faults: &mut Faults) -> Vec<TicketType> {
        let count = self.attendees.len();
        if count == 0 || count > PARTY {
            let code = if count == 0 { "required" } else { "too_many" };
            faults.add("/attendees", code, "A registration has 1 to 50 attendees.");
            return Vec::new();
        }
        for (index, attendee) in self.attendees.iter().enumerate() {
            if types
                .iter()
                .all(|known| known.id != attendee.ticket_type_id)
            {
                faults.add(
                    format!("/attendees/{index}/ticket_type_id"),
                    "unknown_ticket_type",
                    "The ticket type is one of this event's.",
                );
            }
        }
        let of = |id| {
            self.attendees
                .iter()
                .filter(move |one| one.ticket_type_id == id)
        };
        let wanted = types.iter().filter(|known| of(known.id).next().is_some());
        let wanted: Vec<TicketType> = wanted.cloned().collect();
        let mut currencies = wanted
            .iter()
            .filter_map(|one| one.price.as_ref().filter(|price| price.costs()));
        let first = currencies.next().map(|price| &price.currency);
        if currencies.any(|price| first != Some(&price.currency)) {
            let detail = "The tickets of one registration have one currency.";
            faults.add("/attendees", "mixed_currencies", detail);
        }
        for ticket_type in &wanted {
            check_count(ticket_type, of(ticket_type.id).count(), faults);
        }
        wanted
    }

    fn attendees(
        &self,
        types: &[TicketType],
        asked: Asked,
        faults: &mut Faults,
    ) -> Vec<ParsedAttendee> {
        let by_municipality = |id| {
            let mut types = types.iter();
            types.any(|known| known.id == id && known.unique_by == Some(UniqueBy::Municipality))
        };
        let parse = |(index, attendee): (usize, &AttendeeInput)| {
            let at = format!("/attendees/{index}");
            attendee.parse(&at, by_municipality(attendee.ticket_type_id), asked, faults)
        };
        let attendees = self.attendees.iter().take(PARTY).enumerate();
        attendees.filter_map(parse).collect()
    }

    fn contact(&self, first: Option<&ParsedAttendee>, faults: &mut Faults) -> Option<Contact> {
        if let Some(contact) = &self.contact {
            let name = faults.take("/contact/name", text::name(&contact.name));
            let email = faults.take("/contact/email", Email::parse(&contact.email));
            let phone =
                faults.take_optional("/contact/phone", contact.phone.as_deref(), text::phone);
            return Some(Contact {
                name: name?,
                email: email?,
                phone,
            });
        }
        if self
            .attendees
            .first()
            .is_some_and(|first| first.email.is_none())
        {
            faults.add(
                "/attendees/0/email",
                "required",
                "Without a contact the first attendee has an e-mail address.",
            );
        }
        let first = first?;
        Some(Contact {
            name: first.name.clone(),
            email: first.email.clone()?,
            phone: first.phone.clone(),
        })
    }

    fn language(&self, event: &Event, faults: &mut Faults) -> String {
        parse_language(self.language.as_deref(), event, faults)
    }

    /// The access code that was typed, if any was.
    #[must_use]
    pub fn typed_code(&self) -> Option<&str> {
        let typed = self.access_code.as_deref();
        typed.filter(|code| !code.trim().is_empty())
    }

    /// The code that opens the ticket types that need one. One that does not work is a fault also where
    /// none is needed.
    fn access_code(
        &self,
        ticket_types: &[TicketType],
        form: &Form,
        faults: &mut Faults,
    ) -> Option<AccessCodeId> {
        let mut closed = ticket_types
            .iter()
            .filter(|found| found.access_code_required)
            .peekable();
        let needs_one = closed.peek().is_some();
        let Some(typed) = self.typed_code() else {
            if needs_one {
                let detail = "One of the ticket types needs an access code.";
                faults.add("/access_code", "required", detail);
            }
            return None;
        };
        let working = faults.take("/access_code", find_working(&form.codes, typed, form.now))?;
        if closed.any(|found| !working.opens(found.id)) {
            let detail = "The access code does not open all of these ticket types.";
            faults.add("/access_code", "wrong_access_code", detail);
        }
        needs_one.then_some(working.id)
    }

    fn consents(
        &self,
        event: &Event,
        attendees: &[ParsedAttendee],
        faults: &mut Faults,
    ) -> Consents {
        let given = self.consents.clone().unwrap_or_default();
        let terms = given.terms.unwrap_or(false);
        if event.links.terms_url.is_some() && !terms {
            faults.add(
                "/consents/terms",
                "required",
                "The terms of this event are accepted with true.",
            );
        }
        let sensitive = given.sensitive.unwrap_or(false);
        let mut answers = attendees.iter().flat_map(|attendee| &attendee.answers);
        if answers.any(|answer| answer.sensitive) && !sensitive {
            faults.add(
                "/consents/sensitive",
                "required",
                "Sensitive answers are kept only with a consent of their own.",
            );
        }
        Consents {
            terms,
            sensitive,
            participant_list: given.participant_list.unwrap_or(false),
            news: given.news.unwrap_or(false),
            version: CONSENTS_VERSION,
        }
    }
}

/// The language of mails: one of ours or one of the event's.
pub(super) fn parse_language(given: Option<&str>, event: &Event, faults: &mut Faults) -> String {
    let default = event.languages.default.to_string();
    let Some(given) = given else {
        return default;
    };
    let known = Language::parse(given).ok().filter(|language| {
        ["nb", "nn", "en"].contains(&language.as_str()) || event.languages.all.contains(language)
    });
    if known.is_none() {
        faults.add(
            "/language",
            "unknown_language",
            "A language is nb, nn, en or one of the event's.",
        );
    }
    known.map_or(default, |language| language.to_string())
}

/// A registration has so many attendees of a ticket type as that says.
pub(super) fn check_count(ticket_type: &TicketType, count: usize, faults: &mut Faults) {
    let bounds = ticket_type.min_per_registration..=ticket_type.max_per_registration;
    if i32::try_from(count).is_ok_and(|count| bounds.contains(&count)) {
        return;
    }
    let detail = format!(
        "A registration for this ticket type has {} to {} attendees.",
        bounds.start(),
        bounds.end()
    );
    faults.add("/attendees", "out_of_range", detail);
}

impl InvoiceInput {
    /// Parses whom to bill.
    pub(super) fn parse(&self, faults: &mut Faults) -> Invoice {
        if self.organisation_number.is_none() && self.reference.is_none() && self.email.is_none() {
            faults.add(
                "/invoice",
                "required",
                "An invoice says at least who pays, a reference, or where it goes.",
            );
        }
        Invoice {
            organisation_number: faults.take_optional(
                "/invoice/organisation_number",
                self.organisation_number.as_deref(),
                organisation_number::parse,
            ),
            reference: faults.take_optional(
                "/invoice/reference",
                self.reference.as_deref(),
                |text| text::line(text, 200),
            ),
            email: faults
                .take_optional("/invoice/email", self.email.as_deref(), Email::parse)
                .map(|email| email.to_string()),
        }
    }
}
