//! One attendee of a registration: comes later, goes, or is replaced by a colleague, without the others.

use super::cancel::{self, By};
use super::confirm::needs_approval;
use super::draft;
use super::erase::nameless;
use super::mails::{tell_attendee, tell_changed, tell_gone, tell_offer};
use super::model::{Attendee, AttendeeState, Registration, RegistrationState, may_cancel};
use super::prices::check_currency;
use super::refusal::{Outcome, Refusal};
use super::seating::Seating;
use super::submission::{PARTY, ParsedAttendee, check_count};
use super::{claims, signing_up, store, tokens};
use crate::db::{Conn, DbError};
use crate::events::EventState;
use crate::faults::Faults;
use crate::idempotency;
use crate::ids::{AttendeeId, TicketTypeId};
use crate::mail::{self, EmailKind};
use crate::tickets::TicketType;
use crate::tickets::seats::Seats;

/// An attendee of a registration who comes, by their place in it.
///
/// # Errors
/// [`Refusal::NoAttendee`], or that they are called off.
pub fn find(registration: &Registration, id: AttendeeId) -> Outcome<(usize, Attendee)> {
    let mut attendees = registration.attendees.iter().enumerate();
    let found = attendees.find(|(_, one)| one.id == id);
    let (place, attendee) = found.ok_or(Refusal::NoAttendee)?;
    if attendee.comes() {
        return Ok((place, attendee.clone()));
    }
    Err(Refusal::Conflict("The attendee is cancelled.").into())
}

/// Whether the registration, and its attendee, are where they may be changed.
pub(super) fn check_changeable(
    registration: &Registration,
    attendee: Option<&Attendee>,
) -> Outcome<()> {
    use RegistrationState as S;
    match registration.state {
        S::Confirmed | S::AwaitingApproval | S::WaitingList => {}
        state => return Err(Refusal::WrongState(state).into()),
    }
    if attendee.is_some_and(|one| one.checked_in_at.is_some()) {
        return Err(Refusal::Conflict("The attendee has checked in.").into());
    }
    Ok(())
}

/// A seat of this ticket type, in the count of seats.
pub(super) fn one(ticket_type: TicketTypeId) -> Seats {
    Seats::from([(ticket_type, 1)])
}

/// The registration as if this attendee were all of it, for what is taken and given for one alone.
pub(super) fn alone(registration: &Registration, attendee: &Attendee) -> Registration {
    Registration {
        attendees: vec![attendee.clone()],
        ..registration.clone()
    }
}

/// Gives back what one attendee holds, or their place in the line.
fn vacate(
    tx: &mut Conn,
    seating: &mut Seating,
    registration: &mut Registration,
    (place, attendee): (usize, &Attendee),
) -> Result<(), DbError> {
    seating.withdraw_wish(registration, place);
    if registration.holds_seats {
        if !seating.ledger.give(&one(attendee.ticket_type_id)) {
            return Err(DbError::internal("a seat of an unknown ticket type"));
        }
        claims::release_attendee(tx, attendee.id)?;
        signing_up::give(tx, &alone(registration, attendee))?;
    } else if registration.state == RegistrationState::WaitingList {
        seating.ledger.line_up(&one(attendee.ticket_type_id), -1);
    }
    if let Some(gone) = registration.attendees.get_mut(place) {
        gone.state = AttendeeState::Cancelled;
        gone.session_ids.clear();
    }
    Ok(())
}

/// Calls one attendee off; with the last one the registration.
///
/// # Errors
/// What [`Refusal`] says.
pub fn cancel(
    tx: &mut Conn,
    mut seating: Seating,
    mut registration: Registration,
    id: AttendeeId,
    by: By,
) -> Outcome<Registration> {
    let (place, attendee) = find(&registration, id)?;
    check_changeable(&registration, Some(&attendee))?;
    if registration.active().count() == 1 {
        return cancel::cancel(tx, seating, registration, by);
    }
    if by == By::Contact && !may_cancel(&seating.event, seating.now) {
        return Err(Refusal::TooLateToCancel.into());
    }
    vacate(tx, &mut seating, &mut registration, (place, &attendee))?;
    store::update(tx, &mut registration)?;
    tell_gone(
        tx,
        seating.at(),
        seating.about(),
        (&registration, &attendee),
    )?;
    tell_changed(tx, seating.now, seating.about(), &registration)?;
    tokens::end_attendee(tx, id)?;
    seating.close(tx)?;
    Ok(registration)
}

