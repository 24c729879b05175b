//! Registrations and their attendees in the store.

pub mod batch;
pub mod choices;
pub mod claims;
mod code_uses;
pub mod line;
pub mod listing;
pub mod mail_log;
mod option_claims;
pub mod search;
pub mod tokens;

pub use batch::{confirm_all, find_live, find_live_all, insert_all, list_by_ids, take_back_all};

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::model::{
    Attendee, AttendeeState, Consents, Contact, Invoice, Registration, RegistrationState, Waiting,
};
use crate::clock::Instant;
use crate::db::schema::{attendees, registrations};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{AccessCodeId, AttendeeId, EventId, RegistrationId, SessionId, TicketTypeId};
use crate::per_backend;
use crate::text::Email;
use crate::tickets::Price;
use crate::tickets::questions::Answer;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registrations, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) id: RegistrationId,
    event_id: EventId,
    code: String,
    state: AsWord<RegistrationState>,
    holds_seats: bool,
    identity_key: Option<Vec<u8>>,
    search_text: String,
    language: String,
    contact_name: String,
    contact_email: String,
    contact_phone: Option<String>,
    consents: AsJson<Consents>,
    invoice: Option<AsJson<Invoice>>,
    reference: Option<String>,
    confirm_before: Instant,
    wants_list: bool,
    joined_at: Option<Instant>,
    offer_expires_at: Option<Instant>,
    notes: String,
    new_contact: Option<AsJson<Contact>>,
    pub(super) created_at: Instant,
    confirmed_at: Option<Instant>,
    cancelled_at: Option<Instant>,
    erased_at: Option<Instant>,
    version: i32,
    access_code_id: Option<AccessCodeId>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attendees, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct AttendeeRow {
    id: AttendeeId,
    pub(super) registration_id: RegistrationId,
    event_id: EventId,
    ticket_type_id: TicketTypeId,
    position: i32,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    organisation: Option<String>,
    job_position: Option<String>,
    municipality_numbers: AsJson<Vec<String>>,
    state: AsWord<AttendeeState>,
    ticket_secret: String,
    checked_in_at: Option<Instant>,
    answers: Option<AsJson<Vec<Answer>>>,
    waiting_for: Option<TicketTypeId>,
    joined_at: Option<Instant>,
    offer_expires_at: Option<Instant>,
    session_ids: AsJson<Vec<SessionId>>,
    lost_session_ids: AsJson<Vec<SessionId>>,
    sensitive_consent: bool,
    price_amount: Option<i64>,
    price_currency: Option<String>,
    waiting_price_amount: Option<i64>,
    waiting_price_currency: Option<String>,
}

/// The hash that an address is found by, also where no live registration has it any more.
#[must_use]
pub fn identity_key(email: &Email) -> Vec<u8> {
    Sha256::digest(email.identity().as_bytes()).to_vec()
}

