//! The audit: who changed what, when, from what to what, for every organiser write.
//!
//! An entry is written in the transaction of the change it tells of, so there is neither a change
//! without its trace nor a trace without its change. A handler that writes calls, inside that
//! transaction, exactly one of these (an import, which writes many things, one for each of them)
//!
//! ```ignore
//! audit::created(tx, &who, &Subject::of(event.id, Resource::Room, room.id), &RoomInput::of(&room))?;
//! audit::changed(tx, &who, &subject, &RoomInput::of(&before), &RoomInput::of(&after))?;
//! audit::deleted(tx, &who, &subject, &RoomInput::of(&room))?;
//! ```
//!
//! What is given is anything that can be JSON: of a programme, the written form of a thing, which
//! comes back from its `…Input::of`; of a registration, its state and ids, never a name, an address or
//! an answer. `changed` keeps only the fields that differ. Values under the names of [`model`]'s
//! `HIDDEN` are never kept, wherever they stand.
//!
//! A write cannot forget it: the [gate](crate::api::gate) of the organiser tree looks at every write
//! that succeeds, and answers 500 in a debug build (and logs an error in a release) when nothing was
//! recorded. A request that by its meaning changes nothing (a dry run, a preview) says so with
//! [`Organiser::leaves_no_trace`].
//!
//! Who it was and through which operation is known from the gate; whoever runs a command instead is
//! the [`CommandLine`], and leaves the same trace. This module knows no room; the addresses that read
//! it stand with the events and the organisations.

mod author;
pub mod entry;
pub mod input;
pub mod model;
pub mod store;
pub mod wire;

use serde::Serialize;
use serde_json::Value;

use crate::clock::new_id;
use crate::db::{Conn, DbError};
pub use author::{Author, CommandLine};
pub use model::{ChangeKind, Resource, Subject};

/// Something was made (or sent, or released): `after` is how it is now.
///
/// # Errors
/// The store's failure.
pub fn created(
    tx: &mut Conn,
    who: &impl Author,
    subject: &Subject,
    after: &impl Serialize,
) -> Result<(), DbError> {
    record(
        tx,
        who,
        subject,
        (ChangeKind::Created, None, Some(json(after)?)),
    )
}

/// Something was changed; the fields that differ are kept.
///
/// # Errors
/// The store's failure.
pub fn changed(
    tx: &mut Conn,
    who: &impl Author,
    subject: &Subject,
    before: &impl Serialize,
    after: &impl Serialize,
) -> Result<(), DbError> {
    let (before, after) = model::differing(json(before)?, json(after)?);
    let change = (ChangeKind::Changed, Some(before), Some(after));
    record(tx, who, subject, change)
}

/// As [`changed`]; values under these names are not kept, as those of [`model`]'s `HIDDEN` never are.
///
/// # Errors
/// The store's failure.
pub fn changed_without(
    tx: &mut Conn,
    who: &impl Author,
    subject: &Subject,
    (before, after): (&impl Serialize, &impl Serialize),
    hidden: &[&str],
) -> Result<(), DbError> {
    let (before, after) = model::differing(json(before)?, json(after)?);
    let without = |value| Some(model::without(value, hidden));
    let change = (ChangeKind::Changed, without(before), without(after));
    record(tx, who, subject, change)
}

/// Something was deleted (or revoked); `before` is how it was.
///
/// # Errors
/// The store's failure.
pub fn deleted(
    tx: &mut Conn,
    who: &impl Author,
    subject: &Subject,
    before: &impl Serialize,
) -> Result<(), DbError> {
    record(
        tx,
        who,
        subject,
        (ChangeKind::Deleted, Some(json(before)?), None),
    )
}

fn json(thing: &impl Serialize) -> Result<Value, DbError> {
    serde_json::to_value(thing).map_err(DbError::internal)
}

fn record(
    tx: &mut Conn,
    who: &impl Author,
    subject: &Subject,
    (kind, before, after): (ChangeKind, Option<Value>, Option<Value>),
) -> Result<(), DbError> {
    let entry = entry::Entry {
        id: new_id(),
        event_id: subject.event_id,
        actor: who.actor(),
        operation: who.operation().to_owned(),
        kind,
        resource: subject.resource,
        resource_id: subject.id.clone(),
        before: before.map(model::without_hidden),
        after: after.map(model::without_hidden),
        at: who.asked_at(),
    };
    store::insert(tx, who.organisation(), &entry)?;
    who.left_a_trace();
    Ok(())
}
