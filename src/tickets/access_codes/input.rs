//! What organisers send of access codes, parsed; every fault at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::AccessCode;
use crate::clock::Instant;
use crate::faults::{Faults, Refused};
use crate::ids::TicketTypeId;
use crate::text::{self, time};
use crate::tickets::TicketType;
use crate::tickets::questions::input::known_ticket_types;

/// Most uses of a code.
const MOST: i32 = 10_000_000;

/// An access code as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessCodeInput {
    /// What people type: 4–64 letters, digits, `-` and `_`; large and small letters are the same. One of
    /// ten characters is made if absent.
    #[schema(example = "KOMITE-2027")]
    pub code: Option<String>,
    /// Whom it is for; nobody else reads it.
    #[schema(example = "Programkomiteen")]
    pub note: Option<String>,
    /// How many registrations may use it at a time; any number if absent.
    #[schema(minimum = 0, maximum = 10_000_000, example = 5)]
    pub max_uses: Option<i32>,
    /// When it ends; never if absent.
    #[schema(format = DateTime, example = "2027-11-01T12:00:00+01:00")]
    pub expires_at: Option<String>,
    /// What it opens; every ticket type that needs a code if absent or empty.
    pub ticket_types: Option<Vec<TicketTypeId>>,
}

/// An access code as parsed.
#[derive(Debug, Clone)]
pub struct ParsedAccessCode {
    /// `None`: one is to be made.
    pub code: Option<String>,
    /// Whom it is for.
    pub note: Option<String>,
    /// `None`: any number.
    pub max_uses: Option<i32>,
    /// `None`: never.
    pub expires_at: Option<Instant>,
    /// Empty: every ticket type that needs a code.
    pub ticket_types: Vec<TicketTypeId>,
}

fn code(text: &str) -> Result<String, Refused> {
    let text = text::line(text, 64)?;
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if text.chars().count() >= 4 && text.chars().all(good) {
        return Ok(text);
    }
    Err(Refused::new(
        "invalid_access_code",
        "An access code has 4 to 64 letters, digits, hyphens and underscores.",
    ))
}

impl AccessCodeInput {
    /// Parses everything; `types` are all ticket types of the event.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, types: &[TicketType]) -> Result<ParsedAccessCode, Faults> {
        let mut faults = Faults::new();
        if self
            .max_uses
            .is_some_and(|most| !(0..=MOST).contains(&most))
        {
            faults.add(
                "/max_uses",
                "out_of_range",
                "A code has 0 to 10,000,000 uses, or null for any number.",
            );
        }
        let parsed = ParsedAccessCode {
            code: faults.take_optional("/code", self.code.as_deref(), code),
            note: faults.take_optional("/note", self.note.as_deref(), |text| {
                text::line(text, text::TITLE)
            }),
            max_uses: self.max_uses,
            expires_at: faults.take_optional(
                "/expires_at",
                self.expires_at.as_deref(),
                time::instant,
            ),
            ticket_types: known_ticket_types(self.ticket_types.as_deref(), types, &mut faults),
        };
        faults.finish(Some(parsed))
    }

    /// The input that would make this code; what a merge patch is applied to.
    #[must_use]
    pub fn of(code: &AccessCode) -> Self {
        Self {
            code: Some(code.code.clone()),
            note: code.note.clone(),
            max_uses: code.max_uses,
            expires_at: code.expires_at.map(|end| end.to_rfc3339_in(chrono_tz::UTC)),
            ticket_types: Some(code.ticket_types.clone()),
        }
    }
}
