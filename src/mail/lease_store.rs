//! How long a worker has the mails that it took from the outbox for itself.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::model::EmailState;
use crate::clock::Instant;
use crate::db::schema::emails;
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{EmailId, WorkerId};
use crate::per_backend;

/// How long a worker has a mail for itself unless it says that it still lives.
pub const LEASE: TimeDelta = TimeDelta::seconds(15);

const SENDING: AsWord<EmailState> = AsWord(EmailState::Sending);

/// Makes a worker's leases of these mails longer, from now on: of those that it has in hand. One that it has
/// let go without noting what came of it runs out, so that somebody takes it over.
///
/// # Errors
/// The store's failure.
pub fn renew(
    tx: &mut Conn,
    now: Instant,
    holder: WorkerId,
    mails: &[EmailId],
) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::update(
            emails::table
                .filter(emails::id.eq_any(mails))
                .filter(emails::state.eq(SENDING))
                .filter(emails::lease_holder.eq(holder)),
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
