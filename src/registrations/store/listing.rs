//! Lists of registrations, and whether counters and rows agree.

use std::collections::{BTreeMap, HashSet};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::super::model::{Attendee, AttendeeState, Registration, RegistrationState};
use super::super::store::{AttendeeRow, Row, claims, domain};
use super::super::words::Sought;
use super::search;
use crate::clock::Instant;
use crate::db::schema::{
    attendees, events, municipality_claims, quotas, registrations, ticket_types,
};
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RegistrationId, SessionId, TicketTypeId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::tickets::{counts, sign_up};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<RegistrationState>,
    /// With an attendee of this ticket type.
    pub ticket_type: Option<TicketTypeId>,
    /// With an attendee who comes to this session.
    pub session: Option<SessionId>,
    /// Each term of this, with space between them, begins where a word of the code, a name, or the contact's
    /// address does.
    pub text: Option<String>,
}

/// The sort key of lists of registrations.
pub type RegistrationKey = (Instant, RegistrationId);

/// Rows that a walk along the list reads at a time.
const STRIDE: i64 = 500;

/// The registrations of the event, in the order they were made.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    filter: &Filter,
    keyset: &Keyset<RegistrationKey>,
) -> Result<Page<Registration>, DbError> {
    let rows = match &filter.text {
        None => rows(conn, event, filter, keyset.after, keyset.fetch())?,
        Some(text) => {
            let sought = Sought::parse(text);
            match search::find(conn, event, &sought)? {
                // Signs alone stand in no word.
                _ if sought.words().is_empty() => Vec::new(),
                Some(found) => narrow(conn, found, filter, keyset)?,
                None => walk(conn, event, filter, &sought, keyset)?,
            }
        }
    };
    let list = with_attendees(conn, rows)?;
    Ok(Page::cut(list, keyset, |one| (one.created_at, one.id)))
}

/// The next rows behind this place, whatever their text.
fn rows(
    conn: &mut Conn,
    event: EventId,
    filter: &Filter,
    after: Option<RegistrationKey>,
    most: i64,
) -> Result<Vec<Row>, DbError> {
    Ok(per_backend!(conn, c => {
        let mut query = registrations::table
            .filter(registrations::event_id.eq(event))
            .order((registrations::created_at, registrations::id))
            .limit(most)
            .select(Row::as_select())
            .into_boxed();
        if let Some(state) = filter.state {
            query = query.filter(registrations::state.eq(AsWord(state)));
        }
        if let Some(ticket_type) = filter.ticket_type {
            let holders = attendees::table
                .filter(attendees::event_id.eq(event))
                .filter(attendees::ticket_type_id.eq(ticket_type))
                .select(attendees::registration_id);
            query = query.filter(registrations::id.eq_any(holders));
        }
        if let Some(session) = filter.session {
            let comers = attendees::table
                .filter(attendees::event_id.eq(event))
                .filter(attendees::state.eq(AsWord(AttendeeState::Active)))
                .filter(sql::<Text>(CHOSEN).like(with(session)))
                .select(attendees::registration_id);
            query = query.filter(registrations::id.eq_any(comers));
        }
        // The first condition leads the store to its place in the index; an OR alone does not.
        if let Some((at, id)) = after {
            let behind = registrations::created_at.gt(at).or(registrations::id.gt(id));
            query = query.filter(registrations::created_at.ge(at)).filter(behind);
        }
        query.load(c)
    })?)
}

/// What the choices of an attendee are as text: ids in quotes.
const CHOSEN: &str = "CAST(attendees.session_ids AS TEXT)";

/// What choices with this session are like.
fn with(session: SessionId) -> String {
    format!("%\"{session}\"%")
}