/// Erases one attendee, who does not come any more unless the event is over; gives the files of mails
/// that named them.
///
/// # Errors
/// What [`Refusal`] says.
pub fn erase(
    tx: &mut Conn,
    mut seating: Seating,
    mut registration: Registration,
    id: AttendeeId,
) -> Outcome<Vec<String>> {
    let mut attendees = registration.attendees.iter().enumerate();
    let found = attendees.find(|(_, one)| one.id == id);
    let (place, attendee) = found.ok_or(Refusal::NoAttendee)?;
    let attendee = attendee.clone();
    let is_over = seating
        .event
        .ends_at()
        .is_some_and(|end| seating.now >= end);
    if attendee.comes() && registration.state.is_live() && !is_over {
        if registration.active().count() == 1 {
            registration = cancel_last(tx, &mut seating, registration)?;
        } else {
            vacate(tx, &mut seating, &mut registration, (place, &attendee))?;
        }
    }
    claims::forget_choices(tx, &registration, Some(id))?;
    if let Some(erased) = registration.attendees.get_mut(place) {
        *erased = nameless(erased)?;
    }
    let files = mail::files_of(tx, registration.id)?;
    store::update(tx, &mut registration)?;
    // Mails to the contact named them too, and go on without the name; the contact is told anew.
    let others = registration.attendees.iter().filter(|one| one.id != id);
    let whose = mail::Recipient {
        key: id.to_string(),
        name: attendee.name.clone(),
        address: attendee.email.clone(),
        others: others.map(|one| one.id.to_string()).collect(),
    };
    mail::erase_one(tx, registration.id, &whose)?;
    idempotency::forget(tx, registration.id)?;
    tokens::end_attendee(tx, id)?;
    tell_changed(tx, seating.now, seating.about(), &registration)?;
    seating.close(tx)?;
    Ok(files)
}

fn cancel_last(
    tx: &mut Conn,
    seating: &mut Seating,
    mut registration: Registration,
) -> Outcome<Registration> {
    seating.vacate(tx, &mut registration)?;
    registration.step(super::model::Step::Cancel, seating.now)?;
    Ok(registration)
}

/// Whether one more attendee may have this ticket type in this registration. Staff may give it also while
/// registration is closed.
pub(super) fn check_ticket_type<'a>(
    seating: &'a Seating,
    registration: &Registration,
    (id, by): (TicketTypeId, By),
) -> Outcome<&'a TicketType> {
    let mut types = seating.types.iter();
    let wanted = types.find(|known| known.id == id).ok_or_else(|| {
        let detail = "The ticket type is one of this event's.";
        Refusal::Faults(Faults::one(
            "/ticket_type_id",
            "unknown_ticket_type",
            detail,
        ))
    })?;
    if by == By::Organiser {
        if seating.event.state != EventState::Published {
            return Err(Refusal::Conflict("The event is not published.").into());
        }
    } else if seating.not_on_sale(&one(id)).is_some() {
        return Err(Refusal::Closed(id).into());
    }
    let have = registration.active().filter(|one| one.ticket_type_id == id);
    let have = have.count();
    if have == 0 && wanted.access_code_required {
        return Err(
            Refusal::Conflict("This ticket type needs a registration with its code.").into(),
        );
    }
    if wanted.requires_approval && !needs_approval(&seating.types, registration) {
        let detail =
            "This ticket type needs the organiser's yes, and so a registration of its own.";
        return Err(Refusal::Conflict(detail).into());
    }
    let mut faults = Faults::new();
    if i32::try_from(have + 1).is_ok_and(|count| count > wanted.max_per_registration) {
        check_count(wanted, have + 1, &mut faults);
    }
    if faults.is_empty() {
        Ok(wanted)
    } else {
        Err(Refusal::Faults(faults).into())
    }
}

