//! Answers: how they are read and checked, and what is stored of them. Pure.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::AnswerInput;
use super::model::{Question, QuestionKind};
use crate::clock::Instant;
use crate::events::Event;
use crate::faults::{Faults, Refused};
use crate::ids::{QuestionId, SessionId, TicketTypeId};
use crate::municipalities;
use crate::text::{self, time};

/// Longest answer in one line, in characters.
const LINE: usize = 500;
/// Longest answer in several lines, in characters.
const LINES: usize = 5_000;
/// Largest number, either way; every whole one up to here is exact in JSON.
const NUMBER: f64 = 9_007_199_254_740_991.0;
/// Most answers of one attendee.
const MOST: usize = 100;

/// What was answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// To which question.
    pub question_id: QuestionId,
    /// To which wording of it.
    pub wording: i32,
    /// As its kind says.
    pub value: Value,
    /// The options in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<String>,
    /// Whether it is nobody else's to read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

impl Answer {
    /// Takes an option out of it. Without any it is no answer.
    pub fn lose(&mut self, key: &str) {
        self.chosen.retain(|one| one != key);
        if let Value::Array(keys) = &mut self.value {
            keys.retain(|one| one.as_str() != Some(key));
        }
    }
}

/// Without the value: what is printed may end in a log.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Answer({} of wording {})",
            self.question_id, self.wording
        )
    }
}

/// What attendees are asked, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// All questions of the event.
    pub questions: &'a [Question],
    /// The day of the answer, in the event's zone.
    pub today: NaiveDate,
    /// The first day of the event; today while it has no date.
    pub event_day: NaiveDate,
    /// What was answered before; nothing for who comes anew. What is said once more is taken as it stands.
    pub before: &'a [Answer],
    /// The sessions that can be signed up for, with their slugs.
    pub sessions: &'a [(SessionId, String)],
}

impl<'a> Asked<'a> {
    /// What the questions of this event ask at this instant.
    #[must_use]
    pub fn at(event: &Event, questions: &'a [Question], now: Instant) -> Self {
        let today = now.in_zone(event.timezone).date_naive();
        Self {
            questions,
            today,
            event_day: event.dates.map_or(today, |dates| dates.starts_on),
            before: &[],
            sessions: &[],
        }
    }

    /// The session that a text names, by id or slug. Whether an id is one of them is looked up later.
    #[must_use]
    pub fn session(&self, text: &str) -> Option<SessionId> {
        let mut sessions = self.sessions.iter();
        let named = sessions.find(|(_, slug)| slug == text);
        text.parse().ok().or(named.map(|(id, _)| *id))
    }

    /// The answers of an attendee who has a ticket of this type, in the order of the questions. `at` is the
    /// pointer to the list of answers; every fault is noted, also what is required and missing.
    pub fn parse(
        &self,
        ticket_type: TicketTypeId,
        given: &[AnswerInput],
        at: &str,
        faults: &mut Faults,
    ) -> Vec<Answer> {
        if given.len() > MOST {
            faults.add(at, "too_many", "An attendee gives at most 100 answers.");
        }
        let mut answers: Vec<(&Question, Option<Answer>)> = Vec::new();
        for (index, input) in given.iter().take(MOST).enumerate() {
            let place = format!("{at}/{index}");
            let Some(question) = self.find(ticket_type, input, &place, faults) else {
                continue;
            };
            if answers.iter().any(|(known, _)| known.id == question.id) {
                faults.add(
                    format!("{place}/question_id"),
                    "duplicate",
                    "A question is answered once.",
                );
                continue;
            }
            let read = self.read_again(question, &input.value);
            let read = faults.take(&format!("{place}/value"), read);
            // A fault of its own is not also a missing answer.
            let missing = read.as_ref().is_some_and(Option::is_none);
            if missing && question.is_required_on(self.today) {
                faults.add(
                    format!("{place}/value"),
                    "required",
                    "This question has to be answered.",
                );
            }
            answers.push((question, read.flatten()));
        }
        let answered: Vec<QuestionId> = answers.iter().map(|(known, _)| known.id).collect();
        self.note_missing(ticket_type, &answered, at, faults);
        answers.extend(self.stay_although_hidden(&answered));
        answers.sort_by_key(|(question, _)| (question.position, question.id));
        answers
            .into_iter()
            .filter_map(|(_, answer)| answer)
            .collect()
    }

