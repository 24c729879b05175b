//! What runs out: seats that were not confirmed in time, offers that were not answered, lines that are
//! over, and registrations that no confirmation can save any more.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{RegistrationState, Step};
use super::register::Rules;
use super::seating::Seating;
use super::{line, listing, offers, store};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RegistrationId};

/// Registrations of one kind that one transaction takes.
const ROWS: i64 = 100;

/// By event, so that those of one event share its counters.
type Due = BTreeMap<EventId, BTreeSet<RegistrationId>>;

fn due(conn: &mut Conn, now: Instant, most: i64) -> Result<Due, DbError> {
    let found = [
        listing::due(conn, now, most)?,
        line::due_offers(conn, now, most)?,
        line::over(conn, now, most)?,
    ];
    let mut due = Due::new();
    for (registration, event) in found.into_iter().flatten() {
        due.entry(event).or_default().insert(registration);
    }
    Ok(due)
}

/// Whether [`sweep`] has something to do; a read.
///
/// # Errors
/// The store's failure.
pub fn anything_due(conn: &mut Conn, now: Instant) -> Result<bool, DbError> {
    Ok(!due(conn, now, 1)?.is_empty())
}

/// Frees the seats of registrations that were not confirmed in time, of which each stays unconfirmed so
/// that a late confirmation finds it; ends offers that were not answered; empties lines that are over. At
/// most some hundred of each; returns how many. What is free goes to those who wait.
///
/// # Errors
/// The store's failure.
pub fn sweep(tx: &mut Conn, now: Instant, rules: Rules) -> Result<usize, DbError> {
    let mut swept = 0;
    for (event, registrations) in due(tx, now, ROWS)? {
        let mut seating = Seating::open(tx, now, rules, event)?;
        for id in registrations {
            end_what_is_due(tx, &mut seating, id)?;
            swept += 1;
        }
        seating.close(tx)?;
    }
    Ok(swept)
}

fn end_what_is_due(
    tx: &mut Conn,
    seating: &mut Seating,
    id: RegistrationId,
) -> Result<(), DbError> {
    // Read under the counters: it may have been confirmed meanwhile.
    let Some(mut registration) = store::find(tx, seating.event.id, id)? else {
        return Ok(());
    };
    if registration.state != RegistrationState::AwaitingConfirmation {
        return offers::lapse(tx, seating, registration);
    }
    if registration.holds_seats && registration.confirm_before <= seating.now {
        seating.vacate(tx, &mut registration)?;
        store::update(tx, &mut registration)?;
    }
    Ok(())
}

/// Ends unconfirmed registrations without seats once registration has closed or the event has begun, at
/// most some hundred of them; returns how many.
///
/// # Errors
/// The store's failure.
pub fn expire_closed(tx: &mut Conn, now: Instant) -> Result<usize, DbError> {
    let found = listing::closed(tx, now, ROWS)?;
    let mut expired = 0;
    for (id, event) in found {
        // One that was confirmed meanwhile is none of ours.
        if let Some(mut registration) = store::find(tx, event, id)?
            && registration.state == RegistrationState::AwaitingConfirmation
            && registration.step(Step::Expire, now).is_ok()
        {
            store::update(tx, &mut registration)?;
        }
        expired += 1;
    }
    Ok(expired)
}