/// The page of a few rows that were found by their text.
fn narrow(
    conn: &mut Conn,
    mut found: Vec<Row>,
    filter: &Filter,
    keyset: &Keyset<RegistrationKey>,
) -> Result<Vec<Row>, DbError> {
    let key = |row: &Row| (row.created_at, row.id);
    found.retain(|row| filter.state.is_none_or(|state| row.state.0 == state));
    found.retain(|row| keyset.after.is_none_or(|after| key(row) > after));
    let ids: Vec<RegistrationId> = found.iter().map(|row| row.id).collect();
    if let Some(ticket_type) = filter.ticket_type {
        let holders: Vec<RegistrationId> = per_backend!(conn, c => {
            attendees::table
                .filter(attendees::registration_id.eq_any(&ids))
                .filter(attendees::ticket_type_id.eq(ticket_type))
                .select(attendees::registration_id)
                .load(c)
        })?;
        let holders: HashSet<RegistrationId> = holders.into_iter().collect();
        found.retain(|row| holders.contains(&row.id));
    }
    if let Some(session) = filter.session {
        let comers: Vec<RegistrationId> = per_backend!(conn, c => {
            attendees::table
                .filter(attendees::registration_id.eq_any(&ids))
                .filter(attendees::state.eq(AsWord(AttendeeState::Active)))
                .filter(sql::<Text>(CHOSEN).like(with(session)))
                .select(attendees::registration_id)
                .load(c)
        })?;
        let comers: HashSet<RegistrationId> = comers.into_iter().collect();
        found.retain(|row| comers.contains(&row.id));
    }
    found.sort_unstable_by_key(key);
    found.truncate(usize::try_from(keyset.fetch()).unwrap_or(0));
    Ok(found)
}

/// The page of the rows along the list that have what is sought.
fn walk(
    conn: &mut Conn,
    event: EventId,
    filter: &Filter,
    sought: &Sought,
    keyset: &Keyset<RegistrationKey>,
) -> Result<Vec<Row>, DbError> {
    let enough = usize::try_from(keyset.fetch()).unwrap_or(0);
    let mut after = keyset.after;
    let mut found: Vec<Row> = Vec::new();
    while found.len() < enough {
        let stride = rows(conn, event, filter, after, STRIDE)?;
        let Some(last) = stride.last().map(|row| (row.created_at, row.id)) else {
            break;
        };
        after = Some(last);
        found.extend(
            stride
                .into_iter()
                .filter(|row| sought.is_in(&row.search_text)),
        );
    }
    found.truncate(enough);
    Ok(found)
}

/// Every live registration of the event.
///
/// # Errors
/// The store's failure.
pub fn list_live(conn: &mut Conn, event: EventId) -> Result<Vec<Registration>, DbError> {
    let states = RegistrationState::LIVE.map(AsWord);
    let rows: Vec<Row> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::state.eq_any(states))
            .order(registrations::id)
            .select(Row::as_select())
            .load(c)
    })?;
    with_attendees(conn, rows)
}

