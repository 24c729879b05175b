//! One who comes, as a frontend sent them, parsed.

use super::input::AttendeeInput;
use crate::faults::Faults;
use crate::ids::{SessionId, TicketTypeId};
use crate::municipalities;
use crate::text::{self, Email};
use crate::tickets::questions::{Answer, Asked};

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
    /// To the questions of the form.
    pub answers: Vec<Answer>,
    /// Sessions they want a place in, without duplicates.
    pub session_ids: Vec<SessionId>,
}

impl AttendeeInput {
    /// Parses one who comes; `pointer` leads to them.
    pub(super) fn parse(
        &self,
        pointer: &str,
        by_municipality: bool,
        asked: Asked,
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
        let municipality_numbers = self.municipalities(asked, &at("municipality_numbers"), faults);
        if by_municipality && self.municipality_numbers.iter().flatten().next().is_none() {
            faults.add(
                at("municipality_numbers"),
                "required",
                "This ticket type has one seat per municipality: name at least one.",
            );
        }
        let session_ids = self.sessions(asked, &at("session_ids"), faults);
        let answers = self.answers.as_deref().unwrap_or_default();
        let answers = asked.parse(self.ticket_type_id, answers, &at("answers"), faults);
        Some(ParsedAttendee {
            ticket_type_id: self.ticket_type_id,
            name: name?,
            email,
            phone,
            organisation,
            position,
            municipality_numbers,
            session_ids,
            answers,
        })
    }

    /// Whether there are such sessions is looked up later; here each is named once.
    fn sessions(&self, asked: Asked, pointer: &str, faults: &mut Faults) -> Vec<SessionId> {
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
            match asked.session(text) {
                Some(id) if !chosen.contains(&id) => chosen.push(id),
                Some(_) => {}
                None => faults.add(
                    format!("{pointer}/{index}"),
                    "unknown_session",
                    "The session is a released one of this event that takes sign-up.",
                ),
            }
        }
        chosen
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
