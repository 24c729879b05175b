//! What the contact changes of the registration as a whole. A new address counts once it has confirmed,
//! and the old one is told.

use chrono::TimeDelta;

use super::confirm::{Confirmed, open};
use super::letters::letter;
use super::mails::{tell_changed, tell_contact};
use super::model::{Contact, Registration};
use super::refusal::{Outcome, Refusal};
use super::register::{CAUSED, Rules, one_at_a_time};
use super::registration_input::ParsedRegistrationChange;
use super::tokens::{self, Purpose};
use super::{claims, mail_log, store};
use crate::clock::Instant;
use crate::db::Conn;
use crate::db::rows::hold_event;
use crate::events::{self, Event};
use crate::ids::AttendeeId;
use crate::mail::{AddressNews, EmailKind, outbox};
use crate::tickets::{self, TicketType};

/// Changes the registration; a new address of the contact is asked first. What changes nothing is told to
/// nobody.
///
/// # Errors
/// What [`Refusal`] says.
pub fn change(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    about: (&Event, &[TicketType]),
    mut registration: Registration,
    change: &ParsedRegistrationChange,
) -> Outcome<Registration> {
    if !registration.state.is_live() {
        return Err(Refusal::WrongState(registration.state).into());
    }
    let before = registration.clone();
    registration.language.clone_from(&change.language);
    registration.invoice.clone_from(&change.invoice);
    registration.consents = change.consents;
    if !registration.consents.sensitive {
        claims::withdraw_sensitive(tx, &mut registration, None)?;
    }
    let Some(contact) = &mut registration.contact else {
        return Err(Refusal::WrongState(registration.state).into());
    };
    contact.name.clone_from(&change.contact.name);
    contact.phone.clone_from(&change.contact.phone);
    let is_other = contact.email.identity() != change.contact.email.identity();
    registration.new_contact = is_other.then(|| change.contact.clone());
    if registration == before {
        return Ok(registration);
    }
    let is_new = is_other && registration.new_contact != before.new_contact;
    store::update(tx, &mut registration)?;
    if registration.new_contact != before.new_contact {
        tokens::end(tx, registration.id, Some(Purpose::Contact))?;
    }
    tell_contact(
        tx,
        now,
        about,
        &registration,
        is_new.then_some(AddressNews::Leaving),
    )?;
    if is_new {
        ask(tx, (now, rules), about, (&registration, &change.contact))?;
    }
    Ok(registration)
}

/// Notes whether an attendee says yes to what is kept of their own sensitive answers. With a no these
/// answers are deleted, whoever gave them.
///
/// # Errors
/// What [`Refusal`] says.
pub fn consent(
    tx: &mut Conn,
    mut registration: Registration,
    id: AttendeeId,
    yes: bool,
) -> Outcome<()> {
    if !registration.state.is_live() {
        return Err(Refusal::WrongState(registration.state).into());
    }
    let mut attendees = registration.attendees.iter_mut();
    let found = attendees.find(|one| one.id == id);
    found.ok_or(Refusal::NoAttendee)?.sensitive_consent = yes;
    if !yes {
        claims::withdraw_sensitive(tx, &mut registration, Some(id))?;
    }
    Ok(store::update(tx, &mut registration)?)
}

/// Asks the new address; refuses where it was written to too often, rather than never ask it.
fn ask(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    about: (&Event, &[TicketType]),
    (registration, new): (&Registration, &Contact),
) -> Outcome<()> {
    let kind = EmailKind::ConfirmRegistration;
    let key = new.email.limit_key();
    let event = registration.event_id;
    if rules.limit_mails && !mail_log::overwhelmed(tx, now, event, &[&key], &CAUSED)?.is_empty() {
        return Err(Refusal::TooManyMails(TimeDelta::hours(1)).into());
    }
    let link = tokens::issue(tx, now, registration.id, Purpose::Contact)?;
    let mut mail = letter(about, registration, kind, Some(link));
    if let Some(mail) = &mut mail {
        mail.to = new.email.clone();
        mail.to_name = Some(new.name.clone());
        mail.context.address = Some(AddressNews::Asked);
    }
    Ok(outbox::enqueue_all(tx, now, mail.as_slice())?)
}

/// Makes this the contact. Who comes themselves, by the address that the contact had, has the new one too.
fn move_own(registration: &mut Registration, new: &Contact) {
    let attendees = registration.attendees.iter();
    let own = attendees.map(|one| registration.is_contacts_own(one));
    let own: Vec<bool> = own.collect();
    for (attendee, own) in registration.attendees.iter_mut().zip(own) {
        if own {
            attendee.email = Some(new.email.clone());
        }
    }
    registration.contact = Some(new.clone());
}

/// Confirms a new address by the token that it was mailed. Links that the old one has open nothing any
/// more.
///
/// # Errors
/// What [`Refusal`] says.
pub fn confirm(tx: &mut Conn, now: Instant, secret: &str) -> Outcome<Confirmed> {
    let token = tokens::find(tx, secret, Purpose::Contact)?.ok_or(Refusal::UnknownToken)?;
    if token.used_at.is_some() {
        return Err(Refusal::TokenUsed.into());
    }
    let before = store::find_by_token(tx, token.registration_id)?;
    hold_event(tx, before.event_id)?;
    let new = before.new_contact.clone().ok_or(Refusal::Expired)?;
    one_at_a_time(tx, before.event_id, &new.email)?;
    let mut registration = store::find_by_token(tx, token.registration_id)?;
    if !registration.state.is_live() || registration.new_contact.as_ref() != Some(&new) {
        return Err(Refusal::Expired.into());
    }
    if store::find_live(tx, registration.event_id, &new.email)?.is_some() {
        return Err(Refusal::Conflict("The address has a registration of its own.").into());
    }
    let event = events::find_by_id(tx, registration.event_id)?;
    let types = tickets::list_all(tx, event.id)?;
    let about = (&event, types.as_slice());
    // Without a link: it is no longer theirs.
    let kind = EmailKind::RegistrationChanged;
    let farewell = letter(about, &registration, kind, None);
    registration.new_contact = None;
    move_own(&mut registration, &new);
    store::update(tx, &mut registration)?;
    store::set_identity(tx, registration.id, &new.email)?;
    tokens::mark_used(tx, &[token.id], now)?;
    tokens::end_contacts(tx, registration.id)?;
    let farewell = farewell.map(|mut mail| {
        mail.context.address = Some(AddressNews::Left);
        mail.context.calendar_uid = None;
        mail
    });
    outbox::enqueue_all(tx, now, farewell.as_slice())?;
    tell_changed(tx, now, about, &registration)?;
    let opened = open(tx, now, registration, None)?;
    Ok(Confirmed::Yes(Box::new(opened)))
}
