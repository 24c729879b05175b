//! Registering: seats, rows and mail in one transaction, and an answer that tells nobody who attends.

use chrono::TimeDelta;

use super::input::RegistrationInput;
use super::mails::tell;
use super::model::{Attendee, AttendeeState, LeadsTo, Registration, RegistrationState, Step};
use super::refusal::{Outcome, Refusal};
use super::submission::{ParsedAttendee, Submission};
use super::tokens::{self, Purpose};
use super::{claims, mail_log, store};
use crate::auth::Secret;
use crate::clock::{Instant, new_id, random_256};
use crate::db::rows::{hold_event, serialise_on};
use crate::db::{Conn, DbError, Stop};
use crate::events::{self, Event};
use crate::ids::{EventId, RegistrationId, SlugOr, TicketTypeId};
use crate::mail::{EmailKind, outbox};
use crate::text::Email;
use crate::tickets::model::Sale;
use crate::tickets::{self, TicketType, seats};

/// Mails that registering causes, one each time, whether the address is known or not: only these count
/// towards its limits, so that the limits tell no difference either.
const CAUSED: [EmailKind; 2] = [EmailKind::ConfirmRegistration, EmailKind::AlreadyRegistered];

/// What the configuration says about registering.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How long an unconfirmed registration holds its seats.
    pub confirm_within: TimeDelta,
    /// Whether mails per address are limited.
    pub limit_mails: bool,
}

/// What the answer is made of: nothing of it depends on whether the address is known.
#[derive(Debug)]
pub struct Accepted {
    /// The event.
    pub event: Event,
    /// What confirming leads to.
    pub leads_to: LeadsTo,
    /// Until when to confirm.
    pub confirm_before: Instant,
    /// The contact's address, as parsed.
    pub email: Email,
    /// The frontend's own reference.
    pub reference: Option<String>,
    /// The registration whose erasure also erases what is kept of this answer. Not told.
    pub registration: RegistrationId,
}

/// The event that anybody may see, kept as it is until the end of the transaction.
fn held_event(tx: &mut Conn, key: &str) -> Outcome<Event> {
    let found = events::find_public(tx, &SlugOr::parse(key))?.ok_or(Refusal::NoEvent)?;
    hold_event(tx, found.id)?;
    // Read again: it may have been cancelled while this waited.
    Ok(events::find_by_id(tx, found.id)?)
}

/// Registers.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn register(
    tx: &mut Conn,
    now: Instant,
    rules: Rules,
    event_key: &str,
    input: &RegistrationInput,
) -> Outcome<Accepted> {
    let event = held_event(tx, event_key)?;
    let types = tickets::list_all(tx, event.id)?;
    let submission = input
        .parse(&event, &types)
        .map_err(|faults| Stop::Refused(Refusal::Faults(faults)))?;
    let ticket = &submission.ticket_type;
    if ticket.sale(&event, now) != Sale::Open {
        return Err(Refusal::Closed(ticket.id).into());
    }
    one_at_a_time(tx, event.id, &submission.contact.email)?;
    let address = &submission.contact.email;
    let too_many_mails = rules.limit_mails
        && mail_log::seconds_to_wait(tx, now, event.id, address, &CAUSED)?.is_some();
    let new = insert_with_seats(tx, now, rules, &event, &submission)?;
    // From here on nothing is refused, and the answer is made. Only now is the address looked up.
    let registration = if too_many_mails {
        // Too many mails went to this address. Saying so would tell that somebody registered with it, so
        // nothing is made and what it has stays: the link in the newest mail is still good.
        seats::release(tx, &new.seats())?;
        store::take_back(tx, new.id)?;
        new.id
    } else {
        settle(tx, now, (&event, &types), &new, &submission)?
    };
    Ok(Accepted {
        leads_to: LeadsTo::Confirmed,
        confirm_before: new.confirm_before,
        email: submission.contact.email,
        reference: submission.reference,
        registration,
        event,
    })
}

/// One transaction at a time for an address, however its case and tags are written.
///
/// # Errors
/// The store's failure.
pub fn one_at_a_time(tx: &mut Conn, event: EventId, email: &Email) -> Result<(), DbError> {
    let mut name = event.uuid().as_bytes().to_vec();
    name.extend(email.limit_key());
    serialise_on(tx, &name)
}

