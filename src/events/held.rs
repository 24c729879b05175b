//! An event that is held for an edit of what is in it.

use std::ops::Deref;

use super::actions::EventRefusal;
use super::model::{Event, EventState};
use super::store;
use crate::db::{Conn, Stop};
use crate::ids::EventId;

/// An event that is not archived, whose row this transaction holds: until it ends, nobody else holds
/// the event. So edits of one event follow each other, what is read after [`hold`] stays true, and a
/// release sees no edit half done. Actions that edit take it as the proof that this was done.
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
