//! What a snapshot is drawn from: the front doors of the rooms it shows.

use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;

pub use crate::committee::{Member, MemberRole, published_members};
pub use crate::events::public_versions;
pub use crate::programme::{find_release, list_releases, newest_release, sign_up_capacities};

/// When one can register, as it is at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationWindow {
    /// When the first tickets go on sale.
    pub opens_at: Option<Instant>,
    /// When the last ones cease to be.
    pub closes_at: Option<Instant>,
    /// Whether one can register at that instant.
    pub open: bool,
    /// The next instant at which any of this changes by itself.
    pub next_change: Option<Instant>,
}

/// When one can register for this event. Nothing is on sale until there are tickets.
///
/// # Errors
/// The store's failure.
pub fn registration_window(
    _conn: &mut Conn,
    _event: &Event,
    _now: Instant,
) -> Result<RegistrationWindow, DbError> {
    Ok(RegistrationWindow::default())
}
