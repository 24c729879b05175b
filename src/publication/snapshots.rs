//! The snapshots of all events that are read: found by slug or id, drawn once, swapped whole.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::drawing::{Drawn, Sources};
use super::index::Index;
use super::snapshot::Snapshot;
use crate::clock::{Clock, Instant};
use crate::db::{Db, DbError};
use crate::events;
use crate::http::{AsOf, Shelf};
use crate::ids::{EventId, EventKind, SlugOr};
use crate::problem::Problem;

/// Most events that are kept at a time.
const MOST_EVENTS: usize = 2_000;
/// Most names that are known to belong to no event.
const MOST_ABSENT: usize = 1_000;
/// How long reading an event from the store may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long readers are answered without trying, after drawing failed.
const REST: Duration = Duration::from_secs(1);
/// Most memory they may take together, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The snapshots of all events that are read.
///
/// A snapshot is only ever drawn and swapped in under the lock of its event (its *flight*), so that
/// concurrent readers of a cold event draw it once, and a drawing that began before a change can
/// never replace one that began after it.
pub struct Snapshots {
    db: Db,
    clock: Clock,
    public_url: Arc<str>,
    index: RwLock<Index>,
    /// Names that belonged to no event a moment ago, so that asking for them again is cheap.
    absent: RwLock<Shelf<AsOf>>,
    flights: Mutex<HashMap<EventId, Arc<Flight>>>,
    /// Numbers what happens: drawings and calls for one.
    moments: AtomicU64,
}

/// Held while a snapshot of one event is drawn.
type Flight = tokio::sync::Mutex<Log>;

/// What is known of the drawings of one event.
#[derive(Debug, Default)]
struct Log {
    /// The moment at which the newest good one began.
    began: u64,
    /// Until when nobody tries again after a failure, so that those who wait are not made to wait
    /// for one failure each.
    rests_until: Option<tokio::time::Instant>,
}

impl Snapshots {
    /// None yet.
    #[must_use]
    pub fn new(db: Db, clock: Clock, public_url: &str) -> Self {
        Self {
            db,
            clock,
            public_url: public_url.into(),
            index: RwLock::new(Index::new(MOST_EVENTS, MOST_BYTES)),
            absent: RwLock::new(Shelf::new(MOST_ABSENT, usize::MAX)),
            flights: Mutex::default(),
            moments: AtomicU64::new(1),
        }
    }

    fn read_index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_index(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self, key: &SlugOr<EventKind>) -> Option<Arc<Snapshot>> {
        self.read_index().find(key)
    }

