//! Many registrations to a statement.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::model::{Attendee, Registration, RegistrationState};
use super::{AttendeeRow, Row, attendee_rows, domain, row, search};
use crate::clock::Instant;
use crate::db::schema::{attendees, registrations};
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RegistrationId};
use crate::text::Email;
use crate::{insert_rows, per_backend};

/// Attendees of one statement; both stores limit the values that one may have.
const ATTENDEES: usize = 1000;

#[derive(Insertable)]
#[diesel(table_name = registrations, treat_none_as_default_value = false)]
struct NewRow {
    #[diesel(embed)]
    row: Row,
    live_identity: Option<String>,
}

fn with_attendees(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Registration>, DbError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<RegistrationId> = rows.iter().map(|row| row.id).collect();
    let found: Vec<AttendeeRow> = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::registration_id.eq_any(&ids))
            .order(attendees::position)
            .select(AttendeeRow::as_select())
            .load(c)
    })?;
    let mut attendees: HashMap<RegistrationId, Vec<Attendee>> = HashMap::new();
    for row in found {
        attendees
            .entry(row.registration_id)
            .or_default()
            .push(row.into());
    }
    let registration = |row: Row| {
        let attendees = attendees.remove(&row.id).unwrap_or_default();
        domain(row, attendees)
    };
    Ok(rows.into_iter().map(registration).collect())
}

/// The live registration of this address for the event.
///
/// # Errors
/// The store's failure.
pub fn find_live(
    conn: &mut Conn,
    event: EventId,
    email: &Email,
) -> Result<Option<Registration>, DbError> {
    Ok(find_live_all(conn, event, &[email])?.into_values().next())
}

/// The live registrations of these addresses for the event, by their identity.
///
/// # Errors
/// The store's failure.
pub fn find_live_all(
    conn: &mut Conn,
    event: EventId,
    emails: &[&Email],
) -> Result<HashMap<String, Registration>, DbError> {
    let identities: Vec<String> = emails.iter().map(|email| email.identity()).collect();
    let rows: Vec<Row> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::live_identity.eq_any(&identities))
            .select(Row::as_select())
            .load(c)
    })?;
    let mut found = HashMap::new();
    for registration in with_attendees(conn, rows)? {
        if let Some(contact) = &registration.contact {
            found.insert(contact.email.identity(), registration);
        }
    }
    Ok(found)
}

/// Registrations that good tokens of their own lead to.
///
/// # Errors
/// The store's failure.
pub fn list_by_ids(conn: &mut Conn, ids: &[RegistrationId]) -> Result<Vec<Registration>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        registrations::table.filter(registrations::id.eq_any(ids)).select(Row::as_select()).load(c)
    })?;
    with_attendees(conn, rows)
}

/// Inserts registrations with their attendees, each under its address at once or not yet
/// ([`set_identity`](super::set_identity)).
///
/// # Errors
/// [`DbError::Conflict`] if an address or a code was taken meanwhile, so that the transaction is tried
/// again; or the store's failure.
pub fn insert_all(conn: &mut Conn, new: &[(&Registration, bool)]) -> Result<(), DbError> {
    if new.is_empty() {
        return Ok(());
    }
    let new_row = |(new, known): &(&Registration, bool)| NewRow {
        row: row(new),
        live_identity: new
            .contact
            .as_ref()
            .filter(|_| *known)
            .map(|contact| contact.email.identity()),
    };
    let rows: Vec<NewRow> = new.iter().map(new_row).collect();
    let inserted = insert_rows!(conn, registrations::table, &rows);
    match inserted.map_err(DbError::from) {
        Err(DbError::Unique) => return Err(DbError::Conflict),
        result => result?,
    };
    search::index_later(conn, new.iter().map(|(new, _)| (new.id, new.event_id)))?;
    let attendees: Vec<AttendeeRow> = new.iter().flat_map(|(new, _)| attendee_rows(new)).collect();
    for rows in attendees.chunks(ATTENDEES) {
        insert_rows!(conn, attendees::table, rows)?;
    }
    Ok(())
}

/// Takes back inserts of this transaction.
///
/// # Errors
/// The store's failure.
pub fn take_back_all(conn: &mut Conn, ids: &[RegistrationId]) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    per_backend!(conn, c => {
        diesel::delete(registrations::table.filter(registrations::id.eq_any(ids))).execute(c)
    })?;
    Ok(())
}

/// Writes that these, which hold their seats, are confirmed, and raises their versions.
///
/// # Errors
/// [`DbError::Conflict`] if one of them changed meanwhile, so that the transaction is tried again; or
/// the store's failure.
pub fn confirm_all(conn: &mut Conn, ids: &[RegistrationId], now: Instant) -> Result<(), DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            registrations::table
                .filter(registrations::id.eq_any(ids))
                .filter(registrations::state.eq(AsWord(RegistrationState::AwaitingConfirmation)))
                .filter(registrations::holds_seats.eq(true)),
        )
        .set((
            registrations::state.eq(AsWord(RegistrationState::Confirmed)),
            registrations::confirmed_at.eq(now),
            registrations::version.eq(registrations::version + 1),
        ))
        .execute(c)
    })?;
    if rows == ids.len() {
        Ok(())
    } else {
        Err(DbError::Conflict)
    }
}
