//! The snapshots of all events that are read: found by slug or id, drawn once, swapped whole.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::snapshot::{Snapshot, Sources};
use crate::clock::Clock;
use crate::db::Db;
use crate::events;
use crate::ids::{EventId, EventKind, SlugOr};
use crate::problem::Problem;

/// Most events that are kept at a time.
const MOST_EVENTS: usize = 2_000;
/// Most memory they may take together, in bytes; one event is kept however large it is.
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
    flights: Mutex<HashMap<EventId, Arc<Flight>>>,
    /// Numbers what happens: drawings and calls for one.
    moments: AtomicU64,
    uses: AtomicU64,
}

/// Held while a snapshot of one event is drawn; the moment at which the newest good one began.
type Flight = tokio::sync::Mutex<u64>;

#[derive(Default)]
struct Index {
    by_id: HashMap<EventId, Kept>,
    by_slug: HashMap<String, EventId>,
    bytes: usize,
}

struct Kept {
    snapshot: Arc<Snapshot>,
    /// Of the snapshot, when it was kept.
    bytes: usize,
    /// When it was read last, in uses.
    used: AtomicU64,
}

impl Index {
    fn find(&self, key: &SlugOr<EventKind>) -> Option<&Kept> {
        match key {
            SlugOr::Id(id) => self.by_id.get(id),
            SlugOr::Slug(slug) => self.by_id.get(self.by_slug.get(slug)?),
        }
    }

    fn remove(&mut self, id: EventId) {
        let Some(kept) = self.by_id.remove(&id) else {
            return;
        };
        self.bytes -= kept.bytes;
        let slug = kept.snapshot.event.slug.as_str();
        // Another event may have taken the slug meanwhile.
        if self.by_slug.get(slug) == Some(&id) {
            self.by_slug.remove(slug);
        }
    }

    fn insert(&mut self, snapshot: Arc<Snapshot>, used: u64) {
        let event = &snapshot.event;
        let newer = self
            .by_id
            .get(&event.id)
            .is_some_and(|kept| kept.snapshot.event.public_version > event.public_version);
        if newer {
            return;
        }
        self.remove(event.id);
        let bytes = snapshot.size();
        self.bytes += bytes;
        self.by_slug.insert(event.slug.to_string(), event.id);
        self.by_id.insert(
            event.id,
            Kept {
                snapshot,
                bytes,
                used: used.into(),
            },
        );
        while self.by_id.len() > MOST_EVENTS || self.bytes > MOST_BYTES && self.by_id.len() > 1 {
            let oldest = self
                .by_id
                .iter()
                .min_by_key(|(_, kept)| kept.used.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                return;
            };
            self.remove(oldest);
        }
    }
}

impl Snapshots {
    /// None yet.
    #[must_use]
    pub fn new(db: Db, clock: Clock, public_url: &str) -> Self {
        Self {
            db,
            clock,
            public_url: public_url.into(),
            index: RwLock::default(),
            flights: Mutex::default(),
            moments: AtomicU64::new(1),
            uses: AtomicU64::new(1),
        }
    }

    fn read_index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_index(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self, key: &SlugOr<EventKind>) -> Option<Arc<Snapshot>> {
        let index = self.read_index();
        let kept = index.find(key)?;
        kept.used
            .store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(Arc::clone(&kept.snapshot))
    }

    fn flight(&self, id: EventId) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.len() > MOST_EVENTS && !flights.contains_key(&id) {
            // What nobody holds has nobody to tell anything.
            flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        }
        Arc::clone(flights.entry(id).or_default())
    }

    /// What anybody may read of this event.
    pub(super) async fn find(&self, key: &str) -> Result<Arc<Snapshot>, Problem> {
        let key = SlugOr::parse(key);
        let kept = self.kept(&key);
        match kept {
            Some(snapshot) if snapshot.is_current(self.clock.now()) => Ok(snapshot),
            Some(snapshot) => self.catch_up(snapshot.event.id).await,
            None => {
                let event = self
                    .db
                    .read(move |conn| events::find_public(conn, &key))
                    .await?
                    .ok_or_else(Problem::not_found)?;
                self.catch_up(event.id).await
            }
        }
    }

    /// Draws the event unless somebody else just has. If the store is away, what was right until a
    /// moment ago is better than nothing.
    async fn catch_up(&self, id: EventId) -> Result<Arc<Snapshot>, Problem> {
        let flight = self.flight(id);
        let mut began = flight.lock().await;
        let kept = self.kept(&SlugOr::Id(id));
        if let Some(snapshot) = &kept
            && snapshot.is_current(self.clock.now())
        {
            return Ok(Arc::clone(snapshot));
        }
        match (self.draw(id, &mut began).await, kept) {
            (Ok(drawn), _) => drawn.ok_or_else(Problem::not_found),
            (Err(problem), Some(snapshot)) => {
                tracing::warn!(%problem, event = %id, "an expired snapshot is served");
                Ok(snapshot)
            }
            (Err(problem), None) => Err(problem),
        }
    }

    /// Lets the next read see what was committed before this call. Returns when it does, or when
    /// the store could not be read; then [`watch_changes`](super::watch_changes) tries again.
    pub async fn refresh(&self, id: EventId) {
        let asked = self.moments.fetch_add(1, Ordering::Relaxed);
        let flight = self.flight(id);
        let mut began = flight.lock().await;
        // A drawing that began after this call shows what this call is about. An event that nobody
        // has read is left to its first reader.
        if *began > asked || self.kept(&SlugOr::Id(id)).is_none() {
            return;
        }
        if let Err(problem) = self.draw(id, &mut began).await {
            tracing::warn!(%problem, event = %id, "a snapshot was not drawn");
        }
    }

    /// Reads, draws and swaps, under the event's flight; `None` if nobody may read the event.
    async fn draw(&self, id: EventId, began: &mut u64) -> Result<Option<Arc<Snapshot>>, Problem> {
        let moment = self.moments.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let sources = self
            .db
            .read(move |conn| Sources::read(conn, id, now))
            .await?;
        let Some(sources) = sources else {
            self.write_index().remove(id);
            return Ok(None);
        };
        // Beside the pool: compressing needs no connection.
        let public_url = Arc::clone(&self.public_url);
        let drawing =
            tokio::task::spawn_blocking(move || Snapshot::draw(sources, now, &public_url));
        let snapshot = Arc::new(drawing.await.map_err(Problem::internal)??);
        *began = moment;
        let used = self.uses.fetch_add(1, Ordering::Relaxed);
        self.write_index().insert(Arc::clone(&snapshot), used);
        Ok(Some(snapshot))
    }

    /// The public versions that are shown now.
    pub(super) fn versions(&self) -> HashMap<EventId, i64> {
        let index = self.read_index();
        let version = |(id, kept): (&EventId, &Kept)| (*id, kept.snapshot.event.public_version);
        index.by_id.iter().map(version).collect()
    }
}