    fn flight(&self, id: EventId) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.len() > MOST_EVENTS && !flights.contains_key(&id) {
            // What nobody holds has nobody to tell anything.
            flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        }
        Arc::clone(flights.entry(id).or_default())
    }

    /// The instant for which they answer.
    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// What [`find`](Self::find) would give at once.
    pub(super) fn at_hand(&self, name: &str) -> Option<Arc<Snapshot>> {
        let kept = self.kept(&SlugOr::parse(name))?;
        kept.is_current(self.clock.now()).then_some(kept)
    }

    /// What anybody may read of this event.
    ///
    /// # Errors
    /// 404 when nobody may, or the store's failure.
    pub async fn find(&self, name: &str) -> Result<Arc<Snapshot>, Problem> {
        let key = SlugOr::parse(name);
        let kept = self.kept(&key);
        match kept {
            Some(snapshot) if snapshot.is_current(self.clock.now()) => Ok(snapshot),
            Some(snapshot) => self.catch_up(snapshot.event.id).await,
            None => self.find_cold(name, key).await,
        }
    }

    async fn find_cold(
        &self,
        name: &str,
        key: SlugOr<EventKind>,
    ) -> Result<Arc<Snapshot>, Problem> {
        let asked = AsOf::now(&self.db, &self.clock);
        let absent = {
            let absent = self.absent.read().unwrap_or_else(PoisonError::into_inner);
            absent.get(name).is_some_and(|known| known.serves(asked))
        };
        if absent {
            return Err(Problem::not_found());
        }
        let found = self
            .db
            .read(move |conn| events::find_public(conn, &key))
            .await?;
        let Some(event) = found else {
            let mut absent = self.absent.write().unwrap_or_else(PoisonError::into_inner);
            absent.put(name, asked, size_of::<AsOf>());
            return Err(Problem::not_found());
        };
        self.catch_up(event.id).await
    }

    /// Draws the event unless somebody else just has. If the store is away, what was right until a
    /// moment ago is better than nothing.
    async fn catch_up(&self, id: EventId) -> Result<Arc<Snapshot>, Problem> {
        let flight = self.flight(id);
        let mut log = flight.lock().await;
        let kept = self.kept(&SlugOr::Id(id));
        if let Some(snapshot) = &kept
            && snapshot.is_current(self.clock.now())
        {
            return Ok(Arc::clone(snapshot));
        }
        let resting = log
            .rests_until
            .is_some_and(|until| tokio::time::Instant::now() < until);
        let drawn = if resting {
            Err(DbError::Busy.into())
        } else {
            self.draw(id, &mut log).await
        };
        match (drawn, kept) {
            (Ok(drawn), _) => drawn.ok_or_else(Problem::not_found),
            (Err(_), Some(expired)) => Ok(expired),
            (Err(problem), None) => Err(problem),
        }
    }

    /// Lets the next read see what was committed before this call. Returns when it does, or when
    /// the store could not be read; then [`watch_changes`](super::watch_changes) tries again.
    pub async fn refresh(&self, id: EventId) {
        let asked = self.moments.fetch_add(1, Ordering::Relaxed);
        let flight = self.flight(id);
        let mut log = flight.lock().await;
        // A drawing that began after this call shows what this call is about. An event that nobody
        // has read is left to its first reader.
        if log.began > asked || self.kept(&SlugOr::Id(id)).is_none() {
            return;
        }
        // A failure is told where it happens, and tried again by the watcher.
        let _ = self.draw(id, &mut log).await;
    }

    /// Reads, draws and swaps, under the event's flight; `None` if nobody may read the event.
    async fn draw(&self, id: EventId, log: &mut Log) -> Result<Option<Arc<Snapshot>>, Problem> {
        let moment = self.moments.fetch_add(1, Ordering::Relaxed);
        let drawn = self.read_and_draw(id).await;
        match &drawn {
            Ok(snapshot) => {
                log.began = moment;
                log.rests_until = None;
                let mut index = self.write_index();
                match snapshot {
                    Some(snapshot) => index.insert(Arc::clone(snapshot)),
                    None => index.remove(id),
                }
            }
            Err(problem) => {
                tracing::warn!(%problem, event = %id, "a snapshot was not drawn");
                log.rests_until = Some(tokio::time::Instant::now() + REST);
            }
        }
        drawn
    }

    async fn read_and_draw(&self, id: EventId) -> Result<Option<Arc<Snapshot>>, Problem> {
        let now = self.clock.now();
        let reading = self.db.read(move |conn| Sources::read(conn, id, now));
        let sources = tokio::time::timeout(PATIENCE, reading)
            .await
            .map_err(|_| DbError::Busy)??;
        let Some(sources) = sources else {
            return Ok(None);
        };
        // Beside the pool: compressing needs no connection.
        let public_url = Arc::clone(&self.public_url);
        let drawing =
            tokio::task::spawn_blocking(move || Drawn::new(sources, now, &public_url).snapshot());
        let snapshot = drawing.await.map_err(Problem::internal)??;
        Ok(Some(Arc::new(snapshot)))
    }

    /// The public versions that are shown now.
    pub(super) fn versions(&self) -> HashMap<EventId, i64> {
        self.read_index().versions()
    }
}
