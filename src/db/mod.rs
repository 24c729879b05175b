//! The store: `SQLite` or `PostgreSQL` behind one door, [`Db::read`] and [`Db::write`].
//!
//! * A [`Conn`] carries either connection. Every query body goes through [`per_backend!`]: it is
//!   written once and compiled for each store, so that nothing is decided at run time and the whole
//!   of diesel works.
//! * Transactions open here and nowhere else. A read sees one consistent snapshot; a write either
//!   commits whole or leaves nothing.
//! * On `SQLite` all writes pass one writer thread behind a bounded queue ([`writer`]); more write
//!   connections would only wait for each other. On `PostgreSQL` they take a connection of the pool
//!   and are tried again after a deadlock or a serialization failure.
//! * [`types`] says how shared types are stored, [`schema`] names the tables, [`migrate`] brings
//!   them up to date.

mod conn;
mod error;
mod lock;
pub mod migrate;
mod pool;
pub mod rows;
pub mod schema;
mod target;
pub mod types;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use tokio::sync::Semaphore;

pub use conn::Conn;
pub use error::{DbError, Failure, Stop, Trouble};
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

/// How long a request waits for a connection before it is told to come back (503).
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a write is tried again after `PostgreSQL` gave it up for another one.
const TRIES: u32 = 5;

/// The store of one service; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    pool: Pool,
    permits: Semaphore,
    writer: Option<Writer>,
    /// Rises after every write that may have changed the store.
    generation: AtomicU64,
}

impl Db {
    /// Connects, once, so that a wrong address is told at start. Does not migrate.
    ///
    /// # Errors
    /// When the store can't be reached or opened.
    pub fn open(target: &Target) -> Result<Self, DbError> {
        drop(target.connect()?);
        let pool = Pool::open(target)?;
        let writer = match target {
            Target::Sqlite(_) => Some(Writer::start(target.clone())?),
            Target::Postgres(_) => None,
        };
        let permits = Semaphore::new(pool.size());
        Ok(Self {
            inner: Arc::new(Inner {
                target: target.clone(),
                pool,
                permits,
                writer,
                generation: AtomicU64::new(0),
            }),
        })
    }

    /// Which store this is.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Rises after every write of this process, before the write is acknowledged: what was read after
    /// this number was taken is right as long as it stays.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.inner.generation.load(Ordering::Acquire)
    }

    /// Runs queries on one consistent snapshot.
    ///
    /// # Errors
    /// What the closure refuses, or the store's failure.
    pub async fn read<T, E, F>(&self, mut body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.on_pool(move |conn| transaction(conn, Kind::Read, &mut body))
            .await
    }

    /// Runs one transaction that writes. The closure may run again after a deadlock, so it changes
    /// nothing but the store.
    ///
    /// # Errors
    /// What the closure refuses (nothing is stored then), or the store's failure.
    pub async fn write<T, E, F>(&self, mut body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        // Raised where the commit happens: whoever asked may have gone by then.
        let inner = Arc::clone(&self.inner);
        let mut write = move |conn: &mut Conn| {
            let result = transaction(conn, Kind::Write, &mut body);
            let unknown = matches!(&result, Err(error) if error.trouble() == Trouble::Broken);
            if result.is_ok() || unknown {
                inner.generation.fetch_add(1, Ordering::Release);
            }
            result
        };
        if let Some(writer) = &self.inner.writer {
            return writer.run(write).await;
        }
        self.on_pool(move |conn| {
            let mut tries = 1;
            loop {
                match write(conn) {
                    Err(error) if error.trouble() == Trouble::Conflict && tries < TRIES => {
                        tries += 1;
                    }
                    result => return result,
                }
            }
        })
        .await
    }

    async fn on_pool<T, E, F>(&self, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let permit = tokio::time::timeout(PATIENCE, self.inner.permits.acquire())
            .await
            .map_err(|_| DbError::Busy)?
            .map_err(|_| DbError::Busy)?;
        let inner = Arc::clone(&self.inner);
        let result = tokio::task::spawn_blocking(move || {
            let mut pooled = inner.pool.get()?;
            let result = body(pooled.conn());
            if matches!(&result, Err(error) if error.trouble() == Trouble::Broken) {
                pooled.give_up();
            }
            result
        })
        .await;
        drop(permit);
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
            let committed = per_backend!(conn, c => AnsiTransactionManager::commit_transaction(c));
            match committed {
                Ok(()) => Ok(value),
                Err(error) => {
                    rollback(conn)?;
                    Err(DbError::from(error).into())
                }
            }
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

fn rollback(conn: &mut Conn) -> Result<(), DbError> {
    per_backend!(conn, c => AnsiTransactionManager::rollback_transaction(c))
        .map_err(|error| DbError::Unavailable(error.to_string()))
}

/// Runs statements that take no values, such as pragmas.
fn batch(conn: &mut Conn, sql: &str) -> Result<(), DbError> {
    per_backend!(conn, c => c.batch_execute(sql)).map_err(DbError::from)
}

/// Waits at most `seconds` for locks within this transaction, where the store has lock waits.
///
/// # Errors
/// The store's failure.
pub fn wait_for_locks(conn: &mut Conn, seconds: u32) -> Result<(), DbError> {
    match conn {
        Conn::Pg(_) => batch(conn, &format!("SET LOCAL lock_timeout = '{seconds}s'")),
        Conn::Sqlite(_) => Ok(()),
    }
}
