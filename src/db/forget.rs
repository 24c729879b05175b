//! What a commit leaves behind of what it has overwritten.

use diesel::RunQueryDsl;
use diesel::sql_types::Integer;

use super::{Conn, Db, DbError, Target};

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Db {
    /// Lets nothing be read any more, from any file of the store, that a committed erasure has
    /// overwritten. On `SQLite` the write-ahead log still holds the pages as they were before: it is
    /// written into the file, where `secure_delete` has blanked them, and cut to nothing.
    ///
    /// # Errors
    /// The store's failure; [`DbError::Busy`] while somebody reads what was there before.
    pub async fn forget_overwritten(&self) -> Result<(), DbError> {
        if matches!(self.target(), Target::Postgres(_)) {
            return Ok(());
        }
        // Over a connection of its own: the log can't be cut within a transaction.
        let target = self.target().clone();
        let cut = tokio::task::spawn_blocking(move || cut_log(&mut target.connect()?));
        cut.await
            .unwrap_or_else(|panic| Err(DbError::Panicked(panic.to_string())))
    }
}

fn cut_log(conn: &mut Conn) -> Result<(), DbError> {
    let Conn::Sqlite(c) = conn else {
        return Ok(());
    };
    let done: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(c)?;
    if done.busy == 0 {
        Ok(())
    } else {
        Err(DbError::Busy)
    }
}
