//! What a registration is held against besides ticket types: the questions of the event, and the access
//! codes that were typed.

use super::access_codes::{self, AccessCode};
use super::questions::{self, Asked, Question};
use super::store::sign_up;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::SessionId;

/// The form of an event at an instant.
#[derive(Debug, Clone)]
pub struct Form {
    /// All questions of the event, by position.
    pub questions: Vec<Question>,
    /// Those of its access codes that were typed.
    pub codes: Vec<AccessCode>,
    /// Its sessions that take sign-up, with the slugs that they are named by as well.
    pub sessions: Vec<(SessionId, String)>,
    /// When it is filled in.
    pub now: Instant,
}

impl Form {
    /// Reads the form; `typed` are the access codes that came with it, good or bad.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(
        conn: &mut Conn,
        event: &Event,
        now: Instant,
        typed: &[&str],
    ) -> Result<Self, DbError> {
        Ok(Self {
            questions: questions::store::list_all(conn, event.id)?,
            codes: access_codes::store::list_typed(conn, event.id, typed)?,
            sessions: sign_up::named(conn, event.id)?,
            now,
        })
    }

    /// What attendees are asked.
    #[must_use]
    pub fn asked(&self, event: &Event) -> Asked<'_> {
        Asked {
            sessions: &self.sessions,
            ..Asked::at(event, &self.questions, self.now)
        }
    }
}
