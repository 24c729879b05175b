//! What sessions are known by: slugs, guids and numbers that are free or taken. The event is held
//! while they are asked for, so that what is free stays free.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use uuid::Uuid;

use super::super::document::Session;
use super::store::Guid;
use crate::clock::new_id;
use crate::db::schema::{events, sessions};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, Id, SessionId};
use crate::per_backend;
use crate::text::Slug;

/// Largest number that is retired: with one above it, a single deletion could leave none to give.
const LAST_RETIRED: i32 = 1_000_000_000;

/// The slugs of the event's sessions, without that of `except`.
///
/// # Errors
/// The store's failure.
pub fn slugs(
    conn: &mut Conn,
    event: EventId,
    except: SessionId,
) -> Result<HashSet<String>, DbError> {
    let slugs: Vec<String> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::id.ne(except))
            .select(sessions::slug)
            .load(c)
    })?;
    Ok(slugs.into_iter().collect())
}

/// Whether another session of the event than `except` has this slug.
///
/// # Errors
/// The store's failure.
pub fn slug_is_taken(
    conn: &mut Conn,
    event: EventId,
    slug: &Slug,
    except: SessionId,
) -> Result<bool, DbError> {
    Ok(per_backend!(conn, c => {
        diesel::select(diesel::dsl::exists(
            sessions::table
                .filter(sessions::event_id.eq(event))
                .filter(sessions::slug.eq(slug.as_str()))
                .filter(sessions::id.ne(except)),
        ))
        .get_result(c)
    })?)
}

/// Whether another session of the event than `except` has this guid.
///
/// # Errors
/// The store's failure.
pub fn guid_is_taken(
    conn: &mut Conn,
    event: EventId,
    guid: Uuid,
    except: SessionId,
) -> Result<bool, DbError> {
    let guid = Id::<Guid>::from_uuid(guid);
    Ok(per_backend!(conn, c => {
        diesel::select(diesel::dsl::exists(
            sessions::table
                .filter(sessions::event_id.eq(event))
                .filter(sessions::guid.eq(guid))
                .filter(sessions::id.ne(except)),
        ))
        .get_result(c)
    })?)
}

/// Where one of these sessions is to have the slug or the guid that another of them has now, takes them
/// off that other one: until it is written as well, it is called something that nobody asks for.
///
/// # Errors
/// The store's failure.
pub fn make_way(conn: &mut Conn, event: EventId, wanted: &[&Session]) -> Result<(), DbError> {
    let ids: HashSet<SessionId> = wanted.iter().map(|session| session.id).collect();
    let slugs: HashMap<&str, SessionId> = wanted
        .iter()
        .map(|session| (session.slug.as_str(), session.id))
        .collect();
    let guids: HashMap<Uuid, SessionId> = wanted
        .iter()
        .map(|session| (session.guid, session.id))
        .collect();
    let names: Vec<(SessionId, String, Id<Guid>)> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .select((sessions::id, sessions::slug, sessions::guid))
            .load(c)
    })?;
    for (id, slug, guid) in names {
        let heirs = [slugs.get(slug.as_str()), guids.get(&guid.uuid())];
        let is_in_the_way = heirs.into_iter().flatten().any(|heir| *heir != id);
        if !is_in_the_way || !ids.contains(&id) {
            continue;
        }
        let nobody: Id<Guid> = new_id();
        per_backend!(conn, c => {
            diesel::update(
                sessions::table.filter(sessions::event_id.eq(event)).filter(sessions::id.eq(id)),
            )
            .set((sessions::slug.eq(nobody.to_string()), sessions::guid.eq(nobody)))
            .execute(c)
        })?;
    }
    Ok(())
}

/// From here on, numbers that no session of the event has were never given: a session brings its own
/// along where it comes from elsewhere, and one that is deleted takes all up to its own with it.
///
/// # Errors
/// The store's failure.
pub fn next_number(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    Ok(per_backend!(conn, c => {
        events::table.filter(events::id.eq(event)).select(events::next_session_number).first(c)
    })?)
}

/// Takes the next number of the event that no session has; it is never given again, not even after a
/// deletion.
///
/// # Errors
/// The store's failure.
pub fn take_number(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    loop {
        let next: i32 = per_backend!(conn, c => {
            diesel::update(events::table.filter(events::id.eq(event)))
                .set(events::next_session_number.eq(events::next_session_number + 1))
                .returning(events::next_session_number)
                .get_result(c)
        })?;
        let number = next - 1;
        let is_taken: bool = per_backend!(conn, c => {
            diesel::select(diesel::dsl::exists(
                sessions::table
                    .filter(sessions::event_id.eq(event))
                    .filter(sessions::number.eq(number)),
            ))
            .get_result(c)
        })?;
        if !is_taken {
            return Ok(number);
        }
    }
}

/// Sees to it that the number of a session that is deleted is not given again.
///
/// # Errors
/// The store's failure.
pub fn retire_number(conn: &mut Conn, event: EventId, number: i32) -> Result<(), DbError> {
    if number > LAST_RETIRED {
        return Ok(());
    }
    per_backend!(conn, c => {
        diesel::update(
            events::table
                .filter(events::id.eq(event))
                .filter(events::next_session_number.le(number)),
        )
        .set(events::next_session_number.eq(number + 1))
        .execute(c)
    })?;
    Ok(())
}
