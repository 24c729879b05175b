//! Making a new edition.

use std::collections::HashMap;

use super::input::CloneInput;
use super::model::Part;
use crate::clock::Instant;
use crate::db::rows::hold_event;
use crate::db::{Conn, Stop};
use crate::events::{self, Event, EventRefusal};
use crate::ids::SessionId;
use crate::programme::{self, Chosen};
use crate::{committee, tickets};

/// A new edition.
#[derive(Debug)]
pub struct Cloned {
    /// The event.
    pub event: Event,
    /// Whose local time the clock skips on the new day: a session, or something else by its name.
    pub skipped: Vec<(Option<SessionId>, String)>,
}

/// Makes a new event from another, which is held so that nothing of it changes meanwhile.
///
/// # Errors
/// What [`EventRefusal`] says.
pub fn clone(
    tx: &mut Conn,
    now: Instant,
    source: &Event,
    input: &CloneInput,
) -> Result<Cloned, Stop<EventRefusal>> {
    let asked = input.parse();
    let asked = asked.map_err(|faults| Stop::Refused(EventRefusal::Faults(faults)))?;
    hold_event(tx, source.id)?;
    let edition = events::copy(tx, now, source, &asked.slug, asked.starts_on)?;
    let (event, by) = (&edition.event, edition.moved_by);
    let with = |part: Part| asked.include.contains(&part);
    let mut skipped = Vec::new();
    if edition.skips {
        skipped.push((None, "cancel_until".to_owned()));
    }
    if with(Part::Committee) {
        committee::copy(tx, now, source.id, event.id)?;
    }
    let chosen = Chosen {
        rooms: with(Part::Rooms),
        tracks: with(Part::Tracks),
        speakers: with(Part::Speakers),
        sessions: with(Part::Sessions),
    };
    let sessions = programme::copy(tx, now, source.id, event, chosen, by)?;
    skipped.extend(
        sessions
            .into_iter()
            .map(|session| (Some(session.id), session.slug)),
    );
    let mut types = HashMap::new();
    if with(Part::Quotas) || with(Part::TicketTypes) {
        let windows = with(Part::RegistrationWindows).then_some(by);
        let windows = with(Part::TicketTypes).then_some(windows);
        let copied = tickets::copy(tx, now, source.id, event, windows)?;
        skipped.extend(copied.skipped.into_iter().map(|name| (None, name)));
        types = copied.types;
    }
    if with(Part::Questions) {
        tickets::copy_questions(tx, now, (source.id, event.id), &types, by)?;
    }
    Ok(Cloned {
        event: edition.event,
        skipped,
    })
}
