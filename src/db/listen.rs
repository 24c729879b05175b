//! Hearing at once what other processes changed, where the store can tell.
//!
//! On `PostgreSQL` by `LISTEN` and `NOTIFY`; a notification leaves with its commit. Whoever listens
//! still looks for itself now and then, because a notification may be lost with its connection. On
//! `SQLite` there is nothing to hear: one process serves a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::sql_types::Text;

use super::{Conn, Db, DbError, Target, batch};

/// How often notifications are collected: from what has arrived here, without asking the server.
const EVERY: Duration = Duration::from_millis(50);
/// After so many collections the server is asked for a sign of life.
const ALIVE_EVERY: u32 = 100;
/// How long to wait before connecting again.
const REST: Duration = Duration::from_secs(1);

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Ear {
    closed: Arc<AtomicBool>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

impl Db {
    /// Calls `heard` soon after any process [`notify`]-ed this channel, and whenever something may
    /// have been missed because the connection was lost.
    ///
    /// # Errors
    /// When the operating system has no thread for it.
    pub fn listen(
        &self,
        channel: &'static str,
        heard: impl Fn() + Send + 'static,
    ) -> Result<Ear, DbError> {
        let closed = Arc::new(AtomicBool::new(false));
        if matches!(self.target(), Target::Postgres(_)) {
            let (target, closed) = (self.target().clone(), Arc::clone(&closed));
            std::thread::Builder::new()
                .name("listener".into())
                .spawn(move || until_closed(&target, channel, &closed, &heard))
                .map_err(DbError::internal)?;
        }
        Ok(Ear { closed })
    }
}

fn until_closed(target: &Target, channel: &str, closed: &AtomicBool, heard: &impl Fn()) {
    while !closed.load(Ordering::Relaxed) {
        if let Err(error) = hear(target, channel, closed, heard) {
            tracing::warn!(%error, "changes of other processes are not heard, only looked for");
            std::thread::sleep(REST);
        }
    }
}

/// Listens over one connection, as long as it lasts.
fn hear(
    target: &Target,
    channel: &str,
    closed: &AtomicBool,
    heard: &impl Fn(),
) -> Result<(), DbError> {
    let mut conn = target.connect()?;
    batch(&mut conn, &format!("LISTEN {channel}"))?;
    heard();
    let mut rounds: u32 = 0;
    while !closed.load(Ordering::Relaxed) {
        std::thread::sleep(EVERY);
        rounds = rounds.wrapping_add(1);
        if rounds.is_multiple_of(ALIVE_EVERY) {
            batch(&mut conn, "SELECT 1")?;
        }
        if collect(&mut conn)? {
            heard();
        }
    }
    Ok(())
}

/// Whether anything has arrived.
fn collect(conn: &mut Conn) -> Result<bool, DbError> {
    let Conn::Pg(c) = conn else {
        return Ok(false);
    };
    let mut any = false;
    for notification in c.notifications_iter() {
        notification?;
        any = true;
    }
    Ok(any)
}

/// Tells whoever listens to this channel, once this transaction is committed.
///
/// # Errors
/// The store's failure.
pub fn notify(conn: &mut Conn, channel: &'static str) -> Result<(), DbError> {
    if let Conn::Pg(c) = conn {
        diesel::sql_query("SELECT pg_notify($1, '')")
            .bind::<Text, _>(channel)
            .execute(c)?;
    }
    Ok(())
}
