//! Watches the store for changes that other processes made: where the store tells, they are heard at
//! once; below that is a look every half second, which finds what was missed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Notify, watch};

use super::sources;
use crate::db::DbError;
use crate::events::{CHANGED, changed_since};
use crate::ids::EventId;
use crate::server::App;

/// How often the store is looked at.
const EVERY: Duration = Duration::from_millis(500);
/// How far back a look goes: longer than a write may wait for its commit, and than clocks differ.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);
/// Every so many looks, all snapshots are compared: no clock decides then.
const FULL_EVERY: u32 = 20;
/// How many events one query compares.
const CHUNK: usize = 500;

/// Draws the snapshots of events that changed in the store without this process doing it, until it
/// is told to stop.
pub async fn watch_changes(state: App, mut stopped: watch::Receiver<bool>) {
    let heard = Arc::new(Notify::new());
    let call = Arc::clone(&heard);
    // Dropped at the end, which ends the listening.
    let ear = state.db.listen(CHANGED, move || call.notify_one());
    if let Err(error) = &ear {
        tracing::error!(%error, "changes of other processes are only looked for");
    }
    let mut looks: u32 = 0;
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => return,
            () = heard.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
        looks = looks.wrapping_add(1);
        if let Err(error) = look(&state, looks.is_multiple_of(FULL_EVERY)).await {
            tracing::warn!(%error, "changes in the store were not looked for");
        }
    }
}

async fn look(state: &App, full: bool) -> Result<(), DbError> {
    let shown = state.snapshots.versions();
    if shown.is_empty() {
        return Ok(());
    }
    let stored = if full {
        all_versions(state, &shown).await?
    } else {
        let since = state.clock.now() - OVERLAP;
        state
            .db
            .read(move |conn| changed_since(conn, since))
            .await?
    };
    for (id, version) in stored {
        if shown.get(&id).is_some_and(|shown| *shown < version) {
            state.snapshots.refresh(id).await;
        }
    }
    Ok(())
}

/// The stored versions of everything shown; an event that is gone counts as changed.
async fn all_versions(
    state: &App,
    shown: &HashMap<EventId, i64>,
) -> Result<Vec<(EventId, i64)>, DbError> {
    let ids: Vec<EventId> = shown.keys().copied().collect();
    let mut stored = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let chunk = chunk.to_vec();
        let found = state
            .db
            .read(move |conn| sources::public_versions(conn, &chunk))
            .await?;
        stored.extend(found);
    }
    let version = |id: EventId| (id, stored.get(&id).copied().unwrap_or(i64::MAX));
    Ok(ids.into_iter().map(version).collect())
}
