//! The seats of one event, while a transaction changes who has them.
//!
//! Whoever takes or frees a seat does it here: the counters are taken first, in one order, and what is
//! free in the end is offered to those who wait ([`promote`]) before anything is written. So nobody has
//! to remember the waiting list.

use super::model::{AttendeeState, Registration, RegistrationState};
use super::promote::promote;
use super::refusal::Refusal;
use super::register::Rules;
use super::{claims, line, signing_up};
use crate::clock::Instant;
use crate::db::rows::hold_event;
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::ids::{EventId, SessionId, TicketTypeId};
use crate::tickets::model::Sale;
use crate::tickets::seats::{Ledger, Seats};
use crate::tickets::{self, TicketType};

/// An event with its ticket types and their counters, all of them this transaction's.
#[derive(Debug)]
pub struct Seating {
    /// When.
    pub now: Instant,
    /// What the configuration says.
    pub rules: Rules,
    /// The event.
    pub event: Event,
    /// All its ticket types.
    pub types: Vec<TicketType>,
    pub(super) ledger: Ledger,
}

impl Seating {
    /// Holds the event and takes the counters of all its quotas. Registrations are read after this, so
    /// that they are as they stay.
    ///
    /// # Errors
    /// The store's failure.
    pub fn open(
        tx: &mut Conn,
        now: Instant,
        rules: Rules,
        event: EventId,
    ) -> Result<Self, DbError> {
        hold_event(tx, event)?;
        let event = events::find_by_id(tx, event)?;
        let types = tickets::list_all(tx, event.id)?;
        let ledger = Ledger::open_all(tx, &types)?;
        Ok(Self {
            now,
            rules,
            event,
            types,
            ledger,
        })
    }

    /// When, and by what rules.
    #[must_use]
    pub const fn at(&self) -> (Instant, Rules) {
        (self.now, self.rules)
    }

    /// What mails are about.
    #[must_use]
    pub fn about(&self) -> (&Event, &[TicketType]) {
        (&self.event, &self.types)
    }

    /// The ticket type of these seats that is not on sale now.
    #[must_use]
    pub fn not_on_sale(&self, seats: &Seats) -> Option<&TicketType> {
        let types = self.types.iter();
        let mut wanted = types.filter(|known| seats.contains_key(&known.id));
        wanted.find(|known| known.sale(&self.event, self.now) != Sale::Open)
    }

    /// Offers what is free to those who wait, so that what is left may be taken by whoever comes.
    ///
    /// # Errors
    /// The store's failure.
    pub fn serve_those_who_wait(&mut self, tx: &mut Conn) -> Result<(), DbError> {
        let about = (&self.event, self.types.as_slice());
        promote(tx, self.now, self.rules, about, &mut self.ledger)
    }

    /// Takes seats, municipalities and places in sessions for everybody of a registration, all or none.
    ///
    /// # Errors
    /// The store's failure.
    pub fn seat(
        &mut self,
        tx: &mut Conn,
        registration: &mut Registration,
    ) -> Result<Result<(), Refusal>, DbError> {
        let seats = registration.seats();
        if let Err(full) = self.ledger.take(&seats) {
            return Ok(Err(Refusal::SoldOut(full)));
        }
        let claimed = match claims::claim(tx, &self.types, registration)? {
            Ok(()) => signing_up::take(tx, registration)?,
            Err(taken) => Err(taken.into()),
        };
        if claimed.is_ok() {
            registration.holds_seats = true;
        } else {
            claims::release(tx, registration)?;
            // Just taken from this ledger, which knows all ticket types.
            let _ = self.ledger.give(&seats);
        }
        Ok(claimed)
    }

    /// Takes seats and municipalities for a registration that comes late, all or none, and those of its
    /// places in sessions that are left.
    ///
    /// # Errors
    /// The store's failure.
    pub fn seat_late(
        &mut self,
        tx: &mut Conn,
        registration: &mut Registration,
    ) -> Result<Result<(), Refusal>, DbError> {
        let chosen: Vec<Vec<SessionId>> = registration
            .attendees
            .iter_mut()
            .map(|one| std::mem::take(&mut one.session_ids))
            .collect();
        let seated = self.seat(tx, registration)?;
        for (attendee, chosen) in registration.attendees.iter_mut().zip(chosen) {
            attendee.session_ids = chosen;
        }
        if seated.is_ok() {
            signing_up::take_what_is_left(tx, registration)?;
        }
        Ok(seated)
    }

