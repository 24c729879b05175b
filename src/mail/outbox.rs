//! The outbox.

use super::model::NewEmail;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::ids::{EmailId, RegistrationId};

/// Writes a mail into the outbox, in the transaction of what it tells.
///
/// # Errors
/// The store's failure.
pub fn enqueue(tx: &mut Conn, now: Instant, new: &NewEmail) -> Result<EmailId, DbError> {
    let _ = (tx, now, new);
    Err(DbError::internal("not written yet"))
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
    let _ = (tx, registration);
    Ok(())
}

/// Suppresses what is not sent yet of a registration and blanks its secrets, e.g. when it is replaced.
///
/// # Errors
/// The store's failure.
pub fn suppress(tx: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    let _ = (tx, registration);
    Ok(())
}
