//! The store: `SQLite` or `PostgreSQL` behind one door, [`Db::read`] and [`Db::write`].
//!
//! * A [`Conn`] carries either connection. Every query body goes through [`per_backend!`]: it is
//!   written once and compiled for each store, so that nothing is decided at run time and the whole
//!   of diesel works.
//! * Transactions open here and nowhere else. A read sees one consistent snapshot; a write either
//!   commits whole or leaves nothing.
//! * On `SQLite` all writes pass one writer thread behind a bounded queue ([`writer`]), where those
//!   that come together share a commit. On `PostgreSQL` they take a connection of the pool and are
//!   tried again after a deadlock or a serialization failure.
//! * Writes that come in crowds are commands ([`Hot`]) handed to [`Submit`]: those that wait
//!   together become one batch, set-based, in one transaction, on both stores.
//! * [`types`] says how shared types are stored, [`schema`] names the tables, [`migrate`] brings
//!   them up to date.

pub mod backup;
mod conn;
mod error;
mod hot;
pub mod listen;
mod lock;
mod log;
pub mod migrate;
mod pool;
pub mod rows;
pub mod schema;
mod target;
pub mod types;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use conn::Conn;
pub use error::{DbError, Failure, Stop, Trouble};
pub use hot::{Hot, Submit};
pub use lock::ServeLock;
pub use target::{Target, TargetError};

use pool::Pool;
use writer::Writer;

/// Runs one query body on whichever store the connection leads to.
#[macro_export]
macro_rules! per_backend {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::db::Conn::Pg($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}

/// Inserts a slice of rows the way that is quickest on the store: on `PostgreSQL` many to a statement,
/// because each is a round trip; on `SQLite` one by one through a prepared statement, because it would
/// parse a long one anew each time and copy the pages it changes. The rows stand or fall with the
/// transaction, not together. Any modifier of the statement comes last: `on_conflict_do_nothing`.
#[macro_export]
macro_rules! insert_rows {
    ($conn:expr, $table:expr, $rows:expr $(, $modifier:ident)?) => {
        match $conn {
            $crate::db::Conn::Pg(c) => diesel::insert_into($table).values($rows)$(.$modifier())?.execute(c),
            $crate::db::Conn::Sqlite(c) => $rows.iter().try_fold(0, |inserted, row| {
                let one = diesel::insert_into($table).values(row)$(.$modifier())?.execute(c)?;
                Ok(inserted + one)
            }),
        }
    };
}

/// How long a request waits for a connection before it is told to come back (503).
const PATIENCE: Duration = Duration::from_secs(5);
/// Requests that may wait for a connection; one more is told to come back at once.
const WAITING: usize = 1024;
/// How often a write is tried again after `PostgreSQL` gave it up for another one.
const TRIES: u32 = 5;

/// What a read or a write does. Boxed, because hundreds of closures would each have a task, a future and
/// a command compiled for them: a megabyte of the program that says the same thing.
type Body<T, E> = Box<dyn FnMut(&mut Conn) -> Result<T, E> + Send>;

/// The store of one service; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    pool: Pool,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    writer: Option<Writer>,
    most: usize,
    commits: Arc<AtomicU64>,
}

impl Db {
    /// Connects, once, so that a wrong address is told at start. Does not migrate. At most `most`
    /// writes share a commit; 1 makes each a transaction of its own.
    ///
    /// # Errors
    /// When the store can't be reached or opened.
    pub fn open(target: &Target, most: usize) -> Result<Self, DbError> {
        drop(target.connect()?);
        let lanes = hot::lanes(target, most);
        let pool = Pool::open(target, lanes)?;
        let commits = Arc::new(AtomicU64::new(1));
        let writer = match target {
            Target::Sqlite(_) => Some(Writer::start(target.clone(), most, Arc::clone(&commits))?),
            Target::Postgres(_) => None,
        };
        let reserved = match target {
            Target::Sqlite(_) => 0,
            Target::Postgres(_) => usize::try_from(lanes).unwrap_or(0),
        };
        let permits = Arc::new(Semaphore::new(pool.size() - reserved));
        Ok(Self {
            inner: Arc::new(Inner {
                target: target.clone(),
                pool,
                permits,
                waiting: AtomicUsize::new(0),
                writer,
                most,
                commits,
            }),
        })
    }

    /// Which store this is.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Runs queries on one consistent snapshot.
    ///
    /// # Errors
    /// What the closure refuses, or the store's failure.
    pub fn read<T, E, F>(&self, body: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.read_with(Box::new(body))
    }

