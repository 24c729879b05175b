//! Public documents that were made a moment ago, so that a thousand readers cost one query.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use actix_web::HttpRequest;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::precompressed::Precompressed;
use super::prepared::Document;
use super::reply::Caching;
use super::shelf::Shelf;
use crate::clock::{Clock, Instant};
use crate::db::{Conn, Db, DbError};
use crate::problem::{Kind, Problem};

/// Most documents that are kept at a time.
const MOST_DOCUMENTS: usize = 1_000;
/// Most memory they may take together, in bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How long a document is right without looking: other processes write too.
const FRESH: TimeDelta = TimeDelta::seconds(1);
/// How long an old document is better than none while the store is away.
const STALE: TimeDelta = TimeDelta::seconds(60);
/// How long reading from the store may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long readers are answered without trying, after the store failed.
const REST: Duration = Duration::from_secs(1);

/// What something was read after: how many writes of this process, and when.
#[derive(Debug, Clone, Copy)]
pub struct AsOf {
    generation: u64,
    at: Instant,
}

impl AsOf {
    /// Now. Taken before the store is read, never after.
    #[must_use]
    pub fn now(db: &Db, clock: &Clock) -> Self {
        Self {
            generation: db.generation(),
            at: clock.now(),
        }
    }

    /// Whether what was read then is right for who asks now: this process has written nothing since,
    /// and nobody else had time to.
    #[must_use]
    pub fn serves(self, asked: Self) -> bool {
        // Either way, so that a clock that is set back freezes nothing.
        self.generation >= asked.generation && (asked.at - self.at).abs() < FRESH
    }

    /// Whether it is so old that no answer is better.
    fn is_bygone(self, asked: Self) -> bool {
        (asked.at - self.at).abs() >= STALE
    }
}

/// Public documents that were made a moment ago, by path and query.
///
/// A kept document answers while it [is right](AsOf::serves); then one reader makes it anew and the
/// others wait for that one (a *flight*). Nothing but good answers is kept. While the store is away,
/// what was right until a moment ago is better than nothing.
pub struct Recent {
    db: Db,
    clock: Clock,
    shelf: RwLock<Shelf<Kept>>,
    flights: Mutex<HashMap<Box<str>, watch::Receiver<Option<Landed>>>>,
}

#[derive(Debug)]
struct Kept {
    document: Document,
    caching: Caching,
    made: AsOf,
    /// Until when nobody tries again after a failure, so that those who wait are not made to wait for
    /// one failure each.
    rests_until: Option<tokio::time::Instant>,
}

/// How a flight ended.
#[derive(Debug, Clone)]
struct Landed {
    began: AsOf,
    result: Result<Document, Problem>,
}

impl Landed {
    /// Whether somebody who asked while it was on its way may have it.
    fn serves(&self, asked: AsOf) -> bool {
        let away = matches!(&self.result, Err(problem) if problem.kind() == Kind::Busy);
        away || self.began.generation >= asked.generation && asked.at - self.began.at < FRESH
    }
}

