//! An event that is held for an edit of what is in it.

use std::ops::Deref;

use super::actions::EventRefusal;
use super::model::{Event, EventState};
use super::public_store::touch_public;
use super::store;
use crate::clock::Instant;
use crate::db::{Conn, DbError, Stop};
use crate::ids::EventId;

/// An event whose row this transaction holds: until it ends, nobody else holds
/// the event. So edits of one event follow each other, what is read after [`hold`] stays true, and a
/// release sees no edit half done. Actions that edit take it as the proof that this was done. It is not
/// archived, unless it was held by [`hold_archived_too`].
#[derive(Debug)]
pub struct Held(Event);

impl Deref for Held {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.0
    }
}

/// Holds an event, before anything of it is read.
///
/// # Errors
/// [`EventRefusal::WrongState`] once it is archived, or the store's failure.
pub fn hold(tx: &mut Conn, id: EventId) -> Result<Held, Stop<EventRefusal>> {
    if !store::lock_unless_archived(tx, id)? {
        return Err(Stop::Refused(EventRefusal::WrongState(
            EventState::Archived,
        )));
    }
    Ok(Held(store::find_by_id(tx, id)?))
}

/// Holds an event as [`hold`] does, also one that is archived: for what protects people, and so can't wait
/// for the event to be opened again. Whoever edits anything else looks at its state first.
///
/// # Errors
/// The store's failure.
pub fn hold_archived_too(tx: &mut Conn, now: Instant, id: EventId) -> Result<Held, DbError> {
    if !store::lock_unless_archived(tx, id)? {
        // A write of the row holds it, too; and what is edited there shows at once.
        touch_public(tx, id, now)?;
    }
    Ok(Held(store::find_by_id(tx, id)?))
}