    async fn read_with<T: Send + 'static, E: Failure>(&self, mut body: Body<T, E>) -> Result<T, E> {
        self.on_pool(move |conn| transaction(conn, Kind::Read, &mut body))
            .await
    }

    /// Runs one transaction that writes. The closure may run again after a deadlock, so it changes
    /// nothing but the store.
    ///
    /// # Errors
    /// What the closure refuses (nothing is stored then), or the store's failure.
    pub fn write<T, E, F>(&self, body: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.write_with(Box::new(body))
    }

    async fn write_with<T: Send + 'static, E: Failure>(
        &self,
        mut body: Body<T, E>,
    ) -> Result<T, E> {
        if let Some(writer) = &self.inner.writer {
            let answered = writer.queue(body)?;
            return answered
                .await
                .unwrap_or_else(|_| Err(writer::ended().into()));
        }
        let commits = Arc::clone(&self.inner.commits);
        self.on_pool(move |conn| persistently(conn, &commits, &mut body))
            .await
    }

    /// As [`write`](Self::write), for a thread that may wait.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn write_and_wait<T, E, F>(&self, mut body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            let answered = writer.queue(body)?;
            let answer = answered.blocking_recv();
            return answer.unwrap_or_else(|_| Err(writer::ended().into()));
        }
        let inner = &self.inner;
        // A connection that a panic passes through is thrown away by the pool.
        catch_unwind(AssertUnwindSafe(|| {
            inner.on_connection(|conn| persistently(conn, &inner.commits, &mut body))
        }))
        .unwrap_or_else(|_| Err(DbError::Panicked("in a write".into()).into()))
    }

    /// Rises with every commit of this process, and with what may have been one, before it is
    /// answered: what was read after this number was taken is right, as far as this process goes, as
    /// long as it stays.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.inner.commits.load(Ordering::Acquire)
    }

    async fn on_pool<T, E, F>(&self, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let permit = self.inner.permit().await?;
        let inner = Arc::clone(&self.inner);
        // Whoever asked may go before the answer: the connection is free once it is there.
        let work = move || {
            let result = inner.on_connection(body);
            drop(permit);
            result
        };
        let result = tokio::task::spawn_blocking(work).await;
        result.unwrap_or_else(|panic| Err(DbError::Panicked(panic.to_string()).into()))
    }

    /// Runs one write on this thread, for the commands that end.
    ///
    /// # Errors
    /// What the closure refuses, or the store's failure.
    pub fn write_once<T, E: Failure>(
        target: &Target,
        mut body: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = target.connect()?;
        transaction(&mut conn, Kind::Write, &mut body)
    }
}

impl Inner {
    /// The right to a connection; whoever is told to come back has waited in vain or found too many
    /// waiting.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, DbError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let place = Place::in_line(&self.waiting)?;
        let permit =
            tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        drop(place);
        permit
            .map_err(|_| DbError::Busy)?
            .map_err(|_| DbError::Busy)
    }

    fn on_connection<T, E: Failure>(
        &self,
        body: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut pooled = self.pool.get()?;
        let result = body(pooled.conn());
        if matches!(&result, Err(error) if error.trouble() == Trouble::Broken) {
            pooled.give_up();
        }
        result
    }
}

/// One who waits, as long as it does.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn in_line(waiting: &'a AtomicUsize) -> Result<Self, DbError> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            return Err(DbError::Busy);
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A write on `PostgreSQL`, again where it was given up for another one.
fn persistently<T, E: Failure>(
    conn: &mut Conn,
    commits: &AtomicU64,
    body: &mut impl FnMut(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = 1;
    loop {
        match transaction(conn, Kind::Write, body) {
            Err(error) if error.trouble() == Trouble::Conflict && tries < TRIES => tries += 1,
            result => {
                // A connection that broke may have committed before it did.
                let broken = matches!(&result, Err(error) if error.trouble() == Trouble::Broken);
                if result.is_ok() || broken {
                    commits.fetch_add(1, Ordering::Release);
                }
                return result;
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
}

/// Begins, runs, and commits or rolls back. A connection whose rollback fails is not used again:
/// the error says [`DbError::Unavailable`].
fn transaction<T, E: Failure>(
    conn: &mut Conn,
    kind: Kind,
    body: &mut impl FnMut(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    begin(conn, kind)?;
    match body(conn) {
        Ok(value) => {
            commit(conn)?;
            Ok(value)
        }
        Err(stop) => {
            rollback(conn)?;
            Err(stop)
        }
    }
}

fn begin(conn: &mut Conn, kind: Kind) -> Result<(), DbError> {
    let begun = match (conn, kind) {
        (Conn::Sqlite(c), Kind::Write) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
        }
        (Conn::Sqlite(c), Kind::Read) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
        (Conn::Pg(c), Kind::Write) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
        (Conn::Pg(c), Kind::Read) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
    };
    begun.map_err(|error| match DbError::from(error) {
        // A connection that can't even begin is gone, whatever the driver calls it.
        DbError::Query(cause) => DbError::Unavailable(cause.to_string()),
        other => other,
    })
}

/// Commits, or leaves nothing open.
fn commit(conn: &mut Conn) -> Result<(), DbError> {
    use diesel::result::Error::NotInTransaction;
    let committed = per_backend!(conn, c => AnsiTransactionManager::commit_transaction(c));
    let Err(error) = committed else {
        return Ok(());
    };
    match per_backend!(conn, c => AnsiTransactionManager::rollback_transaction(c)) {
        // A commit that fails may have taken everything back by itself.
        Ok(()) | Err(NotInTransaction) => Err(error.into()),
        Err(worse) => Err(DbError::Unavailable(worse.to_string())),
    }
}

fn rollback(conn: &mut Conn) -> Result<(), DbError> {
    per_backend!(conn, c => AnsiTransactionManager::rollback_transaction(c))
        .map_err(|error| DbError::Unavailable(error.to_string()))
}

/// Runs statements that take no values, such as pragmas.
fn batch(conn: &mut Conn, sql: &str) -> Result<(), DbError> {
    per_backend!(conn, c => c.batch_execute(sql)).map_err(DbError::from)
}