/// The text that `q` searches: code, names and the contact's address, in lower case.
fn search_text(registration: &Registration) -> String {
    let Some(contact) = &registration.contact else {
        return registration.code.to_lowercase();
    };
    let names = registration.attendees.iter().map(|one| one.name.as_str());
    let parts = [
        registration.code.as_str(),
        &contact.name,
        contact.email.as_str(),
    ];
    parts
        .into_iter()
        .chain(names)
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn row(registration: &Registration) -> Row {
    let contact = registration.contact.as_ref();
    Row {
        id: registration.id,
        event_id: registration.event_id,
        code: registration.code.clone(),
        state: AsWord(registration.state),
        holds_seats: registration.holds_seats,
        identity_key: contact.map(|contact| identity_key(&contact.email)),
        search_text: search_text(registration),
        language: registration.language.clone(),
        contact_name: contact.map_or_else(String::new, |contact| contact.name.clone()),
        contact_email: contact.map_or_else(String::new, |contact| contact.email.to_string()),
        contact_phone: contact.and_then(|contact| contact.phone.clone()),
        consents: AsJson(registration.consents),
        invoice: registration.invoice.clone().map(AsJson),
        reference: registration.reference.clone(),
        confirm_before: registration.confirm_before,
        wants_list: registration.wants_list,
        joined_at: registration.joined_at,
        offer_expires_at: registration.offer_expires_at,
        notes: registration.notes.clone(),
        new_contact: registration.new_contact.clone().map(AsJson),
        created_at: registration.created_at,
        confirmed_at: registration.confirmed_at,
        cancelled_at: registration.cancelled_at,
        erased_at: registration.erased_at,
        version: registration.version,
        access_code_id: registration.access_code,
    }
}

pub(super) fn attendee_rows(registration: &Registration) -> Vec<AttendeeRow> {
    let row = |(position, attendee): (i32, &Attendee)| AttendeeRow {
        id: attendee.id,
        registration_id: registration.id,
        event_id: registration.event_id,
        ticket_type_id: attendee.ticket_type_id,
        position,
        name: attendee.name.clone(),
        email: attendee.email.as_ref().map(ToString::to_string),
        phone: attendee.phone.clone(),
        organisation: attendee.organisation.clone(),
        job_position: attendee.position.clone(),
        municipality_numbers: AsJson(attendee.municipality_numbers.clone()),
        state: AsWord(attendee.state),
        ticket_secret: attendee.ticket_secret.clone(),
        checked_in_at: attendee.checked_in_at,
        answers: Some(attendee.answers.clone())
            .filter(|all| !all.is_empty())
            .map(AsJson),
        waiting_for: attendee.waiting_for.map(|one| one.ticket_type_id),
        joined_at: attendee.waiting_for.map(|one| one.joined_at),
        offer_expires_at: attendee.waiting_for.and_then(|one| one.offer_expires_at),
        session_ids: AsJson(attendee.session_ids.clone()),
        lost_session_ids: AsJson(attendee.lost_session_ids.clone()),
        sensitive_consent: attendee.sensitive_consent,
        price_amount: attendee.price.as_ref().map(|price| price.amount),
        price_currency: attendee.price.as_ref().map(|price| price.currency.clone()),
        waiting_price_amount: attendee.waiting_price.as_ref().map(|price| price.amount),
        waiting_price_currency: attendee
            .waiting_price
            .as_ref()
            .map(|price| price.currency.clone()),
    };
    (0..).zip(&registration.attendees).map(row).collect()
}

fn price(amount: Option<i64>, currency: Option<String>) -> Option<Price> {
    let (amount, currency) = amount.zip(currency)?;
    Some(Price { amount, currency })
}

impl From<AttendeeRow> for Attendee {
    fn from(row: AttendeeRow) -> Self {
        Self {
            id: row.id,
            ticket_type_id: row.ticket_type_id,
            price: price(row.price_amount, row.price_currency),
            name: row.name,
            email: row.email.map(Email::from_stored),
            phone: row.phone,
            organisation: row.organisation,
            position: row.job_position,
            municipality_numbers: row.municipality_numbers.0,
            state: row.state.0,
            ticket_secret: row.ticket_secret,
            checked_in_at: row.checked_in_at,
            answers: row.answers.map_or_else(Vec::new, |all| all.0),
            waiting_for: row
                .waiting_for
                .zip(row.joined_at)
                .map(|(ticket_type_id, joined_at)| Waiting {
                    ticket_type_id,
                    joined_at,
                    offer_expires_at: row.offer_expires_at,
                }),
            waiting_price: price(row.waiting_price_amount, row.waiting_price_currency),
            session_ids: row.session_ids.0,
            lost_session_ids: row.lost_session_ids.0,
            sensitive_consent: row.sensitive_consent,
        }
    }
}

pub(super) fn domain(row: Row, attendees: Vec<Attendee>) -> Registration {
    let contact = row.erased_at.is_none().then(|| Contact {
        name: row.contact_name,
        email: Email::from_stored(row.contact_email),
        phone: row.contact_phone,
    });
    Registration {
        id: row.id,
        event_id: row.event_id,
        code: row.code,
        state: row.state.0,
        holds_seats: row.holds_seats,
        language: row.language,
        contact,
        attendees,
        consents: row.consents.0,
        invoice: row.invoice.map(|invoice| invoice.0),
        reference: row.reference,
        confirm_before: row.confirm_before,
        wants_list: row.wants_list,
        joined_at: row.joined_at,
        offer_expires_at: row.offer_expires_at,
        notes: row.notes,
        new_contact: row.new_contact.map(|contact| contact.0),
        created_at: row.created_at,
        confirmed_at: row.confirmed_at,
        cancelled_at: row.cancelled_at,
        erased_at: row.erased_at,
        version: row.version,
        access_code: row.access_code_id,
    }
}

fn with_attendees(conn: &mut Conn, row: Option<Row>) -> Result<Option<Registration>, DbError> {
    let Some(row) = row else {
        return Ok(None);
    };
    let rows: Vec<AttendeeRow> = per_backend!(conn, c => {
        attendees::table
            .filter(attendees::registration_id.eq(row.id))
            .order(attendees::position)
            .select(AttendeeRow::as_select())
            .load(c)
    })?;
    let attendees = rows.into_iter().map(Attendee::from).collect();
    Ok(Some(domain(row, attendees)))
}

/// One registration of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    id: RegistrationId,
) -> Result<Option<Registration>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    with_attendees(conn, row)
}

