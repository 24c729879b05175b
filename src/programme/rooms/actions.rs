//! What organisers do with rooms.

use super::super::document::{Room, Versioned};
use super::super::refusal::{Outcome, ProgrammeRefusal, accepted, refused};
use super::super::uses::{self, Uses};
use super::input::RoomInput;
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError};
use crate::events::Held;
use crate::ids::RoomId;
use crate::order::reorder;

/// Makes a room, after the last one if no place is given.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &RoomInput,
) -> Outcome<Versioned<Room>> {
    let parsed = accepted(input.parse(&event.languages))?;
    let position = match parsed.position {
        Some(position) => position,
        None => store::next_position(tx, event.id)?,
    };
    let room = Room {
        id: new_id(),
        name: parsed.name,
        capacity: parsed.capacity,
        position,
        hidden: parsed.hidden,
    };
    store::insert(tx, event.id, &room, now)?;
    Ok(Versioned {
        value: room,
        version: 1,
    })
}

/// Changes a room that was read in this transaction.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn update(
    tx: &mut Conn,
    event: &Held,
    current: &Versioned<Room>,
    input: &RoomInput,
) -> Outcome<Versioned<Room>> {
    let parsed = accepted(input.parse(&event.languages))?;
    let mut changed = Versioned {
        value: Room {
            id: current.value.id,
            name: parsed.name,
            capacity: parsed.capacity,
            position: parsed.position.unwrap_or(current.value.position),
            hidden: parsed.hidden,
        },
        version: current.version,
    };
    if !store::update(tx, event.id, &changed)? {
        return refused(ProgrammeRefusal::Stale);
    }
    changed.version += 1;
    Ok(changed)
}

/// Puts all rooms, which were read in this transaction, into another order.
///
/// # Errors
/// [`ProgrammeRefusal::Faults`] unless every room is named exactly once.
pub fn order(
    tx: &mut Conn,
    event: &Held,
    rooms: &[Versioned<Room>],
    ids: &[RoomId],
) -> Outcome<Vec<Versioned<Room>>> {
    for moved in accepted(reorder(rooms, ids))? {
        if !store::update(tx, event.id, &moved)? {
            return refused(ProgrammeRefusal::Stale);
        }
    }
    Ok(store::versions(tx, event.id)?)
}

/// Deletes a room that no session of the working copy or of a release is in, and no recording is of.
///
/// # Errors
/// [`ProgrammeRefusal::InUse`] while one is.
pub fn delete(tx: &mut Conn, event: &Held, room: &Versioned<Room>) -> Outcome<()> {
    let uses = uses::find(tx, event.id, |s| s.room_id == Some(room.value.id))?;
    if !uses.is_none() {
        return refused(ProgrammeRefusal::InUse(uses));
    }
    match store::delete(tx, event.id, room) {
        Ok(true) => Ok(()),
        Ok(false) => refused(ProgrammeRefusal::Stale),
        Err(DbError::Reference) => refused(ProgrammeRefusal::InUse(Uses::by_recording())),
        Err(error) => Err(error.into()),
    }
}
