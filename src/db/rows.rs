//! Locks on rows and names, where the store has them. `SQLite` has one writer, so nothing is to be
//! locked there.
//!
//! The order is always the same: an event, a name, quotas in the order of their ids, registrations.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sha2::{Digest, Sha256};

use super::schema::{events, quotas};
use super::{Conn, DbError};
use crate::ids::{EventId, QuotaId};

/// Waits until no other transaction works under the same name, and keeps the name until the end of
/// this one.
///
/// # Errors
/// The store's failure.
pub fn serialise_on(conn: &mut Conn, name: &[u8]) -> Result<(), DbError> {
    let Conn::Pg(c) = conn else {
        return Ok(());
    };
    let key = Sha256::digest(name)
        .iter()
        .take(8)
        .fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(key)
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

/// Takes the counters of these quotas for this transaction, in the order of their ids.
///
/// # Errors
/// The store's failure.
pub fn lock_quotas(conn: &mut Conn, ids: &[QuotaId]) -> Result<(), DbError> {
    if let Conn::Pg(c) = conn {
        quotas::table
            .filter(quotas::id.eq_any(ids))
            .order(quotas::id)
            .select(quotas::id)
            .for_update()
            .load::<QuotaId>(c)?;
    }
    Ok(())
}
