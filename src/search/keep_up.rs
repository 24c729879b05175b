//! Indexes what changed, a little at a time, so that whoever writes waits for a moment only.
//!
//! What is to be done is found out beside the store, on a snapshot of it. Every step looks first whether
//! the event is still what it was then: what changes meanwhile is found out anew, and what is written by
//! then is not written again. Several processes may do so at once.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::index::{self, Draft, Plan};
use super::store::{self, NewEntry};
use crate::db::{DbError, Target};
use crate::ids::EventId;
use crate::server::App;

/// How often the store is looked at: other processes write too.
const EVERY: Duration = Duration::from_secs(1);
/// How long a search waits for the index.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most events that are looked up at once.
const AT_A_TIME: i64 = 500;
/// Entries whose tokens are in memory at once.
const IN_HAND: usize = 200;
/// So many new entries at once make the store's list of pending ones long.
const MANY: usize = 50;

/// Where searches and the work on the index meet.
#[derive(Debug, Default)]
pub struct IndexWork {
    called: Notify,
    /// Since when it is at work.
    since: watch::Sender<Option<Instant>>,
}

/// Indexes what the public sees otherwise than it is indexed, until it is told to stop. Also what is
/// older than the index: everything is stale then.
pub async fn keep_up(state: App, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => return,
            () = state.index_work.called.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = catch_up(&state, &stopped).await {
            tracing::warn!(%error, "what changed was not indexed");
        }
        state.index_work.since.send_replace(None);
    }
}

/// Waits until everything that is saved by now is indexed, but not for long: what then is still to be
/// done takes its time, and searches do without.
///
/// # Errors
/// The store's failure.
pub async fn wait_for_index(state: &App) -> Result<(), DbError> {
    let mut since = state.index_work.since.subscribe();
    if is_caught_up(state).await? {
        return Ok(());
    }
    state.index_work.called.notify_one();
    let began = since.borrow_and_update().unwrap_or_else(Instant::now);
    let caught_up = async {
        while since.changed().await.is_ok() {
            let is_at_rest = since.borrow_and_update().is_none();
            if is_at_rest && is_caught_up(state).await? {
                break;
            }
        }
        Ok(())
    };
    let waited = tokio::time::timeout_at(began + PATIENCE, caught_up).await;
    waited.unwrap_or(Ok(()))
}

async fn is_caught_up(state: &App) -> Result<bool, DbError> {
    let stale = state.db.read(|conn| store::list_stale(conn, 1)).await?;
    Ok(stale.is_empty())
}

/// Indexes what is stale, as long as there is anything. What fails waits for the next time, and holds up
/// nothing else.
async fn catch_up(state: &App, stopped: &watch::Receiver<bool>) -> Result<(), DbError> {
    loop {
        let stale = state.db.read(|conn| store::list_stale(conn, AT_A_TIME));
        let stale = stale.await?;
        if stale.is_empty() {
            return Ok(());
        }
        let mut failed = None;
        for event in stale {
            state.index_work.since.send_if_modified(|since| {
                let is_first = since.is_none();
                since.get_or_insert_with(Instant::now);
                is_first
            });
            if let Err(error) = index(state, event, stopped).await {
                failed = Some(error);
            }
            if *stopped.borrow() {
                return Ok(());
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
}

/// Makes the index of one event what the public sees, unless it changes meanwhile.
async fn index(
    state: &App,
    event: EventId,
    stopped: &watch::Receiver<bool>,
) -> Result<(), DbError> {
    let seen = state.db.read(move |conn| index::see(conn, event)).await?;
    let Some(seen) = seen else {
        return Ok(());
    };
    let plan = beside(move || seen.plan()).await??;
    write(state, plan, stopped).await
}

/// Writes what is planned, unless something comes between.
async fn write(state: &App, plan: Plan, stopped: &watch::Receiver<bool>) -> Result<(), DbError> {
    let (event, version) = (plan.event, plan.version);
    // What goes goes first.
    for ids in plan.gone.chunks(step(state)) {
        let ids = ids.to_vec();
        let removing = move |tx: &mut _| store::remove(tx, event, version, &ids);
        if *stopped.borrow() || !state.db.write(removing).await? {
            return Ok(());
        }
    }
    let mut drafts = plan.new.into_iter();
    loop {
        let some: Vec<Draft> = drafts.by_ref().take(IN_HAND).collect();
        if some.is_empty() {
            break;
        }
        let made = move || some.into_iter().map(|draft| draft.made(event)).collect();
        let made: Arc<[NewEntry]> = beside(made).await?;
        for step in steps(made.len(), step(state)) {
            let made = Arc::clone(&made);
            let putting = move |tx: &mut _| {
                let rows = made.get(step.clone()).unwrap_or_default();
                store::put(tx, event, version, rows)
            };
            if *stopped.borrow() || !state.db.write(putting).await? {
                return Ok(());
            }
        }
        if made.len() >= MANY {
            settle(state).await;
        }
    }
    let noting = move |tx: &mut _| store::set_indexed(tx, event, version);
    state.db.write(noting).await.map(drop)
}

/// Has the store empty its list of pending entries, beside the transactions that others wait for. Where it
/// can't, it does so by itself some time.
async fn settle(state: &App) {
    let settled = state.db.write(store::settle).await;
    settled.unwrap_or_else(|error: DbError| {
        tracing::debug!(%error, "the store keeps its list of pending entries for now");
    });
}

/// Most entries of one transaction. On `SQLite` everybody waits for it: ten take some milliseconds, or some
/// tens of them where the index brings its parts together.
fn step(state: &App) -> usize {
    match state.db.target() {
        Target::Sqlite(_) => 10,
        Target::Postgres(_) => 100,
    }
}

fn steps(all: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    (0..all)
        .step_by(step)
        .map(move |from| from..all.min(from + step))
}

/// Works on texts where nobody waits for it.
async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DbError> {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.map_err(|panic| DbError::Panicked(panic.to_string()))
}
