//! One seat per municipality: the key of the row decides, in the transaction of the registration.

use diesel::prelude::*;

use super::super::model::{AttendeeState, Registration};
use crate::db::schema::municipality_claims;
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, TicketTypeId};
use crate::per_backend;
use crate::tickets::{TicketType, UniqueBy};

/// Takes the municipalities of all attendees that have a ticket of these types, where seats are unique
/// by them; the municipality that is taken otherwise. What was taken until then is left to the caller.
///
/// # Errors
/// The store's failure.
pub fn claim(
    conn: &mut Conn,
    types: &[TicketType],
    registration: &Registration,
) -> Result<Result<(), (TicketTypeId, String)>, DbError> {
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
            return Ok(Err((ticket_type, number.to_owned())));
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

/// Gives the municipalities of a registration back.
///
/// # Errors
/// The store's failure.
pub fn release(conn: &mut Conn, registration: &Registration) -> Result<(), DbError> {
    let attendees: Vec<AttendeeId> = registration.attendees.iter().map(|one| one.id).collect();
    per_backend!(conn, c => {
        diesel::delete(municipality_claims::table.filter(municipality_claims::attendee_id.eq_any(&attendees)))
            .execute(c)
    })?;
    Ok(())
}

/// Gives the municipalities of one attendee back.
///
/// # Errors
/// The store's failure.
pub fn release_attendee(conn: &mut Conn, attendee: AttendeeId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(municipality_claims::table.filter(municipality_claims::attendee_id.eq(attendee)))
            .execute(c)
    })?;
    Ok(())
}
