//! What becomes of an offer: it is accepted, declined, or not answered in time.

use super::confirm::{Opened, open};
use super::letters::{facts, letter, letter_to_attendee, own_address};
use super::mails::{tell_changed_one, tell_confirmed, tell_end};
use super::model::{Attendee, Registration, RegistrationState, Step};
use super::moves;
use super::refusal::{Outcome, Refusal};
use super::register::Rules;
use super::seating::Seating;
use super::store;
use super::tokens::{self, Purpose, Token};
use crate::clock::Instant;
use crate::db::rows::serialise_on;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::AttendeeId;
use crate::mail::{EmailKind, NewEmail, outbox};
use crate::tickets::TicketType;

/// Takes the offered seats by the token of the offer's link.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn accept(tx: &mut Conn, now: Instant, rules: Rules, secret: &str) -> Outcome<Opened> {
    let (token, mut seating, mut registration) = find(tx, (now, rules), secret)?;
    if let Some(attendee) = token.attendee_id {
        let before = moves::take_offer(tx, &mut seating, &mut registration, attendee)?;
        tell_changed_one(
            tx,
            (now, rules.unlimited()),
            seating.about(),
            (&registration, &before),
        )?;
    } else {
        registration.step(Step::Accept, now)?;
        store::update(tx, &mut registration)?;
        tell_confirmed(tx, now, seating.about(), &registration)?;
    }
    tokens::mark_used(tx, &[token.id], now)?;
    seating.close(tx)?;
    // Read again: what was freed may have been offered to another attendee of it.
    let registration = store::find_by_token(tx, registration.id)?;
    Ok(open(tx, now, registration, token.attendee_id)?)
}

/// Gives the offered seats to the next in line by the token of the offer's link.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn decline(tx: &mut Conn, now: Instant, rules: Rules, secret: &str) -> Outcome<Opened> {
    let (token, mut seating, mut registration) = find(tx, (now, rules), secret)?;
    if let Some(attendee) = token.attendee_id {
        let place = place_of(&registration, attendee)?;
        seating.withdraw_wish(&mut registration, place);
        store::update(tx, &mut registration)?;
    } else {
        let before = registration.clone();
        seating.vacate(tx, &mut registration)?;
        registration.step(Step::Decline, now)?;
        store::update(tx, &mut registration)?;
        let kind = EmailKind::RegistrationCancelled;
        tell_end(tx, now, seating.about(), (&before, &registration), kind)?;
    }
    tokens::mark_used(tx, &[token.id], now)?;
    seating.close(tx)?;
    // Read again: what was freed may have been offered to another attendee of it.
    let registration = store::find_by_token(tx, registration.id)?;
    Ok(open(tx, now, registration, token.attendee_id)?)
}

/// The offer behind a link that can still be answered.
fn find(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    secret: &str,
) -> Outcome<(Token, Seating, Registration)> {
    serialise_on(tx, [secret.as_bytes()])?;
    let token = tokens::find(tx, secret, Purpose::Offer)?.ok_or(Refusal::UnknownToken)?;
    let event = store::find_by_token(tx, token.registration_id)?.event_id;
    let seating = Seating::open(tx, now, rules, event)?;
    // Read again: it may have changed while this waited for the counters.
    let token = tokens::find(tx, secret, Purpose::Offer)?.ok_or(Refusal::UnknownToken)?;
    if token.used_at.is_some() {
        return Err(Refusal::OfferAnswered.into());
    }
    let registration = store::find_by_token(tx, token.registration_id)?;
    let until = match token.attendee_id {
        Some(attendee) => {
            let place = place_of(&registration, attendee)?;
            let wish = registration
                .attendees
                .get(place)
                .and_then(|one| one.waiting_for);
            let wish = wish.filter(|wish| !seating.is_over(wish.ticket_type_id));
            wish.and_then(|wish| wish.offer_expires_at)
        }
        None => match registration.state {
            RegistrationState::Offered if seating.line_is_over(&registration) => None,
            RegistrationState::Offered => registration.offer_expires_at,
            RegistrationState::OfferExpired | RegistrationState::Expired => None,
            state => return Err(Refusal::WrongState(state).into()),
        },
    };
    // One that is due is over, whether or not it has been swept.
    if until.is_none_or(|until| now >= until) {
        return Err(Refusal::OfferOver.into());
    }
    Ok((token, seating, registration))
}

