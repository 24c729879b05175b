//! The one writer of a `SQLite` store: a thread that owns the only connection that writes.
//!
//! `SQLite` takes one writer at a time; several write connections would wait for each other in
//! turns of their busy timeouts. A bounded queue in front makes waiting fair and says no early.
//!
//! Writes that wait together share a commit, and with it the one thing that is slow: that the disk
//! has it. Each behind the first runs in a savepoint of its own, so that a refusal or a failed statement
//! takes only its own changes back, and each is answered only after the commit. What spoils the whole
//! transaction (a panic, a full disk) makes all of them run again one by one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use tokio::sync::oneshot;

use super::log::Log;
use super::{Conn, DbError, Failure, Kind, PATIENCE, Target, Trouble, begin, commit, rollback};

/// Commands that may wait; one more is refused (503).
const QUEUE: usize = 4096;
/// For how long a transaction takes more commands in, so that slow ones do not keep quick ones
/// from their commit.
const OPEN: Duration = Duration::from_millis(5);

/// After how many changed rows the log is written back. A registration changes seven and puts about a
/// dozen pages into the log, so this is less than half of what [`Target::connect`] lets it grow to.
const WRITE_BACK_AFTER: i64 = 4000;

/// How a command ended, before the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    /// It wants its changes kept.
    Done,
    /// It wants its changes taken back; nothing is wrong with the store.
    Refused,
    /// The transaction, or the connection, can't be trusted any more.
    Spoiled,
}

/// What waits for the writer. It may run more than once before its commit, and keeps only the last
/// result.
trait Command: Send {
    fn run(&mut self, conn: &mut Conn) -> Ran;
    /// Tells the result, once it is true.
    fn answer(self: Box<Self>);
    /// Tells that nothing came of it.
    fn fail(self: Box<Self>, error: DbError);
    fn waiting_since(&self) -> Instant;
}

struct Write<T, E, F> {
    body: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
    since: Instant,
}

impl<T, E, F> Command for Write<T, E, F>
where
    T: Send,
    E: Failure,
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> Ran {
        let result = catch_unwind(AssertUnwindSafe(|| (self.body)(conn)))
            .unwrap_or_else(|_| Err(DbError::Panicked("in a write".into()).into()));
        let ran = match &result {
            Ok(_) => Ran::Done,
            Err(error) if error.trouble() == Trouble::Broken => Ran::Spoiled,
            Err(_) => Ran::Refused,
        };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>) {
        // Whoever asked may have gone; what was written stays written.
        if let Some(result) = self.result {
            drop(self.answer.send(result));
        }
    }

    fn fail(self: Box<Self>, error: DbError) {
        drop(self.answer.send(Err(error.into())));
    }

    fn waiting_since(&self) -> Instant {
        self.since
    }
}

/// The door to the writer thread.
pub(super) struct Writer {
    queue: SyncSender<Box<dyn Command>>,
    log: Arc<Log>,
}

impl Writer {
    /// Starts the thread. `most` commands share a commit; `commits` counts them.
    pub(super) fn start(
        target: Target,
        most: usize,
        commits: Arc<AtomicU64>,
    ) -> Result<Self, DbError> {
        let conn = target.connect()?;
        let (queue, commands) = sync_channel(QUEUE);
        let log = Log::new(target.clone());
        let mut work = Work {
            target,
            conn,
            most,
            commits,
            log: Arc::clone(&log),
            written_back: 0,
        };
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || work.until_closed(&commands))
            .map_err(DbError::internal)?;
        Ok(Self { queue, log })
    }

    /// The log that it appends to.
    pub(super) fn log(&self) -> Arc<Log> {
        Arc::clone(&self.log)
    }

    /// Queues a command; its answer comes after its commit.
    pub(super) fn queue<T, E, F>(&self, body: F) -> Result<oneshot::Receiver<Result<T, E>>, DbError>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let command = Box::new(Write {
            body,
            result: None,
            answer,
            since: Instant::now(),
        });
        self.queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => ended(),
        })?;
        Ok(answered)
    }
}

/// The answer never came.
pub(super) fn ended() -> DbError {
    DbError::Unavailable("the writer has ended".into())
}

/// What the thread owns.
struct Work {
    target: Target,
    conn: Conn,
    most: usize,
    commits: Arc<AtomicU64>,
    log: Arc<Log>,
    /// What `total_changes()` was when the log was last written back.
    written_back: i64,
}

