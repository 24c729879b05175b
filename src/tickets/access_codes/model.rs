//! An access code. Pure.

use crate::clock::Instant;
use crate::faults::Refused;
use crate::ids::{AccessCodeId, EventId, TicketTypeId};

/// What opens ticket types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessCode {
    /// Its id.
    pub id: AccessCodeId,
    /// The event it is of.
    pub event_id: EventId,
    /// What people type.
    pub code: String,
    /// Whom it is for; organisers only.
    pub note: Option<String>,
    /// How many registrations may use it at a time; `None`: any number.
    pub max_uses: Option<i32>,
    /// How many use it now.
    pub uses: i32,
    /// When it ends; `None`: never.
    pub expires_at: Option<Instant>,
    /// What it opens; empty: every ticket type that needs a code.
    pub ticket_types: Vec<TicketTypeId>,
    /// Rises with every change by an organiser, not with `uses`.
    pub version: i32,
    /// When it was made.
    pub created_at: Instant,
}

/// A code as it is compared: without spaces around it, and large and small letters are the same.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.trim().to_lowercase()
}

impl AccessCode {
    /// Whether it opens this ticket type.
    #[must_use]
    pub fn opens(&self, ticket_type: TicketTypeId) -> bool {
        self.ticket_types.is_empty() || self.ticket_types.contains(&ticket_type)
    }

    /// Whether one more registration may use it. That is said for a form; what counts is the
    /// compare-and-set of the registration itself.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.max_uses.is_none_or(|most| self.uses < most)
    }

    /// What an organiser should know of it.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let most = self.max_uses.filter(|most| *most < self.uses)?;
        Some(format!(
            "{} registrations use it, {most} is the most: nobody else can until it fits.",
            self.uses
        ))
    }

    /// Its tag, unquoted: the version that edits compare, and how many use it.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("v{}-{}", self.version, self.uses)
    }
}

/// The code that somebody typed, if it still works; `known` are those of the event.
///
/// # Errors
/// `unknown_access_code`, `expired_access_code`.
pub fn find_working<'a>(
    known: &'a [AccessCode],
    typed: &str,
    now: Instant,
) -> Result<&'a AccessCode, Refused> {
    let key = code_key(typed);
    let found = known.iter().find(|code| code_key(&code.code) == key);
    let Some(found) = found else {
        return Err(Refused::new(
            "unknown_access_code",
            "There is no such access code for this event.",
        ));
    };
    if found.expires_at.is_some_and(|end| now >= end) {
        return Err(Refused::new(
            "expired_access_code",
            "The access code has expired.",
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::clock::{Clock, new_id};

    #[test]
    fn a_code_works_however_it_is_typed_until_it_ends() {
        let now = Clock::default().now();
        let mut code = AccessCode {
            id: new_id(),
            event_id: new_id(),
            code: "Komité-2027".into(),
            note: None,
            max_uses: Some(1),
            uses: 0,
            expires_at: Some(now + TimeDelta::hours(1)),
            ticket_types: vec![new_id()],
            version: 1,
            created_at: now,
        };
        let known = [code.clone()];
        assert!(find_working(&known, " KOMITÉ-2027 ", now).is_ok());
        let ended = find_working(&known, "komité-2027", now + TimeDelta::hours(1));
        assert_eq!(ended.unwrap_err().code, "expired_access_code");
        let other = find_working(&known, "komite", now);
        assert_eq!(other.unwrap_err().code, "unknown_access_code");
        assert!(code.opens(code.ticket_types[0]) && !code.opens(new_id()));
        assert!(code.is_free() && code.warning().is_none());
        code.uses = 2;
        assert!(!code.is_free() && code.warning().is_some());
        code.ticket_types.clear();
        assert!(code.opens(new_id()));
    }
}
