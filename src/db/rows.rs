//! Locks on rows and names, where the store has them. `SQLite` has one writer, so nothing is to be
//! locked there.
//!
//! The order is always the same: an event, a name, quotas in the order of their ids, registrations.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use sha2::{Digest, Sha256};

use super::schema::{events, quotas};
use super::{Conn, DbError};
use crate::ids::{EventId, QuotaId};

/// Waits until no other transaction works under one of these names, and keeps the names until the
/// end of this one. They are taken in one order by everybody.
///
/// # Errors
/// [`DbError::LockTimeout`], or the store's failure.
pub fn serialise_on<'a>(
    conn: &mut Conn,
    names: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), DbError> {
    let Conn::Pg(c) = conn else {
        return Ok(());
    };
    let key = |name: &[u8]| {
        let hash = Sha256::digest(name);
        let first = hash.iter().take(8);
        first.fold(0_i64, |key, byte| (key << 8) | i64::from(*byte))
    };
    let keys: BTreeSet<i64> = names.into_iter().map(key).collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    diesel::sql_query("SELECT pg_advisory_xact_lock(key) FROM unnest($1) AS key")
        .bind::<Array<BigInt>, _>(keys)
        .execute(c)?;
    Ok(())
}

/// Keeps the event, and with it the quotas of its ticket types, as they are until the end of this
/// transaction; several transactions may do so at once. Whoever changes them updates the event's row
/// first and so waits for all of these.
///
/// # Errors
/// The store's failure.
pub fn hold_event(conn: &mut Conn, id: EventId) -> Result<(), DbError> {
    if let Conn::Pg(c) = conn {
        events::table
            .filter(events::id.eq(id))
            .select(events::id)
            .for_share()
            .load::<EventId>(c)?;
    }
    Ok(())
}

/// The size of a quota, `None` being unlimited, how many of it are held, and how many wait for it.
pub type Counter = (QuotaId, Option<i32>, i32, i32);

/// Takes the counters of these quotas for this transaction, in the order of their ids, and reads them.
///
/// # Errors
/// The store's failure.
pub fn lock_quotas(conn: &mut Conn, ids: &[QuotaId]) -> Result<Vec<Counter>, DbError> {
    macro_rules! counters {
        () => {
            quotas::table
                .filter(quotas::id.eq_any(ids))
                .order(quotas::id)
                .select((quotas::id, quotas::size, quotas::held, quotas::waiting))
        };
    }
    Ok(match conn {
        Conn::Pg(c) => counters!().for_update().load(c)?,
        Conn::Sqlite(c) => counters!().load(c)?,
    })
}
