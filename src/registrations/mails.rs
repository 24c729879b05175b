//! Mails about registrations, written in the transaction of what they tell.

use std::collections::btree_map::{BTreeMap, Entry};

use super::letters::{facts, letter, letter_to_attendee, own_address, standing};
use super::model::{Attendee, Registration, RegistrationState};
use super::refusal::{Outcome, Refusal};
use super::register::Rules;
use super::tokens::{self, Purpose};
use super::{mail_log, news, signing_up, store};
use crate::auth::Secret;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{EventId, RegistrationTokenId};
use crate::mail::{AddressNews, EmailKind, NewEmail, outbox};
use crate::programme::{self, document::Programme};
use crate::text::Email;
use crate::tickets::TicketType;

/// Puts letters into the outbox, with the sessions that were chosen by those they are about.
///
/// # Errors
/// The store's failure.
pub fn send(
    tx: &mut Conn,
    now: Instant,
    letters: impl IntoIterator<Item = NewEmail>,
) -> Result<(), DbError> {
    let mut letters: Vec<NewEmail> = letters.into_iter().collect();
    name_sessions(tx, &mut letters)?;
    outbox::enqueue_all(tx, now, &letters)
}

/// Says of each attendee what they chose. The programme of an event is read once, and only where somebody
/// did: registering comes in crowds.
fn name_sessions(tx: &mut Conn, letters: &mut [NewEmail]) -> Result<(), DbError> {
    let mut programmes: BTreeMap<EventId, Programme> = BTreeMap::new();
    for letter in letters.iter_mut().filter(|one| one.kind.lists_choices()) {
        let event = letter.event_id;
        let attendees = letter.context.attendees.iter_mut();
        for one in attendees.filter(|one| !one.session_ids.is_empty()) {
            let programme = match programmes.entry(event) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let newest = programme::newest_release(tx, event)?;
                    place.insert(newest.map(|one| one.programme).unwrap_or_default())
                }
            };
            one.sessions = news::chosen(programme, &one.session_ids);
        }
    }
    Ok(())
}

/// Refuses what a contact does again and again once it would flood an address that is not theirs: whose it
/// is was never asked.
fn check_often(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    letter: Option<&NewEmail>,
) -> Outcome<()> {
    let Some(letter) = letter.filter(|_| rules.limit_mails) else {
        return Ok(());
    };
    let Some(registration) = letter.registration_id else {
        return Ok(());
    };
    let about = (&letter.to, letter.kind);
    match mail_log::rest(tx, now, registration, about)? {
        Some(rest) => Err(Refusal::TooManyMails(rest).into()),
        None => Ok(()),
    }
}

/// Puts a mail to the contact into the outbox. `link` is the token of the link to act on.
///
/// # Errors
/// The store's failure. An erased registration has nobody to write to.
pub fn tell(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    registration: &Registration,
    kind: EmailKind,
    link: Option<(RegistrationTokenId, Secret)>,
) -> Result<(), DbError> {
    send(tx, now, letter(about, registration, kind, link))
}

/// Tells that a registration is called off: the contact, and of a confirmed one all who had a ticket of
/// their own. Only a confirmed one has an entry in somebody's calendar that the mail must take away again.
///
/// # Errors
/// As [`tell`].
pub fn tell_end(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    (before, registration): (&Registration, &Registration),
    kind: EmailKind,
) -> Result<(), DbError> {
    let mut letters: Vec<NewEmail> = letter(about, registration, kind, None)
        .into_iter()
        .collect();
    if let Some(mail) = letters.first_mut() {
        // Who had left before is not told of once more.
        mail.context.attendees = facts(about.1, before.active());
        mail.context.standing = standing(before);
        mail.context.held_nothing = !before.holds_seats;
    }
    if before.state == RegistrationState::Confirmed {
        let gone = before.active();
        letters.extend(
            gone.filter_map(|one| letter_to_attendee(about, registration, one, kind, None)),
        );
    } else if let Some(mail) = letters.first_mut() {
        mail.context.calendar_uid = None;
    }
    outbox::enqueue_all(tx, now, &letters)
}

