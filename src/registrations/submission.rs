//! What a frontend sent, parsed; every fault at once.

use super::input::{AttendeeInput, InvoiceInput, RegistrationInput};
use super::model::{Consents, Contact, Invoice};
use super::organisation_number;
use crate::events::Event;
use crate::events::municipality_number;
use crate::faults::Faults;
use crate::ids::{SessionId, TicketTypeId};
use crate::text::{self, Email, Language};
use crate::tickets::{CONSENTS_VERSION, TicketType, UniqueBy};

/// Most attendees of one registration.
pub(super) const PARTY: usize = 50;
/// Most sessions of one attendee.
const SESSIONS: usize = 50;

/// One who comes, as parsed.
#[derive(Debug, Clone)]
pub struct ParsedAttendee {
    /// What they register for.
    pub ticket_type_id: TicketTypeId,
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
    /// Sessions they want a place in, without duplicates.
    pub session_ids: Vec<SessionId>,
}

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
    /// Parses everything; `types` are all ticket types of the event.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, event: &Event, types: &[TicketType]) -> Result<Submission, Faults> {
        let mut faults = Faults::new();
        let ticket_types = self.ticket_types(types, &mut faults);
        let attendees = self.attendees(types, &mut faults);
        let contact = self.contact(attendees.first(), &mut faults);
        let language = self.language(event, &mut faults);
        let consents = self.consents(event, &mut faults);
        let invoice = self
            .invoice
            .as_ref()
            .map(|invoice| invoice.parse(&mut faults));
        let reference = faults.take_optional("/reference", self.reference.as_deref(), |text| {
            text::line(text, 200)
        });
        if self
            .access_code
            .as_deref()
            .is_some_and(|code| !code.is_empty())
        {
            not_available(&mut faults, "/access_code", "Access codes are");
        }
        let parsed = contact.map(|contact| Submission {
            contact,
            language,
            ticket_types,
            attendees,
            consents,
            invoice,
            wants_list: self.join_waiting_list.unwrap_or(false),
            reference,
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
        let mut currencies = wanted.iter().filter_map(|one| one.price.as_ref());
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

    fn attendees(&self, types: &[TicketType], faults: &mut Faults) -> Vec<ParsedAttendee> {
        let by_municipality = |id| {
            let mut types = types.iter();
            types.any(|known| known.id == id && known.unique_by == Some(UniqueBy::Municipality))
        };
        let parse = |(index, attendee): (usize, &AttendeeInput)| {
            let at = format!("/attendees/{index}");
            attendee.parse(&at, by_municipality(attendee.ticket_type_id), faults)
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

    fn consents(&self, event: &Event, faults: &mut Faults) -> Consents {
        let given = self.consents.clone().unwrap_or_default();
        let terms = given.terms.unwrap_or(false);
        if event.links.terms_url.is_some() && !terms {
            faults.add(
                "/consents/terms",
                "required",
                "The terms of this event are accepted with true.",
            );
        }
        Consents {
            terms,
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

/// Nothing is accepted and forgotten.
fn not_available(faults: &mut Faults, pointer: &str, what: &str) {
    faults.add(
        pointer,
        "not_available",
        format!("{what} not available yet."),
    );
}

impl AttendeeInput {
    /// Parses one who comes; `pointer` leads to them.
    pub(super) fn parse(
        &self,
        pointer: &str,
        by_municipality: bool,
        faults: &mut Faults,
    ) -> Option<ParsedAttendee> {
        let at = |field: &str| format!("{pointer}/{field}");
        let name = faults.take(&at("name"), text::name(&self.name));
        let email = faults.take_optional(&at("email"), self.email.as_deref(), Email::parse);
        let phone = faults.take_optional(&at("phone"), self.phone.as_deref(), text::phone);
        let mut line = |field: &str, value: &Option<String>| {
            faults.take_optional(&at(field), value.as_deref(), |text| text::line(text, 200))
        };
        let organisation = line("organisation", &self.organisation);
        let position = line("position", &self.position);
        let municipality_numbers = self.municipalities(&at("municipality_numbers"), faults);
        if by_municipality && self.municipality_numbers.iter().flatten().next().is_none() {
            faults.add(
                at("municipality_numbers"),
                "required",
                "This ticket type has one seat per municipality: name at least one.",
            );
        }
        let session_ids = self.sessions(&at("session_ids"), faults);
        if !self.answers.as_deref().unwrap_or_default().is_empty() {
            not_available(faults, &at("answers"), "Questions are");
        }
        Some(ParsedAttendee {
            ticket_type_id: self.ticket_type_id,
            name: name?,
            email,
            phone,
            organisation,
            position,
            municipality_numbers,
            session_ids,
        })
    }

    /// Whether there are such sessions is looked up later; here each is named once.
    fn sessions(&self, pointer: &str, faults: &mut Faults) -> Vec<SessionId> {
        let given = self.session_ids.as_deref().unwrap_or_default();
        if given.len() > SESSIONS {
            faults.add(
                pointer,
                "too_many",
                "An attendee chooses at most 50 sessions.",
            );
        }
        let mut chosen = Vec::new();
        for (index, text) in given.iter().take(SESSIONS).enumerate() {
            match text.parse() {
                Ok(id) if !chosen.contains(&id) => chosen.push(id),
                Ok(_) => {}
                Err(_) => faults.add(
                    format!("{pointer}/{index}"),
                    "unknown_session",
                    "The session is a released one of this event that takes sign-up.",
                ),
            }
        }
        chosen
    }

    fn municipalities(&self, pointer: &str, faults: &mut Faults) -> Vec<String> {
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
            let number = faults.take(&format!("{pointer}/{index}"), municipality_number(text));
            if let Some(number) = number.filter(|number| !numbers.contains(number)) {
                numbers.push(number);
            }
        }
        numbers
    }
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