/// The registration that a good token of its own leads to.
///
/// # Errors
/// The store's failure; a registration that is gone is one.
pub fn find_by_token(conn: &mut Conn, id: RegistrationId) -> Result<Registration, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    with_attendees(conn, row)?.ok_or_else(|| DbError::internal("a registration is gone"))
}

/// Every registration of this person for the event, in any state, oldest first.
///
/// # Errors
/// The store's failure.
pub fn list_of_person(
    conn: &mut Conn,
    event: EventId,
    email: &Email,
) -> Result<Vec<RegistrationId>, DbError> {
    // Apart, because each has its own index.
    let mut found: Vec<RegistrationId> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::live_identity.is_null())
            .filter(registrations::identity_key.eq(identity_key(email)))
            .select(registrations::id)
            .load(c)
    })?;
    let live: Option<RegistrationId> = per_backend!(conn, c => {
        registrations::table
            .filter(registrations::event_id.eq(event))
            .filter(registrations::live_identity.eq(email.identity()))
            .select(registrations::id)
            .first(c)
            .optional()
    })?;
    found.extend(live);
    found.sort_unstable();
    Ok(found)
}

/// Puts a registration under its address: from now on it is the live one.
///
/// # Errors
/// [`DbError::Conflict`] if another transaction put one there meanwhile, so that this one is tried again;
/// or the store's failure.
pub fn set_identity(conn: &mut Conn, id: RegistrationId, email: &Email) -> Result<(), DbError> {
    let set = per_backend!(conn, c => {
        diesel::update(registrations::table.filter(registrations::id.eq(id)))
            .set(registrations::live_identity.eq(email.identity()))
            .execute(c)
    });
    match set.map_err(DbError::from) {
        Err(DbError::Unique) => Err(DbError::Conflict),
        result => result.map(|_| ()),
    }
}

/// Writes a changed registration and its attendees, also new ones, over the version it was read in, and
/// raises the version. One that is not live any more leaves its address to another.
///
/// # Errors
/// [`DbError::Conflict`] if it changed meanwhile, so that the transaction is tried again; or the
/// store's failure.
pub fn update(conn: &mut Conn, changed: &mut Registration) -> Result<(), DbError> {
    let mut row = row(changed);
    row.version += 1;
    search::reindex(conn, &row)?;
    let rows = per_backend!(conn, c => {
        diesel::update(
            registrations::table
                .filter(registrations::id.eq(changed.id))
                .filter(registrations::version.eq(changed.version)),
        )
        .set(&row)
        .execute(c)
    })?;
    if rows == 0 {
        return Err(DbError::Conflict);
    }
    changed.version += 1;
    if !changed.state.is_live() || changed.contact.is_none() {
        per_backend!(conn, c => {
            diesel::update(registrations::table.filter(registrations::id.eq(changed.id)))
                .set(registrations::live_identity.eq(None::<String>))
                .execute(c)
        })?;
    }
    for row in attendee_rows(changed) {
        per_backend!(conn, c => {
            diesel::insert_into(attendees::table)
                .values(&row)
                .on_conflict(attendees::id)
                .do_update()
                .set(&row)
                .execute(c)
        })?;
    }
    Ok(())
}
