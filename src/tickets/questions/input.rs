//! What organisers send of questions, and attendees of answers, parsed; every fault at once.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{Choice, Question, QuestionKind};
use crate::events::Event;
use crate::faults::{Faults, Refused};
use crate::ids::TicketTypeId;
use crate::text::{Languages, Localized, LocalizedInput, time};
use crate::tickets::TicketType;

/// Most options of a question.
const OPTIONS: usize = 200;
/// Largest limit of an option.
const LIMIT: i32 = 10_000_000;
/// Most days after the event until answers are deleted: ten years.
const DAYS: i32 = 3_650;
/// Days after the event until sensitive answers are deleted when nothing is said: the caterer's bill is
/// settled by then.
const SENSITIVE_DAYS: i32 = 14;

/// An answer to a question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// Id of the question.
    #[schema(example = "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c")]
    pub question_id: String,
    /// As the kind of the question says: a text, a key of an option, a list of keys, true or false, a
    /// number, a date, or the number of a municipality. Null is no answer.
    #[schema(value_type = Value, example = "Vegetar")]
    pub value: Value,
}

/// An option as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionInput {
    /// What answers name it by: 1–60 of `a-z`, `0-9`, `_` and `-`.
    #[schema(example = "vegetarian", pattern = "^[a-z0-9_-]{1,60}$")]
    pub key: String,
    /// What people read.
    pub label: LocalizedInput,
    /// How many may choose it; any number if absent.
    #[schema(minimum = 0, maximum = 10_000_000, example = 40)]
    pub limit: Option<i32>,
}

/// A question as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionInput {
    /// The question.
    pub label: LocalizedInput,
    /// What helps to answer it.
    pub help: Option<LocalizedInput>,
    /// What an answer is. Can't change once there are answers.
    pub kind: QuestionKind,
    /// What can be chosen: at least one for choices, none otherwise.
    #[schema(example = json!(null))]
    pub options: Option<Vec<OptionInput>>,
    /// Whether it must be answered; false if absent. Sensitive ones never must.
    #[schema(example = true)]
    pub required: Option<bool>,
    /// The first day, in the event's zone, on which it must be answered; at once if absent.
    #[schema(format = Date, example = "2027-09-01")]
    pub required_from: Option<String>,
    /// Whom it asks: attendees of these ticket types; everybody if absent or empty.
    pub ticket_types: Option<Vec<TicketTypeId>>,
    /// Health and the like: needs a consent of its own. Can't change once there are answers.
    #[schema(example = false)]
    pub sensitive: Option<bool>,
    /// Days after the event until its answers are deleted; 14 for sensitive ones if absent, else they
    /// stay.
    #[schema(minimum = 0, maximum = 3650, example = json!(null))]
    pub delete_after_days: Option<i32>,
    /// Asks nobody any more; its answers stay.
    #[schema(example = false)]
    pub hidden: Option<bool>,
    /// Place in the form; behind the others if absent.
    #[schema(minimum = 0, maximum = 10_000, example = 0)]
    pub position: Option<i32>,
}

/// A question as parsed.
#[derive(Debug, Clone)]
pub struct ParsedQuestion {
    /// The question.
    pub label: Localized,
    /// What helps to answer it.
    pub help: Localized,
    /// What an answer is.
    pub kind: QuestionKind,
    /// What can be chosen; nobody holds any of it yet.
    pub options: Vec<Choice>,
    /// Whether it must be answered.
    pub required: bool,
    /// Since which day.
    pub required_from: Option<NaiveDate>,
    /// Whom it asks.
    pub ticket_types: Vec<TicketTypeId>,
    /// Health and the like.
    pub sensitive: bool,
    /// Days after the event until its answers are deleted.
    pub delete_after_days: Option<i32>,
    /// Asks nobody any more.
    pub hidden: bool,
    /// `None`: behind the others.
    pub position: Option<i32>,
}

