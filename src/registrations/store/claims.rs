//! What a registration takes besides its seats, in the transaction that takes them: the one seat of a
//! municipality, options that there are only some of, and a use of its access code.
//!
//! Everything taken is a row of its own, so that what is given back is exactly what was taken, however
//! often it is asked for.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::super::model::{Attendee, AttendeeState, Registration};
pub use super::option_claims::Lost;
use super::{code_uses, option_claims};
use crate::db::schema::{attendees, municipality_claims, registrations, ticket_types};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, EventId, QuestionId, TicketTypeId};
use crate::per_backend;
use crate::tickets::{TicketType, UniqueBy};

/// What is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The municipality has its seat of this ticket type.
    Municipality(TicketTypeId, String),
    /// As many as may have chosen this option.
    Option(QuestionId, String),
    /// The access code is used as often as it may be.
    AccessCode,
}

/// Takes all of it: municipalities for attendees with a ticket of those types whose seats are unique by
/// them, the options that were chosen, and a use of the access code. What was taken until one was not to
/// be had is left to the caller, who calls [`release`].
///
/// # Errors
/// The store's failure.
pub fn claim(
    conn: &mut Conn,
    types: &[TicketType],
    registration: &Registration,
) -> Result<Result<(), Taken>, DbError> {
    if let Err(taken) = claim_municipalities(conn, types, registration)? {
        return Ok(Err(taken));
    }
    if let Err(taken) = option_claims::claim(conn, registration)? {
        return Ok(Err(taken));
    }
    code_uses::claim(conn, registration)
}

/// Takes as [`claim`] does, but takes options that are not to be had out of the answers and gives those: a
/// seat that is offered is worth more than an option that is gone meanwhile.
///
/// # Errors
/// The store's failure.
pub fn claim_what_is_left(
    conn: &mut Conn,
    types: &[TicketType],
    registration: &mut Registration,
) -> Result<Result<Vec<Lost>, Taken>, DbError> {
    if let Err(taken) = claim_municipalities(conn, types, registration)? {
        return Ok(Err(taken));
    }
    let lost = option_claims::claim_what_is_left(conn, registration)?;
    Ok(code_uses::claim(conn, registration)?.map(|()| lost))
}

/// Takes the counters that these registrations are about to move, in the order of their keys.
///
/// # Errors
/// The store's failure.
pub fn lock(conn: &mut Conn, registrations: &[&Registration]) -> Result<(), DbError> {
    option_claims::lock(conn, registrations)?;
    code_uses::lock(conn, registrations)
}

fn claim_municipalities(
    conn: &mut Conn,
    types: &[TicketType],
    registration: &Registration,
) -> Result<Result<(), Taken>, DbError> {
    let unique = |id: TicketTypeId| {
        types
            .iter()
            .any(|known| known.id == id && known.unique_by == Some(UniqueBy::Municipality))
    };
    let mut wanted: Vec<(TicketTypeId, &str, AttendeeId)> = registration
        .attendees
        .iter()
        .filter(|one| one.state == AttendeeState::Active && unique(one.ticket_type_id))
        .flat_map(|one| {
            let numbers = one.municipality_numbers.iter();
            numbers.map(|number| (one.ticket_type_id, number.as_str(), one.id))
        })
        .collect();
    // In order, so that two groups that want the same ones do not wait for each other.
    wanted.sort_unstable();
    for (ticket_type, number, attendee) in wanted {
        if !insert(conn, ticket_type, number, attendee)? {
            return Ok(Err(Taken::Municipality(ticket_type, number.to_owned())));
        }
    }
    Ok(Ok(()))
}

fn insert(
    conn: &mut Conn,
    ticket_type: TicketTypeId,
    number: &str,
    attendee: AttendeeId,
) -> Result<bool, DbError> {
    let values = (
        municipality_claims::ticket_type_id.eq(ticket_type),
        municipality_claims::municipality_number.eq(number),
        municipality_claims::attendee_id.eq(attendee),
    );
    let rows = per_backend!(conn, c => {
        diesel::insert_into(municipality_claims::table).values(values).on_conflict_do_nothing().execute(c)
    })?;
    Ok(rows == 1)
}

/// Gives everything back that the registration has taken.
///
/// # Errors
/// The store's failure.
pub fn release(conn: &mut Conn, registration: &Registration) -> Result<(), DbError> {
    let attendees: Vec<AttendeeId> = registration.attendees.iter().map(|one| one.id).collect();
    per_backend!(conn, c => {
        diesel::delete(municipality_claims::table.filter(municipality_claims::attendee_id.eq_any(&attendees)))
            .execute(c)
    })?;
    option_claims::release(conn, registration)?;
    code_uses::release(conn, registration)
}

/// Gives options and codes back before the row of a registration is taken back in the transaction that
/// made it; with the row goes the rest.
///
/// # Errors
/// The store's failure.
pub fn take_back(conn: &mut Conn, registration: &Registration) -> Result<(), DbError> {
    option_claims::release(conn, registration)?;
    code_uses::release(conn, registration)
}

/// Forgets who chose which option, for whoever is erased: one attendee, or all of them.
///
/// # Errors
/// The store's failure.
pub fn forget_choices(
    conn: &mut Conn,
    registration: &Registration,
    only: Option<AttendeeId>,
) -> Result<(), DbError> {
    match only {
        Some(attendee) => option_claims::release_of(conn, &[attendee], None),
        None => option_claims::release(conn, registration),
    }
}

