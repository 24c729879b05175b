//! What is in an event: its programme, what one can register for, and who did.

use super::file::EventFile;
use super::load::Outcome;
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::Event;

/// Makes committee, rooms, tracks, speakers, sessions, release and recordings.
pub fn programme(
    tx: &mut Conn,
    now: Instant,
    name: &'static str,
    event: Event,
    file: &EventFile,
) -> Outcome<Event> {
    let _ = (tx, now, name, file);
    Ok(event)
}

/// Makes quotas, ticket types and registrations, and confirms these.
pub fn registrations(
    tx: &mut Conn,
    now: Instant,
    name: &'static str,
    event: Event,
    file: &EventFile,
) -> Outcome<Event> {
    let _ = (tx, now, name, file);
    Ok(event)
}