impl QuestionInput {
    /// Parses everything; `types` are all ticket types of the event.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, event: &Event, types: &[TicketType]) -> Result<ParsedQuestion, Faults> {
        let mut faults = Faults::new();
        let languages = &event.languages;
        let sensitive = self.sensitive.unwrap_or(false);
        let parsed = ParsedQuestion {
            label: self.label.required_line("/label", languages, &mut faults),
            help: LocalizedInput::optional_long(
                self.help.as_ref(),
                "/help",
                languages,
                &mut faults,
            ),
            kind: self.kind,
            options: self.options(languages, &mut faults),
            required: self.required.unwrap_or(false),
            required_from: faults.take_optional(
                "/required_from",
                self.required_from.as_deref(),
                time::date,
            ),
            ticket_types: self.ticket_types(types, &mut faults),
            sensitive,
            delete_after_days: self
                .delete_after_days
                .or_else(|| sensitive.then_some(SENSITIVE_DAYS)),
            hidden: self.hidden.unwrap_or(false),
            position: self.position,
        };
        parsed.check(&mut faults);
        faults.finish(Some(parsed))
    }

    fn options(&self, languages: &Languages, faults: &mut Faults) -> Vec<Choice> {
        let given = self.options.as_deref().unwrap_or_default();
        if self.kind.is_choice() && given.is_empty() {
            faults.add("/options", "required", "A choice has at least one option.");
        }
        if !self.kind.is_choice() && !given.is_empty() {
            faults.add("/options", "not_a_choice", "Only choices have options.");
        }
        if given.len() > OPTIONS {
            faults.add(
                "/options",
                "too_many",
                "A question has at most 200 options.",
            );
        }
        let mut keys = BTreeSet::new();
        let mut options = Vec::new();
        for (index, option) in given.iter().take(OPTIONS).enumerate() {
            let at = format!("/options/{index}");
            if !keys.insert(&option.key) {
                faults.add(format!("{at}/key"), "duplicate", "A key is used once.");
            }
            options.extend(option.parse(&at, languages, faults));
        }
        options
    }

    fn ticket_types(&self, types: &[TicketType], faults: &mut Faults) -> Vec<TicketTypeId> {
        known_ticket_types(self.ticket_types.as_deref(), types, faults)
    }

    /// The input that would make this question; what a merge patch is applied to.
    #[must_use]
    pub fn of(question: &Question) -> Self {
        let option = |option: &Choice| OptionInput {
            key: option.key.clone(),
            label: (&option.label).into(),
            limit: option.limit,
        };
        Self {
            label: (&question.label).into(),
            help: Some((&question.help).into()),
            kind: question.kind,
            options: Some(question.options.iter().map(option).collect()),
            required: Some(question.required),
            required_from: question.required_from.map(|date| date.to_string()),
            ticket_types: Some(question.ticket_types.clone()),
            sensitive: Some(question.sensitive),
            delete_after_days: question.delete_after_days,
            hidden: Some(question.hidden),
            position: Some(question.position),
        }
    }
}

/// Ids of ticket types of the event, each once.
pub(in crate::tickets) fn known_ticket_types(
    given: Option<&[TicketTypeId]>,
    types: &[TicketType],
    faults: &mut Faults,
) -> Vec<TicketTypeId> {
    let given = given.unwrap_or_default();
    for (index, id) in given.iter().enumerate() {
        let pointer = format!("/ticket_types/{index}");
        if types.iter().all(|known| known.id != *id) {
            faults.add(
                pointer,
                "unknown_ticket_type",
                "The ticket type is one of this event's.",
            );
        } else if given[..index].contains(id) {
            faults.add(pointer, "duplicate", "A ticket type is listed once.");
        }
    }
    let mut ids = given.to_vec();
    ids.sort_unstable();
    ids
}

fn key(text: &str) -> Result<String, Refused> {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    if (1..=60).contains(&text.len()) && text.bytes().all(good) {
        return Ok(text.to_owned());
    }
    Err(Refused::new(
        "invalid_key",
        "A key has 1 to 60 of a-z, 0-9, _ and -.",
    ))
}

impl OptionInput {
    fn parse(&self, at: &str, languages: &Languages, faults: &mut Faults) -> Option<Choice> {
        let key = faults.take(&format!("{at}/key"), key(&self.key));
        let label = self
            .label
            .required_line(&format!("{at}/label"), languages, faults);
        if self
            .limit
            .is_some_and(|limit| !(0..=LIMIT).contains(&limit))
        {
            faults.add(
                format!("{at}/limit"),
                "out_of_range",
                "A limit is a number from 0 to 10,000,000, or null for none.",
            );
        }
        Some(Choice {
            key: key?,
            label,
            limit: self.limit,
            held: 0,
        })
    }
}

impl ParsedQuestion {
    fn check(&self, faults: &mut Faults) {
        // A consent that one has to give is none (GDPR, article 7, paragraph 4).
        if self.sensitive && self.required {
            faults.add(
                "/required",
                "never_required",
                "A sensitive question is answered of one's own free will.",
            );
        }
        if self.required_from.is_some() && !self.required {
            faults.add(
                "/required_from",
                "not_required",
                "Only a required question is required from a day on.",
            );
        }
        if self
            .delete_after_days
            .is_some_and(|days| !(0..=DAYS).contains(&days))
        {
            faults.add(
                "/delete_after_days",
                "out_of_range",
                "Answers are deleted 0 to 3,650 days after the event.",
            );
        }
        if self
            .position
            .is_some_and(|place| !(0..=10_000).contains(&place))
        {
            faults.add(
                "/position",
                "out_of_range",
                "A position is a number from 0 to 10,000.",
            );
        }
    }
}
