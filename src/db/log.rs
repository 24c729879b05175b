//! The write-ahead log of a `SQLite` store: written back into the file beside the writer, and cut
//! after an erasure.
//!
//! A commit appends to the log; now and then what it holds has to go into the file, page by page, and
//! the disk has to have it. `SQLite` lets a commit do that whenever the log has grown long enough, and
//! everybody behind that commit waits for it. Here a thread of its own does most of it meanwhile, so
//! that little is left for the commit that starts the log anew.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::sql_types::Integer;

use super::{Conn, Db, DbError, Target};

/// How often cutting is tried, while a commit is writing back itself.
const TRIES: u32 = 20;
/// For how long it waits in between.
const PAUSE: Duration = Duration::from_millis(50);

/// The log of one store.
pub(super) struct Log {
    target: Target,
    /// Held by who works on it: `SQLite` turns a second one away.
    work: Mutex<()>,
}

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Log {
    pub(super) fn new(target: Target) -> Arc<Self> {
        Arc::new(Self {
            target,
            work: Mutex::new(()),
        })
    }

    /// Has it written back by a thread of its own; returns at once.
    pub(super) fn write_back_soon(self: &Arc<Self>) {
        let log = Arc::clone(self);
        let started = std::thread::Builder::new()
            .name("sqlite-log".into())
            .spawn(move || log.write_back());
        if let Err(error) = started {
            tracing::warn!(%error, "a commit will have to write the log back");
        }
    }

    /// Waits for nobody: not for readers, not for the writer, not for who works on it already.
    fn write_back(&self) {
        let _work = match self.work.try_lock() {
            Ok(work) => work,
            Err(TryLockError::Poisoned(work)) => work.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if let Err(error) = self.checkpoint("PASSIVE") {
            tracing::warn!(%error, "a commit will have to write the log back");
        }
    }

    /// Whether all of it is in the file now; `mode` says what it waits for.
    fn checkpoint(&self, mode: &str) -> Result<bool, DbError> {
        let Conn::Sqlite(mut c) = self.target.connect()? else {
            return Ok(true);
        };
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let done: Checkpoint = diesel::sql_query(sql).get_result(&mut c)?;
        Ok(done.busy == 0)
    }

    fn cut(&self) -> Result<(), DbError> {
        let _work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            if self.checkpoint("TRUNCATE")? {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        Err(DbError::Busy)
    }
}

impl Db {
    /// Lets nothing be read any more, from any file of the store, that a committed erasure has
    /// overwritten. On `SQLite` the write-ahead log still holds the pages as they were before: it is
    /// written into the file, where `secure_delete` has blanked them, and cut to nothing.
    ///
    /// # Errors
    /// The store's failure; [`DbError::Busy`] while somebody reads what was there before.
    pub async fn forget_overwritten(&self) -> Result<(), DbError> {
        let Some(log) = self.inner.writer.as_ref().map(super::Writer::log) else {
            return Ok(());
        };
        // Over a connection of its own: the log can't be cut within a transaction.
        tokio::task::spawn_blocking(move || log.cut())
            .await
            .unwrap_or_else(|panic| Err(DbError::Panicked(panic.to_string())))
    }
}
