//! Registering: seats, rows and mail in one transaction, and an answer that tells nobody who attends.
//!
//! The minute registration opens, many register at once, so everything here is done for a batch of
//! submissions to one event: seats are counted in a [`Ledger`] over counters that the transaction
//! holds, rows are inserted many to a statement, and one compare-and-set per quota ends it. One
//! submission is a batch of one.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::draft::draft;
use super::input::RegistrationInput;
use super::model::{LeadsTo, Registration};
use super::promote::promote;
use super::refusal::{Outcome, Refusal};
use super::seating::may_line_up;
use super::submission::Submission;
use super::{mail_log, signing_up};
use crate::clock::Instant;
use crate::config::Config;
use crate::db::rows::{hold_event, serialise_on};
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::ids::{AttendeeId, EventId, RegistrationId, SessionId, SlugOr, TicketTypeId};
use crate::mail::EmailKind;
use crate::text::Email;
use crate::tickets::model::Sale;
use crate::tickets::seats::Ledger;
use crate::tickets::{self, Form, TicketType};

/// Mails that registering causes, one each time, whether the address is known or not: only these count
/// towards its limits, so that the limits tell no difference either.
pub(super) const CAUSED: [EmailKind; 2] =
    [EmailKind::ConfirmRegistration, EmailKind::AlreadyRegistered];

/// What the configuration says about registering.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How long an unconfirmed registration holds its seats.
    pub confirm_within: TimeDelta,
    /// How long an offer holds its seats.
    pub offer_within: TimeDelta,
    /// Whether mails per address are limited.
    pub limit_mails: bool,
}

impl Rules {
    /// The same for what is done by staff, or by the one it is told to.
    #[must_use]
    pub const fn unlimited(self) -> Self {
        Self {
            limit_mails: false,
            ..self
        }
    }
}

impl Rules {
    /// The same for what is done by an access: attendees by their own are told of themselves alone.
    #[must_use]
    pub fn of(self, attendee: Option<AttendeeId>) -> Self {
        attendee.map_or(self, |_| self.unlimited())
    }
}

impl From<&Config> for Rules {
    fn from(config: &Config) -> Self {
        Self {
            confirm_within: config.confirm_within,
            offer_within: config.offer_within,
            limit_mails: config.rate_limit,
        }
    }
}

/// What the answer is made of: nothing of it depends on whether the address is known.
#[derive(Debug)]
pub struct Accepted {
    /// The event.
    pub event: Arc<Event>,
    /// What confirming leads to.
    pub leads_to: LeadsTo,
    /// Until when to confirm.
    pub confirm_before: Instant,
    /// The contact's address, as parsed.
    pub email: Email,
    /// The frontend's own reference.
    pub reference: Option<String>,
    /// The registration whose erasure also erases what is kept of this answer. Not told.
    pub registration: RegistrationId,
}

/// The event that anybody may see, kept as it is until the end of the transaction.
fn held_event(tx: &mut Conn, key: &str) -> Result<Option<Event>, DbError> {
    let Some(found) = events::find_public(tx, &SlugOr::parse(key))? else {
        return Ok(None);
    };
    hold_event(tx, found.id)?;
    // Read again: it may have been cancelled while this waited.
    events::find_by_id(tx, found.id).map(Some)
}

/// A submission of the batch that is still to be decided.
pub(super) struct Candidate {
    /// Its place in the batch.
    pub(super) place: usize,
    pub(super) submission: Submission,
    /// What its address is limited by.
    pub(super) limit_key: Vec<u8>,
}

/// Registers one.
///
/// # Errors
/// What [`Refusal`] says; nothing is stored then.
pub fn register(
    tx: &mut Conn,
    now: Instant,
    rules: Rules,
    event_key: &str,
    input: &RegistrationInput,
) -> Outcome<Accepted> {
    let mut results = register_all(tx, now, rules, event_key, &[input])?;
    let result = results.pop().ok_or_else(|| DbError::internal(LOST))?;
    Ok(result?)
}

