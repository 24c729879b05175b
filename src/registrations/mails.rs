//! Mails about registrations, written in the transaction of what they tell.

use super::model::{Attendee, Registration, RegistrationState};
use super::signing_up;
use super::tokens::{self, Purpose};
use crate::auth::Secret;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::RegistrationTokenId;
use crate::mail::{AttendeeFacts, EmailContext, EmailKind, EventFacts, NewEmail, outbox};
use crate::text::Email;
use crate::tickets::TicketType;

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
    let letter = letter(about, registration, kind, link);
    outbox::enqueue_all(tx, now, letter.as_slice())
}

/// Tells that a registration which was in the state `was` is called off. Only a confirmed one has an
/// entry in somebody's calendar that the mail must take away again.
///
/// # Errors
/// As [`tell`].
pub fn tell_end(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    (registration, was): (&Registration, RegistrationState),
    kind: EmailKind,
) -> Result<(), DbError> {
    let mut letter = letter(about, registration, kind, None);
    if let Some(mail) = letter
        .as_mut()
        .filter(|_| was != RegistrationState::Confirmed)
    {
        mail.context.calendar_uid = None;
    }
    outbox::enqueue_all(tx, now, letter.as_slice())
}

/// A mail to the contact; `None` if the person was erased.
#[must_use]
pub fn letter(
    (event, types): (&Event, &[TicketType]),
    registration: &Registration,
    kind: EmailKind,
    link: Option<(RegistrationTokenId, Secret)>,
) -> Option<NewEmail> {
    let contact = registration.contact.as_ref()?;
    let about = link.as_ref().map_or_else(
        || registration.version.to_string(),
        |(id, _)| id.to_string(),
    );
    Some(NewEmail {
        event_id: event.id,
        registration_id: Some(registration.id),
        kind,
        to_name: Some(contact.name.clone()),
        to: contact.email.clone(),
        language: registration.language.clone(),
        context: context(event, types, registration),
        secret: link.map(|(_, secret)| secret.reveal().to_owned()),
        dedupe_key: format!("{kind}/{}/{about}", registration.id),
    })
}

/// A mail to one attendee who has an address of their own; `None` for everybody else.
#[must_use]
pub fn letter_to_attendee(
    about: (&Event, &[TicketType]),
    registration: &Registration,
    attendee: &Attendee,
    kind: EmailKind,
    link: Option<(RegistrationTokenId, Secret)>,
) -> Option<NewEmail> {
    let to = own_address(registration, attendee)?.clone();
    let mut letter = letter(about, registration, kind, link)?;
    letter.to = to;
    letter.to_name = Some(attendee.name.clone());
    letter.context.contact_name = Some(attendee.name.clone());
    letter.context.attendees = facts(about.1, [attendee]);
    // An entry of its own in a calendar of its own.
    letter.context.calendar_uid = Some(format!("{}@kongress", attendee.id));
    letter.dedupe_key = format!("{}/{}", letter.dedupe_key, attendee.id);
    Some(letter)
}

/// The address of an attendee who is not the contact.
#[must_use]
pub fn own_address<'a>(registration: &Registration, attendee: &'a Attendee) -> Option<&'a Email> {
    let contact = registration.contact.as_ref()?;
    let address = attendee.email.as_ref()?;
    let other = attendee.comes() && address.identity() != contact.email.identity();
    other.then_some(address)
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
    outbox::enqueue_all(tx, now, letter.as_slice())?;
    for attendee in &registration.attendees {
        tell_attendee(tx, now, about, (registration, attendee), kind)?;
    }
    Ok(())
}

/// Writes to one attendee who has an own address, with their own link; to nobody otherwise.
///
/// # Errors
/// As [`tell`].
pub fn tell_attendee(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    (registration, attendee): (&Registration, &Attendee),
    kind: EmailKind,
) -> Result<(), DbError> {
    if own_address(registration, attendee).is_none() {
        return Ok(());
    }
    let wanted = (registration.id, Some(attendee.id), Purpose::Manage);
    let link = tokens::issue_one(tx, now, wanted)?;
    let mut letter = letter_to_attendee(about, registration, attendee, kind, Some(link));
    if let Some(mail) = &mut letter {
        mail.context.filled = signing_up::filled(tx, registration.event_id, [attendee])?;
    }
    outbox::enqueue_all(tx, now, letter.as_slice())
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
    let link = tokens::issue(tx, now, registration.id, Purpose::Manage)?;
    let kind = EmailKind::RegistrationChanged;
    let mut letter = letter(about, registration, kind, Some(link));
    if let Some(mail) = letter
        .as_mut()
        .filter(|_| registration.state != RegistrationState::Confirmed)
    {
        mail.context.calendar_uid = None;
    }
    outbox::enqueue_all(tx, now, letter.as_slice())
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
        waits.ticket_type_id = wish.ticket_type_id;
        mail.context.attendees = facts(about.1, [&waits]);
        mail.context.offer_expires_at = wish.offer_expires_at;
        mail.context.keeps_seat = true;
    }
    outbox::enqueue_all(tx, now, letter.as_slice())
}

fn facts<'a>(
    types: &[TicketType],
    attendees: impl IntoIterator<Item = &'a Attendee>,
) -> Vec<AttendeeFacts> {
    let ticket_of = |id| {
        let found = types.iter().find(|known| known.id == id);
        found.map(|known| known.name.clone())
    };
    let fact = |attendee: &Attendee| AttendeeFacts {
        name: attendee.name.clone(),
        ticket: ticket_of(attendee.ticket_type_id).unwrap_or_default(),
    };
    attendees.into_iter().map(fact).collect()
}

fn context(event: &Event, types: &[TicketType], registration: &Registration) -> EmailContext {
    // Who left is not told of any more, unless everybody has.
    let comes = registration.active().next().is_some();
    let attendees = registration
        .attendees
        .iter()
        .filter(|one| one.comes() || !comes);
    EmailContext {
        event: event_facts(event),
        code: Some(registration.code.clone()),
        contact_name: registration
            .contact
            .as_ref()
            .map(|contact| contact.name.clone()),
        attendees: facts(types, attendees),
        confirm_before: Some(registration.confirm_before),
        offer_expires_at: registration.offer_expires_at,
        keeps_seat: false,
        reason: None,
        programme: None,
        overlapping: Vec::new(),
        dropped: Vec::new(),
        filled: Vec::new(),
        calendar_uid: Some(format!("{}@kongress", registration.id)),
        calendar_sequence: registration.calendar_sequence,
    }
}

fn event_facts(event: &Event) -> EventFacts {
    let venue = event.venue.as_ref().map(|venue| match &venue.address {
        Some(address) => format!("{}, {address}", venue.name),
        None => venue.name.clone(),
    });
    EventFacts {
        title: event.title.clone(),
        default_language: event.languages.default.to_string(),
        starts_on: event.dates.map(|dates| dates.starts_on.to_string()),
        ends_on: event.dates.map(|dates| dates.ends_on.to_string()),
        timezone: event.timezone.name().to_owned(),
        venue,
        slug: event.slug.to_string(),
        contact_email: event.links.contact_email.clone(),
        privacy_url: event.links.privacy_url.clone(),
    }
}
