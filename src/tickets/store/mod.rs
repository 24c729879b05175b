//! Ticket types in the store, with the quotas they draw on.

pub mod counts;
pub mod quotas;
pub mod seats;
pub mod sign_up;

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{self, Attendance, Price, TicketType, UniqueBy, Window};
use crate::clock::Instant;
use crate::db::schema::{ticket_type_quotas, ticket_types};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{EventId, QuotaId, TicketTypeId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = ticket_types, treat_none_as_null = true)]
struct Row {
    id: TicketTypeId,
    event_id: EventId,
    name: AsJson<Localized>,
    description: AsJson<Localized>,
    attendance: AsWord<Attendance>,
    price_amount: Option<i64>,
    price_currency: Option<String>,
    opens_at: Option<Instant>,
    closes_at: Option<Instant>,
    min_per_registration: i32,
    max_per_registration: i32,
    access_code_required: bool,
    requires_approval: bool,
    waiting_list: bool,
    unique_by: Option<AsWord<UniqueBy>>,
    position: i32,
    version: i32,
    created_at: Instant,
}

fn domain(row: Row, quotas: Vec<QuotaId>) -> TicketType {
    TicketType {
        id: row.id,
        event_id: row.event_id,
        name: row.name.0,
        description: row.description.0,
        attendance: row.attendance.0,
        price: row
            .price_amount
            .zip(row.price_currency)
            .map(|(amount, currency)| Price { amount, currency }),
        opens_at: row.opens_at,
        closes_at: row.closes_at,
        min_per_registration: row.min_per_registration,
        max_per_registration: row.max_per_registration,
        access_code_required: row.access_code_required,
        requires_approval: row.requires_approval,
        waiting_list: row.waiting_list,
        unique_by: row.unique_by.map(|word| word.0),
        position: row.position,
        quotas,
        version: row.version,
        created_at: row.created_at,
    }
}

fn row(ticket: &TicketType) -> Row {
    Row {
        id: ticket.id,
        event_id: ticket.event_id,
        name: AsJson(ticket.name.clone()),
        description: AsJson(ticket.description.clone()),
        attendance: AsWord(ticket.attendance),
        price_amount: ticket.price.as_ref().map(|price| price.amount),
        price_currency: ticket.price.as_ref().map(|price| price.currency.clone()),
        opens_at: ticket.opens_at,
        closes_at: ticket.closes_at,
        min_per_registration: ticket.min_per_registration,
        max_per_registration: ticket.max_per_registration,
        access_code_required: ticket.access_code_required,
        requires_approval: ticket.requires_approval,
        waiting_list: ticket.waiting_list,
        unique_by: ticket.unique_by.map(AsWord),
        position: ticket.position,
        version: ticket.version,
        created_at: ticket.created_at,
    }
}

fn with_quotas(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<TicketType>, DbError> {
    let ids: Vec<TicketTypeId> = rows.iter().map(|row| row.id).collect();
    let links: Vec<(TicketTypeId, QuotaId)> = per_backend!(conn, c => {
        ticket_type_quotas::table
            .filter(ticket_type_quotas::ticket_type_id.eq_any(&ids))
            .order(ticket_type_quotas::quota_id)
            .select((ticket_type_quotas::ticket_type_id, ticket_type_quotas::quota_id))
            .load(c)
    })?;
    let mut quotas: BTreeMap<TicketTypeId, Vec<QuotaId>> = BTreeMap::new();
    for (ticket_type, quota) in links {
        quotas.entry(ticket_type).or_default().push(quota);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = quotas.remove(&row.id).unwrap_or_default();
            domain(row, own)
        })
        .collect())
}

/// One ticket type of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: TicketTypeId,
) -> Result<Option<TicketType>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        ticket_types::table
            .filter(ticket_types::event_id.eq(event))
            .filter(ticket_types::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(with_quotas(conn, row.into_iter().collect())?.pop())
}

/// The sort key of lists of ticket types.
pub type TicketTypeKey = (i32, TicketTypeId);

/// The ticket types of the event, by position.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<TicketTypeKey>,
) -> Result<Page<TicketType>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = ticket_types::table
            .filter(ticket_types::event_id.eq(event))
            .order((ticket_types::position, ticket_types::id))
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some((position, id)) = keyset.after {
            query = query.filter(
                ticket_types::position.gt(position)
                    .or(ticket_types::position.eq(position).and(ticket_types::id.gt(id))),
            );
        }
        query.load(c)
    })?;
    let list = with_quotas(conn, rows)?;
    Ok(Page::cut(list, keyset, |ticket| {
        (ticket.position, ticket.id)
    }))
}

/// All ticket types of the event, by position.
///
/// # Errors
/// The store's failure.
pub fn list_all(conn: &mut Conn, event: EventId) -> Result<Vec<TicketType>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        ticket_types::table
            .filter(ticket_types::event_id.eq(event))
            .order((ticket_types::position, ticket_types::id))
            .select(Row::as_select())
            .load(c)
    })?;
    with_quotas(conn, rows)
}

/// When one can register for the event, over all its ticket types: `registration` of the public event.
///
/// # Errors
/// The store's failure.
pub fn registration_window(
    conn: &mut Conn,
    event: &Event,
    now: Instant,
) -> Result<Window, DbError> {
    let types = list_all(conn, event.id)?;
    Ok(model::registration_window(event, &types, now))
}

/// The place behind the last ticket type.
///
/// # Errors
/// The store's failure.
pub fn next_position(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    let last: Option<i32> = per_backend!(conn, c => {
        ticket_types::table
            .filter(ticket_types::event_id.eq(event))
            .select(diesel::dsl::max(ticket_types::position))
            .first(c)
    })?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Inserts a ticket type with its quotas.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &TicketType) -> Result<(), DbError> {
    let row = row(new);
    per_backend!(conn, c => diesel::insert_into(ticket_types::table).values(&row).execute(c))?;
    link(conn, new.id, &new.quotas)
}

/// Writes a ticket type and its quotas over the version it was read in; `false` if it changed
/// meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, changed: &TicketType) -> Result<bool, DbError> {
    let mut row = row(changed);
    row.version += 1;
    let rows = per_backend!(conn, c => {
        diesel::update(
            ticket_types::table
                .filter(ticket_types::id.eq(changed.id))
                .filter(ticket_types::version.eq(changed.version)),
        )
        .set(&row)
        .execute(c)
    })?;
    if rows == 0 {
        return Ok(false);
    }
    per_backend!(conn, c => {
        diesel::delete(ticket_type_quotas::table.filter(ticket_type_quotas::ticket_type_id.eq(changed.id))).execute(c)
    })?;
    link(conn, changed.id, &changed.quotas)?;
    Ok(true)
}

fn link(conn: &mut Conn, id: TicketTypeId, quotas: &[QuotaId]) -> Result<(), DbError> {
    let rows: Vec<_> = quotas
        .iter()
        .map(|quota| {
            (
                ticket_type_quotas::ticket_type_id.eq(id),
                ticket_type_quotas::quota_id.eq(*quota),
            )
        })
        .collect();
    per_backend!(conn, c => diesel::insert_into(ticket_type_quotas::table).values(&rows).execute(c))?;
    Ok(())
}

/// Deletes a ticket type.
///
/// # Errors
/// [`DbError::Reference`] once somebody has registered for it, or the store's failure.
pub fn delete(conn: &mut Conn, id: TicketTypeId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(ticket_types::table.filter(ticket_types::id.eq(id))).execute(c)
    })?;
    Ok(())
}
