//! The waiting list: whoever waits with their party, and whoever waits beside a seat they have, in one
//! line.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::super::model::{AttendeeState, RegistrationState};
use super::listing::Found;
use crate::clock::Instant;
use crate::db::schema::{attendees, events, registrations, ticket_types};
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, EventId, RegistrationId, TicketTypeId};
use crate::per_backend;
use crate::tickets::seats::Seats;

const IN_LINE: AsWord<RegistrationState> = AsWord(RegistrationState::WaitingList);
const OFFERED: AsWord<RegistrationState> = AsWord(RegistrationState::Offered);
const ACTIVE: AsWord<AttendeeState> = AsWord(AttendeeState::Active);

/// A place in the line: when it was taken, and by whom. Earlier places come first.
pub type Place = (Instant, RegistrationId, Option<AttendeeId>);

/// One who waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Where they stand. With an attendee, that one waits beside the seat they have.
    pub place: Place,
    /// What they wait for, all or none.
    pub seats: Seats,
    /// What an attendee gives up for it.
    pub kept: Option<TicketTypeId>,
}

/// Everybody who waits for a seat at the event, in order.
///
/// # Errors
/// The store's failure.
pub fn list(conn: &mut Conn, event: EventId) -> Result<Vec<Waiting>, DbError> {
    type Row = (Option<Instant>, RegistrationId, TicketTypeId);
    let parties: Vec<Row> = per_backend!(conn, c => {
        registrations::table
            .inner_join(attendees::table.on(attendees::registration_id.eq(registrations::id)))
            .filter(registrations::event_id.eq(event))
            .filter(registrations::joined_at.is_not_null())
            .filter(registrations::state.eq(IN_LINE))
            .filter(attendees::state.eq(ACTIVE))
            .select((registrations::joined_at, registrations::id, attendees::ticket_type_id))
            .load(c)
    })?;
    let mut line: BTreeMap<Place, (Seats, Option<TicketTypeId>)> = BTreeMap::new();
    for (joined_at, registration, ticket_type) in parties {
        let Some(joined_at) = joined_at else { continue };
        let (seats, _) = line.entry((joined_at, registration, None)).or_default();
        *seats.entry(ticket_type).or_default() += 1;
    }
    for (place, kept, wanted) in list_beside(conn, event)? {
        line.insert(place, (Seats::from([(wanted, 1)]), Some(kept)));
    }
    let waiting = |(place, (seats, kept))| Waiting { place, seats, kept };
    Ok(line.into_iter().map(waiting).collect())
}

/// Attendees who have a seat and wait for another, with what they have and what they want.
fn list_beside(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<(Place, TicketTypeId, TicketTypeId)>, DbError> {
    type Row = (
        Option<Instant>,
        RegistrationId,
        AttendeeId,
        TicketTypeId,
        Option<TicketTypeId>,
    );
    let rows: Vec<Row> = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::event_id.eq(event))
            .filter(attendees::joined_at.is_not_null())
            .filter(attendees::offer_expires_at.is_null())
            .filter(attendees::state.eq(ACTIVE))
            .select((
                attendees::joined_at,
                attendees::registration_id,
                attendees::id,
                attendees::ticket_type_id,
                attendees::waiting_for,
            ))
            .load(c)
    })?;
    let place = |(joined_at, registration, attendee, kept, wanted): Row| {
        Some(((joined_at?, registration, Some(attendee)), kept, wanted?))
    };
    Ok(rows.into_iter().filter_map(place).collect())
}

/// The place of who joins the line now, behind everybody who ever joined it: two clocks that differ put
/// nobody in front of somebody who was there before. The caller holds the event's counters.
///
/// # Errors
/// The store's failure.
pub fn next_place(conn: &mut Conn, event: EventId, now: Instant) -> Result<Instant, DbError> {
    let (party, beside): (Option<Instant>, Option<Instant>) = per_backend!(conn, c => {
        let party = registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::joined_at.is_not_null())
            .select(registrations::joined_at)
            .order(registrations::joined_at.desc())
            .first(c)
            .optional();
        let beside = attendees::table
            .filter(attendees::event_id.eq(event))
            .filter(attendees::joined_at.is_not_null())
            .select(attendees::joined_at)
            .order(attendees::joined_at.desc())
            .first(c)
            .optional();
        party.and_then(|party| Ok((party.flatten(), beside?.flatten())))
    })?;
    let last = party.max(beside);
    Ok(last.map_or(now, |last| now.max(last + TimeDelta::microseconds(1))))
}

/// Offers, to a party or to an attendee, that were not answered in time.
///
/// # Errors
/// The store's failure.
pub fn due_offers(conn: &mut Conn, now: Instant, most: i64) -> Result<Found, DbError> {
    let mut found: Found = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::offer_expires_at.is_not_null())
            .filter(registrations::offer_expires_at.le(now))
            .order(registrations::offer_expires_at)
            .limit(most)
            .select((registrations::id, registrations::event_id))
            .load(c)
    })?;
    let beside: Found = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::joined_at.is_not_null())
            .filter(attendees::offer_expires_at.le(now))
            .limit(most)
            .select((attendees::registration_id, attendees::event_id))
            .load(c)
    })?;
    found.extend(beside);
    Ok(found)
}

/// Registrations that wait or were offered seats, or of which an attendee does or was, where nothing is
/// offered to anybody any more: also an offer that was made while the end was later than it is now.
///
/// # Errors
/// The store's failure.
pub fn over(conn: &mut Conn, now: Instant, most: i64) -> Result<Found, DbError> {
    let mut found: Found = per_backend!(conn, c => {
        registrations::table
            .inner_join(attendees::table.on(attendees::registration_id.eq(registrations::id)))
            .inner_join(ticket_types::table.on(ticket_types::id.eq(attendees::ticket_type_id)))
            .inner_join(events::table.on(events::id.eq(registrations::event_id)))
            .filter(registrations::joined_at.is_not_null())
            .filter(registrations::state.eq_any([IN_LINE, OFFERED]))
            .filter(attendees::state.eq(ACTIVE))
            .filter(ticket_types::closes_at.le(now).or(events::starts_at.le(now)))
            .select((registrations::id, registrations::event_id))
            .distinct()
            .limit(most)
            .load(c)
    })?;
    let beside: Found = per_backend!(conn, c => {
        attendees::table
            .inner_join(ticket_types::table.on(ticket_types::id.nullable().eq(attendees::waiting_for)))
            .inner_join(events::table.on(events::id.eq(attendees::event_id)))
            .filter(attendees::joined_at.is_not_null())
            .filter(ticket_types::closes_at.le(now).or(events::starts_at.le(now)))
            .select((attendees::registration_id, attendees::event_id))
            .distinct()
            .limit(most)
            .load(c)
    })?;
    found.extend(beside);
    Ok(found)
}