    /// Whether one can queue for this ticket type now.
    #[must_use]
    pub fn has_line(&self, id: TicketTypeId) -> bool {
        let mut types = self.types.iter();
        types.any(|known| known.id == id && known.has_line(&self.event, self.now))
    }

    /// The ticket type that a party can't queue for, where `full` has no seats for it: every one that is full
    /// needs a line.
    ///
    /// # Errors
    /// That ticket type.
    pub fn may_line_up(&self, seats: &Seats, full: TicketTypeId) -> Result<(), TicketTypeId> {
        may_line_up(&self.ledger, seats, full, |id| self.has_line(id))
    }

    /// Whether nobody is offered a seat of this ticket type any more.
    #[must_use]
    pub fn is_over(&self, id: TicketTypeId) -> bool {
        let mut types = self.types.iter().filter(|known| known.id == id);
        types.any(|known| {
            let end = known.line_ends_at(&self.event);
            end.is_some_and(|end| self.now >= end)
        })
    }

    /// Whether nobody is offered one of the seats of this registration any more.
    #[must_use]
    pub fn line_is_over(&self, registration: &Registration) -> bool {
        let mut wanted = registration.active();
        wanted.any(|one| self.is_over(one.ticket_type_id))
    }

    /// Puts a registration without seats behind everybody who waits. The caller writes it.
    ///
    /// # Errors
    /// The store's failure.
    pub fn join_line(
        &mut self,
        tx: &mut Conn,
        registration: &mut Registration,
    ) -> Result<(), DbError> {
        registration.joined_at = Some(line::next_place(tx, self.event.id, self.now)?);
        self.ledger.line_up(&registration.seats(), 1);
        Ok(())
    }

    /// Gives back what a registration holds, and its places in the line. The caller writes it.
    ///
    /// # Errors
    /// The store's failure.
    pub fn vacate(
        &mut self,
        tx: &mut Conn,
        registration: &mut Registration,
    ) -> Result<(), DbError> {
        self.leave_line(registration);
        if registration.holds_seats {
            let seats = registration.seats();
            if !self.ledger.give(&seats) {
                return Err(DbError::internal(
                    "a seat of a ticket type that is not the event's",
                ));
            }
            claims::release(tx, registration)?;
            signing_up::give(tx, registration)?;
            registration.holds_seats = false;
        }
        Ok(())
    }

    /// Takes a registration, and each of its attendees, out of the line; offers that an attendee has
    /// beside a seat are withdrawn.
    fn leave_line(&mut self, registration: &mut Registration) {
        if registration.state == RegistrationState::WaitingList {
            self.ledger.line_up(&registration.seats(), -1);
        }
        for place in 0..registration.attendees.len() {
            self.withdraw_wish(registration, place);
        }
    }

    /// Ends what the attendee in this place waits for beside their seat.
    pub fn withdraw_wish(&mut self, registration: &mut Registration, place: usize) {
        let Some(attendee) = registration.attendees.get_mut(place) else {
            return;
        };
        let Some(wish) = attendee.waiting_for.take() else {
            return;
        };
        attendee.waiting_price = None;
        if attendee.state != AttendeeState::Active {
            return;
        }
        if wish.offer_expires_at.is_some() {
            self.ledger
                .give_beside(attendee.ticket_type_id, wish.ticket_type_id);
        } else {
            self.ledger
                .line_up(&Seats::from([(wish.ticket_type_id, 1)]), -1);
        }
    }

    /// Offers what is free to those who wait, and writes the counters.
    ///
    /// # Errors
    /// [`DbError::Conflict`] if a counter moved under this, or the store's failure.
    pub fn close(mut self, tx: &mut Conn) -> Result<(), DbError> {
        self.serve_those_who_wait(tx)?;
        self.ledger.close(tx)
    }
}

/// Whether a party may wait for these seats, of which those of `full` are not there.
///
/// # Errors
/// The ticket type that is full and has no line.
pub fn may_line_up(
    ledger: &Ledger,
    seats: &Seats,
    full: TicketTypeId,
    has_line: impl Fn(TicketTypeId) -> bool,
) -> Result<(), TicketTypeId> {
    let short = ledger.short(seats);
    let mut short = short.into_iter().chain([full]);
    short.find(|id| !has_line(*id)).map_or(Ok(()), Err)
}