impl Work {
    /// Works until every door is closed.
    fn until_closed(&mut self, commands: &Receiver<Box<dyn Command>>) {
        while let Ok(first) = commands.recv() {
            if first.waiting_since().elapsed() > PATIENCE {
                first.fail(DbError::Busy);
                continue;
            }
            let mut batch = vec![first];
            let ended = self.together(&mut batch, commands);
            // Also where it failed: a commit may have happened before it did.
            self.commits.fetch_add(1, Ordering::Release);
            match ended {
                Ok(()) => batch.into_iter().for_each(Command::answer),
                Err(error) => self.again(batch, &error),
            }
            self.keep_log_short();
        }
    }

    /// Runs these, and what comes while the transaction is open, and commits.
    fn together(
        &mut self,
        batch: &mut Vec<Box<dyn Command>>,
        commands: &Receiver<Box<dyn Command>>,
    ) -> Result<(), DbError> {
        begin(&mut self.conn, Kind::Write)?;
        let opened = Instant::now();
        let mut next = 0;
        while let Some(command) = batch.get_mut(next) {
            let run = if next == 0 { first } else { within_savepoint };
            if let Err(error) = run(&mut self.conn, command.as_mut()) {
                rollback(&mut self.conn)?;
                return Err(error);
            }
            next += 1;
            if next < self.most && opened.elapsed() < OPEN {
                batch.extend(commands.try_recv().ok());
            }
        }
        commit(&mut self.conn)
    }

    /// After a shared transaction came to nothing: one by one, so that what spoiled it hurts itself
    /// only. Where the transaction did not even begin, nothing is tried.
    fn again(&mut self, batch: Vec<Box<dyn Command>>, error: &DbError) {
        if matches!(error, DbError::Busy) {
            for command in batch {
                command.fail(DbError::Busy);
            }
            return;
        }
        self.reconnect();
        for mut command in batch {
            let ended = self.alone(command.as_mut());
            self.commits.fetch_add(1, Ordering::Release);
            match ended {
                Ok(()) => command.answer(),
                Err(error) => {
                    self.reconnect();
                    command.fail(error);
                }
            }
        }
    }

    fn alone(&mut self, command: &mut dyn Command) -> Result<(), DbError> {
        begin(&mut self.conn, Kind::Write)?;
        match command.run(&mut self.conn) {
            Ran::Done => commit(&mut self.conn),
            Ran::Refused => rollback(&mut self.conn),
            // Its own error is the best answer.
            Ran::Spoiled => {
                if let Err(error) = rollback(&mut self.conn) {
                    tracing::warn!(%error, "the connection is replaced with its transaction");
                }
                self.reconnect();
                Ok(())
            }
        }
    }

    /// Has the log written back once enough has changed. A fresh connection counts from 0.
    fn keep_log_short(&mut self) {
        let changed = match changes(&mut self.conn) {
            Ok(changed) => changed,
            Err(error) => return tracing::warn!(%error, "a commit will have to write the log back"),
        };
        if !(self.written_back..self.written_back + WRITE_BACK_AFTER).contains(&changed) {
            self.written_back = changed;
            self.log.write_back_soon();
        }
    }

    fn reconnect(&mut self) {
        match self.target.connect() {
            Ok(fresh) => self.conn = fresh,
            Err(error) => tracing::error!(%error, "the writer keeps its old connection"),
        }
    }
}

/// Runs the first command of a transaction. It needs no savepoint, for which every page that it changes
/// would be copied: what it takes back is the transaction.
fn first(conn: &mut Conn, command: &mut dyn Command) -> Result<(), DbError> {
    match command.run(conn) {
        Ran::Done => Ok(()),
        Ran::Refused => {
            rollback(conn)?;
            begin(conn, Kind::Write)
        }
        Ran::Spoiled => Err(spoiled()),
    }
}

#[derive(QueryableByName)]
struct Changes {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Rows that this connection has inserted, changed and deleted so far.
fn changes(conn: &mut Conn) -> Result<i64, DbError> {
    let sql = diesel::sql_query("SELECT total_changes() AS n");
    let changes: Changes = crate::per_backend!(conn, c => sql.get_result(c))?;
    Ok(changes.n)
}

fn spoiled() -> DbError {
    DbError::Unavailable("a write spoiled its batch".into())
}

/// Runs one command so that it can be taken back alone.
fn within_savepoint(conn: &mut Conn, command: &mut dyn Command) -> Result<(), DbError> {
    crate::per_backend!(conn, c => AnsiTransactionManager::begin_transaction(c))?;
    match command.run(conn) {
        Ran::Done => crate::per_backend!(conn, c => AnsiTransactionManager::commit_transaction(c))?,
        // A full disk may have ended the whole transaction by itself; then there is no savepoint.
        Ran::Refused => {
            crate::per_backend!(conn, c => AnsiTransactionManager::rollback_transaction(c))?;
        }
        Ran::Spoiled => return Err(spoiled()),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
