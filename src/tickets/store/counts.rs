//! What the rows say that the counters of [`seats`](super::seats) are to say.

use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::db::schema::{attendees, registrations};
use crate::db::types::IdSql;
use crate::db::{Conn, DbError};
use crate::ids::{QuotaId, TicketTypeId};
use crate::per_backend;

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

/// Attendees who wait for a seat of a ticket type, with their party or beside a seat they have.
///
/// # Errors
/// The store's failure.
pub fn count_waiting(conn: &mut Conn, ticket_type: TicketTypeId) -> Result<i32, DbError> {
    let parties: i64 = per_backend!(conn, c => {
        attendees::table
            .inner_join(registrations::table.on(registrations::id.eq(attendees::registration_id)))
            .filter(attendees::ticket_type_id.eq(ticket_type))
            .filter(attendees::state.eq("active"))
            .filter(registrations::state.eq("waiting_list"))
            .count()
            .get_result(c)
    })?;
    let beside: i64 = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::waiting_for.eq(ticket_type))
            .filter(attendees::offer_expires_at.is_null())
            .count()
            .get_result(c)
    })?;
    i32::try_from(parties + beside).map_err(DbError::internal)
}

/// Whether somebody is offered a seat of this ticket type beside another, or of another beside it.
///
/// # Errors
/// The store's failure.
pub fn is_offered_beside(conn: &mut Conn, ticket_type: TicketTypeId) -> Result<bool, DbError> {
    let offers: i64 = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::offer_expires_at.is_not_null())
            .filter(attendees::waiting_for.eq(ticket_type).or(attendees::waiting_for.is_not_null().and(attendees::ticket_type_id.nullable().eq(ticket_type))))
            .count()
            .get_result(c)
    })?;
    Ok(offers > 0)
}

/// A quota's counters, and what its rows say.
#[derive(Debug, QueryableByName)]
pub struct Count {
    /// The quota.
    #[diesel(sql_type = IdSql)]
    pub id: QuotaId,
    /// Seats that are held, as its counter says.
    #[diesel(sql_type = Integer)]
    pub held: i32,
    /// Attendees that hold a seat.
    #[diesel(sql_type = BigInt)]
    pub counted: i64,
    /// Attendees who wait, as its counter says.
    #[diesel(sql_type = Integer)]
    pub waiting: i32,
    /// Attendees who wait.
    #[diesel(sql_type = BigInt)]
    pub waiting_counted: i64,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, held, counted) = (self.id, self.held, self.counted);
        if i64::from(held) != counted {
            return write!(
                f,
                "quota {id} says {held} seats are held, but {counted} attendees hold one"
            );
        }
        let (waiting, counted) = (self.waiting, self.waiting_counted);
        write!(
            f,
            "quota {id} says {waiting} wait, but {counted} attendees do"
        )
    }
}

/// Whoever has a ticket of the quota and holds a seat, and whoever is offered one of it beside a ticket
/// that does not draw on it.
const HOLDERS: &str = "(SELECT count(*) FROM ticket_type_quotas l \
        JOIN attendees a ON a.ticket_type_id = l.ticket_type_id \
        JOIN registrations r ON r.id = a.registration_id \
        WHERE l.quota_id = q.id AND a.state = 'active' AND r.holds_seats\
    ) + (SELECT count(*) FROM ticket_type_quotas l \
        JOIN attendees a ON a.waiting_for = l.ticket_type_id \
        JOIN registrations r ON r.id = a.registration_id \
        WHERE l.quota_id = q.id AND a.state = 'active' AND r.holds_seats \
        AND a.offer_expires_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ticket_type_quotas k \
            WHERE k.quota_id = q.id AND k.ticket_type_id = a.ticket_type_id))";

/// Whoever waits with their party, and whoever waits beside a seat they have.
const THOSE_WHO_WAIT: &str = "(SELECT count(*) FROM ticket_type_quotas l \
        JOIN attendees a ON a.ticket_type_id = l.ticket_type_id \
        JOIN registrations r ON r.id = a.registration_id \
        WHERE l.quota_id = q.id AND a.state = 'active' AND r.state = 'waiting_list'\
    ) + (SELECT count(*) FROM ticket_type_quotas l \
        JOIN attendees a ON a.waiting_for = l.ticket_type_id \
        WHERE l.quota_id = q.id AND a.state = 'active' AND a.offer_expires_at IS NULL)";

/// Quotas whose counters are not what their rows say. One statement, so that it sees one moment also
/// beside a running service.
///
/// # Errors
/// The store's failure.
pub fn drift(conn: &mut Conn) -> Result<Vec<Count>, DbError> {
    let counts = format!(
        "SELECT q.id, q.held, {HOLDERS} AS counted, q.waiting, {THOSE_WHO_WAIT} AS waiting_counted \
        FROM quotas q ORDER BY q.id"
    );
    let counts: Vec<Count> = per_backend!(conn, c => diesel::sql_query(&counts).load(c))?;
    let differs = |count: &Count| {
        i64::from(count.held) != count.counted || i64::from(count.waiting) != count.waiting_counted
    };
    Ok(counts.into_iter().filter(differs).collect())
}
