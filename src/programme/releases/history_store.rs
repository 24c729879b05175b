//! The past of a release in the store.

use std::collections::HashSet;

use diesel::prelude::*;

use super::super::document::{Changes, Programme};
use super::history::{Gone, Released, last_places, past};
use super::store;
use crate::clock::Instant;
use crate::db::schema::programme_releases;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SessionId};
use crate::per_backend;

/// A release with its past; `None` if there is no such version. Version 0 is empty and has none.
///
/// # Errors
/// The store's failure.
pub fn released(
    conn: &mut Conn,
    event: EventId,
    version: i32,
) -> Result<Option<Released>, DbError> {
    if version == 0 {
        return Ok(Some(Released::default()));
    }
    let Some(release) = store::find(conn, event, version)? else {
        return Ok(None);
    };
    let changes = changes_until(conn, event, version)?;
    let past = past(&changes);
    let mut away: HashSet<SessionId> = past.keys().copied().collect();
    let sessions = release.programme.sessions.iter();
    for session in sessions.filter(|session| session.starts_at.is_some()) {
        away.remove(&session.id);
    }
    // The newest first: where a session had a time last is what calendars know of it.
    let mut gone = Vec::new();
    for (version, mut ids) in last_places(&changes).into_iter().rev() {
        ids.retain(|id| away.contains(id));
        if ids.is_empty() {
            continue;
        }
        if let Some(before) = store::find(conn, event, version)? {
            let taken = taken_from(before.programme, &ids);
            away.retain(|id| !taken.iter().any(|gone| gone.session.id == *id));
            gone.extend(taken);
        }
    }
    gone.sort_by_key(|gone| gone.session.number);
    Ok(Some(Released {
        programme: release.programme,
        past,
        gone,
    }))
}

fn taken_from(programme: Programme, ids: &[SessionId]) -> Vec<Gone> {
    let rooms = programme.rooms;
    let sessions = programme.sessions.into_iter();
    sessions
        .filter(|session| session.starts_at.is_some() && ids.contains(&session.id))
        .map(|session| Gone {
            room: rooms
                .iter()
                .find(|room| Some(room.id) == session.room_id)
                .cloned(),
            session,
        })
        .collect()
}

/// What changed with each release up to this one, from the first on.
fn changes_until(
    conn: &mut Conn,
    event: EventId,
    version: i32,
) -> Result<Vec<(i32, Instant, Changes)>, DbError> {
    let rows: Vec<(i32, Instant, AsJson<Changes>)> = per_backend!(conn, c => {
        programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .filter(programme_releases::version.le(version))
            .order(programme_releases::version)
            .select((
                programme_releases::version,
                programme_releases::released_at,
                programme_releases::changes,
            ))
            .load(c)
    })?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(version, at, changes)| (version, at, changes.0))
        .collect())
}
