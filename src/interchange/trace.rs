//! What an import leaves in the audit: an entry for every thing that it touched.

use std::collections::HashMap;

use crate::audit::{self, Author, Resource, Subject};
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::programme::document::{Room, Session, Speaker, Track, Versioned};
use crate::programme::revision::{Delta, Revision, Standing};
use crate::programme::rooms::input::RoomInput;
use crate::programme::sessions::input::SessionInput;
use crate::programme::speakers::input::SpeakerInput;
use crate::programme::tracks::input::TrackInput;

/// Whose trace is left, and where.
struct Tracer<'a, A> {
    who: &'a A,
    event: &'a Event,
}

/// Writes an entry for every thing that this revision of `standing` touched.
///
/// # Errors
/// The store's failure.
pub fn trace(
    tx: &mut Conn,
    who: &impl Author,
    event: &Event,
    standing: &Standing,
    revision: &Revision,
) -> Result<(), DbError> {
    let tracer = Tracer { who, event };
    tracer.things(
        tx,
        Resource::Room,
        &revision.rooms,
        &standing.rooms,
        |room: &Room| (room.id.uuid(), RoomInput::of(room)),
    )?;
    tracer.things(
        tx,
        Resource::Track,
        &revision.tracks,
        &standing.tracks,
        |track: &Track| (track.id.uuid(), TrackInput::of(track)),
    )?;
    let written = |speaker: &Speaker| (speaker.id.uuid(), SpeakerInput::of(speaker));
    tracer.things(
        tx,
        Resource::Speaker,
        &revision.speakers,
        &standing.speakers,
        written,
    )?;
    let written =
        |session: &Session| (session.id.uuid(), SessionInput::of(session, event.timezone));
    tracer.things(
        tx,
        Resource::Session,
        &revision.sessions,
        &standing.sessions,
        written,
    )
}

impl<A: Author> Tracer<'_, A> {
    fn things<T, I: serde::Serialize>(
        &self,
        tx: &mut Conn,
        resource: Resource,
        delta: &Delta<T>,
        standing: &[Versioned<T>],
        written: impl Fn(&T) -> (uuid::Uuid, I),
    ) -> Result<(), DbError> {
        let subject = |id: uuid::Uuid| Subject::of(self.event.id, resource, id);
        for thing in &delta.added {
            let (id, after) = written(thing);
            audit::created(tx, self.who, &subject(id), &after)?;
        }
        let changed = delta.changed.iter().map(|thing| written(&thing.value));
        let changed: HashMap<uuid::Uuid, I> = changed.collect();
        for before in standing {
            let (id, before) = written(&before.value);
            if let Some(after) = changed.get(&id) {
                audit::changed(tx, self.who, &subject(id), &before, after)?;
            }
        }
        for thing in &delta.removed {
            let (id, before) = written(&thing.value);
            audit::deleted(tx, self.who, &subject(id), &before)?;
        }
        Ok(())
    }
}
