//! What somebody does with their own registration, by whatever shows that it is theirs.

use super::cancel::{self, By};
use super::confirm::{self, Opened};
use super::refusal::{Outcome, Refusal};
use super::register::Rules;
use super::seating::Seating;
use super::tokens::{self, Purpose};
use super::{attendees, store};
use super::{erase, model::Registration};
use crate::clock::Instant;
use crate::db::Conn;
use crate::ids::AttendeeId;

/// What shows that a registration is one's own.
#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    /// The token of a link to it.
    Link(String),
    /// An access token.
    Access(String),
}

/// Opens the registration; its access token is a new one.
///
/// # Errors
/// [`Refusal::UnknownToken`], [`Refusal::Expired`], or the store's failure.
pub fn show(tx: &mut Conn, now: Instant, key: &Key) -> Outcome<Opened> {
    match key {
        Key::Link(secret) => confirm::access(tx, now, secret),
        Key::Access(secret) => {
            let token = tokens::find(tx, secret, Purpose::Access)?;
            let live = token.filter(|token| token.expires_at.is_none_or(|end| end > now));
            let token = live.ok_or(Refusal::UnknownToken)?;
            let registration = store::find_by_token(tx, token.registration_id)?;
            Ok(confirm::open(tx, now, registration, token.attendee_id)?)
        }
    }
}

/// The registration as it is once the seats of its event are in hand, and whose view of it the key opens.
fn held(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    key: &Key,
) -> Outcome<(Seating, Registration, Option<AttendeeId>)> {
    let opened = show(tx, now, key)?;
    let rules = rules.of(opened.own.attendee);
    let seating = Seating::open(tx, now, rules, opened.event.id)?;
    let registration = store::find_by_token(tx, opened.registration.id)?;
    Ok((seating, registration, opened.own.attendee))
}

/// Calls off what the key opens: the registration, or one attendee of it.
///
/// # Errors
/// As [`show`], and what [`cancel::cancel`] refuses.
pub fn cancel(tx: &mut Conn, at: (Instant, Rules), key: &Key) -> Outcome<()> {
    let (seating, registration, attendee) = held(tx, at, key)?;
    match attendee {
        None => cancel::cancel(tx, seating, registration, By::Contact).map(drop),
        Some(one) => attendees::cancel(tx, seating, registration, one, By::Contact).map(drop),
    }
}

/// Erases the person; gives what [`erase::erase`] does.
///
/// # Errors
/// As [`show`].
pub fn erase(tx: &mut Conn, at: (Instant, Rules), key: &Key) -> Outcome<Vec<String>> {
    let (seating, registration, attendee) = held(tx, at, key)?;
    match attendee {
        None => erase::erase(tx, seating, &registration),
        Some(one) => attendees::erase(tx, seating, registration, one),
    }
}