fn place_of(registration: &Registration, attendee: AttendeeId) -> Outcome<usize> {
    let mut attendees = registration.attendees.iter();
    let found = attendees.position(|one| one.id == attendee && one.comes());
    Ok(found.ok_or(Refusal::OfferOver)?)
}

/// Ends what a registration was offered, or waited for, too long: the party's, and its attendees'. The
/// caller closes the seating.
///
/// # Errors
/// The store's failure.
pub fn lapse(
    tx: &mut Conn,
    seating: &mut Seating,
    mut registration: Registration,
) -> Result<(), DbError> {
    let now = seating.now;
    let is_over = seating.line_is_over(&registration);
    let due = |until: Option<Instant>| until.is_some_and(|until| now >= until);
    let step = match registration.state {
        RegistrationState::WaitingList | RegistrationState::Offered if is_over => {
            Some(Step::Expire)
        }
        RegistrationState::Offered if due(registration.offer_expires_at) => Some(Step::LetLapse),
        _ => None,
    };
    if let Some(step) = step {
        let kind = EmailKind::OfferExpired;
        let mut told = letter(seating.about(), &registration, kind, None);
        if let Some(told) = told.as_mut().filter(|_| step == Step::Expire) {
            // It ended with the line, for everybody.
            told.context.offer_expires_at = None;
        }
        seating.vacate(tx, &mut registration)?;
        let stepped = registration.step(step, now);
        stepped.map_err(|wrong| DbError::internal(format!("one that is {} lapsed", wrong.0)))?;
        store::update(tx, &mut registration)?;
        outbox::suppress(tx, registration.id)?;
        return outbox::enqueue_all(tx, now, told.as_slice());
    }
    lapse_beside(tx, seating, registration)
}

/// Ends what attendees were offered, or waited for, beside their seats.
fn lapse_beside(
    tx: &mut Conn,
    seating: &mut Seating,
    mut registration: Registration,
) -> Result<(), DbError> {
    let now = seating.now;
    let mut ended = Vec::new();
    for place in 0..registration.attendees.len() {
        let Some(attendee) = registration.attendees.get(place).cloned() else {
            continue;
        };
        let over = attendee.waiting_for.is_some_and(|wish| {
            let lapsed = wish.offer_expires_at.is_some_and(|until| now >= until);
            lapsed || seating.is_over(wish.ticket_type_id)
        });
        if over {
            seating.withdraw_wish(&mut registration, place);
            ended.push(attendee);
        }
    }
    if ended.is_empty() {
        return Ok(());
    }
    store::update(tx, &mut registration)?;
    let letters = letters_of_lapse(seating.about(), &registration, &ended);
    outbox::enqueue_all(tx, now, &letters)
}

/// Tells those whose wish ended where they were offered it, or would have been; the contact of the others.
fn letters_of_lapse(
    about: (&Event, &[TicketType]),
    registration: &Registration,
    ended: &[Attendee],
) -> Vec<NewEmail> {
    let kind = EmailKind::OfferExpired;
    let has_own = |one: &&Attendee| own_address(registration, one).is_some();
    let (own, others): (Vec<&Attendee>, Vec<&Attendee>) = ended.iter().partition(has_own);
    let mut letters: Vec<NewEmail> = own
        .into_iter()
        .filter_map(|one| letter_to_attendee(about, registration, one, kind, None))
        .collect();
    let mut to_contact = letter(about, registration, kind, None).filter(|_| !others.is_empty());
    if let Some(told) = &mut to_contact {
        told.context.attendees = facts(about.1, others);
    }
    letters.extend(to_contact);
    for told in &mut letters {
        told.context.keeps_seat = true;
        told.context.calendar_uid = None;
    }
    letters
}
