//! What runs out: seats that were not confirmed in time, and registrations that no confirmation can
//! save any more.

use std::collections::BTreeSet;

use super::cancel::vacate;
use super::model::{Registration, RegistrationState, Step};
use super::{listing, store};
use crate::clock::Instant;
use crate::db::rows::hold_event;
use crate::db::{Conn, DbError};
use crate::ids::EventId;
use crate::tickets::seats::{self, Seats};

/// Registrations of one transaction.
pub const BATCH: usize = 100;
const ROWS: i64 = 100;

/// Whether [`sweep`] has something to do; a read.
///
/// # Errors
/// The store's failure.
pub fn anything_due(conn: &mut Conn, now: Instant) -> Result<bool, DbError> {
    Ok(!listing::due(conn, now, 1)?.is_empty())
}

/// Frees the seats of registrations that were not confirmed in time, at most [`BATCH`] of them; returns
/// how many. They stay unconfirmed, so that a late confirmation finds them.
///
/// # Errors
/// The store's failure.
pub fn sweep(tx: &mut Conn, now: Instant) -> Result<usize, DbError> {
    let found = listing::due(tx, now, ROWS)?;
    let mut swept = 0;
    for mut registration in load(tx, &found)? {
        if registration.state == RegistrationState::AwaitingConfirmation && registration.holds_seats
        {
            vacate(tx, &mut registration)?;
            store::update(tx, &mut registration)?;
        }
        swept += 1;
    }
    Ok(swept)
}

/// Loads what was found under the rows of its events, with the counters it holds, in order.
fn load(tx: &mut Conn, found: &listing::Found) -> Result<Vec<Registration>, DbError> {
    let events: BTreeSet<EventId> = found.iter().map(|(_, event)| *event).collect();
    for event in events {
        hold_event(tx, event)?;
    }
    let mut list = Vec::new();
    let mut held = Seats::new();
    for (id, event) in found {
        let Some(registration) = store::find(tx, *event, *id)? else {
            continue;
        };
        for (ticket_type, count) in registration.seats() {
            *held.entry(ticket_type).or_default() += count;
        }
        list.push(registration);
    }
    seats::lock(tx, &held)?;
    Ok(list)
}

/// Ends unconfirmed registrations without seats once registration has closed or the event has begun, at
/// most [`BATCH`] of them; returns how many.
///
/// # Errors
/// The store's failure.
pub fn expire_closed(tx: &mut Conn, now: Instant) -> Result<usize, DbError> {
    let found = listing::closed(tx, now, ROWS)?;
    let mut expired = 0;
    for mut registration in load(tx, &found)? {
        // One that was confirmed meanwhile is none of ours.
        if registration.step(Step::Expire, now).is_ok() {
            store::update(tx, &mut registration)?;
        }
        expired += 1;
    }
    Ok(expired)
}
