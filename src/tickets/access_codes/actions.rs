//! What organisers do with access codes.

use super::input::{AccessCodeInput, ParsedAccessCode};
use super::model::AccessCode;
use super::store;
use crate::clock::{Instant, new_id, random_code};
use crate::db::{Conn, DbError, Stop};
use crate::events::Event;
use crate::faults::Faults;
use crate::tickets::actions::{Outcome, TicketRefusal, begin_change, refused};
use crate::tickets::{self};

fn parse(tx: &mut Conn, event: &Event, input: &AccessCodeInput) -> Outcome<ParsedAccessCode> {
    let types = tickets::list_all(tx, event.id)?;
    input
        .parse(&types)
        .map_err(|faults| Stop::Refused(TicketRefusal::Faults(faults)))
}

/// One code is one code: a second of the same letters would open other things.
fn written<T>(result: Result<T, DbError>) -> Outcome<T> {
    match result {
        Err(DbError::Unique) => refused(TicketRefusal::Faults(Faults::one(
            "/code",
            "duplicate",
            "The event has this access code already.",
        ))),
        result => Ok(result?),
    }
}

/// Makes an access code.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn create_access_code(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    input: &AccessCodeInput,
) -> Outcome<AccessCode> {
    begin_change(tx, now, event)?;
    let parsed = parse(tx, event, input)?;
    let code = AccessCode {
        id: new_id(),
        event_id: event.id,
        code: match parsed.code {
            Some(code) => code,
            None => random_code(10).map_err(DbError::internal)?,
        },
        note: parsed.note,
        max_uses: parsed.max_uses,
        uses: 0,
        expires_at: parsed.expires_at,
        ticket_types: parsed.ticket_types,
        version: 1,
        created_at: now,
    };
    written(store::insert(tx, &code))?;
    Ok(code)
}

/// Changes an access code that was read in this transaction. Fewer uses than there are is taken.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn update_access_code(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    current: &AccessCode,
    input: &AccessCodeInput,
) -> Outcome<AccessCode> {
    begin_change(tx, now, event)?;
    let parsed = parse(tx, event, input)?;
    let changed = AccessCode {
        code: parsed.code.unwrap_or_else(|| current.code.clone()),
        note: parsed.note,
        max_uses: parsed.max_uses,
        expires_at: parsed.expires_at,
        ticket_types: parsed.ticket_types,
        ..current.clone()
    };
    if !written(store::update(tx, &changed))? {
        return refused(TicketRefusal::Stale);
    }
    // Read again: how many use it may have moved since.
    match store::find(tx, event.id, current.id)? {
        Some(code) => Ok(code),
        None => refused(TicketRefusal::Stale),
    }
}

/// Deletes an access code that no registration uses.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn delete_access_code(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    code: &AccessCode,
) -> Outcome<()> {
    begin_change(tx, now, event)?;
    match store::delete(tx, code.id) {
        Err(DbError::Reference) => refused(TicketRefusal::InUse(
            "Registrations use the access code: let it expire instead.",
        )),
        result => Ok(result?),
    }
}
