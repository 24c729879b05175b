//! How what is on looks to everybody.

use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::now::{next_change, standing};
use super::programme_wire::RoomOfSession;
use super::snapshot::{SessionEntry, Snapshot};
use super::video_wire::PublishedSession;
use crate::clock::Instant;
use crate::events::EventState;
use crate::http::wire::Moment;
use crate::ids::EventId;

/// A session with when it is held, by all that is known now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionNow<'a> {
    /// The session.
    #[serde(flatten)]
    pub session: &'a PublishedSession,
    /// When it starts: as marked, else as planned, but not before what is on in its room is over.
    #[schema(required = true)]
    pub expected_starts_at: Option<Moment>,
    /// When it ends: as marked, else as planned, later by as much as it starts later.
    #[schema(required = true)]
    pub expected_ends_at: Option<Moment>,
}

/// What is on in a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomNow<'a> {
    /// The room; null for sessions without one.
    #[schema(required = true)]
    pub room: Option<RoomOfSession>,
    /// What is on.
    #[schema(required = true)]
    pub current: Option<SessionNow<'a>>,
    /// What comes after it.
    #[schema(required = true)]
    pub next: Option<SessionNow<'a>>,
}

/// What is on at an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Now<'a> {
    /// The event.
    pub event_id: EventId,
    /// By room, in their order; last what has no room, if anything is on or next there.
    pub rooms: Vec<RoomNow<'a>>,
    /// When something here changes by itself: no later than that it is to be read again.
    #[schema(required = true)]
    pub changes_at: Option<Moment>,
}

impl<'a> Now<'a> {
    /// What is on at this instant, and until when that stands.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, now: Instant) -> (Self, Option<Instant>) {
        let event = &snapshot.event;
        let zone = event.timezone;
        let entries: &[SessionEntry] = match event.state {
            EventState::Cancelled => &[],
            _ => &snapshot.sessions,
        };
        let last = event.ends_at().unwrap_or(now);
        let session = |entry: &'a SessionEntry, late: TimeDelta| SessionNow {
            session: &entry.view,
            expected_starts_at: Moment::maybe(entry.held.map(|held| held.starts_at + late), zone),
            expected_ends_at: Moment::maybe(
                entry.held.and_then(|held| Some(held.ends_at? + late)),
                zone,
            ),
        };
        let in_room = |room: Option<RoomOfSession>| {
            let id = room.as_ref().map(|room| room.id);
            let standing = standing(entries, id, now, last);
            let late = id.and_then(|_| standing.late()).unwrap_or_default();
            RoomNow {
                room,
                current: standing
                    .current
                    .map(|entry| session(entry, TimeDelta::zero())),
                next: standing.next.map(|entry| session(entry, late)),
            }
        };
        let named = snapshot.rooms.iter().map(|room| RoomOfSession {
            id: room.id,
            name: room.name.clone(),
        });
        let mut rooms: Vec<_> = named.map(|room| in_room(Some(room))).collect();
        let nowhere = in_room(None);
        if nowhere.current.is_some() || nowhere.next.is_some() {
            rooms.push(nowhere);
        }
        let until = next_change(entries, now, last);
        let view = Self {
            event_id: event.id,
            rooms,
            changes_at: Moment::maybe(until, zone),
        };
        (view, until)
    }
}
