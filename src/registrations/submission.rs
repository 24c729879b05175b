//! What a frontend sent, parsed; every fault at once.

use super::input::{AttendeeInput, InvoiceInput, RegistrationInput};
use super::model::{Consents, Contact, Invoice};
use super::organisation_number;
use crate::events::Event;
use crate::faults::Faults;
use crate::ids::AccessCodeId;
use crate::municipalities;
use crate::text::{self, Email, Language};
use crate::tickets::access_codes::model::find_working;
use crate::tickets::questions::{Answer, Asked};
use crate::tickets::{CONSENTS_VERSION, Form, TicketType, UniqueBy};

/// Most attendees of one registration.
const PARTY: usize = 50;

/// One who comes, as parsed.
#[derive(Debug, Clone)]
pub struct ParsedAttendee {
    /// Name.
    pub name: String,
    /// Address.
    pub email: Option<Email>,
    /// Phone.
    pub phone: Option<String>,
    /// Where they work.
    pub organisation: Option<String>,
    /// Job.
    pub position: Option<String>,
    /// Municipalities, without duplicates.
    pub municipality_numbers: Vec<String>,
    /// To the questions of the form.
    pub answers: Vec<Answer>,
}

/// A registration as parsed.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Whom to write to.
    pub contact: Contact,
    /// Language of the mails.
    pub language: String,
    /// What all of them register for.
    pub ticket_type: TicketType,
    /// At least one.
    pub attendees: Vec<ParsedAttendee>,
    /// What is said yes or no to.
    pub consents: Consents,
    /// Whom to bill.
    pub invoice: Option<Invoice>,
    /// The frontend's own reference.
    pub reference: Option<String>,
    /// What opens its ticket types, where they need one.
    pub access_code: Option<AccessCodeId>,
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
        let ticket_type = self.ticket_type(types, &mut faults);
        let asked = form.asked(event);
        let attendees = self.attendees(ticket_type.as_ref(), asked, &mut faults);
        let contact = self.contact(attendees.first(), &mut faults);
        let language = self.language(event, &mut faults);
        let consents = self.consents(event, &attendees, &mut faults);
        let access_code = self.access_code(ticket_type.as_ref(), form, &mut faults);
        let invoice = self
            .invoice
            .as_ref()
            .map(|invoice| invoice.parse(&mut faults));
        let reference = faults.take_optional("/reference", self.reference.as_deref(), |text| {
            text::line(text, 200)
        });
        let parsed = ticket_type
            .zip(contact)
            .map(|(ticket_type, contact)| Submission {
                contact,
                language,
                ticket_type,
                attendees,
                consents,
                invoice,
                reference,
                access_code,
            });
        faults.finish(parsed)
    }

    /// The one ticket type of all attendees.
    fn ticket_type(&self, types: &[TicketType], faults: &mut Faults) -> Option<TicketType> {
        let count = self.attendees.len();
        if count == 0 || count > PARTY {
            let code = if count == 0 { "required" } else { "too_many" };
            faults.add("/attendees", code, "A registration has 1 to 50 attendees.");
            return None;
        }
        let first = self.attendees.first()?.ticket_type_id;
        for (index, attendee) in self.attendees.iter().enumerate() {
            let id = attendee.ticket_type_id;
            let pointer = format!("/attendees/{index}/ticket_type_id");
            if types.iter().all(|known| known.id != id) {
                faults.add(
                    pointer,
                    "unknown_ticket_type",
                    "The ticket type is one of this event's.",
                );
            } else if id != first {
                not_available(faults, &pointer, "Groups of mixed ticket types are");
            }
        }
        let found = types.iter().find(|known| known.id == first)?;
        let bounds = found.min_per_registration..=found.max_per_registration;
        if !i32::try_from(count).is_ok_and(|count| bounds.contains(&count)) {
            faults.add(
                "/attendees",
                "out_of_range",
                format!(
                    "A registration for this ticket type has {} to {} attendees.",
                    bounds.start(),
                    bounds.end()
                ),
            );
        }
        Some(found.clone())
    }

    fn attendees(
        &self,
        ticket_type: Option<&TicketType>,
        asked: Asked,
        faults: &mut Faults,
    ) -> Vec<ParsedAttendee> {
        let by_municipality =
            ticket_type.is_some_and(|found| found.unique_by == Some(UniqueBy::Municipality));
        let parse = |(index, attendee): (usize, &AttendeeInput)| {
            attendee.parse(index, by_municipality, asked, faults)
        };
        self.attendees
            .iter()
            .take(PARTY)
            .enumerate()
            .filter_map(parse)
            .collect()
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
        let default = event.languages.default.to_string();
        let Some(given) = &self.language else {
            return default;
        };
        let known = Language::parse(given).ok().filter(|language| {
            ["nb", "nn", "en"].contains(&language.as_str())
                || event.languages.all.contains(language)
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

    /// The access code that was typed, if any was.
    #[must_use]
    pub fn typed_code(&self) -> Option<&str> {
        let typed = self.access_code.as_deref();
        typed.filter(|code| !code.trim().is_empty())
    }

    /// The code that opens the ticket type, if that needs one. One that opens nothing is a fault also
    /// where none is needed.
    fn access_code(
        &self,
        ticket_type: Option<&TicketType>,
        form: &Form,
        faults: &mut Faults,
    ) -> Option<AccessCodeId> {
        let closed = ticket_type.filter(|found| found.access_code_required);
        let Some(typed) = self.typed_code() else {
            if closed.is_some() {
                faults.add(
                    "/access_code",
                    "required",
                    "This ticket type needs an access code.",
                );
            }
            return None;
        };
        let working = faults.take("/access_code", find_working(&form.codes, typed, form.now))?;
        let closed = closed?;
        if !working.opens(closed.id) {
            faults.add(
                "/access_code",
                "wrong_access_code",
                "The access code does not open this ticket type.",
            );
        }
        Some(working.id)
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

/// Nothing is accepted and forgotten.
fn not_available(faults: &mut Faults, pointer: &str, what: &str) {
    faults.add(
        pointer,
        "not_available",
        format!("{what} not available yet."),
    );
}

impl AttendeeInput {
    fn parse(
        &self,
        index: usize,
        by_municipality: bool,
        asked: Asked,
        faults: &mut Faults,
    ) -> Option<ParsedAttendee> {
        let at = |field: &str| format!("/attendees/{index}/{field}");
        let name = faults.take(&at("name"), text::name(&self.name));
        let email = faults.take_optional(&at("email"), self.email.as_deref(), Email::parse);
        let phone = faults.take_optional(&at("phone"), self.phone.as_deref(), text::phone);
        let mut line = |field: &str, value: &Option<String>| {
            faults.take_optional(&at(field), value.as_deref(), |text| text::line(text, 200))
        };
        let organisation = line("organisation", &self.organisation);
        let position = line("position", &self.position);
        let municipality_numbers = self.municipalities(asked, &at("municipality_numbers"), faults);
        if by_municipality && self.municipality_numbers.iter().flatten().next().is_none() {
            faults.add(
                at("municipality_numbers"),
                "required",
                "This ticket type has one seat per municipality: name at least one.",
            );
        }
        if !self.session_ids.as_deref().unwrap_or_default().is_empty() {
            not_available(faults, &at("session_ids"), "Signing up for sessions is");
        }
        let answers = self.answers.as_deref().unwrap_or_default();
        let answers = asked.parse(self.ticket_type_id, answers, &at("answers"), faults);
        Some(ParsedAttendee {
            name: name?,
            email,
            phone,
            organisation,
            position,
            municipality_numbers,
            answers,
        })
    }

    fn municipalities(&self, asked: Asked, pointer: &str, faults: &mut Faults) -> Vec<String> {
        let given = self.municipality_numbers.as_deref().unwrap_or_default();
        if given.len() > 20 {
            faults.add(
                pointer,
                "too_many",
                "An attendee comes for at most 20 municipalities.",
            );
        }
        let mut numbers = Vec::new();
        for (index, text) in given.iter().take(20).enumerate() {
            let found = municipalities::parse(text, asked.event_day);
            let found = faults.take(&format!("{pointer}/{index}"), found);
            if let Some(number) = found.map(|found| found.number.to_owned())
                && !numbers.contains(&number)
            {
                numbers.push(number);
            }
        }
        numbers
    }
}

impl InvoiceInput {
    fn parse(&self, faults: &mut Faults) -> Invoice {
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
