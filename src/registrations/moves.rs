//! One attendee of a registration changes what they said, or moves to another ticket type.
//!
//! A seat of another ticket type is taken beside the one that is kept and only then exchanged, in one
//! transaction over the quotas of both; where it is full, the attendee may wait for it with the seat they
//! have.

use super::attendee_input::ParsedChange;
use super::attendees::{check_changeable, check_sessions, check_ticket_type, find, one, write};
use super::cancel::By;
use super::mails::tell_changed_one;
use super::model::{Attendee, Registration, Waiting};
use super::prices::check_currency;
use super::refusal::{Outcome, Refusal};
use super::seating::Seating;
use super::{line, signing_up, store};
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, TicketTypeId};

/// Changes what an attendee said of themselves, their sessions, and their ticket type.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn change(
    tx: &mut Conn,
    mut seating: Seating,
    mut registration: Registration,
    id: AttendeeId,
    (change, by): (&ParsedChange, By),
) -> Outcome<Registration> {
    let (place, before) = find(&registration, id)?;
    check_changeable(&registration, None)?;
    if change.ends_wish {
        end_wish(tx, &mut seating, &mut registration, place)?;
    }
    if change.attendee.ticket_type_id != before.ticket_type_id {
        move_to(tx, &mut seating, &mut registration, (place, change, by))?;
    }
    let moved = registration.attendees.get(place).cloned();
    let mut changed = change.over(moved.ok_or(Refusal::NoAttendee)?);
    if changed.session_ids != before.session_ids {
        check_sessions(tx, &seating, &changed.session_ids)?;
        changed.lost_session_ids.clear();
        if registration.holds_seats {
            let moves = (
                before.session_ids.as_slice(),
                changed.session_ids.as_slice(),
            );
            signing_up::change(tx, seating.event.id, moves)??;
        }
    }
    changed.checked_in_at = before.checked_in_at;
    if changed == before {
        return Ok(registration);
    }
    write(tx, &seating, &mut registration, (place, changed))?;
    let (at, about) = (seating.at(), seating.about());
    tell_changed_one(tx, at, about, (&registration, &before))?;
    seating.close(tx)?;
    Ok(registration)
}

/// Gives an attendee a seat of another ticket type for the one they have, or puts them in line for it. One
/// that they are offered already is taken; who asks once more for what they wait for keeps their place.
fn move_to(
    tx: &mut Conn,
    seating: &mut Seating,
    registration: &mut Registration,
    (place, change, by): (usize, &ParsedChange, By),
) -> Outcome<()> {
    let wanted = change.attendee.ticket_type_id;
    let Some(attendee) = registration.attendees.get(place) else {
        return Err(Refusal::NoAttendee.into());
    };
    check_changeable(registration, Some(attendee))?;
    let ticket = check_ticket_type(seating, registration, (wanted, by))?.clone();
    let kept = attendee.ticket_type_id;
    let wish = attendee.waiting_for;
    let same = wish.filter(|wish| wish.ticket_type_id == wanted);
    let offered = same.and_then(|wish| wish.offer_expires_at);
    if offered.is_some_and(|until| seating.now < until) {
        seating.ledger.give_beside(wanted, kept);
        if let Some(attendee) = registration.attendees.get_mut(place) {
            attendee.take_wish();
        }
        return Ok(());
    }
    if same.is_some() && offered.is_none() && change.waits_if_full {
        return Ok(());
    }
    let others = registration.active().filter(|one| one.id != attendee.id);
    check_currency(&ticket, others)?;
    let waits = if registration.holds_seats {
        if wish.is_some() {
            end_wish(tx, seating, registration, place)?;
        }
        exchange(tx, seating, kept, change)?
    } else {
        seating.ledger.line_up(&one(kept), -1);
        seating.ledger.line_up(&one(wanted), 1);
        None
    };
    if let Some(attendee) = registration.attendees.get_mut(place) {
        match waits {
            None => attendee.take(&ticket),
            Some(_) => attendee.waiting_price.clone_from(&ticket.price),
        }
        attendee.waiting_for = waits;
    }
    Ok(())
}

/// Ends what an attendee waits for. What they were offered goes to who waits, who may be of the same
/// registration: it is written before that and read again after it.
fn end_wish(
    tx: &mut Conn,
    seating: &mut Seating,
    registration: &mut Registration,
    place: usize,
) -> Result<(), DbError> {
    seating.withdraw_wish(registration, place);
    store::update(tx, registration)?;
    seating.serve_those_who_wait(tx)?;
    *registration = store::find(tx, registration.event_id, registration.id)?
        .ok_or_else(|| DbError::internal("a registration is gone"))?;
    Ok(())
}

/// Takes a seat for the one that was kept, or a place in the line for it, which it gives.
fn exchange(
    tx: &mut Conn,
    seating: &mut Seating,
    kept: TicketTypeId,
    change: &ParsedChange,
) -> Outcome<Option<Waiting>> {
    let wanted = change.attendee.ticket_type_id;
    seating.serve_those_who_wait(tx)?;
    if seating.ledger.take_beside(kept, wanted) {
        seating.ledger.give_beside(wanted, kept);
        return Ok(None);
    }
    if !change.waits_if_full || !seating.has_line(wanted) {
        return Err(Refusal::SoldOut(wanted).into());
    }
    seating.ledger.line_up(&one(wanted), 1);
    Ok(Some(Waiting {
        ticket_type_id: wanted,
        joined_at: line::next_place(tx, seating.event.id, seating.now)?,
        offer_expires_at: None,
    }))
}

/// Exchanges the seat an attendee has for the one they were offered; gives how they were before. The caller
/// closes the seating.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn take_offer(
    tx: &mut Conn,
    seating: &mut Seating,
    registration: &mut Registration,
    id: AttendeeId,
) -> Outcome<Attendee> {
    let (place, before) = find(registration, id)?;
    let mut attendee = before.clone();
    let kept = attendee.ticket_type_id;
    if !attendee.take_wish() {
        return Err(Refusal::OfferOver.into());
    }
    seating.ledger.give_beside(attendee.ticket_type_id, kept);
    write(tx, seating, registration, (place, attendee))?;
    Ok(before)
}
