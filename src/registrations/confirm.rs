//! Links of mails: confirming an address, and opening one's registration.

use chrono::TimeDelta;

use super::letters::own_address;
use super::mails::{send_to_attendee, tell, tell_confirmed};
use super::model::{Attendee, LeadsTo, Registration, RegistrationState, Step, manage_until};
use super::places::Own;
use super::refusal::{Outcome, Refusal};
use super::register::{Rules, one_at_a_time};
use super::seating::Seating;
use super::tokens::{self, Purpose, Token};
use super::{contact, mail_log, places, store};
use crate::auth::Secret;
use crate::clock::Instant;
use crate::db::rows::serialise_on;
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::idempotency;
use crate::ids::{AttendeeId, SlugOr};
use crate::mail::EmailKind;
use crate::text::Email;
use crate::tickets::{self, TicketType};

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
    /// Whose view of it this is, and its place in the line.
    pub own: Own,
    /// Opens it from now on.
    pub access_token: Secret,
}

impl Opened {
    /// Those whom the one who opened it sees: all, or themselves.
    pub fn seen_attendees(&self) -> impl Iterator<Item = &Attendee> {
        let own = self.own.attendee;
        let attendees = self.registration.attendees.iter();
        attendees.filter(move |one| own.is_none_or(|id| id == one.id))
    }
}

/// How confirming ended. Both are stored.
#[derive(Debug)]
pub enum Confirmed {
    /// The seats are theirs.
    Yes(Box<Opened>),
    /// It was late, and the seats have gone to others: the registration has expired.
    TooLate,
}

/// Opens a registration that was read in this transaction, for its contact or for one of its attendees.
///
/// # Errors
/// The store's failure.
pub fn open(
    tx: &mut Conn,
    now: Instant,
    registration: Registration,
    attendee: Option<AttendeeId>,
) -> Result<Opened, DbError> {
    let wanted = (registration.id, attendee, Purpose::Access);
    let (_, access_token) = tokens::issue_one(tx, now, wanted)?;
    let event = events::find_by_id(tx, registration.event_id)?;
    let types = tickets::list_all(tx, event.id)?;
    Ok(Opened {
        own: places::own(tx, &types, &registration, attendee)?,
        types,
        event,
        registration,
        access_token,
    })
}

/// Confirms the address of a registration by the token of its link.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn confirm(tx: &mut Conn, now: Instant, rules: Rules, secret: &str) -> Outcome<Confirmed> {
    // One at a time: a second look at the same link finds it used rather than in between.
    serialise_on(tx, [secret.as_bytes()])?;
    let Some(token) = tokens::find(tx, secret, Purpose::Confirm)? else {
        return contact::confirm(tx, now, secret);
    };
    let event = store::find_by_token(tx, token.registration_id)?.event_id;
    let seating = Seating::open(tx, now, rules, event)?;
    let registration = store::find_by_token(tx, token.registration_id)?;
    match (token.used_at, registration.state) {
        (Some(used), _) if now >= used + GRACE => Err(Refusal::TokenUsed.into()),
        (Some(_), _) => {
            let opened = open(tx, now, registration, None)?;
            Ok(Confirmed::Yes(Box::new(opened)))
        }
        (None, RegistrationState::AwaitingConfirmation) => {
            confirm_now(tx, &token, seating, registration)
        }
        // By another of the links that it was mailed.
        (None, state) if state.is_live() => {
            tokens::mark_used(tx, &[token.id], now)?;
            let opened = open(tx, now, registration, None)?;
            Ok(Confirmed::Yes(Box::new(opened)))
        }
        (None, RegistrationState::Expired) => Err(Refusal::Expired.into()),
        (None, state) => Err(Refusal::WrongState(state).into()),
    }
}