/// Deletes the sensitive answers of everybody who is not covered by a consent any more, with the options
/// they hold: the contact's was withdrawn, or that of the one attendee `only`. Who said yes themselves is
/// not spoken for by the contact. The caller writes the registration.
///
/// # Errors
/// The store's failure.
pub fn withdraw_sensitive(
    conn: &mut Conn,
    registration: &mut Registration,
    only: Option<AttendeeId>,
) -> Result<(), DbError> {
    let concerned = |one: &Attendee| match only {
        Some(only) => one.id == only,
        None => !one.sensitive_consent,
    };
    let attendees = registration.attendees.iter().filter(|one| concerned(one));
    let answers = attendees.clone().flat_map(|one| &one.answers);
    let questions: BTreeSet<QuestionId> = answers
        .filter(|answer| answer.sensitive)
        .map(|answer| answer.question_id)
        .collect();
    let ids: Vec<AttendeeId> = attendees.map(|one| one.id).collect();
    for question in questions {
        option_claims::release_of(conn, &ids, Some(question))?;
    }
    let mut attendees = registration.attendees.iter_mut();
    for attendee in attendees.by_ref().filter(|one| ids.contains(&one.id)) {
        attendee.answers.retain(|answer| !answer.sensitive);
    }
    Ok(())
}

/// Gives options and codes of a whole event back. The caller has updated the event's row.
///
/// # Errors
/// The store's failure.
pub fn release_event(conn: &mut Conn, event: EventId) -> Result<(), DbError> {
    option_claims::release_event(conn, event)?;
    code_uses::release_event(conn, event)
}

/// Options and codes whose counters are not the number of rows that they count; nothing, if all is well.
///
/// # Errors
/// The store's failure.
pub fn drift(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    let mut findings = option_claims::drift(conn)?;
    findings.extend(code_uses::drift(conn)?);
    findings.extend(municipality_drift(conn)?);
    Ok(findings)
}

/// Gives the municipalities and options of one attendee back.
///
/// # Errors
/// The store's failure.
pub fn release_attendee(conn: &mut Conn, attendee: AttendeeId) -> Result<(), DbError> {
    release_municipalities(conn, attendee)?;
    option_claims::release_of(conn, &[attendee], None)
}

/// Gives back what one attendee holds and does not want any more. Options they go on holding are not let
/// go in between: their limit may be lower now than what is held.
///
/// # Errors
/// The store's failure.
pub fn release_unwanted(
    conn: &mut Conn,
    before: &Attendee,
    after: &Attendee,
) -> Result<(), DbError> {
    release_municipalities(conn, before.id)?;
    option_claims::release_unwanted(conn, before, after)
}

fn release_municipalities(conn: &mut Conn, attendee: AttendeeId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(municipality_claims::table.filter(municipality_claims::attendee_id.eq(attendee)))
            .execute(c)
    })?;
    Ok(())
}

/// Where seats by municipality and the claims on them differ.
fn municipality_drift(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    type Claim = (TicketTypeId, String, AttendeeId);
    let unique = AsWord(UniqueBy::Municipality);
    let held: Vec<(TicketTypeId, AsJson<Vec<String>>, AttendeeId)> = per_backend!(conn, c => {
        attendees::table
            .inner_join(ticket_types::table.on(ticket_types::id.eq(attendees::ticket_type_id)))
            .inner_join(registrations::table.on(registrations::id.eq(attendees::registration_id)))
            .filter(ticket_types::unique_by.eq(unique))
            .filter(registrations::holds_seats.eq(true))
            .filter(attendees::state.eq(AsWord(AttendeeState::Active)))
            .select((attendees::ticket_type_id, attendees::municipality_numbers, attendees::id))
            .load(c)
    })?;
    let numbers =
        |(ticket_type, numbers, attendee): (TicketTypeId, AsJson<Vec<String>>, AttendeeId)| {
            let numbers = numbers.0.into_iter();
            numbers.map(move |number| (ticket_type, number, attendee))
        };
    let held: BTreeSet<Claim> = held.into_iter().flat_map(numbers).collect();
    let claimed: Vec<Claim> = per_backend!(conn, c => {
        municipality_claims::table
            .inner_join(ticket_types::table.on(ticket_types::id.eq(municipality_claims::ticket_type_id)))
            .filter(ticket_types::unique_by.eq(unique))
            .select((
                municipality_claims::ticket_type_id,
                municipality_claims::municipality_number,
                municipality_claims::attendee_id,
            ))
            .load(c)
    })?;
    let claimed: BTreeSet<Claim> = claimed.into_iter().collect();
    let unclaimed = held.difference(&claimed).map(|(ticket_type, number, attendee)| {
        format!("attendee {attendee} has the seat of municipality {number} of ticket type {ticket_type} without a claim on it")
    });
    let unheld = claimed.difference(&held).map(|(ticket_type, number, attendee)| {
        format!("attendee {attendee} claims the seat of municipality {number} of ticket type {ticket_type} without having it")
    });
    Ok(unclaimed.chain(unheld).collect())
}
