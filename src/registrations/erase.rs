//! Erasing a person: nothing that tells who they were stays; counts and states do.

use super::draft::ticket_secret;
use super::model::{Attendee, Registration, Step};
use super::refusal::Outcome;
use super::seating::Seating;
use super::{claims, store, tokens};
use crate::db::{Conn, DbError};
use crate::idempotency;
use crate::mail;

/// Erases whoever made this registration, with everything they left at the event: earlier registrations
/// that were replaced or called off too. Seats are freed, unless the event is over: then who came still
/// counts. The caller tells the service of the files of mails that this gives
/// once it is committed ([`AppState::erased`](crate::server::AppState::erased)).
///
/// # Errors
/// The store's failure.
pub fn erase(
    tx: &mut Conn,
    mut seating: Seating,
    registration: &Registration,
) -> Outcome<Vec<String>> {
    let mut mail_files = Vec::new();
    let Some(contact) = &registration.contact else {
        return Ok(mail_files);
    };
    let event = seating.event.id;
    for id in store::list_of_person(tx, event, &contact.email)? {
        if let Some(found) = store::find(tx, event, id)? {
            mail_files.extend(mail::files_of(tx, id)?);
            erase_one(tx, &mut seating, found)?;
        }
    }
    seating.close(tx)?;
    Ok(mail_files)
}

fn erase_one(tx: &mut Conn, seating: &mut Seating, mut registration: Registration) -> Outcome<()> {
    let now = seating.now;
    let is_over = seating.event.ends_at().is_some_and(|end| now >= end);
    if registration.state.is_live() && !is_over {
        seating.vacate(tx, &mut registration)?;
        registration.step(Step::Cancel, now)?;
    }
    claims::forget_choices(tx, &registration, None)?;
    registration.contact = None;
    registration.invoice = None;
    registration.reference = None;
    registration.new_contact = None;
    registration.notes = String::new();
    registration.erased_at = Some(now);
    let nameless: Result<Vec<Attendee>, DbError> =
        registration.attendees.iter().map(nameless).collect();
    registration.attendees = nameless?;
    store::update(tx, &mut registration)?;
    mail::erase(tx, registration.id)?;
    idempotency::forget(tx, registration.id)?;
    Ok(tokens::end(tx, registration.id, None)?)
}

pub(super) fn nameless(attendee: &Attendee) -> Result<Attendee, DbError> {
    Ok(Attendee {
        id: attendee.id,
        ticket_type_id: attendee.ticket_type_id,
        price: attendee.price.clone(),
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
        waiting_for: attendee.waiting_for,
        waiting_price: attendee.waiting_price.clone(),
        session_ids: attendee.session_ids.clone(),
        lost_session_ids: Vec::new(),
        sensitive_consent: false,
    })
}