    /// Notes what is required of those who have a ticket of this type and is not among these answers, which
    /// were given before. `at` is the pointer to where they would be.
    pub fn require(
        &self,
        ticket_type: TicketTypeId,
        answers: &[Answer],
        at: &str,
        faults: &mut Faults,
    ) {
        let answered: Vec<QuestionId> = answers.iter().map(|one| one.question_id).collect();
        self.note_missing(ticket_type, &answered, at, faults);
    }

    fn note_missing(
        &self,
        ticket_type: TicketTypeId,
        answered: &[QuestionId],
        at: &str,
        faults: &mut Faults,
    ) {
        for question in self.questions {
            let missing = question.asks(ticket_type)
                && question.is_required_on(self.today)
                && !answered.contains(&question.id);
            if missing {
                let detail = format!("The question {} has to be answered.", question.id);
                faults.add(at, "required", detail);
            }
        }
    }

    /// Answers that were given before and that nobody is asked for now: not to say them again takes
    /// nothing back.
    fn stay_although_hidden(
        &self,
        answered: &[QuestionId],
    ) -> impl Iterator<Item = (&'a Question, Option<Answer>)> {
        let hidden = self.questions.iter().filter(|question| question.hidden);
        let unsaid = hidden.filter(|question| !answered.contains(&question.id));
        unsaid.filter_map(|question| Some((question, Some(self.said(question)?.clone()))))
    }

    /// What was answered to a question before.
    fn said(&self, question: &Question) -> Option<&'a Answer> {
        let mut before = self.before.iter();
        before.find(|answer| answer.question_id == question.id)
    }

    /// The answer; what was said before stands also where it could not be said anew.
    fn read_again(&self, question: &Question, value: &Value) -> Result<Option<Answer>, Refused> {
        let said = self.said(question);
        let same = said.filter(|answer| answer.value == *value);
        match same {
            Some(same) if question.hidden || is_off(question, same) => Ok(Some(same.clone())),
            Some(same) => self
                .read(question, value)
                .or_else(|_| Ok(Some(same.clone()))),
            None => self.read(question, value),
        }
    }

    fn find(
        &self,
        ticket_type: TicketTypeId,
        input: &AnswerInput,
        place: &str,
        faults: &mut Faults,
    ) -> Option<&'a Question> {
        let id = input.question_id.parse::<QuestionId>().ok();
        let mut questions = self.questions.iter();
        let known = questions.find(|question| Some(question.id) == id);
        let again = |question: &&Question| {
            let said = self.said(question);
            said.is_some_and(|answer| answer.value == input.value)
        };
        let found = known.filter(|question| !question.hidden || again(question));
        let pointer = format!("{place}/question_id");
        match found {
            Some(question) if question.hidden || question.asks(ticket_type) => {
                return Some(question);
            }
            Some(_) => faults.add(
                pointer,
                "not_asked",
                "This question does not ask those who have this ticket type.",
            ),
            None => faults.add(
                pointer,
                "unknown_question",
                "The question is one of the event's registration form.",
            ),
        }
        None
    }

    /// The answer; `None` where nothing was answered.
    fn read(&self, question: &Question, value: &Value) -> Result<Option<Answer>, Refused> {
        let held = self.said(question).map_or(&[][..], |said| &said.chosen);
        let (value, chosen) = match question.kind {
            QuestionKind::SingleChoice => match line(value)? {
                Some(key) => (Value::from(choice(question, &key)?), vec![key]),
                None => (Value::Null, Vec::new()),
            },
            QuestionKind::MultipleChoice => {
                let chosen = choices((question, held), value)?;
                let keys = if chosen.is_empty() {
                    Value::Null
                } else {
                    Value::from(chosen.clone())
                };
                (keys, chosen)
            }
            _ => (self.plain(question.kind, value)?, Vec::new()),
        };
        let answer = Answer {
            question_id: question.id,
            wording: question.wording,
            value,
            chosen,
            sensitive: question.sensitive,
        };
        Ok(Some(answer).filter(|answer| !answer.value.is_null()))
    }

    fn plain(&self, kind: QuestionKind, value: &Value) -> Result<Value, Refused> {
        match kind {
            QuestionKind::Boolean if value.is_boolean() => Ok(value.clone()),
            QuestionKind::Boolean => nothing_else(value, "The answer is true or false."),
            QuestionKind::Number => match value.as_f64() {
                Some(number) if number.abs() <= NUMBER => Ok(value.clone()),
                _ => nothing_else(value, "The answer is a number of at most 15 digits."),
            },
            QuestionKind::LongText => match filled(value)? {
                Some(text) => Ok(Value::from(text::long(text, LINES)?)),
                None => Ok(Value::Null),
            },
            QuestionKind::Date => {
                parsed(value, |text| time::date(text).map(|date| date.to_string()))
            }
            QuestionKind::Municipality => parsed(value, |text| {
                municipalities::parse(text, self.event_day).map(|found| found.number.to_owned())
            }),
            _ => parsed(value, |text| text::line(text, LINE)),
        }
    }
}

