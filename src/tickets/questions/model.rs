//! A question and its options. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{EventId, QuestionId, TicketTypeId};
use crate::text::Localized;

crate::words! {
    /// What an answer is.
    pub enum QuestionKind {
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// The key of one option.
        SingleChoice = "single_choice",
        /// The keys of any number of options.
        MultipleChoice = "multiple_choice",
        /// Yes or no.
        Boolean = "boolean",
        /// A number.
        Number = "number",
        /// A date, `YYYY-MM-DD`.
        Date = "date",
        /// The number of a municipality that has it on the first day of the event.
        Municipality = "municipality",
    }
}

impl QuestionKind {
    /// Whether it is answered with options.
    #[must_use]
    pub const fn is_choice(self) -> bool {
        matches!(self, Self::SingleChoice | Self::MultipleChoice)
    }
}

/// One answer that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What answers name it by; never changes.
    pub key: String,
    /// What people read.
    pub label: Localized,
    /// How many may choose it; `None`: any number.
    pub limit: Option<i32>,
    /// Attendees who hold it.
    pub held: i32,
}

impl Choice {
    /// Whether one more may choose it.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.limit.is_none_or(|limit| self.held < limit)
    }

    /// What an organiser should know of it.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let limit = self.limit.filter(|limit| *limit < self.held)?;
        Some(format!(
            "{} have chosen {}, {limit} is the limit: nobody else can until it fits.",
            self.held, self.key
        ))
    }
}

/// How an option was put in a wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordedOption {
    /// Its key.
    pub key: String,
    /// What people read.
    pub label: Localized,
}

/// How a question was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// What answers name it by; 1 is the first.
    pub number: i32,
    /// The question.
    pub label: Localized,
    /// What helps to answer it.
    pub help: Localized,
    /// In their order; empty but for choices.
    pub options: Vec<WordedOption>,
    /// Since when it is put so.
    pub created_at: Instant,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// The event it is of.
    pub event_id: EventId,
    /// The question itself.
    pub label: Localized,
    /// What helps to answer it.
    pub help: Localized,
    /// What an answer is.
    pub kind: QuestionKind,
    /// What can be chosen, in order; empty but for choices.
    pub options: Vec<Choice>,
    /// Whether it must be answered, once `required_from` is reached.
    pub required: bool,
    /// The first day, in the event's zone, on which it must be; `None`: always.
    pub required_from: Option<NaiveDate>,
    /// Whom it asks: attendees of these; empty: everybody.
    pub ticket_types: Vec<TicketTypeId>,
    /// Health and the like.
    pub sensitive: bool,
    /// Days after the event until its answers are deleted; `None`: they stay.
    pub delete_after_days: Option<i32>,
    /// Asks nobody any more.
    pub hidden: bool,
    /// Place in the form.
    pub position: i32,
    /// Rises when it is put differently.
    pub wording: i32,
    /// When its answers were deleted last.
    pub answers_deleted_at: Option<Instant>,
    /// Rises with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Instant,
}

impl Question {
    /// Whether it asks attendees of this ticket type.
    #[must_use]
    pub fn asks(&self, ticket_type: TicketTypeId) -> bool {
        !self.hidden && (self.ticket_types.is_empty() || self.ticket_types.contains(&ticket_type))
    }

    /// Whether it must be answered on this day.
    #[must_use]
    pub fn is_required_on(&self, day: NaiveDate) -> bool {
        self.required && self.required_from.is_none_or(|from| day >= from)
    }

    /// The option of this key.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.key == key)
    }

    /// How it is put now.
    #[must_use]
    pub fn worded(&self, created_at: Instant) -> Wording {
        let option = |choice: &Choice| WordedOption {
            key: choice.key.clone(),
            label: choice.label.clone(),
        };
        Wording {
            number: self.wording,
            label: self.label.clone(),
            help: self.help.clone(),
            options: self.options.iter().map(option).collect(),
            created_at,
        }
    }

    /// Whether it is put otherwise than another.
    #[must_use]
    pub fn is_put_otherwise_than(&self, other: &Self) -> bool {
        let put = |question: &Self| {
            let wording = question.worded(question.created_at);
            (wording.label, wording.help, wording.options)
        };
        put(self) != put(other)
    }

    /// Its tag, unquoted: the version that edits compare, and how many hold its options.
    #[must_use]
    pub fn tag(&self) -> String {
        let held: Vec<String> = self
            .options
            .iter()
            .map(|option| option.held.to_string())
            .collect();
        format!("v{}-{}", self.version, held.join("."))
    }
}
