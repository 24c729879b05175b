//! Calling off: one registration, or all of an event. Whoever has a ticket hears of it.

use super::listing;
use super::mails::tell_end;
use super::model::{Registration, Step, may_cancel};
use super::refusal::{Outcome, Refusal};
use super::seating::Seating;
use super::{claims, store};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::mail::{EmailKind, outbox};
use crate::tickets;

/// Who calls a registration off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Its contact: only as long as the event lets them.
    Contact,
    /// The organiser.
    Organiser,
}

/// Calls a registration off that was read after the event's seats were taken in hand.
///
/// # Errors
/// What [`Refusal`] says.
pub fn cancel(
    tx: &mut Conn,
    mut seating: Seating,
    mut registration: Registration,
    by: By,
) -> Outcome<Registration> {
    registration
        .state
        .after(Step::Cancel)
        .map_err(Refusal::from)?;
    if by == By::Contact && !may_cancel(&seating.event, seating.now) {
        return Err(Refusal::TooLateToCancel.into());
    }
    let before = registration.clone();
    seating.vacate(tx, &mut registration)?;
    registration.step(Step::Cancel, seating.now)?;
    store::update(tx, &mut registration)?;
    outbox::suppress(tx, registration.id)?;
    let kind = EmailKind::RegistrationCancelled;
    tell_end(
        tx,
        seating.now,
        seating.about(),
        (&before, &registration),
        kind,
    )?;
    seating.close(tx)?;
    Ok(registration)
}

/// Calls off every live registration of an event that is cancelled in this transaction, and tells each.
/// Set-based: the event's row was updated before, so nobody claims seats meanwhile.
///
/// # Errors
/// The store's failure.
pub fn cancel_all_for_event(tx: &mut Conn, now: Instant, event: &Event) -> Result<(), DbError> {
    let live = listing::list_live(tx, event.id)?;
    listing::cancel_all(tx, now, event.id)?;
    claims::release_event(tx, event.id)?;
    let types = tickets::list_all(tx, event.id)?;
    for before in live {
        let mut registration = before.clone();
        registration.version += 1;
        outbox::suppress(tx, registration.id)?;
        let kind = EmailKind::EventCancelled;
        tell_end(tx, now, (event, &types), (&before, &registration), kind)?;
    }
    Ok(())
}
