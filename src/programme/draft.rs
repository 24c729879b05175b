//! The working copy as a whole.

use super::document::Programme;
use super::{rooms, sessions, speakers, tracks};
use crate::db::{Conn, DbError};
use crate::ids::EventId;

/// The working copy, in the order that a release keeps.
///
/// # Errors
/// The store's failure.
pub fn working_copy(conn: &mut Conn, event: EventId) -> Result<Programme, DbError> {
    let mut speakers = speakers::store::all(conn, event)?;
    // By name in Rust, because the stores sort letters differently.
    speakers.sort_by_cached_key(|speaker| (speaker.name.to_lowercase(), speaker.id));
    Ok(Programme {
        rooms: rooms::store::all(conn, event)?,
        tracks: tracks::store::all(conn, event)?,
        speakers,
        sessions: sessions::store::all(conn, event)?,
        ..Programme::default()
    })
}
