//! Writes that come in crowds: commands of one kind that wait together become one batch, in one
//! transaction.
//!
//! The commands are values, so a batch can be set-based: what they share is read once, counters are
//! updated once, rows are inserted many to a statement. On `PostgreSQL` that is what pays, because
//! every statement is a round trip; on `SQLite` the batch passes the one writer like any write.
//! Nobody is waited for: a batch is what came while the one before was committed.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use super::{Conn, Db, DbError, PATIENCE, Target, Trouble};

/// Commands that may wait; one more is refused (503).
const QUEUE: usize = 4096;
/// How many batches are under way at a time: one, because what comes meanwhile is the next one; but
/// several where commands share nothing on `PostgreSQL`, where transactions run side by side.
pub(super) const fn lanes(target: &Target, most: usize) -> u32 {
    if most == 1 && matches!(target, Target::Postgres(_)) {
        8
    } else {
        1
    }
}

/// A command that is run in batches.
pub trait Hot: Send + Sync + Sized + 'static {
    /// What it is answered with, refusals included.
    type Answer: Send + 'static;

    /// Runs these in the transaction given, and returns an answer to each, in order. A batch may run
    /// again: it changes nothing but the store.
    ///
    /// # Errors
    /// The store's failure: nothing of the batch is kept then, and its commands run one by one.
    fn run_batch(tx: &mut Conn, commands: &[Self]) -> Result<Vec<Self::Answer>, DbError>;
}

struct Waiting<H: Hot> {
    command: H,
    answer: oneshot::Sender<Result<H::Answer, DbError>>,
    since: Instant,
}

/// The door for commands of one kind.
pub struct Submit<H: Hot> {
    queue: SyncSender<Waiting<H>>,
}

impl<H: Hot> Submit<H> {
    /// Opens the door; its threads end when it is dropped.
    ///
    /// # Errors
    /// When the operating system has no thread for it.
    pub fn open(db: &Db) -> Result<Self, DbError> {
        let (queue, waiting) = sync_channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..lanes(db.target(), db.inner.most) {
            let (db, waiting) = (db.clone(), Arc::clone(&waiting));
            std::thread::Builder::new()
                .name("batches".into())
                .spawn(move || work::<H>(&db, &waiting))
                .map_err(DbError::internal)?;
        }
        Ok(Self { queue })
    }

    /// Queues a command and waits for its commit.
    ///
    /// # Errors
    /// [`DbError::Busy`] when too many wait, or it waited too long: nothing is stored then. Or the
    /// store's failure.
    pub async fn submit(&self, command: H) -> Result<H::Answer, DbError> {
        let (answer, answered) = oneshot::channel();
        let since = Instant::now();
        let waiting = Waiting {
            command,
            answer,
            since,
        };
        self.queue.try_send(waiting).map_err(|error| match error {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => super::writer::ended(),
        })?;
        answered
            .await
            .unwrap_or_else(|_| Err(super::writer::ended()))
    }
}

fn work<H: Hot>(db: &Db, waiting: &Mutex<Receiver<Waiting<H>>>) {
    while let Some(taken) = take(waiting, db.inner.most) {
        let (late, timely): (Vec<_>, Vec<_>) = taken
            .into_iter()
            .partition(|one| one.since.elapsed() > PATIENCE);
        for one in late {
            drop(one.answer.send(Err(DbError::Busy)));
        }
        let (commands, answers): (Vec<H>, Vec<_>) = timely
            .into_iter()
            .map(|one| (one.command, one.answer))
            .unzip();
        let results = run(db, commands);
        for (answer, result) in answers.into_iter().zip(results) {
            // Whoever asked may have gone; what was written stays written.
            drop(answer.send(result));
        }
    }
}

/// What waits now, at least one; `None` once the door is closed.
fn take<H: Hot>(waiting: &Mutex<Receiver<Waiting<H>>>, most: usize) -> Option<Vec<Waiting<H>>> {
    let queue = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let mut taken = vec![queue.recv().ok()?];
    while taken.len() < most
        && let Ok(next) = queue.try_recv()
    {
        taken.push(next);
    }
    Some(taken)
}

/// Runs a batch; where it fails, its commands one by one, so that a bad one hurts itself only.
fn run<H: Hot>(db: &Db, commands: Vec<H>) -> Vec<Result<H::Answer, DbError>> {
    let commands = Arc::new(commands);
    let all = Arc::clone(&commands);
    match db.write_and_wait(move |tx| H::run_batch(tx, &all)) {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        // One that met another, such as a code that is taken, may succeed when it runs again.
        Err(error) if commands.len() == 1 && error.trouble() != Trouble::Conflict => {
            vec![Err(error)]
        }
        // The store is away for all of them.
        Err(DbError::Busy | DbError::LockTimeout) => {
            commands.iter().map(|_| Err(DbError::Busy)).collect()
        }
        Err(DbError::Unavailable(cause)) => commands
            .iter()
            .map(|_| Err(DbError::Unavailable(cause.clone())))
            .collect(),
        Err(error) => {
            tracing::warn!(%error, size = commands.len(), "a batch runs again one by one");
            let alone = |index: usize| {
                let commands = Arc::clone(&commands);
                let run = move |tx: &mut Conn| {
                    H::run_batch(tx, commands.get(index..=index).unwrap_or_default())
                };
                let mut answers = db.write_and_wait(run)?;
                answers
                    .pop()
                    .ok_or_else(|| DbError::internal("a batch without an answer"))
            };
            (0..commands.len()).map(alone).collect()
        }
    }
}

#[cfg(test)]
mod tests;
