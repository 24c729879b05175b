//! What refers to a room, a track or a speaker, so that it can't be deleted.

use super::document::{Session, SessionRef};
use super::releases::store as releases;
use super::sessions::store as sessions;
use crate::db::{Conn, DbError};
use crate::ids::EventId;

/// What refers to a thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Sessions of the working copy.
    pub sessions: Vec<SessionRef>,
    /// Releases with such a session, newest first.
    pub releases: Vec<i32>,
    /// A recording does.
    pub recording: bool,
}

impl Uses {
    /// A recording refers to it.
    pub(super) fn by_recording() -> Self {
        Self {
            recording: true,
            ..Self::default()
        }
    }

    /// Whether nothing does.
    pub(super) const fn is_none(&self) -> bool {
        self.sessions.is_empty() && self.releases.is_empty() && !self.recording
    }

    /// One sentence that names them.
    pub(super) fn sentence(&self) -> String {
        let mut by = Vec::new();
        if !self.sessions.is_empty() {
            let slugs: Vec<&str> = self.sessions.iter().map(|s| s.slug.as_str()).collect();
            by.push(format!("sessions: {}", some_of(&slugs)));
        }
        if !self.releases.is_empty() {
            let versions: Vec<String> = self.releases.iter().map(ToString::to_string).collect();
            let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
            by.push(format!("releases: {}", some_of(&versions)));
        }
        if self.recording {
            by.push("a recording".to_owned());
        }
        format!("It is used by {}.", by.join("; "))
    }
}

/// The first ten, so that the sentence stays one.
fn some_of(names: &[&str]) -> String {
    let shown = names
        .iter()
        .take(10)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(10) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Every session of the working copy and every release for which `refers` holds.
pub(super) fn find(
    conn: &mut Conn,
    event: EventId,
    refers: impl Fn(&Session) -> bool,
) -> Result<Uses, DbError> {
    let working = sessions::all(conn, event)?;
    let released = releases::documents(conn, event)?;
    Ok(Uses {
        sessions: working
            .iter()
            .filter(|session| refers(session))
            .map(SessionRef::of)
            .collect(),
        releases: released
            .iter()
            .filter(|(_, programme)| programme.sessions.iter().any(&refers))
            .map(|(version, _)| *version)
            .collect(),
        recording: false,
    })
}