/// Tells the contact that the registration is confirmed, and each attendee with an own address; all get
/// their own link.
///
/// # Errors
/// As [`tell`].
pub fn tell_confirmed(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    registration: &Registration,
) -> Result<(), DbError> {
    let kind = EmailKind::RegistrationConfirmed;
    let link = tokens::issue(tx, now, registration.id, Purpose::Manage)?;
    let mut letter = letter(about, registration, kind, Some(link));
    if let Some(mail) = &mut letter {
        mail.context.filled = signing_up::filled(tx, registration.event_id, registration.active())?;
    }
    let mut letters: Vec<NewEmail> = letter.into_iter().collect();
    for attendee in &registration.attendees {
        let about_them = (registration, attendee);
        letters.extend(with_own_link(tx, now, about, about_them, kind)?);
    }
    send(tx, now, letters)
}

/// Writes to one attendee who has an own address, with their own link, as they or staff asked for; to
/// nobody otherwise.
///
/// # Errors
/// As [`tell`].
pub fn send_to_attendee(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    (registration, attendee): (&Registration, &Attendee),
    kind: EmailKind,
) -> Result<(), DbError> {
    let letter = with_own_link(tx, now, about, (registration, attendee), kind)?;
    send(tx, now, letter)
}

/// As [`send_to_attendee`], of what somebody else did.
///
/// # Errors
/// [`Refusal::TooManyMails`], or as [`tell`].
pub fn tell_attendee(
    tx: &mut Conn,
    at: (Instant, Rules),
    about: (&Event, &[TicketType]),
    (registration, attendee): (&Registration, &Attendee),
    kind: EmailKind,
) -> Outcome<()> {
    let letter = with_own_link(tx, at.0, about, (registration, attendee), kind)?;
    check_often(tx, at, letter.as_ref())?;
    Ok(send(tx, at.0, letter)?)
}

/// The letter of [`send_to_attendee`].
fn with_own_link(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    (registration, attendee): (&Registration, &Attendee),
    kind: EmailKind,
) -> Result<Option<NewEmail>, DbError> {
    if own_address(registration, attendee).is_none() {
        return Ok(None);
    }
    let wanted = (registration.id, Some(attendee.id), Purpose::Manage);
    let link = tokens::issue_one(tx, now, wanted)?;
    let mut letter = letter_to_attendee(about, registration, attendee, kind, Some(link));
    if let Some(mail) = &mut letter {
        mail.context.filled = signing_up::filled(tx, registration.event_id, [attendee])?;
    }
    Ok(letter)
}

/// Tells the contact that something of the registration changed.
///
/// # Errors
/// As [`tell`].
pub fn tell_changed(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    registration: &Registration,
) -> Result<(), DbError> {
    tell_contact(tx, now, about, registration, None)
}

/// As [`tell_changed`], of one attendee: they hear of it, too, where they have a ticket of their own. One
/// who has got another address gets the ticket there, as with a confirmation; what was mailed to the old
/// one opens nothing any more, and it is told so.
///
/// # Errors
/// As [`tell_attendee`].
pub fn tell_changed_one(
    tx: &mut Conn,
    at: (Instant, Rules),
    about: (&Event, &[TicketType]),
    (registration, before): (&Registration, &Attendee),
) -> Outcome<()> {
    let identity = |one: &Attendee| one.email.as_ref().map(Email::identity);
    let mut active = registration.active();
    let Some(after) = active.find(|one| one.id == before.id) else {
        return Ok(tell_changed(tx, at.0, about, registration)?);
    };
    let has_moved = identity(before) != identity(after);
    if has_moved {
        tokens::end_attendee(tx, before.id)?;
    }
    tell_changed(tx, at.0, about, registration)?;
    if registration.state != RegistrationState::Confirmed {
        return Ok(());
    }
    if !has_moved {
        let kind = EmailKind::RegistrationChanged;
        return tell_attendee(tx, at, about, (registration, after), kind);
    }
    let mut others = registration.active();
    if !others.any(|one| identity(one) == identity(before)) {
        tell_left(tx, at, about, (registration, before))?;
    }
    let kind = EmailKind::RegistrationConfirmed;
    tell_attendee(tx, at, about, (registration, after), kind)
}

