//! Links of mails: confirming an address, and opening one's registration.

use chrono::TimeDelta;

use super::mails::tell;
use super::model::{LeadsTo, Registration, RegistrationState, Step, manage_until};
use super::refusal::{Outcome, Refusal};
use super::register::one_at_a_time;
use super::tokens::{self, Purpose, Token};
use super::{claims, mail_log, store};
use crate::auth::Secret;
use crate::clock::Instant;
use crate::db::rows::{hold_event, serialise_on};
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::idempotency;
use crate::ids::SlugOr;
use crate::mail::EmailKind;
use crate::text::Email;
use crate::tickets::model::Sale;
use crate::tickets::{self, TicketType, seats};

/// How long a confirming link may be followed again.
const GRACE: TimeDelta = TimeDelta::hours(24);

/// A registration, opened.
#[derive(Debug)]
pub struct Opened {
    /// The event it is for.
    pub event: Event,
    /// All ticket types of the event.
    pub types: Vec<TicketType>,
    /// The registration.
    pub registration: Registration,
    /// Opens it from now on.
    pub access_token: Secret,
}

/// How confirming ended. Both are stored.
#[derive(Debug)]
pub enum Confirmed {
    /// The seats are theirs.
    Yes(Box<Opened>),
    /// It was late, and the seats have gone to others: the registration has expired.
    TooLate,
}

/// Opens a registration that was read in this transaction.
///
/// # Errors
/// The store's failure.
pub fn open(tx: &mut Conn, now: Instant, registration: Registration) -> Result<Opened, DbError> {
    let (_, access_token) = tokens::issue(tx, now, registration.id, Purpose::Access)?;
    let event = events::find_by_id(tx, registration.event_id)?;
    Ok(Opened {
        types: tickets::list_all(tx, event.id)?,
        event,
        registration,
        access_token,
    })
}

/// Confirms the address of a registration by the token of its link.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn confirm(tx: &mut Conn, now: Instant, secret: &str) -> Outcome<Confirmed> {
    // One at a time: a second look at the same link finds it used rather than in between.
    serialise_on(tx, [secret.as_bytes()])?;
    let token = tokens::find(tx, secret, Purpose::Confirm)?.ok_or(Refusal::UnknownToken)?;
    let event_id = store::find_by_token(tx, token.registration_id)?.event_id;
    hold_event(tx, event_id)?;
    let registration = store::find_by_token(tx, token.registration_id)?;
    let event = events::find_by_id(tx, event_id)?;
    let types = tickets::list_all(tx, event.id)?;
    match (token.used_at, registration.state) {
        (Some(used), _) if now >= used + GRACE => Err(Refusal::TokenUsed.into()),
        (Some(_), _) => {
            let opened = open(tx, now, registration)?;
            Ok(Confirmed::Yes(Box::new(opened)))
        }
        (None, RegistrationState::AwaitingConfirmation) => {
            confirm_now(tx, now, &token, (event, types), registration)
        }
        (None, RegistrationState::Expired) => Err(Refusal::Expired.into()),
        (None, state) => Err(Refusal::WrongState(state).into()),
    }
}

fn confirm_now(
    tx: &mut Conn,
    now: Instant,
    token: &Token,
    (event, types): (Event, Vec<TicketType>),
    mut registration: Registration,
) -> Outcome<Confirmed> {
    if !registration.holds_seats && !take_seats_again(tx, now, (&event, &types), &registration)? {
        registration.step(Step::Expire, now)?;
        store::update(tx, &mut registration)?;
        return Ok(Confirmed::TooLate);
    }
    registration.holds_seats = true;
    registration.step(Step::Confirm(LeadsTo::Confirmed), now)?;
    store::update(tx, &mut registration)?;
    tokens::mark_used(tx, &[token.id], now)?;
    let link = tokens::issue(tx, now, registration.id, Purpose::Manage)?;
    let kind = EmailKind::RegistrationConfirmed;
    tell(tx, now, (&event, &types), &registration, kind, Some(link))?;
    let opened = open(tx, now, registration)?;
    Ok(Confirmed::Yes(Box::new(opened)))
}

/// Claims the seats that a late registration gave back; all or none.
fn take_seats_again(
    tx: &mut Conn,
    now: Instant,
    (event, types): (&Event, &[TicketType]),
    registration: &Registration,
) -> Result<bool, DbError> {
    let needed = registration.seats();
    let on_sale = |id| {
        types
            .iter()
            .any(|known| known.id == id && known.sale(event, now) == Sale::Open)
    };
    if !needed.keys().copied().all(on_sale) || seats::claim(tx, &needed)?.is_err() {
        return Ok(false);
    }
    if claims::claim(tx, types, registration)?.is_err() {
        claims::release(tx, registration)?;
        seats::release(tx, &needed)?;
        return Ok(false);
    }
    Ok(true)
}

/// Opens a registration by the token of the link to it, which may be followed as often as needed until
/// 30 days after the event.
///
/// # Errors
/// What [`Refusal`] says.
pub fn access(tx: &mut Conn, now: Instant, secret: &str) -> Outcome<Opened> {
    let token = tokens::find(tx, secret, Purpose::Manage)?.ok_or(Refusal::UnknownToken)?;
    let registration = store::find_by_token(tx, token.registration_id)?;
    let event = events::find_by_id(tx, registration.event_id)?;
    if manage_until(&event).is_some_and(|end| now >= end) {
        return Err(Refusal::Expired.into());
    }
    Ok(open(tx, now, registration)?)
}

/// Mails a link to the registration of this address for this event, if there is one: the live one, else
/// the last that had been confirmed.
///
/// # Errors
/// The store's failure.
pub fn mail_link(
    tx: &mut Conn,
    now: Instant,
    event_key: &str,
    email: &Email,
    limit_mails: bool,
) -> Result<(), DbError> {
    // A commit either way: whoever times the next request learns nothing from this one either.
    idempotency::keep_nothing(tx, now)?;
    let Some(event) = events::find_public(tx, &SlugOr::parse(event_key))? else {
        return Ok(());
    };
    one_at_a_time(tx, event.id, email)?;
    let kind = EmailKind::RegistrationLink;
    let address = email.limit_key();
    let too_many =
        limit_mails && !mail_log::overwhelmed(tx, now, event.id, &[&address], &[kind])?.is_empty();
    let found = find_to_link(tx, &event, email)?;
    let ended = manage_until(&event).is_some_and(|end| now >= end);
    let Some(registration) = found.filter(|_| !ended && !too_many) else {
        return Ok(());
    };
    let types = tickets::list_all(tx, event.id)?;
    let link = tokens::issue(tx, now, registration.id, Purpose::Manage)?;
    tell(tx, now, (&event, &types), &registration, kind, Some(link))
}

fn find_to_link(
    tx: &mut Conn,
    event: &Event,
    email: &Email,
) -> Result<Option<Registration>, DbError> {
    if let Some(live) = store::find_live(tx, event.id, email)? {
        return Ok(Some(live));
    }
    for id in store::list_of_person(tx, event.id, email)?
        .into_iter()
        .rev()
    {
        let found = store::find(tx, event.id, id)?;
        if let Some(found) = found.filter(|found| found.confirmed_at.is_some()) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