impl Recent {
    /// None yet.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            shelf: RwLock::new(Shelf::new(MOST_DOCUMENTS, MOST_BYTES)),
            flights: Mutex::default(),
        }
    }

    /// The document at the path and query of this request, kept or made; `make` reads one snapshot of
    /// the store, as of an instant. It runs off the request path.
    ///
    /// # Errors
    /// Those of `make`, and 503 while the store is away and nothing is kept.
    pub async fn answer<F>(
        &self,
        request: &HttpRequest,
        caching: Caching,
        make: F,
    ) -> Result<Precompressed, Problem>
    where
        F: FnMut(&mut Conn, Instant) -> Result<Document, Problem> + Send + 'static,
    {
        let key = request
            .uri()
            .path_and_query()
            .map_or("/", |address| address.as_str());
        let document = self.find(key, caching, make).await?;
        let document = document.ready_for(request).await?;
        Ok(Precompressed { document, caching })
    }

    /// What [`answer`](Self::answer) would give at once at this path and query.
    #[must_use]
    pub fn at_hand(&self, key: &str) -> Option<Precompressed> {
        self.kept(key, self.now())
    }

    async fn find<F>(&self, key: &str, caching: Caching, make: F) -> Result<Document, Problem>
    where
        F: FnMut(&mut Conn, Instant) -> Result<Document, Problem> + Send + 'static,
    {
        let asked = self.now();
        loop {
            if let Some(kept) = self.kept(key, asked) {
                return Ok(kept.document);
            }
            let mut landing = match self.join(key) {
                Part::Pilot(flight) => return self.fly(flight, caching, make).await,
                Part::Passenger(landing) => landing,
            };
            // A flight whose pilot was called off ends without landing.
            let landed = landing.wait_for(Option::is_some).await;
            let landed = landed.ok().and_then(|landed| landed.clone());
            if let Some(landed) = landed.filter(|landed| landed.serves(asked)) {
                return landed.result;
            }
        }
    }

    fn now(&self) -> AsOf {
        AsOf::now(&self.db, &self.clock)
    }

    fn kept(&self, key: &str, asked: AsOf) -> Option<Precompressed> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let kept = shelf.get(key)?;
        let resting = kept
            .rests_until
            .is_some_and(|until| tokio::time::Instant::now() < until);
        let right = kept.made.serves(asked) || resting && !kept.made.is_bygone(asked);
        right.then(|| Precompressed {
            document: kept.document.clone(),
            caching: kept.caching,
        })
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Box<str>, watch::Receiver<Option<Landed>>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join<'a>(&'a self, key: &'a str) -> Part<'a> {
        let mut flights = self.flights();
        if let Some(landing) = flights.get(key) {
            return Part::Passenger(landing.clone());
        }
        let (tower, landing) = watch::channel(None);
        flights.insert(key.into(), landing);
        Part::Pilot(Flight {
            recent: self,
            key,
            tower,
        })
    }

    async fn fly<F>(
        &self,
        flight: Flight<'_>,
        caching: Caching,
        mut make: F,
    ) -> Result<Document, Problem>
    where
        F: FnMut(&mut Conn, Instant) -> Result<Document, Problem> + Send + 'static,
    {
        let began = self.now();
        let reading = self.db.read(move |conn| make(conn, began.at));
        let made = tokio::time::timeout(PATIENCE, reading)
            .await
            .unwrap_or_else(|_| Err(DbError::Busy.into()));
        let result = match made {
            Ok(document) => {
                self.keep(flight.key, &document, caching, began);
                Ok(document)
            }
            Err(problem) if problem.kind() == Kind::Busy => self.fall_back(flight.key, problem),
            Err(problem) => Err(problem),
        };
        flight.land(Landed {
            began,
            result: result.clone(),
        });
        result
    }

    fn keep(&self, key: &str, document: &Document, caching: Caching, made: AsOf) {
        let kept = Kept {
            document: document.clone(),
            caching,
            made,
            rests_until: None,
        };
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.put(key, kept, document.size());
    }

    /// What is kept though it may not be right any more, for the store is away.
    fn fall_back(&self, key: &str, problem: Problem) -> Result<Document, Problem> {
        let asked = self.now();
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let kept = shelf.get_mut(key);
        let Some(kept) = kept.filter(|kept| !kept.made.is_bygone(asked)) else {
            return Err(problem);
        };
        tracing::warn!(%problem, "a document of a moment ago is sent");
        kept.rests_until = Some(tokio::time::Instant::now() + REST);
        Ok(kept.document.clone())
    }
}

/// What a reader does while a document is made.
enum Part<'a> {
    Pilot(Flight<'a>),
    Passenger(watch::Receiver<Option<Landed>>),
}

/// The making of one document; there is one at a time for each key.
struct Flight<'a> {
    recent: &'a Recent,
    key: &'a str,
    tower: watch::Sender<Option<Landed>>,
}

impl Flight<'_> {
    fn land(self, landed: Landed) {
        self.tower.send_replace(Some(landed));
    }
}

impl Drop for Flight<'_> {
    /// Also when the reader went away meanwhile; then one of those who wait flies.
    fn drop(&mut self) {
        self.recent.flights().remove(self.key);
    }
}
