//! What staff do: say yes or no, register somebody themselves, and send a mail again.

use super::draft::draft;
use super::letters::letter;
use super::mails::{send, send_to_attendee, tell_confirmed};
use super::model::{LeadsTo, Registration, RegistrationState, Step};
use super::refusal::{Outcome, Refusal};
use super::register::{Rules, one_at_a_time};
use super::seating::Seating;
use super::submission::Submission;
use super::tokens::{self, Purpose};
use super::{signing_up, store};
use crate::clock::{Instant, new_id};
use crate::db::rows::hold_event;
use crate::db::{Conn, DbError};
use crate::events::{Event, EventState};
use crate::faults::Faults;
use crate::ids::SessionId;
use crate::mail::{EmailKind, outbox};
use crate::tickets::TicketType;

/// Says yes: the seats that were held are theirs.
///
/// # Errors
/// What [`Refusal`] says.
pub fn approve(
    tx: &mut Conn,
    seating: Seating,
    mut registration: Registration,
) -> Outcome<Registration> {
    registration.step(Step::Approve, seating.now)?;
    store::update(tx, &mut registration)?;
    tell_confirmed(tx, seating.now, seating.about(), &registration)?;
    seating.close(tx)?;
    Ok(registration)
}

/// Says no, with a reason in the mail if there is one: the seats go to those who wait.
///
/// # Errors
/// What [`Refusal`] says.
pub fn reject(
    tx: &mut Conn,
    mut seating: Seating,
    mut registration: Registration,
    reason: Option<String>,
) -> Outcome<Registration> {
    registration.state.after(Step::Reject)?;
    seating.vacate(tx, &mut registration)?;
    registration.step(Step::Reject, seating.now)?;
    store::update(tx, &mut registration)?;
    outbox::suppress(tx, registration.id)?;
    let kind = EmailKind::RegistrationRejected;
    let mut told = letter(seating.about(), &registration, kind, None);
    if let Some(told) = &mut told {
        told.context.reason = reason;
        told.context.calendar_uid = None;
    }
    outbox::enqueue_all(tx, seating.now, told.as_slice())?;
    seating.close(tx)?;
    Ok(registration)
}

/// Registers somebody, with what staff noted, who is confirmed at once: also before and after registration is open, but never
/// past what there is, nor before somebody who waits and fits.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn create(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    event: &Event,
    (submission, notes): (&Submission, String),
) -> Outcome<Registration> {
    hold_event(tx, event.id)?;
    one_at_a_time(tx, event.id, &submission.contact.email)?;
    let mut seating = Seating::open(tx, now, rules, event.id)?;
    if seating.event.state != EventState::Published {
        return Err(Refusal::Conflict("The event is not published.").into());
    }
    if store::find_live(tx, event.id, &submission.contact.email)?.is_some() {
        return Err(Refusal::Conflict("The address has a registration already.").into());
    }
    check_sessions(tx, event, submission)?;
    let mut new = draft(now, rules, (event.id, &seating.types), submission)?;
    new.notes = notes;
    store::insert_all(tx, &[(&new, true)])?;
    seating.serve_those_who_wait(tx)?;
    seating.seat(tx, &mut new)??;
    new.step(Step::Confirm(LeadsTo::Confirmed), now)?;
    store::update(tx, &mut new)?;
    tell_confirmed(tx, now, seating.about(), &new)?;
    seating.close(tx)?;
    Ok(new)
}

fn check_sessions(tx: &mut Conn, event: &Event, submission: &Submission) -> Outcome<()> {
    let attendees = submission.attendees.iter().enumerate();
    let choices: Vec<(String, &[SessionId])> = attendees
        .map(|(n, one)| {
            let pointer = format!("/attendees/{n}/session_ids");
            (pointer, one.session_ids.as_slice())
        })
        .collect();
    let checked: Result<(), Faults> = signing_up::check(tx, event.id, &choices)?;
    Ok(checked.map_err(Refusal::Faults)?)
}

/// Mails again what the state of the registration calls for, with fresh links, to the contact and to those
/// who have a ticket of their own; says which mail it was.
///
/// # Errors
/// [`Refusal::WrongState`] for one that is over.
pub fn resend(
    tx: &mut Conn,
    now: Instant,
    about: (&Event, &[TicketType]),
    registration: &Registration,
) -> Outcome<EmailKind> {
    use RegistrationState as S;
    let (kind, purpose) = match registration.state {
        S::AwaitingConfirmation => (EmailKind::ConfirmRegistration, Some(Purpose::Confirm)),
        S::AwaitingApproval => (EmailKind::ApprovalPending, Some(Purpose::Manage)),
        S::WaitingList => (EmailKind::WaitingListJoined, None),
        S::Offered => (EmailKind::SeatOffered, Some(Purpose::Offer)),
        S::Confirmed => (EmailKind::RegistrationConfirmed, Some(Purpose::Manage)),
        state => return Err(Refusal::WrongState(state).into()),
    };
    let link = match purpose {
        Some(purpose) => Some(tokens::issue(tx, now, registration.id, purpose)?),
        None => None,
    };
    let (event, _) = about;
    let mut mail = letter(about, registration, kind, link);
    if let Some(mail) = &mut mail {
        mail.context.filled = signing_up::filled(tx, event.id, registration.active())?;
        // Once more, although it was told before.
        mail.dedupe_key = format!("{}/{}", mail.dedupe_key, new_id::<()>());
    }
    send(tx, now, mail)?;
    if kind == EmailKind::RegistrationConfirmed {
        for attendee in &registration.attendees {
            send_to_attendee(tx, now, about, (registration, attendee), kind)?;
        }
    }
    Ok(kind)
}

/// Writes what staff noted.
///
/// # Errors
/// The store's failure.
pub fn note(tx: &mut Conn, registration: &mut Registration, notes: &str) -> Result<(), DbError> {
    if registration.notes != notes {
        notes.clone_into(&mut registration.notes);
        store::update(tx, registration)?;
    }
    Ok(())
}