/// Claims the seats and writes the rows, as for an address that nobody knows.
fn insert_with_seats(
    tx: &mut Conn,
    now: Instant,
    rules: Rules,
    event: &Event,
    submission: &Submission,
) -> Outcome<Registration> {
    let mut new = draft(now, rules, event, submission)?;
    if let Err(full) = seats::claim(tx, &new.seats())? {
        return Err(Refusal::SoldOut(full).into());
    }
    while !store::insert(tx, &new)? {
        new.code = code()?;
    }
    let types = std::slice::from_ref(&submission.ticket_type);
    if let Err((ticket_type, number)) = claims::claim(tx, types, &new)? {
        return Err(Refusal::MunicipalityTaken(ticket_type, number).into());
    }
    Ok(new)
}

/// Makes the new registration the one of its address, or takes it back where the address is further.
/// Returns the registration that lives on.
fn settle(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    new: &Registration,
    submission: &Submission,
) -> Outcome<RegistrationId> {
    let email = &submission.contact.email;
    let known = store::find_live(tx, new.event_id, email)?;
    if let Some(known) = known {
        if known.state != RegistrationState::AwaitingConfirmation {
            seats::release(tx, &new.seats())?;
            store::take_back(tx, new.id)?;
            let link = tokens::issue(tx, now, known.id, Purpose::Manage)?;
            tell(
                tx,
                now,
                about,
                &known,
                EmailKind::AlreadyRegistered,
                Some(link),
            )?;
            return Ok(known.id);
        }
        replace(tx, now, known)?;
    }
    store::set_identity(tx, new.id, email)?;
    let link = tokens::issue(tx, now, new.id, Purpose::Confirm)?;
    tell(
        tx,
        now,
        about,
        new,
        EmailKind::ConfirmRegistration,
        Some(link),
    )?;
    Ok(new.id)
}

/// Ends an unconfirmed registration whose place a newer one takes. It expires, as nobody called it off;
/// its link then answers so.
fn replace(tx: &mut Conn, now: Instant, mut earlier: Registration) -> Outcome<()> {
    vacate(tx, &mut earlier)?;
    earlier.step(Step::Expire, now)?;
    store::update(tx, &mut earlier)?;
    for purpose in [Purpose::Manage, Purpose::Access] {
        tokens::end(tx, earlier.id, Some(purpose))?;
    }
    Ok(outbox::suppress(tx, earlier.id)?)
}

/// Gives back what a registration holds. The caller writes it.
///
/// # Errors
/// The store's failure.
pub fn vacate(tx: &mut Conn, registration: &mut Registration) -> Result<(), DbError> {
    if registration.holds_seats {
        seats::release(tx, &registration.seats())?;
        claims::release(tx, registration)?;
        registration.holds_seats = false;
    }
    Ok(())
}

fn draft(
    now: Instant,
    rules: Rules,
    event: &Event,
    submission: &Submission,
) -> Result<Registration, DbError> {
    let ticket_type = submission.ticket_type.id;
    let attendees: Result<Vec<Attendee>, DbError> = submission
        .attendees
        .iter()
        .map(|parsed| attendee(ticket_type, parsed))
        .collect();
    Ok(Registration {
        id: new_id(),
        event_id: event.id,
        code: code()?,
        state: RegistrationState::AwaitingConfirmation,
        holds_seats: true,
        language: submission.language.clone(),
        contact: Some(submission.contact.clone()),
        attendees: attendees?,
        consents: submission.consents,
        invoice: submission.invoice.clone(),
        reference: submission.reference.clone(),
        confirm_before: now + rules.confirm_within,
        calendar_sequence: 0,
        created_at: now,
        confirmed_at: None,
        cancelled_at: None,
        erased_at: None,
        version: 1,
    })
}

fn attendee(ticket_type_id: TicketTypeId, parsed: &ParsedAttendee) -> Result<Attendee, DbError> {
    Ok(Attendee {
        id: new_id(),
        ticket_type_id,
        name: parsed.name.clone(),
        email: parsed.email.clone(),
        phone: parsed.phone.clone(),
        organisation: parsed.organisation.clone(),
        position: parsed.position.clone(),
        municipality_numbers: parsed.municipality_numbers.clone(),
        state: AttendeeState::Active,
        ticket_secret: ticket_secret()?,
        checked_in_at: None,
    })
}

/// What a ticket shows at the door: 256 random bits.
///
/// # Errors
/// No random bytes.
pub fn ticket_secret() -> Result<String, DbError> {
    let secret = Secret::generate("").map_err(DbError::internal)?;
    Ok(secret.reveal().to_owned())
}

/// Eight letters and digits that are not mistaken for each other when read aloud.
fn code() -> Result<String, DbError> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = random_256().map_err(DbError::internal)?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    Ok(random.iter().take(8).map(letter).collect())
}
