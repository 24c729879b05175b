//! Registrations as a table: a row for each attendee, a column for each question.

use std::collections::HashMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::model::{Attendee, Registration};
use super::organisation_number::peppol_participant;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{QuestionId, SessionId, TicketTypeId};
use crate::programme;
use crate::sheets::Cell;
use crate::text::{Email, Localized};
use crate::tickets::currencies::decimal;
use crate::tickets::questions::{self, Answer, Question};
use crate::tickets::{Form, TicketType};

/// Columns that every event has, before those of its questions.
const COLUMNS: [&str; 31] = [
    "code",
    "state",
    "attendee_state",
    "ticket_type",
    "name",
    "email",
    "phone",
    "organisation",
    "position",
    "municipality_numbers",
    "checked_in_at",
    "sessions",
    "price",
    "currency",
    "contact_name",
    "contact_email",
    "contact_phone",
    "language",
    "created_at",
    "confirmed_at",
    "cancelled_at",
    "accepts_terms",
    "on_participant_list",
    "wants_news",
    "invoice_organisation_number",
    "invoice_peppol_participant",
    "invoice_reference",
    "invoice_email",
    "reference",
    "registration_id",
    "attendee_id",
];

/// What the rows of one event are made with.
#[derive(Debug)]
pub struct Columns {
    zone: Tz,
    language: String,
    tickets: HashMap<TicketTypeId, Localized>,
    /// What the sessions of the newest release are called.
    sessions: HashMap<SessionId, Localized>,
    questions: Vec<Question>,
    /// What the keys of options meant, by question and wording.
    options: HashMap<(QuestionId, i32), HashMap<String, Localized>>,
    /// What they meant last, also those that were taken off before the newest wording.
    last: HashMap<QuestionId, HashMap<String, Localized>>,
}

