//! What somebody does with their own registration, by whatever shows that it is theirs.

use super::cancel::{self, By};
use super::confirm::{self, Opened};
use super::refusal::{Outcome, Refusal};
use super::store;
use super::tokens::{self, Purpose};
use super::{erase, model::Registration};
use crate::clock::Instant;
use crate::db::Conn;
use crate::db::rows::hold_event;
use crate::events::{self, Event};

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
            Ok(confirm::open(tx, now, registration)?)
        }
    }
}

/// The registration as it is under its event's row, for a change that moves seats.
fn held(tx: &mut Conn, now: Instant, key: &Key) -> Outcome<(Event, Registration)> {
    let id = show(tx, now, key)?.registration.id;
    let event = store::find_by_token(tx, id)?.event_id;
    hold_event(tx, event)?;
    let registration = store::find_by_token(tx, id)?;
    Ok((events::find_by_id(tx, event)?, registration))
}

/// Calls the registration off.
///
/// # Errors
/// As [`show`], and what [`cancel::cancel`] refuses.
pub fn cancel(tx: &mut Conn, now: Instant, key: &Key) -> Outcome<()> {
    let (event, registration) = held(tx, now, key)?;
    cancel::cancel(tx, now, &event, registration, By::Contact).map(|_| ())
}

/// Erases the person; gives what [`erase::erase`] does.
///
/// # Errors
/// As [`show`].
pub fn erase(tx: &mut Conn, now: Instant, key: &Key) -> Outcome<Vec<String>> {
    let (event, registration) = held(tx, now, key)?;
    erase::erase(tx, now, &event, &registration)
}