/// Tells the address that an attendee had, and that nobody else has, that it is in the registration no
/// more.
fn tell_left(
    tx: &mut Conn,
    at: (Instant, Rules),
    about: (&Event, &[TicketType]),
    (registration, before): (&Registration, &Attendee),
) -> Outcome<()> {
    let kind = EmailKind::RegistrationChanged;
    let mut letter = letter_to_attendee(about, registration, before, kind, None);
    if let Some(mail) = &mut letter {
        mail.context.address = Some(AddressNews::Left);
        mail.context.calendar_uid = None;
    }
    check_often(tx, at, letter.as_ref())?;
    Ok(outbox::enqueue_all(tx, at.0, letter.as_slice())?)
}

/// Tells an attendee who had a ticket of their own that they don't come any more.
///
/// # Errors
/// As [`tell_attendee`].
pub fn tell_gone(
    tx: &mut Conn,
    at: (Instant, Rules),
    about: (&Event, &[TicketType]),
    (registration, before): (&Registration, &Attendee),
) -> Outcome<()> {
    let kind = EmailKind::RegistrationCancelled;
    let letter = letter_to_attendee(about, registration, before, kind, None);
    let mut letter = letter.filter(|_| registration.state == RegistrationState::Confirmed);
    if let Some(mail) = &mut letter {
        // A colleague takes over under the same id.
        mail.context.handed_over = registration.active().any(|one| one.id == before.id);
    }
    check_often(tx, at, letter.as_ref())?;
    Ok(outbox::enqueue_all(tx, at.0, letter.as_slice())?)
}

/// As [`tell_changed`]; `address` is what becomes of the contact's.
///
/// # Errors
/// As [`tell`].
pub fn tell_contact(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    registration: &Registration,
    address: Option<AddressNews>,
) -> Result<(), DbError> {
    let link = tokens::issue(tx, now, registration.id, Purpose::Manage)?;
    let kind = EmailKind::RegistrationChanged;
    let mut letter = letter(about, registration, kind, Some(link));
    if let Some(mail) = &mut letter {
        mail.context.address = address;
        if registration.state != RegistrationState::Confirmed {
            mail.context.calendar_uid = None;
        }
    }
    send(tx, now, letter)
}

/// Offers one attendee the seat they wait for, with a link to answer by: the mail goes to them where they
/// have an address, else to the contact.
///
/// # Errors
/// As [`tell`].
pub fn tell_offer(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    registration: &Registration,
    attendee: &Attendee,
) -> Result<(), DbError> {
    let Some(wish) = attendee.waiting_for else {
        return Ok(());
    };
    let wanted = (registration.id, Some(attendee.id), Purpose::Offer);
    let link = Some(tokens::issue_one(tx, now, wanted)?);
    let kind = EmailKind::SeatOffered;
    let mut letter = match own_address(registration, attendee) {
        Some(_) => letter_to_attendee(about, registration, attendee, kind, link),
        None => letter(about, registration, kind, link),
    };
    if let Some(mail) = &mut letter {
        let mut waits = attendee.clone();
        waits.take_wish();
        mail.context.attendees = facts(about.1, [&waits]);
        mail.context.total = None;
        mail.context.offer_expires_at = wish.offer_expires_at;
        mail.context.keeps_seat = true;
    }
    send(tx, now, letter)
}

/// The language of the mails about the registration that a link of one of these purposes leads to; `None`
/// where it leads to none.
///
/// # Errors
/// The store's failure.
pub fn language(
    conn: &mut Conn,
    purposes: &[Purpose],
    secret: &str,
) -> Result<Option<String>, DbError> {
    for purpose in purposes {
        if let Some(token) = tokens::find(conn, secret, *purpose)? {
            let registration = store::find_by_token(conn, token.registration_id)?;
            return Ok(Some(registration.language));
        }
    }
    Ok(None)
}
