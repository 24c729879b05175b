//! What is wrong with an input: every fault of a body at once, each with its place.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One fault in an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"pointer": "/attendees/0/email", "code": "invalid_email", "detail": "An e-mail address looks like name@example.org."}))]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body, or `/` and the name of a query parameter.
    pub pointer: String,
    /// Stable word for programs.
    pub code: Cow<'static, str>,
    /// One sentence for people: what is accepted.
    pub detail: String,
}

/// Why one value was refused, before its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Stable word for programs.
    pub code: &'static str,
    /// One sentence for people: what is accepted.
    pub detail: String,
}

impl Refused {
    /// A refusal with its word and its sentence.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

/// Collects faults while an input is parsed, so that all are told together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// No fault so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Just this one fault.
    pub fn one(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        let mut faults = Self::new();
        faults.add(pointer, code, detail);
        faults
    }

    /// These faults.
    #[must_use]
    pub const fn of(list: Vec<Fault>) -> Self {
        Self(list)
    }

    /// Notes a fault.
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) {
        self.0.push(Fault {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
        });
    }

    /// Keeps the value, or notes why there is none.
    pub fn take<T>(&mut self, pointer: &str, result: Result<T, Refused>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Refused { code, detail }) => {
                self.add(pointer, code, detail);
                None
            }
        }
    }

    /// As [`take`](Self::take) for a value that may be absent.
    pub fn take_optional<I, T>(
        &mut self,
        pointer: &str,
        input: Option<I>,
        parse: impl FnOnce(I) -> Result<T, Refused>,
    ) -> Option<T> {
        input.and_then(|input| self.take(pointer, parse(input)))
    }

    /// Takes over the faults of a part.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, in the order they were found.
    #[must_use]
    pub fn into_list(self) -> Vec<Fault> {
        self.0
    }

    /// The parsed value, if there was no fault and so every part is there.
    ///
    /// # Errors
    /// The faults. A part that is missing without a fault is a fault of its own.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            None if self.is_empty() => {
                self.add("", "invalid", "The body is not complete.");
                Err(self)
            }
            _ => Err(self),
        }
    }
}
