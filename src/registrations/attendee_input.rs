//! What is sent to change one attendee.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::AttendeeInput;
use super::model::Attendee;
use super::submission::ParsedAttendee;
use crate::faults::Faults;
use crate::ids::TicketTypeId;
use crate::tickets::questions::{Answer, AnswerInput, Asked};
use crate::tickets::{TicketType, UniqueBy};

crate::words! {
    /// What to do where a ticket type is full.
    pub enum IfFull {
        /// Change nothing.
        Refuse = "refuse",
        /// Keep the seat, and wait for the other.
        Wait = "wait",
    }
}

/// Changes of one attendee.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendeeChange {
    /// What they have a ticket of. Another one exchanges the seat, in one step over the quotas of both.
    pub ticket_type_id: TicketTypeId,
    /// Where the other ticket type is full: `refuse`, which is what happens if absent, or `wait`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_full: Option<IfFull>,
    /// The ticket type they wait for; null ends that.
    #[schema(example = json!(null))]
    pub waiting_for: Option<TicketTypeId>,
    /// Name: 1–100 characters, no web address.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Address.
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
    /// Municipalities they come for, four digits each.
    #[schema(example = json!(["3222"]))]
    pub municipality_numbers: Option<Vec<String>>,
    /// Sessions they want a place in, each by id or slug; no two at one time.
    #[schema(example = json!([]))]
    pub session_ids: Option<Vec<String>>,
    /// Answers to the questions of the form, instead of those there are; absent: they stay. A sensitive
    /// answer that one may not read stays unless it is given anew, and so does an answer to a question that
    /// is hidden now. What is answered already may be sent again, also an option that was taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!([]))]
    pub answers: Option<Vec<AnswerInput>>,
}

/// A colleague who takes a seat.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColleagueInput {
    /// Name: 1–100 characters, no web address.
    #[schema(example = "Ola Nordmann")]
    pub name: String,
    /// Address.
    #[schema(format = Email, example = "ola@example.org")]
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
    /// Municipalities they come for; those of the one before if absent.
    #[schema(example = json!(["3222"]))]
    pub municipality_numbers: Option<Vec<String>>,
    /// Answers to questions.
    #[schema(example = json!([]))]
    pub answers: Option<Vec<AnswerInput>>,
}

/// A change, parsed.
#[derive(Debug, Clone)]
pub struct ParsedChange {
    /// What they are to be.
    pub attendee: ParsedAttendee,
    /// Whether they answered anew.
    pub answers_anew: bool,
    /// Whether they would rather wait than stay where they are.
    pub waits_if_full: bool,
    /// Whether they do not wait any more.
    pub ends_wish: bool,
}

impl ParsedChange {
    /// The attendee with what they said of themselves; ticket type and wish are as they are.
    #[must_use]
    pub fn over(&self, attendee: Attendee) -> Attendee {
        let new = self.attendee.clone();
        Attendee {
            name: new.name,
            email: new.email,
            phone: new.phone,
            organisation: new.organisation,
            position: new.position,
            municipality_numbers: new.municipality_numbers,
            session_ids: new.session_ids,
            answers: if self.answers_anew {
                new.answers
            } else {
                attendee.answers
            },
            ..attendee
        }
    }
}

fn is_by_municipality(types: &[TicketType], id: TicketTypeId) -> bool {
    let mut types = types.iter();
    types.any(|known| known.id == id && known.unique_by == Some(UniqueBy::Municipality))
}

/// Parses one who comes, alone.
///
/// # Errors
/// All faults, with their pointers.
pub fn parse(
    input: &AttendeeInput,
    types: &[TicketType],
    asked: Asked,
) -> Result<ParsedAttendee, Faults> {
    let mut faults = Faults::new();
    let by_municipality = is_by_municipality(types, input.ticket_type_id);
    let parsed = input.parse("", by_municipality, asked, &mut faults);
    faults.finish(parsed)
}

/// Answers given anew, with the sensitive ones that were there and that who asks can't see: those stay
/// unless they are given anew too.
#[must_use]
pub fn with_unseen(mut given: Vec<Answer>, before: &[Answer]) -> Vec<Answer> {
    for answer in before.iter().filter(|answer| answer.sensitive) {
        if given
            .iter()
            .all(|one| one.question_id != answer.question_id)
        {
            given.push(answer.clone());
        }
    }
    given
}

impl AttendeeChange {
    /// The input that would make this attendee; what a merge patch is applied to.
    #[must_use]
    pub fn of(attendee: &Attendee) -> Self {
        let ids = attendee.session_ids.iter().map(ToString::to_string);
        Self {
            ticket_type_id: attendee.ticket_type_id,
            if_full: None,
            waiting_for: attendee.waiting_for.map(|wish| wish.ticket_type_id),
            name: attendee.name.clone(),
            email: attendee.email.as_ref().map(ToString::to_string),
            phone: attendee.phone.clone(),
            organisation: attendee.organisation.clone(),
            position: attendee.position.clone(),
            municipality_numbers: Some(attendee.municipality_numbers.clone()),
            session_ids: Some(ids.collect()),
            answers: None,
        }
    }

    /// Parses everything; `before` is the attendee as they are.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(
        &self,
        before: &Attendee,
        types: &[TicketType],
        asked: Asked,
    ) -> Result<ParsedChange, Faults> {
        let input = AttendeeInput {
            ticket_type_id: self.ticket_type_id,
            name: self.name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            organisation: self.organisation.clone(),
            position: self.position.clone(),
            municipality_numbers: self.municipality_numbers.clone(),
            session_ids: self.session_ids.clone(),
            answers: self.answers.clone(),
        };
        let mut faults = Faults::new();
        if self.answers.is_none() && self.ticket_type_id != before.ticket_type_id {
            asked.require(
                self.ticket_type_id,
                &before.answers,
                "/answers",
                &mut faults,
            );
        }
        // Nobody else has to answer what was asked after they came.
        let asked = Asked {
            questions: if self.answers.is_some() {
                asked.questions
            } else {
                &[]
            },
            before: &before.answers,
            ..asked
        };
        let attendee = parse(&input, types, asked);
        let attendee = attendee.map_err(|more| faults.extend(more)).ok();
        let waits_for = before.waiting_for.map(|wish| wish.ticket_type_id);
        if self.waiting_for.is_some() && self.waiting_for != waits_for {
            let detail =
                "Ask for a ticket type with ticket_type_id and if_full; null ends the wait.";
            faults.add("/waiting_for", "read_only", detail);
        }
        let parsed = attendee.map(|attendee| ParsedChange {
            attendee,
            answers_anew: self.answers.is_some(),
            waits_if_full: self.if_full == Some(IfFull::Wait),
            ends_wish: waits_for.is_some() && self.waiting_for.is_none(),
        });
        faults.finish(parsed)
    }
}

impl ColleagueInput {
    /// Parses the colleague of an attendee.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(
        &self,
        before: &Attendee,
        types: &[TicketType],
        asked: Asked,
    ) -> Result<ParsedAttendee, Faults> {
        let municipalities = self.municipality_numbers.clone();
        let input = AttendeeInput {
            ticket_type_id: before.ticket_type_id,
            name: self.name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            organisation: self.organisation.clone(),
            position: self.position.clone(),
            municipality_numbers: municipalities
                .or_else(|| Some(before.municipality_numbers.clone())),
            session_ids: None,
            answers: self.answers.clone(),
        };
        parse(&input, types, asked)
    }
}