fn with_attendees(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Registration>, DbError> {
    let ids: Vec<RegistrationId> = rows.iter().map(|row| row.id).collect();
    let mut of: BTreeMap<RegistrationId, Vec<Attendee>> = BTreeMap::new();
    // In pieces, because a statement takes a limited number of values.
    for ids in ids.chunks(500) {
        let found: Vec<AttendeeRow> = per_backend!(conn, c => {
            attendees::table
                .filter(attendees::registration_id.eq_any(ids))
                .order((attendees::registration_id, attendees::position))
                .select(AttendeeRow::as_select())
                .load(c)
        })?;
        for row in found {
            of.entry(row.registration_id).or_default().push(row.into());
        }
    }
    let whole = |row: Row| {
        let attendees = of.remove(&row.id).unwrap_or_default();
        domain(row, attendees)
    };
    Ok(rows.into_iter().map(whole).collect())
}

const WAITING: AsWord<RegistrationState> = AsWord(RegistrationState::AwaitingConfirmation);

/// Registrations with their events.
pub type Found = Vec<(RegistrationId, EventId)>;

/// Unconfirmed registrations that hold seats past their time, longest first.
///
/// # Errors
/// The store's failure.
pub fn due(conn: &mut Conn, now: Instant, most: i64) -> Result<Found, DbError> {
    Ok(per_backend!(conn, c => {
        registrations::table
            .filter(registrations::state.eq(WAITING))
            .filter(registrations::holds_seats.eq(true))
            .filter(registrations::confirm_before.le(now))
            .order(registrations::confirm_before)
            .limit(most)
            .select((registrations::id, registrations::event_id))
            .load(c)
    })?)
}

/// Unconfirmed registrations without seats whose registration has closed, or whose event has begun.
///
/// # Errors
/// The store's failure.
pub fn closed(conn: &mut Conn, now: Instant, most: i64) -> Result<Found, DbError> {
    Ok(per_backend!(conn, c => {
        registrations::table
            .inner_join(attendees::table.on(attendees::registration_id.eq(registrations::id)))
            .inner_join(ticket_types::table.on(ticket_types::id.eq(attendees::ticket_type_id)))
            .inner_join(events::table.on(events::id.eq(registrations::event_id)))
            .filter(registrations::state.eq(WAITING))
            .filter(registrations::holds_seats.eq(false))
            .filter(
                ticket_types::closes_at.le(now)
                    .or(ticket_types::closes_at.is_null().and(events::starts_at.le(now))),
            )
            .select((registrations::id, registrations::event_id))
            .distinct()
            .limit(most)
            .load(c)
    })?)
}

/// Calls off every live registration of the event and frees all its seats, set-based. The caller has
/// updated the event's row, so nobody claims seats meanwhile.
///
/// # Errors
/// The store's failure.
pub fn cancel_all(tx: &mut Conn, now: Instant, event: EventId) -> Result<(), DbError> {
    let states = RegistrationState::LIVE.map(AsWord);
    per_backend!(tx, c => {
        let live = registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::state.eq_any(states))
            .select(registrations::id);
        diesel::update(attendees::table.filter(attendees::registration_id.eq_any(live)))
            .set((
                attendees::state.eq(AsWord(AttendeeState::Cancelled)),
                attendees::waiting_for.eq(None::<TicketTypeId>),
                attendees::joined_at.eq(None::<Instant>),
                attendees::offer_expires_at.eq(None::<Instant>),
                attendees::waiting_price_amount.eq(None::<i64>),
                attendees::waiting_price_currency.eq(None::<String>),
            ))
            .execute(c)
    })?;
    per_backend!(tx, c => {
        diesel::update(
            registrations::table
                .filter(registrations::event_id.eq(event))
                .filter(registrations::state.eq_any(states)),
        )
        .set((
            registrations::state.eq(AsWord(RegistrationState::Cancelled)),
            registrations::holds_seats.eq(false),
            registrations::live_identity.eq(None::<String>),
            registrations::offer_expires_at.eq(None::<Instant>),
            registrations::cancelled_at.eq(now),
            registrations::version.eq(registrations::version + 1),
        ))
        .execute(c)
    })?;
    per_backend!(tx, c => {
        let all = attendees::table.filter(attendees::event_id.eq(event)).select(attendees::id);
        diesel::delete(municipality_claims::table.filter(municipality_claims::attendee_id.eq_any(all)))
            .execute(c)
    })?;
    per_backend!(tx, c => {
        diesel::update(quotas::table.filter(quotas::event_id.eq(event)))
            .set((quotas::held.eq(0), quotas::waiting.eq(0)))
            .execute(c)
    })?;
    sign_up::clear(tx, event)
}

/// What does not agree between counters and rows; nothing, if all is well.
///
/// # Errors
/// The store's failure.
pub fn integrity(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    let mut findings: Vec<String> = counts::drift(conn)?
        .into_iter()
        .map(|count| count.to_string())
        .collect();
    findings.extend(claims::drift(conn)?);
    let sessions = sign_up::drift(conn)?.into_iter();
    findings.extend(sessions.map(|(id, held, rows)| {
        format!("session {id} says {held} places are held, but {rows} attendees hold one")
    }));
    let states = RegistrationState::LIVE.map(AsWord);
    let dead: Vec<RegistrationId> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::state.ne_all(states))
            .filter(registrations::holds_seats.or(registrations::live_identity.is_not_null()))
            .select(registrations::id)
            .load(c)
    })?;
    findings.extend(
        dead.iter()
            .map(|id| format!("registration {id} is over, but still holds seats or its address")),
    );
    Ok(findings)
}