/// Adds one who comes too, by the rules of registering.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn add(
    tx: &mut Conn,
    mut seating: Seating,
    mut registration: Registration,
    parsed: &ParsedAttendee,
) -> Outcome<(Registration, AttendeeId)> {
    check_changeable(&registration, None)?;
    if registration.active().count() >= PARTY {
        let detail = "A registration has 1 to 50 attendees.";
        return Err(Refusal::Faults(Faults::one("", "too_many", detail)).into());
    }
    let ticket = check_ticket_type(
        &seating,
        &registration,
        (parsed.ticket_type_id, By::Contact),
    )?;
    check_currency(ticket, registration.active())?;
    check_sessions(tx, &seating, &parsed.session_ids)?;
    let attendee = draft::attendee(parsed, &seating.types)?;
    let id = attendee.id;
    let seat = one(attendee.ticket_type_id);
    if registration.holds_seats {
        seating.serve_those_who_wait(tx)?;
        seating.ledger.take(&seat).map_err(Refusal::SoldOut)?;
    } else {
        seating.ledger.line_up(&seat, 1);
    }
    registration.attendees.push(attendee.clone());
    store::update(tx, &mut registration)?;
    if registration.holds_seats {
        take_beside_seat(tx, &seating, &alone(&registration, &attendee))?;
    }
    let (now, about) = (seating.now, seating.about());
    tell_changed(tx, now, about, &registration)?;
    if registration.state == RegistrationState::Confirmed {
        let kind = EmailKind::RegistrationConfirmed;
        tell_attendee(tx, seating.at(), about, (&registration, &attendee), kind)?;
    }
    seating.close(tx)?;
    Ok((registration, id))
}

pub(super) fn check_sessions(
    tx: &mut Conn,
    seating: &Seating,
    chosen: &[crate::ids::SessionId],
) -> Outcome<()> {
    let choices = [("/session_ids".to_owned(), chosen)];
    Ok(signing_up::check(tx, seating.event.id, &choices)?.map_err(Refusal::Faults)?)
}

/// Takes what one attendee needs besides a seat.
fn take_beside_seat(tx: &mut Conn, seating: &Seating, alone: &Registration) -> Outcome<()> {
    claims::claim(tx, &seating.types, alone)?.map_err(Refusal::from)?;
    Ok(signing_up::take(tx, alone)??)
}

/// Hands the seat of an attendee to a colleague, with a ticket of their own, and what they wait for with it.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn replace(
    tx: &mut Conn,
    seating: Seating,
    mut registration: Registration,
    id: AttendeeId,
    parsed: &ParsedAttendee,
) -> Outcome<Registration> {
    let (place, before) = find(&registration, id)?;
    check_changeable(&registration, Some(&before))?;
    let colleague = Attendee {
        id,
        price: before.price.clone(),
        waiting_for: before.waiting_for,
        waiting_price: before.waiting_price.clone(),
        session_ids: before.session_ids.clone(),
        ..draft::attendee(parsed, &seating.types)?
    };
    tokens::end_attendee(tx, id)?;
    write(tx, &seating, &mut registration, (place, colleague.clone()))?;
    let (now, about) = (seating.now, seating.about());
    tell_gone(tx, seating.at(), about, (&registration, &before))?;
    tell_changed(tx, now, about, &registration)?;
    if registration.state == RegistrationState::Confirmed {
        let kind = EmailKind::RegistrationConfirmed;
        tell_attendee(tx, seating.at(), about, (&registration, &colleague), kind)?;
    }
    let offered = colleague.waiting_for.and_then(|wish| wish.offer_expires_at);
    if offered.is_some_and(|until| now < until) {
        // The link that was mailed has ended with who it was mailed to.
        tell_offer(tx, now, about, &registration, &colleague)?;
    }
    seating.close(tx)?;
    Ok(registration)
}

/// Writes an attendee over what they were, with what their municipalities and answers claim.
pub(super) fn write(
    tx: &mut Conn,
    seating: &Seating,
    registration: &mut Registration,
    (place, changed): (usize, Attendee),
) -> Outcome<()> {
    let holds_seats = registration.holds_seats;
    if let Some(attendee) = registration.attendees.get_mut(place) {
        if holds_seats {
            claims::release_unwanted(tx, attendee, &changed)?;
        }
        *attendee = changed.clone();
    }
    store::update(tx, registration)?;
    let alone = alone(registration, &changed);
    if holds_seats {
        claims::claim(tx, &seating.types, &alone)?.map_err(Refusal::from)?;
    }
    Ok(())
}
