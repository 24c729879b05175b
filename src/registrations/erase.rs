//! Erasing a person: nothing that tells who they were stays; counts and states do.

use super::cancel::vacate;
use super::draft::ticket_secret;
use super::model::{Attendee, Registration, Step};
use super::refusal::Outcome;
use super::{claims, store, tokens};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::idempotency;
use crate::mail::{self, outbox};

/// Erases whoever made this registration, with everything they left at the event: earlier registrations
/// that were replaced or called off too. Seats are freed, unless the event is over: then who came still
/// counts. The caller holds the event's row, and tells the service of the files of mails that this gives
/// once it is committed ([`AppState::erased`](crate::server::AppState::erased)).
///
/// # Errors
/// The store's failure.
pub fn erase(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    registration: &Registration,
) -> Outcome<Vec<String>> {
    let mut mail_files = Vec::new();
    let Some(contact) = &registration.contact else {
        return Ok(mail_files);
    };
    for id in store::list_of_person(tx, event.id, &contact.email)? {
        if let Some(found) = store::find(tx, event.id, id)? {
            mail_files.extend(mail::files_of(tx, id)?);
            erase_one(tx, now, event, found)?;
        }
    }
    Ok(mail_files)
}

fn erase_one(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    mut registration: Registration,
) -> Outcome<()> {
    let is_over = event.ends_at().is_some_and(|end| now >= end);
    if registration.state.is_live() && !is_over {
        vacate(tx, &mut registration)?;
        registration.step(Step::Cancel, now)?;
    }
    claims::forget_choices(tx, &registration)?;
    registration.contact = None;
    registration.invoice = None;
    registration.reference = None;
    registration.erased_at = Some(now);
    let nameless: Result<Vec<Attendee>, DbError> =
        registration.attendees.iter().map(nameless).collect();
    registration.attendees = nameless?;
    store::update(tx, &mut registration)?;
    outbox::erase(tx, registration.id)?;
    idempotency::forget(tx, registration.id)?;
    Ok(tokens::end(tx, registration.id, None)?)
}

fn nameless(attendee: &Attendee) -> Result<Attendee, DbError> {
    Ok(Attendee {
        id: attendee.id,
        ticket_type_id: attendee.ticket_type_id,
        name: String::new(),
        email: None,
        phone: None,
        organisation: None,
        position: None,
        municipality_numbers: Vec::new(),
        state: attendee.state,
        ticket_secret: ticket_secret()?,
        checked_in_at: attendee.checked_in_at,
        answers: Vec::new(),
    })
}
