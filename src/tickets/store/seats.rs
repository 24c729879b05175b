//! The one rule: attendees that hold a seat never outnumber the size of a quota.
//!
//! A claim is a compare-and-set on each quota's row, in the order of their ids, within the
//! transaction that writes the attendees. Nothing is ever counted first and taken afterwards.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;

use super::super::model::TicketType;
use crate::db::rows::lock_quotas;
use crate::db::schema::{quotas, ticket_type_quotas};
use crate::db::{Conn, DbError};
use crate::fault;
use crate::ids::{QuotaId, TicketTypeId};
use crate::per_backend;

/// Seats by ticket type.
pub type Seats = BTreeMap<TicketTypeId, i32>;

/// Seats by quota, and a ticket type that needs it.
type PerQuota = BTreeMap<QuotaId, (i32, TicketTypeId)>;

/// Gives seats back. The caller holds the event's row.
///
/// # Errors
/// The store's failure.
pub fn release(conn: &mut Conn, seats: &Seats) -> Result<(), DbError> {
    let held = per_quota(conn, seats)?;
    give_back(conn, &held)
}

/// Counters that one transaction holds, and what it takes of them. Nothing is written before
/// [`close`](Self::close).
#[derive(Debug, Default)]
pub struct Ledger {
    types: HashMap<TicketTypeId, Vec<QuotaId>>,
    counters: BTreeMap<QuotaId, Entry>,
    looks_anyway: bool,
}

#[derive(Debug)]
struct Entry {
    size: Option<i32>,
    held: i32,
    waiting: i32,
    before: (i32, i32),
}

impl Entry {
    fn fits(&self, count: i32) -> bool {
        self.size.is_none_or(|size| self.held + count <= size)
    }
}

impl Ledger {
    /// Takes the counters of all these ticket types, as [`open`](Self::open) does.
    ///
    /// # Errors
    /// The store's failure.
    pub fn open_all(conn: &mut Conn, types: &[TicketType]) -> Result<Self, DbError> {
        Self::open(conn, types, &types.iter().map(|known| known.id).collect())
    }

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
        let entry = |(id, size, held, waiting)| {
            let before = (held, waiting);
            let entry = Entry {
                size,
                held,
                waiting,
                before,
            };
            (id, entry)
        };
        let counters = lock_quotas(conn, &quotas)?.into_iter().map(entry).collect();
        Ok(Self {
            types,
            counters,
            looks_anyway: false,
        })
    }

    /// Takes seats, all or none; a ticket type that is full otherwise.
    ///
    /// # Errors
    /// The ticket type that is full.
    pub fn take(&mut self, seats: &Seats) -> Result<(), TicketTypeId> {
        let mut taken = BTreeMap::new();
        for (ticket_type, count) in seats {
            // One that this ledger does not know has no seats here.
            for quota in self.types.get(ticket_type).ok_or(*ticket_type)? {
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
        entry.is_some_and(|entry| entry.fits(count))
    }

    /// Whether anybody waits for a seat of these counters.
    #[must_use]
    pub fn has_line(&self) -> bool {
        self.counters.values().any(|entry| entry.waiting > 0)
    }

    /// Whether there is a free seat of what anybody waits for.
    #[must_use]
    pub fn may_seat_those_who_wait(&self) -> bool {
        let mut entries = self.counters.values();
        self.looks_anyway || entries.any(|entry| entry.waiting > 0 && entry.fits(1))
    }

    /// Has those who wait looked through whatever the counters say: who waits for a ticket type that draws on
    /// no quota any more is counted nowhere.
    pub fn look_anyway(&mut self) {
        self.looks_anyway = true;
    }

    /// Those of these ticket types that draw on a quota with too little room for all of these seats.
    #[must_use]
    pub fn short(&self, seats: &Seats) -> Vec<TicketTypeId> {
        let quotas = |ticket_type: &TicketTypeId| self.types.get(ticket_type).into_iter().flatten();
        let mut wanted: BTreeMap<QuotaId, i32> = BTreeMap::new();
        for (ticket_type, count) in seats {
            for quota in quotas(ticket_type) {
                *wanted.entry(*quota).or_default() += count;
            }
        }
        let is_short = |quota: &QuotaId| {
            let count = wanted.get(quota).copied().unwrap_or_default();
            !self.has_room(*quota, count)
        };
        let types = seats.keys().copied();
        types
            .filter(|ticket_type| quotas(ticket_type).any(is_short))
            .collect()
    }

    /// Counts these among those who wait, or with a negative `sign` no longer.
    pub fn line_up(&mut self, seats: &Seats, sign: i32) {
        for (ticket_type, count) in seats {
            for quota in self.types.get(ticket_type).into_iter().flatten() {
                if let Some(entry) = self.counters.get_mut(quota) {
                    entry.waiting += sign * count;
                }
            }
        }
    }

    /// What a seat of `to` takes beside one of `from` that is kept: the quotas that only `to` draws on.
    fn beside(&self, from: TicketTypeId, to: TicketTypeId) -> Vec<QuotaId> {
        let kept = self.types.get(&from).cloned().unwrap_or_default();
        let wanted = self.types.get(&to).into_iter().flatten().copied();
        wanted.filter(|quota| !kept.contains(quota)).collect()
    }

    /// Takes a seat of `to` beside the one of `from` that is kept; `false` if it is full.
    #[must_use]
    pub fn take_beside(&mut self, from: TicketTypeId, to: TicketTypeId) -> bool {
        let wanted = self.beside(from, to);
        let fits = wanted.iter().all(|quota| self.has_room(*quota, 1));
        if fits && self.types.contains_key(&to) {
            for quota in wanted {
                self.add(quota, 1);
            }
            return true;
        }
        false
    }

    /// Gives back the seat of `to` that was taken beside one of `from`. With the two the other way
    /// round it gives back the one that was kept, and the new one stays.
    pub fn give_beside(&mut self, from: TicketTypeId, to: TicketTypeId) {
        for quota in self.beside(from, to) {
            self.add(quota, -1);
        }
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
            let change = entry.held - entry.before.0;
            if change > 0 && !enter(conn, quota, change)? {
                return Err(DbError::Conflict);
            }
            if change < 0 {
                leave(conn, quota, -change)?;
            }
            let change = entry.waiting - entry.before.1;
            if change != 0 {
                line_up(conn, quota, change)?;
            }
        }
        Ok(())
    }
}

/// Counts so many more, or less, among those who wait for a seat of a quota.
///
/// # Errors
/// The store's failure.
pub fn line_up(conn: &mut Conn, quota: QuotaId, change: i32) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(quotas::table.filter(quotas::id.eq(quota)))
            .set(quotas::waiting.eq(quotas::waiting + change))
            .execute(c)
    })?;
    Ok(())
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
