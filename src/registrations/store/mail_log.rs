//! What this room reads of the outbox: how often an address was written to, and what it was sent.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::emails;
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RegistrationId};
use crate::mail::{EmailKind, EmailState};
use crate::per_backend;
use crate::text::Email;

/// Mails of a kind to one address about one event: at most so many within this time.
const LIMITS: [(usize, TimeDelta); 2] = [(5, TimeDelta::hours(1)), (10, TimeDelta::days(1))];

/// Those of these addresses ([`Email::limit_key`](crate::text::Email::limit_key)) that were written to
/// so often about this event that they are left alone for now.
///
/// Only mails of the given kinds count, for a reason: an answer that depends on the count must not
/// depend on mails that only a known address gets.
///
/// # Errors
/// The store's failure.
pub fn overwhelmed(
    conn: &mut Conn,
    now: Instant,
    event: EventId,
    addresses: &[&[u8]],
    kinds: &[EmailKind],
) -> Result<HashSet<Vec<u8>>, DbError> {
    let kinds: Vec<AsWord<EmailKind>> = kinds.iter().copied().map(AsWord).collect();
    let recent: Vec<(Vec<u8>, Instant)> = per_backend!(conn, c => {
        emails::table
            .filter(emails::address_key.eq_any(addresses))
            .filter(emails::event_id.eq(event))
            .filter(emails::kind.eq_any(kinds))
            .filter(emails::created_at.gt(now - TimeDelta::days(1)))
            .select((emails::address_key, emails::created_at))
            .load(c)
    })?;
    let mut times: HashMap<Vec<u8>, Vec<Instant>> = HashMap::new();
    for (address, at) in recent {
        times.entry(address).or_default().push(at);
    }
    let over = |times: &[Instant]| {
        LIMITS.iter().any(|(most, within)| {
            let recent = times.iter().filter(|at| **at + *within > now);
            recent.count() >= *most
        })
    };
    times.retain(|_, times| over(times));
    Ok(times.into_keys().collect())
}

/// As [`LIMITS`], of one registration, to an address that is not its contact's. Beyond that what its
/// contact does is refused, sooner than left untold: a colleague's ticket is never missing.
const OF_REGISTRATION: [(usize, TimeDelta); 2] =
    [(20, TimeDelta::hours(1)), (50, TimeDelta::days(1))];

/// How long it takes until this registration may have another mail of this kind sent to an address that is
/// not its contact's; `None`: it may now.
///
/// # Errors
/// The store's failure.
pub fn rest(
    conn: &mut Conn,
    now: Instant,
    registration: RegistrationId,
    (to, kind): (&Email, EmailKind),
) -> Result<Option<TimeDelta>, DbError> {
    let times: Vec<Instant> = per_backend!(conn, c => {
        emails::table
            .filter(emails::registration_id.eq(registration))
            .filter(emails::address_key.eq(to.limit_key()))
            .filter(emails::kind.eq(AsWord(kind)))
            .filter(emails::created_at.gt(now - TimeDelta::days(1)))
            .order(emails::created_at.desc())
            .select(emails::created_at)
            .load(c)
    })?;
    let over = OF_REGISTRATION.iter().filter_map(|(most, within)| {
        let first = times.get(most - 1)?;
        Some(*first + *within - now).filter(|rest| *rest > TimeDelta::zero())
    });
    Ok(over.max())
}

/// At most so many registrations in which one address has a ticket.
const TICKETS: i64 = 20;

/// The registrations of this event whose confirmation went to this address, its contact's or not, the
/// newest first.
///
/// # Errors
/// The store's failure.
pub fn tickets_mailed_to(
    conn: &mut Conn,
    event: EventId,
    email: &Email,
) -> Result<Vec<RegistrationId>, DbError> {
    let found: Vec<Option<RegistrationId>> = per_backend!(conn, c => {
        emails::table
            .filter(emails::address_key.eq(email.limit_key()))
            .filter(emails::event_id.eq(event))
            .filter(emails::kind.eq(AsWord(EmailKind::RegistrationConfirmed)))
            .filter(emails::registration_id.is_not_null())
            .select(emails::registration_id)
            .distinct()
            .order(emails::registration_id.desc())
            .limit(TICKETS)
            .load(c)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// The `dedupe_key`s of the links that were mailed to this address about this event within a day, which end
/// with the attendee whose link it is, and how many more may be mailed now.
///
/// # Errors
/// The store's failure.
pub fn links_lately(
    conn: &mut Conn,
    now: Instant,
    event: EventId,
    email: &Email,
) -> Result<(Vec<String>, usize), DbError> {
    let lately: Vec<(String, Instant)> = per_backend!(conn, c => {
        emails::table
            .filter(emails::address_key.eq(email.limit_key()))
            .filter(emails::event_id.eq(event))
            .filter(emails::kind.eq(AsWord(EmailKind::RegistrationLink)))
            .filter(emails::created_at.gt(now - TimeDelta::days(1)))
            .select((emails::dedupe_key, emails::created_at))
            .load(c)
    })?;
    let left = LIMITS.iter().map(|(most, within)| {
        let recent = lately.iter().filter(|(_, at)| *at + *within > now);
        most.saturating_sub(recent.count())
    });
    let left = left.min().unwrap_or_default();
    Ok((lately.into_iter().map(|(key, _)| key).collect(), left))
}

/// A mail as the person it went to may see it.
#[derive(Debug, Clone)]
pub struct SentMail {
    /// What it tells.
    pub kind: EmailKind,
    /// Whom it went to.
    pub to: String,
    /// Where it is on its way.
    pub state: EmailState,
    /// When it was written.
    pub created_at: Instant,
    /// When it was sent.
    pub sent_at: Option<Instant>,
}

type SentRow = (
    AsWord<EmailKind>,
    String,
    AsWord<EmailState>,
    Instant,
    Option<Instant>,
);

/// The mails about a registration, oldest first.
///
/// # Errors
/// The store's failure.
pub fn list(conn: &mut Conn, registration: RegistrationId) -> Result<Vec<SentMail>, DbError> {
    let rows: Vec<SentRow> = per_backend!(conn, c => {
        emails::table
            .filter(emails::registration_id.eq(registration))
            .order(emails::id)
            .select((emails::kind, emails::to_address, emails::state, emails::created_at, emails::sent_at))
            .load(c)
    })?;
    let mail = |(kind, to, state, created_at, sent_at): SentRow| SentMail {
        kind: kind.0,
        to,
        state: state.0,
        created_at,
        sent_at,
    };
    Ok(rows.into_iter().map(mail).collect())
}