/// Registers these for one event, each as if it came alone, in their order; what they share is read
/// and written once.
///
/// # Errors
/// The store's failure: nothing may be kept of the transaction then.
pub fn register_all(
    tx: &mut Conn,
    now: Instant,
    rules: Rules,
    event_key: &str,
    inputs: &[&RegistrationInput],
) -> Result<Vec<Result<Accepted, Refusal>>, DbError> {
    let Some(event) = held_event(tx, event_key)? else {
        return Ok(inputs.iter().map(|_| Err(Refusal::NoEvent)).collect());
    };
    let types = tickets::list_all(tx, event.id)?;
    let typed = inputs.iter().filter_map(|input| input.typed_code());
    let form = Form::read(tx, &event, now, &typed.collect::<Vec<_>>())?;
    let mut batch = Batch {
        now,
        rules,
        event: Arc::new(event),
        types,
        ledger: Ledger::default(),
        results: inputs.iter().map(|_| None).collect(),
    };
    let mut waiting = batch.parse(tx, inputs, &form)?;
    if !waiting.is_empty() {
        batch.prepare(tx, &waiting)?;
        while !waiting.is_empty() {
            let (round, rest) = split_round(waiting);
            waiting = batch.round(tx, round)?;
            waiting.extend(rest);
        }
        batch.ledger.close(tx)?;
    }
    let results = batch.results.into_iter();
    results
        .map(|result| result.ok_or_else(|| DbError::internal(LOST)))
        .collect()
}

/// Those that can be decided side by side, and the rest: two of one address would not see each other,
/// nor would two that may want the seat of one municipality.
fn split_round(waiting: Vec<Candidate>) -> (Vec<Candidate>, Vec<Candidate>) {
    let mut seen = HashSet::new();
    let mut one_has_a_municipality = false;
    waiting.into_iter().partition(|candidate| {
        let by_municipality = candidate.submission.is_by_municipality();
        let alone = !(by_municipality && one_has_a_municipality)
            && seen.insert(candidate.limit_key.clone());
        one_has_a_municipality |= alone && by_municipality;
        alone
    })
}

const LOST: &str = "a registration was not decided";

/// Names an address at an event, however its case and tags are written.
fn name_of(event: EventId, limit_key: &[u8]) -> Vec<u8> {
    [event.uuid().as_bytes(), limit_key].concat()
}

/// One transaction at a time for an address, however its case and tags are written.
///
/// # Errors
/// The store's failure.
pub fn one_at_a_time(tx: &mut Conn, event: EventId, email: &Email) -> Result<(), DbError> {
    let name = name_of(event, &email.limit_key());
    serialise_on(tx, [name.as_slice()])
}

/// Submissions to one event on their way through one transaction.
pub(super) struct Batch {
    pub(super) now: Instant,
    rules: Rules,
    pub(super) event: Arc<Event>,
    pub(super) types: Vec<TicketType>,
    pub(super) ledger: Ledger,
    results: Vec<Option<Result<Accepted, Refusal>>>,
}

impl Batch {
    fn refuse(&mut self, place: usize, refusal: Refusal) {
        self.decide(place, Err(refusal));
    }

    pub(super) fn decide(&mut self, place: usize, result: Result<Accepted, Refusal>) {
        if let Some(slot) = self.results.get_mut(place) {
            *slot = Some(result);
        }
    }

    /// Parses all; what is refused for itself is decided with that.
    fn parse(
        &mut self,
        tx: &mut Conn,
        inputs: &[&RegistrationInput],
        form: &Form,
    ) -> Result<Vec<Candidate>, DbError> {
        let mut candidates = Vec::new();
        for (place, input) in inputs.iter().enumerate() {
            match input.parse(&self.event, &self.types, form) {
                Err(faults) => self.refuse(place, Refusal::Faults(faults)),
                Ok(submission) => match self.closed(&submission) {
                    Some(closed) => self.refuse(place, Refusal::Closed(closed)),
                    None => candidates.push(Candidate {
                        place,
                        limit_key: submission.contact.email.limit_key(),
                        submission,
                    }),
                },
            }
        }
        self.without_wrong_sessions(tx, candidates)
    }

    /// The ticket type that is not on sale now.
    fn closed(&self, submission: &Submission) -> Option<TicketTypeId> {
        let mut types = submission.ticket_types.iter();
        let closed = types.find(|one| one.sale(&self.event, self.now) != Sale::Open);
        closed.map(|one| one.id)
    }