fn confirm_now(
    tx: &mut Conn,
    token: &Token,
    mut seating: Seating,
    mut registration: Registration,
) -> Outcome<Confirmed> {
    let now = seating.now;
    let Some(leads_to) = lead(tx, &mut seating, &mut registration)? else {
        registration.step(Step::Expire, now)?;
        store::update(tx, &mut registration)?;
        seating.close(tx)?;
        return Ok(Confirmed::TooLate);
    };
    registration.step(Step::Confirm(leads_to), now)?;
    store::update(tx, &mut registration)?;
    tokens::mark_used(tx, &[token.id], now)?;
    let about = seating.about();
    match leads_to {
        LeadsTo::Confirmed => tell_confirmed(tx, now, about, &registration)?,
        LeadsTo::AwaitingApproval => {
            let link = tokens::issue(tx, now, registration.id, Purpose::Manage)?;
            let kind = EmailKind::ApprovalPending;
            tell(tx, now, about, &registration, kind, Some(link))?;
        }
        LeadsTo::WaitingList => {
            let kind = EmailKind::WaitingListJoined;
            tell(tx, now, about, &registration, kind, None)?;
        }
    }
    seating.close(tx)?;
    let opened = open(tx, now, registration, None)?;
    Ok(Confirmed::Yes(Box::new(opened)))
}

/// What confirming leads to: the seats that are held, or that are still free after everybody who waits
/// was asked; else a place in the line for who wanted one; else nothing.
fn lead(
    tx: &mut Conn,
    seating: &mut Seating,
    registration: &mut Registration,
) -> Result<Option<LeadsTo>, DbError> {
    let seats = registration.seats();
    if !registration.holds_seats {
        seating.serve_those_who_wait(tx)?;
        if seating.not_on_sale(&seats).is_some() {
            return Ok(None);
        }
        match seating.seat_late(tx, registration)? {
            Ok(()) => {}
            Err(Refusal::SoldOut(full))
                if registration.wants_list && seating.may_line_up(&seats, full).is_ok() =>
            {
                seating.join_line(tx, registration)?;
                return Ok(Some(LeadsTo::WaitingList));
            }
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(if needs_approval(&seating.types, registration) {
        LeadsTo::AwaitingApproval
    } else {
        LeadsTo::Confirmed
    }))
}

/// Whether the organiser says yes first to one of these tickets.
#[must_use]
pub fn needs_approval(types: &[TicketType], registration: &Registration) -> bool {
    let seats = registration.seats();
    let mut wanted = types.iter().filter(|known| seats.contains_key(&known.id));
    wanted.any(|known| known.requires_approval)
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
    Ok(open(tx, now, registration, token.attendee_id)?)
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
    let found = find_to_link(tx, &event, email)?;
    // Who has not confirmed needs the link that confirms.
    let (kind, purpose) = match found.as_ref().map(|one| one.state) {
        Some(RegistrationState::AwaitingConfirmation) => {
            (EmailKind::ConfirmRegistration, Purpose::Confirm)
        }
        _ => (EmailKind::RegistrationLink, Purpose::Manage),
    };
    let address = email.limit_key();
    let too_many =
        limit_mails && !mail_log::overwhelmed(tx, now, event.id, &[&address], &[kind])?.is_empty();
    let tickets_of = mail_log::tickets_mailed_to(tx, event.id, email)?;
    let ended = manage_until(&event).is_some_and(|end| now >= end);
    if ended {
        return Ok(());
    }
    let (lately, left) = mail_log::links_lately(tx, now, event.id, email)?;
    let mut left = if limit_mails { left } else { usize::MAX };
    let types = tickets::list_all(tx, event.id)?;
    if let Some(registration) = found.filter(|_| !too_many) {
        let link = tokens::issue(tx, now, registration.id, purpose)?;
        tell(tx, now, (&event, &types), &registration, kind, Some(link))?;
        left = left.saturating_sub(usize::from(kind == EmailKind::RegistrationLink));
    }
    let mut confirmed = Vec::new();
    for id in tickets_of {
        let found = store::find(tx, event.id, id)?;
        confirmed.extend(found.filter(|one| one.state == RegistrationState::Confirmed));
    }
    let of_address = |one: &Registration, attendee: &Attendee| {
        own_address(one, attendee).is_some_and(|own| own.identity() == email.identity())
    };
    let all = confirmed
        .iter()
        .flat_map(|one| one.active().map(move |attendee| (one, attendee)));
    let mut theirs: Vec<(&Registration, &Attendee)> = all
        .filter(|(one, attendee)| of_address(one, attendee))
        .collect();
    // Many may share an address: whoever got no link lately comes first.
    theirs.sort_by_cached_key(|(_, attendee)| {
        let id = attendee.id.to_string();
        lately.iter().any(|key| key.ends_with(&id))
    });
    for about in theirs.into_iter().take(left) {
        let kind = EmailKind::RegistrationLink;
        send_to_attendee(tx, now, (&event, &types), about, kind)?;
    }
    Ok(())
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
