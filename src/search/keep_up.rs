//! Indexes what changed ahead of searches, which so find the work done.

use std::time::Duration;

use tokio::sync::watch;

use super::{index, store};
use crate::db::DbError;
use crate::server::App;

/// How often the store is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Indexes what the public sees otherwise than it is indexed, until it is told to stop. Also what is
/// older than the index: everything is stale then.
pub async fn keep_up(state: App, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        // Searches do it themselves then.
        if let Err(error) = catch_up(&state).await {
            tracing::warn!(%error, "what changed was not indexed ahead of searches");
        }
    }
}

/// Indexes what is stale, as long as there is anything; gives up after a while where others change
/// things as fast.
///
/// # Errors
/// The store's failure.
pub async fn catch_up(state: &App) -> Result<(), DbError> {
    for _ in 0..MOST_ROUNDS {
        let stale = state.db.read(|conn| store::list_stale(conn, 1)).await?;
        if stale.is_empty() {
            return Ok(());
        }
        state.db.write(index::catch_up).await?;
    }
    Ok(())
}

/// Enough for ten thousand events at once.
const MOST_ROUNDS: usize = 500;