impl Columns {
    /// Reads what is needed; sensitive questions are columns only `with_sensitive`.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(
        conn: &mut Conn,
        event: &Event,
        types: &[TicketType],
        (now, with_sensitive): (Instant, bool),
    ) -> Result<Self, DbError> {
        let mut questions = Form::read(conn, event, now, &[])?.questions;
        questions.retain(|question| with_sensitive || !question.sensitive);
        let ids: Vec<QuestionId> = questions.iter().map(|question| question.id).collect();
        let wordings = questions::list_wordings(conn, &ids)?;
        let (mut options, mut last) = (HashMap::new(), HashMap::new());
        // The first wording first, so that the newest label of a key is the one that stays.
        for (id, wording) in wordings {
            let labels = wording.options.into_iter();
            let labels: HashMap<String, Localized> =
                labels.map(|option| (option.key, option.label)).collect();
            let of_question: &mut HashMap<_, _> = last.entry(id).or_default();
            of_question.extend(labels.clone());
            options.insert((id, wording.number), labels);
        }
        let newest = programme::newest_release(conn, event.id)?;
        let released = newest.map(|release| release.programme.sessions);
        let released = released.unwrap_or_default().into_iter();
        Ok(Self {
            sessions: released
                .map(|session| (session.id, session.title))
                .collect(),
            zone: event.timezone,
            language: event.languages.default.to_string(),
            tickets: types
                .iter()
                .map(|ticket| (ticket.id, ticket.name.clone()))
                .collect(),
            options,
            last,
            questions,
        })
    }

    /// The first row.
    #[must_use]
    pub fn header(&self) -> Vec<Cell> {
        let labels = self
            .questions
            .iter()
            .map(|question| self.in_language(&question.label));
        COLUMNS.into_iter().map(Cell::from).chain(labels).collect()
    }

    fn in_language(&self, text: &Localized) -> Cell {
        text.best(&self.language, &self.language).into()
    }

    /// The rows of a registration, one for each attendee, or for those who come to one session.
    pub fn rows<'a>(
        &'a self,
        registration: &'a Registration,
        only: Option<SessionId>,
    ) -> impl Iterator<Item = Vec<Cell>> + 'a {
        let attendees = registration.attendees.iter();
        let wanted = attendees.filter(move |one| only.is_none_or(|session| one.comes_to(session)));
        wanted.map(|attendee| {
            let mut row = self.of_attendee(registration, attendee);
            row.extend(self.of_registration(registration));
            row.push(registration.id.to_string().into());
            row.push(attendee.id.to_string().into());
            row.extend(self.answers(attendee));
            row
        })
    }

    fn at(&self, instant: Option<Instant>) -> Cell {
        instant
            .map(|at| at.to_rfc3339_in(self.zone))
            .unwrap_or_default()
            .into()
    }

    fn of_attendee(&self, registration: &Registration, attendee: &Attendee) -> Vec<Cell> {
        let ticket = self.tickets.get(&attendee.ticket_type_id);
        let price = attendee.price.as_ref();
        let amount = price.map(|price| decimal(price.amount, &price.currency));
        vec![
            registration.code.as_str().into(),
            registration.state.to_string().into(),
            attendee.state.to_string().into(),
            ticket.map_or_else(|| "".into(), |name| self.in_language(name)),
            attendee.name.as_str().into(),
            attendee.email.as_ref().map(Email::as_str).into(),
            attendee.phone.as_deref().into(),
            attendee.organisation.as_deref().into(),
            attendee.position.as_deref().into(),
            attendee.municipality_numbers.join("; ").into(),
            self.at(attendee.checked_in_at),
            self.sessions(attendee),
            amount.as_deref().into(),
            price.map(|price| price.currency.as_str()).into(),
        ]
    }

    /// What they signed up for; one that has no title any more by its id.
    fn sessions(&self, attendee: &Attendee) -> Cell {
        let title = |id: &SessionId| match self.sessions.get(id) {
            Some(title) => title.best(&self.language, &self.language).to_owned(),
            None => id.to_string(),
        };
        let titles: Vec<String> = attendee.session_ids.iter().map(title).collect();
        titles.join("; ").into()
    }

    fn of_registration(&self, registration: &Registration) -> Vec<Cell> {
        let contact = registration.contact.as_ref();
        let invoice = registration.invoice.as_ref();
        let number = invoice.and_then(|invoice| invoice.organisation_number.as_deref());
        let consents = registration.consents;
        vec![
            contact.map(|contact| contact.name.as_str()).into(),
            contact.map(|contact| contact.email.as_str()).into(),
            contact.and_then(|contact| contact.phone.as_deref()).into(),
            registration.language.as_str().into(),
            self.at(Some(registration.created_at)),
            self.at(registration.confirmed_at),
            self.at(registration.cancelled_at),
            consents.terms.to_string().into(),
            consents.participant_list.to_string().into(),
            consents.news.to_string().into(),
            number.into(),
            number.map(peppol_participant).unwrap_or_default().into(),
            invoice
                .and_then(|invoice| invoice.reference.as_deref())
                .into(),
            invoice.and_then(|invoice| invoice.email.as_deref()).into(),
            registration.reference.as_deref().into(),
        ]
    }

    fn answers<'a>(&'a self, attendee: &'a Attendee) -> impl Iterator<Item = Cell> + 'a {
        self.questions.iter().map(|question| {
            let mut answers = attendee.answers.iter();
            let answer = answers.find(|answer| answer.question_id == question.id);
            answer.map_or_else(|| "".into(), |answer| self.answer(answer))
        })
    }

    /// Options by what they meant when they were chosen; everything else as it was answered.
    fn answer(&self, answer: &Answer) -> Cell {
        if answer.chosen.is_empty() {
            return match &answer.value {
                Value::String(text) => text.as_str().into(),
                other => other.to_string().into(),
            };
        }
        let labels = self.options.get(&(answer.question_id, answer.wording));
        let last = self.last.get(&answer.question_id);
        let mut chosen = Vec::new();
        for key in &answer.chosen {
            let label = labels.and_then(|labels| labels.get(key));
            let label = label.or_else(|| last.and_then(|labels| labels.get(key)));
            let label = label.map(|label| label.best(&self.language, &self.language));
            chosen.push(label.unwrap_or(key));
        }
        chosen.join("; ").into()
    }
}
