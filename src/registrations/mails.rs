//! Mails about registrations, written in the transaction of what they tell.

use super::model::{Registration, RegistrationState};
use crate::auth::Secret;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::RegistrationTokenId;
use crate::mail::{AttendeeFacts, EmailContext, EmailKind, EventFacts, NewEmail, outbox};
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

fn context(event: &Event, types: &[TicketType], registration: &Registration) -> EmailContext {
    let ticket_of = |id| {
        types
            .iter()
            .find(|known| known.id == id)
            .map(|known| known.name.clone())
    };
    let attendees = registration.attendees.iter().map(|attendee| AttendeeFacts {
        name: attendee.name.clone(),
        ticket: ticket_of(attendee.ticket_type_id).unwrap_or_default(),
    });
    EmailContext {
        event: event_facts(event),
        code: Some(registration.code.clone()),
        contact_name: registration
            .contact
            .as_ref()
            .map(|contact| contact.name.clone()),
        attendees: attendees.collect(),
        confirm_before: Some(registration.confirm_before),
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