fn wrong(detail: impl Into<String>) -> Refused {
    Refused::new("invalid_answer", detail)
}

/// Null is no answer; anything else of the wrong type is a fault.
fn nothing_else(value: &Value, detail: &str) -> Result<Value, Refused> {
    if value.is_null() {
        Ok(Value::Null)
    } else {
        Err(wrong(detail))
    }
}

/// The text, if there is more than space in it.
fn filled(value: &Value) -> Result<Option<&str>, Refused> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(wrong("The answer is a text.")),
    }
}

fn parsed(
    value: &Value,
    parse: impl FnOnce(&str) -> Result<String, Refused>,
) -> Result<Value, Refused> {
    Ok(match filled(value)? {
        Some(text) => Value::from(parse(text)?),
        None => Value::Null,
    })
}

fn line(value: &Value) -> Result<Option<String>, Refused> {
    Ok(filled(value)?.map(str::to_owned))
}

fn choice<'a>(question: &Question, key: &'a str) -> Result<&'a str, Refused> {
    match question.option(key) {
        Some(_) => Ok(key),
        None => Err(unknown_option(question)),
    }
}

/// Whether one of the options in it is offered no more.
fn is_off(question: &Question, answer: &Answer) -> bool {
    let mut chosen = answer.chosen.iter();
    chosen.any(|key| question.option(key).is_none())
}

fn unknown_option(question: &Question) -> Refused {
    let keys: Vec<&str> = question
        .options
        .iter()
        .map(|option| option.key.as_str())
        .collect();
    Refused::new("unknown_option", format!("One of: {}.", keys.join(", ")))
}

/// The keys, each once, in the order of the options; behind them those that are offered no more and that
/// are held already.
fn choices(
    (question, held): (&Question, &[String]),
    value: &Value,
) -> Result<Vec<String>, Refused> {
    let given = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(given) => given,
        _ => return Err(wrong("The answer is a list of the keys of options.")),
    };
    let options = question.options.iter().map(|option| &option.key);
    let taken_off = held.iter().filter(|key| question.option(key).is_none());
    let all: Vec<&String> = options.chain(taken_off).collect();
    let known = |one: &Value| all.iter().any(|key| one.as_str() == Some(key));
    if !given.iter().all(known) {
        return Err(unknown_option(question));
    }
    let chosen = |key: &str| given.iter().any(|one| one.as_str() == Some(key));
    let chosen = all.into_iter().filter(|key| chosen(key));
    Ok(chosen.cloned().collect())
}

#[cfg(test)]
mod tests;
