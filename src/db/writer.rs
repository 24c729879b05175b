//! The one writer of a `SQLite` store: a thread that owns the only connection that writes.
//!
//! `SQLite` takes one writer at a time; several write connections would wait for each other in
//! turns of their busy timeouts. A bounded queue in front makes waiting fair and says no early.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use tokio::sync::oneshot;

use super::{Conn, DbError, Failure, Target, Trouble};

/// Commands that may wait; one more is refused (503).
const QUEUE: usize = 4096;

/// Returns whether the connection is still good.
type Command = Box<dyn FnOnce(&mut Conn) -> bool + Send>;

/// The door to the writer thread.
pub(super) struct Writer {
    queue: SyncSender<Command>,
}

impl Writer {
    pub(super) fn start(target: Target) -> Result<Self, DbError> {
        let conn = target.connect()?;
        let (queue, commands) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || work(&target, conn, &commands))
            .map_err(DbError::internal)?;
        Ok(Self { queue })
    }

    /// Queues a command and waits for its answer.
    pub(super) async fn run<T, E, F>(&self, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let command: Command = Box::new(move |conn| {
            let result = catch_unwind(AssertUnwindSafe(|| body(conn)))
                .unwrap_or_else(|_| Err(DbError::Panicked("in a write".into()).into()));
            let good = !matches!(&result, Err(error) if error.trouble() == Trouble::Broken);
            // Whoever asked may have gone; what was written stays written.
            drop(answer.send(result));
            good
        });
        self.queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => DbError::Unavailable("the writer has ended".into()),
        })?;
        answered
            .await
            .unwrap_or_else(|_| Err(DbError::Unavailable("the writer has ended".into()).into()))
    }
}

/// Works until every door is closed. A connection that a panic or a disk error passed through is
/// replaced; its open transaction is rolled back by closing it.
fn work(target: &Target, mut conn: Conn, commands: &Receiver<Command>) {
    while let Ok(command) = commands.recv() {
        if command(&mut conn) {
            continue;
        }
        match target.connect() {
            Ok(fresh) => conn = fresh,
            Err(error) => tracing::error!(%error, "the writer keeps its old connection"),
        }
    }
}
