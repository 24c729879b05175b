//! How questions and answers look in answers.

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::Answer;
use super::model::{Choice, Question, QuestionKind, WordedOption, Wording};
use crate::http::wire::Moment;
use crate::ids::{QuestionId, TicketTypeId};
use crate::text::Localized;

/// One answer that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuestionOption)]
pub struct OptionView {
    /// What answers name it by.
    #[schema(example = "vegetarian")]
    key: String,
    /// What people read.
    label: Localized,
    /// How many may choose it; null: any number.
    #[schema(required = true, example = 40)]
    limit: Option<i32>,
    /// Whether one more may choose it.
    available: bool,
}

impl From<&Choice> for OptionView {
    fn from(option: &Choice) -> Self {
        Self {
            key: option.key.clone(),
            label: option.label.clone(),
            limit: option.limit,
            available: option.is_free(),
        }
    }
}

/// A question of the form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Question)]
pub struct QuestionView {
    /// Id.
    id: QuestionId,
    /// The question.
    label: Localized,
    /// What helps to answer it, in Markdown.
    help: Localized,
    /// The same as sanitised HTML.
    help_html: Localized,
    /// What an answer is.
    kind: QuestionKind,
    /// What can be chosen, in order; empty but for choices.
    options: Vec<OptionView>,
    /// Whether it must be answered; in the form, whether it must be today.
    required: bool,
    /// The first day on which a required one must be answered; null: at once.
    #[schema(required = true, value_type = Option<String>, format = Date, example = json!(null))]
    required_from: Option<String>,
    /// Whom it asks: attendees of these ticket types; empty: everybody.
    ticket_types: Vec<TicketTypeId>,
    /// Health and the like: answers need `consents.sensitive`.
    sensitive: bool,
    /// Days after the event until its answers are deleted; null: they stay.
    #[schema(required = true, example = json!(null))]
    delete_after_days: Option<i32>,
    /// Place in the form.
    #[schema(example = 0)]
    position: i32,
}

impl From<&Question> for QuestionView {
    fn from(question: &Question) -> Self {
        Self {
            id: question.id,
            label: question.label.clone(),
            help: question.help.clone(),
            help_html: question.help.html(),
            kind: question.kind,
            options: question.options.iter().map(Into::into).collect(),
            required: question.required,
            required_from: question.required_from.map(|date| date.to_string()),
            ticket_types: question.ticket_types.clone(),
            sensitive: question.sensitive,
            delete_after_days: question.delete_after_days,
            position: question.position,
        }
    }
}

impl QuestionView {
    /// Whether its answers need a consent of their own.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// As a form shows it on this day.
    #[must_use]
    pub fn on(question: &Question, day: chrono::NaiveDate) -> Self {
        Self {
            required: question.is_required_on(day),
            ..Self::from(question)
        }
    }
}

/// How many hold an option.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionCount {
    /// The option.
    #[schema(example = "vegetarian")]
    key: String,
    /// Attendees who hold it.
    #[schema(example = 7)]
    held: i32,
}

/// A question as organisers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnQuestion {
    /// The question.
    #[serde(flatten)]
    question: QuestionView,
    /// Asks nobody any more.
    hidden: bool,
    /// How many hold each option.
    counts: Vec<OptionCount>,
    /// What answers name the way it is put by; rises when it is put differently.
    #[schema(example = 1)]
    wording: i32,
    /// When its answers were deleted last.
    #[schema(required = true)]
    answers_deleted_at: Option<Moment>,
    /// What to know, such as a limit below what is held.
    #[schema(example = json!([]))]
    warnings: Vec<String>,
}

impl OwnQuestion {
    /// The question, its times in the event's zone.
    #[must_use]
    pub fn new(question: &Question, zone: Tz) -> Self {
        let count = |option: &Choice| OptionCount {
            key: option.key.clone(),
            held: option.held,
        };
        Self {
            question: question.into(),
            hidden: question.hidden,
            counts: question.options.iter().map(count).collect(),
            wording: question.wording,
            answers_deleted_at: Moment::maybe(question.answers_deleted_at, zone),
            warnings: question
                .options
                .iter()
                .filter_map(Choice::warning)
                .collect(),
        }
    }
}

/// An option as it was put.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordedOptionView {
    /// What answers name it by.
    #[schema(example = "vegetarian")]
    key: String,
    /// What people read.
    label: Localized,
}

impl From<&WordedOption> for WordedOptionView {
    fn from(option: &WordedOption) -> Self {
        Self {
            key: option.key.clone(),
            label: option.label.clone(),
        }
    }
}

/// How a question was put.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wording)]
pub struct WordingView {
    /// What answers name it by.
    #[schema(example = 1)]
    wording: i32,
    /// The question.
    label: Localized,
    /// What helps to answer it.
    help: Localized,
    /// What could be chosen.
    options: Vec<WordedOptionView>,
    /// Since when it was put so.
    created_at: Moment,
}

impl WordingView {
    /// The wording, its time in the event's zone.
    #[must_use]
    pub fn new(wording: &Wording, zone: Tz) -> Self {
        Self {
            wording: wording.number,
            label: wording.label.clone(),
            help: wording.help.clone(),
            options: wording.options.iter().map(Into::into).collect(),
            created_at: Moment::new(wording.created_at, zone),
        }
    }
}

/// What was answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Answer)]
pub struct AnswerView {
    /// The question.
    question_id: QuestionId,
    /// How it was put.
    #[schema(example = 1)]
    wording: i32,
    /// As the kind of the question says; null where it is not yours to read.
    #[schema(required = true, value_type = Value, example = "vegetarian")]
    value: Option<Value>,
    /// Always true, also where the value is not yours to read.
    answered: bool,
    /// Whether only the one who answered may read it.
    sensitive: bool,
}

impl AnswerView {
    /// What somebody else sees: that a sensitive question was answered, and no more.
    #[must_use]
    pub fn masked(answer: &Answer) -> Self {
        Self {
            value: (!answer.sensitive).then(|| answer.value.clone()),
            ..Self::whole(answer)
        }
    }

    /// What the one who answered sees.
    #[must_use]
    pub fn whole(answer: &Answer) -> Self {
        Self {
            question_id: answer.question_id,
            wording: answer.wording,
            value: Some(answer.value.clone()),
            answered: true,
            sensitive: answer.sensitive,
        }
    }
}
