//! Whether the service can do its work, answered at once however busy the store is.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Clock;
use crate::db::{Db, DbError, migrate};
use crate::mail::outbox;

/// How long an answer waits for the store.
const PATIENCE: Duration = Duration::from_millis(80);
/// The same while nothing was seen yet, right after the start.
const FIRST: Duration = Duration::from_secs(1);
/// For how long what was seen last is believed while the store is too busy to be asked.
const BELIEVED: Duration = Duration::from_secs(5);

/// What was seen of the store.
#[derive(Debug, Clone, Copy, Default)]
pub struct Condition {
    /// Whether it answers.
    pub store_reachable: bool,
    /// Whether every migration has run.
    pub migrations_current: bool,
    /// Mails that wait to be sent.
    pub outbox_pending: i64,
    /// Age of the oldest of them, in seconds.
    pub outbox_lag_seconds: i64,
}

/// Looks at the store, and remembers.
pub struct Health {
    db: Db,
    clock: Clock,
    last: Mutex<Option<(Instant, Condition)>>,
}

impl Health {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            last: Mutex::new(None),
        }
    }

    /// The condition of the store now, or as it was within the last seconds if it is busy; otherwise
    /// it counts as away.
    pub async fn condition(&self) -> Condition {
        let last = || *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = if last().is_some() { PATIENCE } else { FIRST };
        if let Ok(Ok(condition)) = tokio::time::timeout(patience, self.look()).await {
            return condition;
        }
        let last = last();
        let believed = last.filter(|(at, _)| at.elapsed() < BELIEVED);
        believed.map_or_else(Condition::default, |(_, condition)| condition)
    }

    /// Looks, however long it takes, and remembers.
    ///
    /// # Errors
    /// The store's failure; nothing is remembered then.
    pub async fn look(&self) -> Result<Condition, DbError> {
        let now = self.clock.now();
        let seen = self.db.read(move |conn| {
            let versions = migrate::versions(conn)?;
            let migrations_current = versions.pending.is_empty() && versions.unknown.is_empty();
            let (outbox_pending, oldest) = if migrations_current {
                outbox::pending(conn)?
            } else {
                (0, None)
            };
            let lag = oldest.map_or(0, |oldest| (now - oldest).num_seconds());
            Ok::<_, DbError>(Condition {
                store_reachable: true,
                migrations_current,
                outbox_pending,
                outbox_lag_seconds: lag.max(0),
            })
        });
        let condition = seen.await?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((Instant::now(), condition));
        Ok(condition)
    }
}
