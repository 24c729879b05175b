//! Sessions of the newest release that take sign-up, for the registration form.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::{programme_releases, sessions};
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SessionId};
use crate::per_backend;

/// Sessions that are released and have a sign-up capacity now, by id. A capacity acts when it is
/// saved; a session, when it is released.
///
/// # Errors
/// The store's failure.
pub fn released_sessions_with_sign_up(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<SessionId>, DbError> {
    let with_capacity: Vec<SessionId> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .filter(sessions::sign_up_capacity.is_not_null())
            .order(sessions::id)
            .select(sessions::id)
            .load(c)
    })?;
    if with_capacity.is_empty() {
        return Ok(Vec::new());
    }
    let newest: Option<AsJson<Value>> = per_backend!(conn, c => {
        programme_releases::table
            .filter(programme_releases::event_id.eq(event))
            .order(programme_releases::version.desc())
            .select(programme_releases::document)
            .first(c)
            .optional()
    })?;
    let released: Vec<String> = newest
        .iter()
        .filter_map(|document| document.0["sessions"].as_array())
        .flatten()
        .filter_map(|session| session["id"].as_str().map(str::to_owned))
        .collect();
    Ok(with_capacity
        .into_iter()
        .filter(|id| released.contains(&id.to_string()))
        .collect())
}
