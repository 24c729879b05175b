//! Places in the line, as those see them who stand in it.

use std::sync::Arc;

use super::line::{self, Place, Waiting};
use super::model::{Registration, RegistrationState};
use super::timetable::Timetable;
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, EventId, QuotaId, RegistrationId};
use crate::tickets::TicketType;
use crate::tickets::seats::Seats;

/// Whose view of a registration it is, where it stands, and when its sessions are.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// The attendee whose own link it was; `None`: the contact.
    pub attendee: Option<AttendeeId>,
    /// Its place in the line, from 1.
    pub position: Option<i32>,
    /// When the sessions are that its attendees chose.
    pub timetable: Arc<Timetable>,
}

impl Own {
    /// What there is to see: all of it, or the attendee alone, and neither the contact nor the invoice.
    #[must_use]
    pub fn sees(&self, registration: &Registration) -> Registration {
        let mut seen = registration.clone();
        if let Some(own) = self.attendee {
            seen.attendees.retain(|one| one.id == own);
            seen.contact = None;
            seen.new_contact = None;
            seen.invoice = None;
            seen.reference = None;
            seen.consents.sensitive = seen.attendees.iter().any(|one| one.sensitive_consent);
        }
        seen
    }
}

/// The line of an event, to look places up in.
#[derive(Debug)]
pub struct Line<'a> {
    waiting: Vec<Waiting>,
    types: &'a [TicketType],
}

impl<'a> Line<'a> {
    /// Reads the line of these ticket types' event where one of these registrations stands in it; an
    /// empty one otherwise.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(
        conn: &mut Conn,
        types: &'a [TicketType],
        of: &[&Registration],
    ) -> Result<Self, DbError> {
        let waits = |one: &&&Registration| one.state == RegistrationState::WaitingList;
        let waiting = match of.iter().find(waits) {
            Some(one) => line::list(conn, one.event_id)?,
            None => Vec::new(),
        };
        Ok(Self { waiting, types })
    }

    /// The place of a registration from 1: those before it that wait for a seat of the same quotas
    /// count. `None` if it does not stand in line.
    #[must_use]
    pub fn position(&self, id: RegistrationId) -> Option<i32> {
        let own = self
            .waiting
            .iter()
            .find(|one| (one.place.1, one.place.2) == (id, None))?;
        Some(self.position_of(own))
    }

    /// The place of one who waits, from 1.
    #[must_use]
    pub fn position_of(&self, own: &Waiting) -> i32 {
        let quotas = self.quotas(&own.seats);
        let before = |other: &&Waiting| {
            let others = self.quotas(&other.seats);
            other.place < own.place && others.iter().any(|quota| quotas.contains(quota))
        };
        let count = self.waiting.iter().filter(before).count();
        i32::try_from(count).unwrap_or(i32::MAX - 1) + 1
    }

    fn quotas(&self, seats: &Seats) -> Vec<QuotaId> {
        let types = self.types.iter();
        let wanted = types.filter(|known| seats.contains_key(&known.id));
        wanted.flat_map(|known| &known.quotas).copied().collect()
    }

    /// Everybody who stands in it behind this place, in order.
    pub fn behind(&self, after: Option<Place>) -> impl Iterator<Item = &Waiting> {
        let waiting = self.waiting.iter();
        waiting.filter(move |one| after.is_none_or(|after| one.place > after))
    }

    /// Reads the whole line of an event.
    ///
    /// # Errors
    /// The store's failure.
    pub fn of_event(
        conn: &mut Conn,
        event: EventId,
        types: &'a [TicketType],
    ) -> Result<Self, DbError> {
        Ok(Self {
            waiting: line::list(conn, event)?,
            types,
        })
    }
}

/// Whose view it is, with the place in the line and the times of the sessions.
///
/// # Errors
/// The store's failure.
pub fn own(
    conn: &mut Conn,
    types: &[TicketType],
    registration: &Registration,
    attendee: Option<AttendeeId>,
) -> Result<Own, DbError> {
    let line = Line::read(conn, types, &[registration])?;
    let position = line.position(registration.id);
    let timetable = Timetable::read(conn, registration.event_id, &[registration])?;
    Ok(Own {
        attendee,
        position,
        timetable: Arc::new(timetable),
    })
}
