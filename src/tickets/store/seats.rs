//! The one rule: attendees that hold a seat never outnumber the size of a quota.
//!
//! A claim is a compare-and-set on each quota's row, in the order of their ids, within the
//! transaction that writes the attendees. Nothing is ever counted first and taken afterwards.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::super::model::TicketType;
use crate::db::rows::lock_quotas;
use crate::db::schema::{attendees, quotas, registrations, ticket_type_quotas};
use crate::db::types::IdSql;
use crate::db::{Conn, DbError};
use crate::fault;
use crate::ids::{QuotaId, TicketTypeId};
use crate::per_backend;

/// Seats by ticket type.
pub type Seats = BTreeMap<TicketTypeId, i32>;

/// Seats by quota, and a ticket type that needs it.
type PerQuota = BTreeMap<QuotaId, (i32, TicketTypeId)>;

/// Takes seats, all or none; the ticket type that is full otherwise. The caller holds the event's row.
///
/// # Errors
/// The store's failure.
pub fn claim(conn: &mut Conn, seats: &Seats) -> Result<Result<(), TicketTypeId>, DbError> {
    let needed = per_quota(conn, seats)?;
    let mut taken = PerQuota::new();
    for (quota, (count, ticket_type)) in needed {
        if !enter(conn, quota, count)? {
            give_back(conn, &taken)?;
            return Ok(Err(ticket_type));
        }
        taken.insert(quota, (count, ticket_type));
    }
    Ok(Ok(()))
}

/// Gives seats back. The caller holds the event's row.
///
/// # Errors
/// The store's failure.
pub fn release(conn: &mut Conn, seats: &Seats) -> Result<(), DbError> {
    let held = per_quota(conn, seats)?;
    give_back(conn, &held)
}

/// Takes the counters of these ticket types for this transaction, before any registration's row is
/// taken, so that transactions meet in one order.
///
/// # Errors
/// The store's failure.
pub fn lock(conn: &mut Conn, seats: &Seats) -> Result<(), DbError> {
    let quotas: Vec<QuotaId> = per_quota(conn, seats)?.into_keys().collect();
    lock_quotas(conn, &quotas)?;
    Ok(())
}

/// Counters that one transaction holds, and what it takes of them. Nothing is written before
/// [`close`](Self::close).
#[derive(Debug, Default)]
pub struct Ledger {
    types: HashMap<TicketTypeId, Vec<QuotaId>>,
    counters: BTreeMap<QuotaId, Entry>,
}

#[derive(Debug)]
struct Entry {
    size: Option<i32>,
    held: i32,
    before: i32,
}

impl Ledger {
    /// Takes the counters of those of these ticket types that are wanted, in the order of their ids. The
    /// caller holds the event's row.
    ///
    /// # Errors
    /// The store's failure.
    pub fn open(
        conn: &mut Conn,
        types: &[TicketType],
        wanted: &BTreeSet<TicketTypeId>,
    ) -> Result<Self, DbError> {
        let wanted = types.iter().filter(|known| wanted.contains(&known.id));
        let types: HashMap<TicketTypeId, Vec<QuotaId>> = wanted
            .map(|known| (known.id, known.quotas.clone()))
            .collect();
        let quotas: BTreeSet<QuotaId> = types.values().flatten().copied().collect();
        let quotas: Vec<QuotaId> = quotas.into_iter().collect();
        let entry = |(id, size, held)| {
            let before = held;
            (id, Entry { size, held, before })
        };
        let counters = lock_quotas(conn, &quotas)?.into_iter().map(entry).collect();
        Ok(Self { types, counters })
    }

    /// Takes seats, all or none; a ticket type that is full otherwise.
    ///
    /// # Errors
    /// The ticket type that is full.
    pub fn take(&mut self, seats: &Seats) -> Result<(), TicketTypeId> {
        let mut taken = BTreeMap::new();
        for (ticket_type, count) in seats {
            for quota in self.types.get(ticket_type).into_iter().flatten() {
                let after = taken.get(quota).copied().unwrap_or(0) + count;
                if !self.has_room(*quota, after) {
                    return Err(*ticket_type);
                }
                taken.insert(*quota, after);
            }
        }
        for (quota, count) in taken {
            self.add(quota, count);
        }
        Ok(())
    }

    fn has_room(&self, quota: QuotaId, count: i32) -> bool {
        if fault::is_on("no-capacity-guard") {
            return true;
        }
        let entry = self.counters.get(&quota);
        entry.is_some_and(|entry| entry.size.is_none_or(|size| entry.held + count <= size))
    }

    /// Gives seats back, all or none; `false` if it does not hold the counters of all of them.
    #[must_use]
    pub fn give(&mut self, seats: &Seats) -> bool {
        if !seats
            .keys()
            .all(|ticket_type| self.types.contains_key(ticket_type))
        {
            return false;
        }
        for (ticket_type, count) in seats {
            let quotas = self.types.get(ticket_type).cloned().unwrap_or_default();
            for quota in quotas {
                self.add(quota, -count);
            }
        }
        true
    }

