//! Whether counters and rows agree, looked at every night by one instance for all. What it finds it says
//! and counts, as `kongress check` does; it never changes anything.

mod turn_store;

pub use turn_store::{begin, end, latest};

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use tokio::sync::watch;

use crate::clock::Instant;
use crate::db::DbError;
use crate::registrations;
use crate::server::App;

/// What the turn is called in the store.
pub const INTEGRITY: &str = "integrity";

/// When a day's turn comes, after midnight UTC: in Norway three or four in the morning.
const AT: TimeDelta = TimeDelta::hours(2);

/// How often at most it is looked whether a turn has come.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Compares counters and rows whenever their turn has come, until it is told to stop.
pub async fn watch(state: App, mut stopped: watch::Receiver<bool>) {
    let every = state.config.integrity_every;
    let half = (every / 2).to_std().unwrap_or(LOOK_EVERY);
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(half.min(LOOK_EVERY)) => {}
        }
        if let Err(error) = look(&state, turn(state.clock.now(), every)).await {
            tracing::warn!(%error, "counters and rows were not compared");
        }
    }
}

/// When the newest turn came, of those that come this often.
fn turn(now: Instant, every: TimeDelta) -> Instant {
    let seconds = every.num_seconds().max(1);
    let since = (now - AT).utc().timestamp();
    let newest = since - since.rem_euclid(seconds);
    DateTime::from_timestamp(newest, 0).map_or(now, |newest| Instant::from(newest) + AT)
}

/// Compares, unless another instance does or has; every instance shows what was found last.
async fn look(state: &App, turn: Instant) -> Result<(), DbError> {
    let db = &state.db;
    let latest = db.read(|conn| latest(conn, INTEGRITY)).await?;
    let done = latest.filter(|latest| latest.turn_at >= turn && latest.found.is_some());
    if let Some(found) = done.and_then(|latest| latest.found) {
        state.metrics.integrity(found);
        return Ok(());
    }
    let now = state.clock.now();
    if !db.write(move |tx| begin(tx, INTEGRITY, turn, now)).await? {
        return Ok(());
    }
    let findings = db.read(registrations::integrity).await?;
    for finding in &findings {
        tracing::error!(%finding, "counters and rows differ");
    }
    let found = i32::try_from(findings.len()).unwrap_or(i32::MAX);
    db.write(move |tx| end(tx, INTEGRITY, turn, found)).await?;
    state.metrics.integrity(found);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time::instant;

    #[test]
    fn a_days_turn_comes_at_night() {
        let day = TimeDelta::hours(24);
        for (now, expected) in [
            ("2027-11-11T01:59:59Z", "2027-11-10T02:00:00Z"),
            ("2027-11-11T02:00:00Z", "2027-11-11T02:00:00Z"),
            ("2027-11-11T23:00:00Z", "2027-11-11T02:00:00Z"),
        ] {
            assert_eq!(turn(instant(now).unwrap(), day), instant(expected).unwrap());
        }
    }
}