    /// Refuses those with choices of sessions that can't be.
    fn without_wrong_sessions(
        &mut self,
        tx: &mut Conn,
        candidates: Vec<Candidate>,
    ) -> Result<Vec<Candidate>, DbError> {
        let mut right = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let attendees = candidate.submission.attendees.iter().enumerate();
            let choices: Vec<(String, &[SessionId])> = attendees
                .map(|(n, one)| {
                    (
                        format!("/attendees/{n}/session_ids"),
                        one.session_ids.as_slice(),
                    )
                })
                .collect();
            match signing_up::check(tx, self.event.id, &choices)? {
                Ok(()) => right.push(candidate),
                Err(faults) => self.refuse(candidate.place, Refusal::Faults(faults)),
            }
        }
        Ok(right)
    }

    /// Takes the names of the addresses, and then the counters.
    fn prepare(&mut self, tx: &mut Conn, candidates: &[Candidate]) -> Result<(), DbError> {
        let name = |candidate: &Candidate| name_of(self.event.id, &candidate.limit_key);
        let names: Vec<Vec<u8>> = candidates.iter().map(name).collect();
        serialise_on(tx, names.iter().map(Vec::as_slice))?;
        let has_line = self.types.iter().any(|known| known.waiting_list);
        if !has_line {
            let types = candidates
                .iter()
                .flat_map(|one| &one.submission.ticket_types);
            let wanted = types.map(|wanted| wanted.id).collect();
            self.ledger = Ledger::open(tx, &self.types, &wanted)?;
        }
        // Where somebody may wait, all counters are taken: who waits may need any of them.
        if has_line || self.ledger.has_line() {
            self.ledger = Ledger::open_all(tx, &self.types)?;
        }
        self.serve_those_who_wait(tx)
    }

    /// Nobody who comes gets a seat that one who waits would fit.
    fn serve_those_who_wait(&mut self, tx: &mut Conn) -> Result<(), DbError> {
        let about = (&*self.event, self.types.as_slice());
        promote(tx, self.now, self.rules, about, &mut self.ledger)
    }

    /// Whether this one may stand in line where this ticket type is full; otherwise the one it is refused for.
    fn may_wait(
        &self,
        (submission, new): (&Submission, &Registration),
        full: TicketTypeId,
    ) -> Result<(), TicketTypeId> {
        let has_line = |id: TicketTypeId| {
            let mut types = submission.ticket_types.iter();
            types.any(|one| one.id == id && one.has_line(&self.event, self.now))
        };
        if !submission.wants_list {
            return Err(full);
        }
        may_line_up(&self.ledger, &new.seats(), full, has_line)
    }

    /// The addresses that were written to too often, also in rounds before.
    fn overwhelmed(
        &self,
        tx: &mut Conn,
        candidates: &[Candidate],
    ) -> Result<HashSet<Vec<u8>>, DbError> {
        if !self.rules.limit_mails {
            return Ok(HashSet::new());
        }
        let keys: Vec<&[u8]> = candidates
            .iter()
            .map(|candidate| candidate.limit_key.as_slice())
            .collect();
        mail_log::overwhelmed(tx, self.now, self.event.id, &keys, &CAUSED)
    }

    /// Decides candidates of different addresses. Returns those that are to be tried again, because
    /// seats came back after they had found none.
    fn round(
        &mut self,
        tx: &mut Conn,
        candidates: Vec<Candidate>,
    ) -> Result<Vec<Candidate>, DbError> {
        let overwhelmed = self.overwhelmed(tx, &candidates)?;
        let (mut seated, mut full) = (Vec::new(), Vec::new());
        for candidate in candidates {
            let mut new = draft(
                self.now,
                self.rules,
                (self.event.id, &self.types),
                &candidate.submission,
            )?;
            match self.ledger.take(&new.seats()) {
                Ok(()) => {
                    new.holds_seats = true;
                    seated.push((candidate, new));
                }
                Err(ticket_type) => full.push((candidate, new, ticket_type)),
            }
        }
        if self.settle(tx, seated, &overwhelmed)? {
            self.serve_those_who_wait(tx)?;
            return Ok(full.into_iter().map(|(candidate, ..)| candidate).collect());
        }
        let mut waits = Vec::new();
        for (candidate, new, ticket_type) in full {
            match self.may_wait((&candidate.submission, &new), ticket_type) {
                Ok(()) => waits.push((candidate, new)),
                Err(full) => self.refuse(candidate.place, Refusal::SoldOut(full)),
            }
        }
        if self.settle(tx, waits, &overwhelmed)? {
            self.serve_those_who_wait(tx)?;
        }
        Ok(Vec::new())
    }
}
