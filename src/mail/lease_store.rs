//! How long a worker has the mails that it took from the outbox for itself.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::model::EmailState;
use crate::clock::Instant;
use crate::db::schema::emails;
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::WorkerId;
use crate::per_backend;

/// How long a worker has a mail for itself unless it says that it still lives.
pub const LEASE: TimeDelta = TimeDelta::seconds(15);

const SENDING: AsWord<EmailState> = AsWord(EmailState::Sending);

/// Whether a worker has leased any mail.
///
/// # Errors
/// The store's failure.
pub fn holds_any(conn: &mut Conn, holder: WorkerId) -> Result<bool, DbError> {
    let of_holder = emails::table
        .filter(emails::state.eq(SENDING))
        .filter(emails::lease_holder.eq(holder));
    Ok(per_backend!(conn, c => diesel::select(diesel::dsl::exists(of_holder)).get_result(c))?)
}

/// Makes the leases of a worker longer, from now on.
///
/// # Errors
/// The store's failure.
pub fn renew(tx: &mut Conn, now: Instant, holder: WorkerId) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::update(
            emails::table.filter(emails::state.eq(SENDING)).filter(emails::lease_holder.eq(holder)),
        )
        .set(emails::lease_until.eq(now + LEASE))
        .execute(c)
    })?;
    Ok(())
}

/// Ends every lease: for a service that starts where no other can run, so that whoever has one is dead.
///
/// # Errors
/// The store's failure.
pub fn end_leases(tx: &mut Conn) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::update(emails::table.filter(emails::state.eq(SENDING)))
            .set((
                emails::lease_until.eq(emails::next_attempt_at.nullable()),
                emails::lease_holder.eq(None::<WorkerId>),
            ))
            .execute(c)
    })?;
    Ok(())
}
