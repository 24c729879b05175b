//! Who gets a seat that is free: the earliest whole party that fits. One that was passed over keeps its
//! place.

use super::claims::Lost;
use super::letters::letter;
use super::line::{self, Waiting};
use super::mails::tell_offer;
use super::model::{Registration, RegistrationState, Step};
use super::register::Rules;
use super::tokens::{self, Purpose};
use super::{claims, gone_options, signing_up, store};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::{Event, EventState};
use crate::ids::{AttendeeId, EventId, RegistrationId};
use crate::mail::{EmailKind, outbox};
use crate::tickets::TicketType;
use crate::tickets::seats::{Ledger, Seats};

/// Offers what is free to those who wait, in their order, until nobody who still waits would fit. The
/// ledger's counters are this transaction's; the caller closes it. Nothing is offered after the close of
/// registration or the start of the event.
///
/// # Errors
/// The store's failure.
pub fn promote(
    tx: &mut Conn,
    now: Instant,
    rules: Rules,
    (event, types): (&Event, &[TicketType]),
    ledger: &mut Ledger,
) -> Result<(), DbError> {
    if event.state != EventState::Published || !ledger.may_seat_those_who_wait() {
        return Ok(());
    }
    let about = About {
        now,
        rules,
        event,
        types,
    };
    for waiting in line::list(tx, event.id)? {
        if !ledger.may_seat_those_who_wait() {
            break;
        }
        let Some(until) = about.offered_until(&waiting.seats) else {
            continue;
        };
        match (waiting.place, waiting.kept) {
            ((_, registration, Some(attendee)), Some(kept)) => {
                let wanted = waiting.seats.keys().next().copied().unwrap_or(kept);
                if ledger.take_beside(kept, wanted) {
                    ledger.line_up(&waiting.seats, -1);
                    about.offer_beside(tx, (registration, attendee), until)?;
                }
            }
            _ => about.offer_to_party(tx, ledger, &waiting, until)?,
        }
    }
    Ok(())
}

struct About<'a> {
    now: Instant,
    rules: Rules,
    event: &'a Event,
    types: &'a [TicketType],
}

impl About<'_> {
    /// Until when an offer of these would hold; `None`: nothing of it is offered any more.
    fn offered_until(&self, seats: &Seats) -> Option<Instant> {
        let wanted = self
            .types
            .iter()
            .filter(|known| seats.contains_key(&known.id));
        let end = wanted
            .filter_map(|known| known.line_ends_at(self.event))
            .min();
        let full = self.now + self.rules.offer_within;
        match end {
            Some(end) if self.now >= end => None,
            Some(end) => Some(end.min(full)),
            None => Some(full),
        }
    }

    fn offer_to_party(
        &self,
        tx: &mut Conn,
        ledger: &mut Ledger,
        waiting: &Waiting,
        until: Instant,
    ) -> Result<(), DbError> {
        if ledger.take(&waiting.seats).is_err() {
            return Ok(());
        }
        let mut registration = in_line(tx, self.event.id, waiting.place.1)?;
        let claimed = claims::claim_what_is_left(tx, self.types, &mut registration)?;
        let Ok(lost) = claimed else {
            // Its municipality has its seat, or its code is used up: it waits on for that to be given up.
            claims::release(tx, &registration)?;
            let given = ledger.give(&waiting.seats).then_some(());
            return given.ok_or_else(|| DbError::internal("seats can't be given back"));
        };
        signing_up::take_what_is_left(tx, &mut registration)?;
        ledger.line_up(&waiting.seats, -1);
        registration
            .step(Step::Offer, self.now)
            .map_err(|wrong| DbError::internal(format!("one that is {} was in line", wrong.0)))?;
        registration.holds_seats = true;
        registration.offer_expires_at = Some(until);
        store::update(tx, &mut registration)?;
        self.tell_party(tx, &registration, &lost)
    }

    /// Writes to the contact of a party that is offered its seats, also of what it chose and can't have.
    fn tell_party(
        &self,
        tx: &mut Conn,
        registration: &Registration,
        lost: &[Lost],
    ) -> Result<(), DbError> {
        let link = tokens::issue(tx, self.now, registration.id, Purpose::Offer)?;
        let about = (self.event, self.types);
        let mut mail = letter(about, registration, EmailKind::SeatOffered, Some(link));
        if let Some(mail) = &mut mail {
            mail.context.filled = signing_up::filled(tx, self.event.id, registration.active())?;
            mail.context.gone =
                gone_options::facts(tx, (self.event, self.now), registration, lost)?;
        }
        outbox::enqueue_all(tx, self.now, mail.as_slice())
    }

    /// Offers an attendee the seat that was taken for them beside the one they have.
    fn offer_beside(
        &self,
        tx: &mut Conn,
        (registration, attendee): (RegistrationId, AttendeeId),
        until: Instant,
    ) -> Result<(), DbError> {
        let gone = || DbError::internal("an attendee in line is gone");
        let found = store::find(tx, self.event.id, registration)?;
        let mut registration = found.ok_or_else(gone)?;
        let mut attendees = registration.attendees.iter_mut();
        let waits = attendees.find(|one| one.id == attendee).ok_or_else(gone)?;
        let wish = waits.waiting_for.as_mut().ok_or_else(gone)?;
        wish.offer_expires_at = Some(until);
        let offered = waits.clone();
        store::update(tx, &mut registration)?;
        let about = (self.event, self.types);
        tell_offer(tx, self.now, about, &registration, &offered)
    }
}

fn in_line(tx: &mut Conn, event: EventId, id: RegistrationId) -> Result<Registration, DbError> {
    store::find(tx, event, id)?
        .filter(|found| found.state == RegistrationState::WaitingList)
        // It changed since the line was read: everything is tried again.
        .ok_or(DbError::Conflict)
}