    fn add(&mut self, quota: QuotaId, count: i32) {
        if let Some(entry) = self.counters.get_mut(&quota) {
            entry.held += count;
        }
    }

    /// Writes what was taken and given, by compare-and-set.
    ///
    /// # Errors
    /// [`DbError::Conflict`] if a counter moved under the ledger, or the store's failure.
    pub fn close(self, conn: &mut Conn) -> Result<(), DbError> {
        for (quota, entry) in self.counters {
            let change = entry.held - entry.before;
            if change > 0 && !enter(conn, quota, change)? {
                return Err(DbError::Conflict);
            }
            if change < 0 {
                leave(conn, quota, -change)?;
            }
        }
        Ok(())
    }
}

fn per_quota(conn: &mut Conn, seats: &Seats) -> Result<PerQuota, DbError> {
    let types: Vec<TicketTypeId> = seats.keys().copied().collect();
    let links: Vec<(TicketTypeId, QuotaId)> = per_backend!(conn, c => {
        ticket_type_quotas::table
            .filter(ticket_type_quotas::ticket_type_id.eq_any(&types))
            .select((ticket_type_quotas::ticket_type_id, ticket_type_quotas::quota_id))
            .load(c)
    })?;
    let mut needed = PerQuota::new();
    for (ticket_type, quota) in links {
        let count = seats.get(&ticket_type).copied().unwrap_or(0);
        needed.entry(quota).or_insert((0, ticket_type)).0 += count;
    }
    Ok(needed)
}

fn give_back(conn: &mut Conn, held: &PerQuota) -> Result<(), DbError> {
    for (quota, (count, _)) in held {
        leave(conn, *quota, *count)?;
    }
    Ok(())
}

/// Attendees of a ticket type that hold a seat.
///
/// # Errors
/// The store's failure.
pub fn count_held(conn: &mut Conn, ticket_type: TicketTypeId) -> Result<i32, DbError> {
    let count: i64 = per_backend!(conn, c => {
        attendees::table
            .inner_join(registrations::table.on(registrations::id.eq(attendees::registration_id)))
            .filter(attendees::ticket_type_id.eq(ticket_type))
            .filter(attendees::state.eq("active"))
            .filter(registrations::holds_seats)
            .count()
            .get_result(c)
    })?;
    i32::try_from(count).map_err(DbError::internal)
}

/// Moves seats that are held into one quota more, if they fit.
///
/// # Errors
/// The store's failure.
pub fn enter(conn: &mut Conn, quota: QuotaId, count: i32) -> Result<bool, DbError> {
    if fault::is_on("no-capacity-guard") {
        leave(conn, quota, -count)?;
        return Ok(true);
    }
    let rows = per_backend!(conn, c => {
        diesel::update(
            quotas::table
                .filter(quotas::id.eq(quota))
                .filter(quotas::size.is_null().or(quotas::size.ge((quotas::held + count).nullable()))),
        )
        .set(quotas::held.eq(quotas::held + count))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Takes seats that are held out of a quota.
///
/// # Errors
/// The store's failure.
pub fn leave(conn: &mut Conn, quota: QuotaId, count: i32) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(quotas::table.filter(quotas::id.eq(quota)))
            .set(quotas::held.eq(quotas::held - count))
            .execute(c)
    })?;
    Ok(())
}

/// A quota's counter, and the attendees that hold a seat of it.
#[derive(Debug, QueryableByName)]
pub struct Count {
    /// The quota.
    #[diesel(sql_type = IdSql)]
    pub id: QuotaId,
    /// What its counter says.
    #[diesel(sql_type = Integer)]
    pub held: i32,
    /// What there is.
    #[diesel(sql_type = BigInt)]
    pub counted: i64,
}

/// Quotas whose counter is not the number of attendees that hold a seat. One statement, so that it sees
/// one moment also beside a running service.
///
/// # Errors
/// The store's failure.
pub fn drift(conn: &mut Conn) -> Result<Vec<Count>, DbError> {
    const COUNTS: &str = "SELECT q.id, q.held, (\
            SELECT count(*) FROM ticket_type_quotas l \
            JOIN attendees a ON a.ticket_type_id = l.ticket_type_id \
            JOIN registrations r ON r.id = a.registration_id \
            WHERE l.quota_id = q.id AND a.state = 'active' AND r.holds_seats\
        ) AS counted FROM quotas q ORDER BY q.id";
    let counts: Vec<Count> = per_backend!(conn, c => diesel::sql_query(COUNTS).load(c))?;
    Ok(counts
        .into_iter()
        .filter(|count| i64::from(count.held) != count.counted)
        .collect())
}
