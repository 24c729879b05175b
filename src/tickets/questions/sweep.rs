//! Deleting answers some days after the event: allergies are nobody's business once lunch is over.

use super::sweep_store as store;
use crate::clock::Instant;
use crate::db::rows::hold_event;
use crate::db::{Conn, DbError};

/// Whether [`sweep`] has something to do; a read.
///
/// # Errors
/// The store's failure.
pub fn anything_due(conn: &mut Conn, now: Instant) -> Result<bool, DbError> {
    Ok(!store::due(conn, now)?.is_empty())
}

/// Deletes the answers to questions whose time is over, with what tells who chose which option. Returns
/// whether any were.
///
/// # Errors
/// The store's failure.
pub fn sweep(tx: &mut Conn, now: Instant) -> Result<bool, DbError> {
    let due = store::due(tx, now)?;
    for (question, event) in &due {
        hold_event(tx, *event)?;
        store::delete_answers(tx, *event, *question)?;
        store::release_options(tx, *question)?;
        store::mark_deleted(tx, *question, now)?;
    }
    Ok(!due.is_empty())
}
