//! The sessions that attendees chose, many to a statement.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::model::RegistrationState;
use crate::db::schema::{attendees, registrations};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, EventId, RegistrationId, SessionId};
use crate::per_backend;

/// Ids of one statement; both stores limit the values that one may have.
const CHUNK: usize = 1000;

/// What one attendee chose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Who.
    pub attendee_id: AttendeeId,
    /// In which registration.
    pub registration_id: RegistrationId,
    /// What.
    pub session_ids: Vec<SessionId>,
}

/// The choices of every attendee of the event who made some, in every state.
///
/// # Errors
/// The store's failure.
pub fn list(conn: &mut Conn, event: EventId) -> Result<Vec<Choice>, DbError> {
    let rows: Vec<(AttendeeId, RegistrationId, AsJson<Vec<SessionId>>)> = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::event_id.eq(event))
            .filter(sql::<Bool>("CAST(session_ids AS TEXT) <> '[]'"))
            .order(attendees::id)
            .select((attendees::id, attendees::registration_id, attendees::session_ids))
            .load(c)
    })?;
    let choice = |(attendee_id, registration_id, chosen): (_, _, AsJson<Vec<SessionId>>)| Choice {
        attendee_id,
        registration_id,
        session_ids: chosen.0,
    };
    Ok(rows.into_iter().map(choice).collect())
}

/// Writes changed choices, and raises the versions of their registrations.
///
/// # Errors
/// The store's failure.
pub fn write(tx: &mut Conn, changed: &[Choice]) -> Result<(), DbError> {
    // The registrations first, as whoever writes one of them does.
    let mut registrations: Vec<RegistrationId> =
        changed.iter().map(|one| one.registration_id).collect();
    registrations.sort_unstable();
    registrations.dedup();
    for ids in registrations.chunks(CHUNK) {
        per_backend!(tx, c => {
            diesel::update(registrations::table.filter(registrations::id.eq_any(ids)))
                .set(registrations::version.eq(registrations::version + 1))
                .execute(c)
        })?;
    }
    let mut alike: BTreeMap<&[SessionId], Vec<AttendeeId>> = BTreeMap::new();
    for choice in changed {
        let who = alike.entry(&choice.session_ids).or_default();
        who.push(choice.attendee_id);
    }
    for (chosen, who) in alike {
        let chosen = AsJson(chosen.to_vec());
        for ids in who.chunks(CHUNK) {
            per_backend!(tx, c => {
                diesel::update(attendees::table.filter(attendees::id.eq_any(ids)))
                    .set(attendees::session_ids.eq(&chosen))
                    .execute(c)
            })?;
        }
    }
    Ok(())
}

/// Every confirmed registration of the event.
///
/// # Errors
/// The store's failure.
pub fn list_confirmed(conn: &mut Conn, event: EventId) -> Result<Vec<RegistrationId>, DbError> {
    Ok(per_backend!(conn, c => {
        registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::state.eq(AsWord(RegistrationState::Confirmed)))
            .order(registrations::id)
            .select(registrations::id)
            .load(c)
    })?)
}
