//! A new registration, as it is before it has an address or a seat.

use super::model::{Attendee, AttendeeState, Registration, RegistrationState};
use super::register::Rules;
use super::submission::{ParsedAttendee, Submission};
use crate::auth::Secret;
use crate::clock::{Instant, new_id, random_code};
use crate::db::DbError;
use crate::ids::EventId;
use crate::tickets::TicketType;

/// The registration that a submission asks for.
///
/// # Errors
/// No random bytes.
pub fn draft(
    now: Instant,
    rules: Rules,
    (event_id, types): (EventId, &[TicketType]),
    submission: &Submission,
) -> Result<Registration, DbError> {
    let attendees = submission.attendees.iter();
    let attendees: Result<Vec<Attendee>, DbError> =
        attendees.map(|one| attendee(one, types)).collect();
    Ok(Registration {
        id: new_id(),
        event_id,
        code: random_code(8).map_err(DbError::internal)?,
        state: RegistrationState::AwaitingConfirmation,
        holds_seats: false,
        language: submission.language.clone(),
        contact: Some(submission.contact.clone()),
        attendees: attendees?,
        consents: submission.consents,
        invoice: submission.invoice.clone(),
        reference: submission.reference.clone(),
        confirm_before: now + rules.confirm_within,
        wants_list: submission.wants_list,
        joined_at: None,
        offer_expires_at: None,
        notes: String::new(),
        new_contact: None,
        created_at: now,
        confirmed_at: None,
        cancelled_at: None,
        erased_at: None,
        version: 1,
        access_code: submission.access_code,
    })
}

/// One who comes, with a ticket of their own, for what it costs now.
///
/// # Errors
/// No random bytes.
pub fn attendee(parsed: &ParsedAttendee, types: &[TicketType]) -> Result<Attendee, DbError> {
    let mut types = types.iter();
    let ticket = types.find(|known| known.id == parsed.ticket_type_id);
    Ok(Attendee {
        id: new_id(),
        ticket_type_id: parsed.ticket_type_id,
        price: ticket.and_then(|known| known.price.clone()),
        name: parsed.name.clone(),
        email: parsed.email.clone(),
        phone: parsed.phone.clone(),
        organisation: parsed.organisation.clone(),
        position: parsed.position.clone(),
        municipality_numbers: parsed.municipality_numbers.clone(),
        state: AttendeeState::Active,
        ticket_secret: ticket_secret()?,
        checked_in_at: None,
        answers: parsed.answers.clone(),
        waiting_for: None,
        waiting_price: None,
        session_ids: parsed.session_ids.clone(),
        lost_session_ids: Vec::new(),
        sensitive_consent: false,
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
