//! Work that one instance does for all when its turn comes.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::turns;
use crate::db::{Conn, DbError};
use crate::per_backend;

/// How long whoever began a turn has it; after that somebody else may begin it.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// A turn that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Turn {
    /// When it came.
    pub turn_at: Instant,
    /// How much was found; `None` before it is done.
    pub found: Option<i32>,
}

/// The turn of this name that was begun last.
///
/// # Errors
/// The store's failure.
pub fn latest(conn: &mut Conn, name: &str) -> Result<Option<Turn>, DbError> {
    Ok(per_backend!(conn, c => {
        turns::table
            .filter(turns::name.eq(name))
            .select((turns::turn_at, turns::found))
            .first(c)
            .optional()
    })?)
}

/// Takes a turn, if nobody has: whether it is this caller's.
///
/// # Errors
/// The store's failure.
pub fn begin(tx: &mut Conn, name: &str, turn: Instant, now: Instant) -> Result<bool, DbError> {
    let lease_until = now + LEASE;
    let taken = per_backend!(tx, c => {
        let left = turns::found.is_null().and(turns::lease_until.le(now));
        diesel::update(
            turns::table
                .filter(turns::name.eq(name))
                .filter(turns::turn_at.lt(turn).or(turns::turn_at.eq(turn).and(left))),
        )
        .set((
            turns::turn_at.eq(turn),
            turns::lease_until.eq(lease_until),
            turns::found.eq(None::<i32>),
        ))
        .execute(c)
    })?;
    if taken == 1 {
        return Ok(true);
    }
    let first = (
        turns::name.eq(name),
        turns::turn_at.eq(turn),
        turns::lease_until.eq(lease_until),
    );
    let first = per_backend!(tx, c => {
        diesel::insert_into(turns::table).values(first).on_conflict_do_nothing().execute(c)
    })?;
    Ok(first == 1)
}

/// Notes what came of a turn, unless a later one was begun.
///
/// # Errors
/// The store's failure.
pub fn end(tx: &mut Conn, name: &str, turn: Instant, found: i32) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::update(turns::table.filter(turns::name.eq(name)).filter(turns::turn_at.eq(turn)))
            .set(turns::found.eq(found))
            .execute(c)
    })?;
    Ok(())
}
