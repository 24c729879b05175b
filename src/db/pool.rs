//! The pool: read connections on `SQLite`, all connections on `PostgreSQL`.

use std::time::Duration;

use diesel::r2d2::{self, ManageConnection};

use super::{Conn, DbError, Target};

/// Connections of a pool on `PostgreSQL`.
const POSTGRES_CONNECTIONS: u32 = 8;

/// A pool of connections to one store.
pub(super) struct Pool(r2d2::Pool<Manager>);

/// A connection that remembers whether it failed.
pub(super) struct Tracked {
    conn: Conn,
    broken: bool,
}

/// A connection on loan from the pool.
pub(super) struct Pooled(r2d2::PooledConnection<Manager>);

impl Pooled {
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.0.conn
    }

    /// Takes the connection out of the pool when it comes back.
    pub(super) fn give_up(&mut self) {
        self.0.broken = true;
    }
}

impl Pool {
    /// `more` connections are for threads that need no permit.
    pub(super) fn open(target: &Target, more: u32) -> Result<Self, DbError> {
        let size = match target {
            Target::Sqlite(_) => {
                let cores = std::thread::available_parallelism().map_or(2, usize::from);
                u32::try_from(cores.clamp(2, 8)).unwrap_or(2)
            }
            Target::Postgres(_) => POSTGRES_CONNECTIONS + more,
        };
        // A broken connection is known by its failure (Tracked), so none is tested when it is
        // taken: that would be one more round trip per request.
        r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(false)
            .build(Manager(target.clone()))
            .map(Self)
            .map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// How many connections there are at most.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.0.max_size()).unwrap_or(1)
    }

    pub(super) fn get(&self) -> Result<Pooled, DbError> {
        self.0
            .get()
            .map(Pooled)
            .map_err(|error| DbError::Unavailable(error.to_string()))
    }
}

/// Opens connections by the scheme of the address.
#[derive(Debug)]
struct Manager(Target);

impl ManageConnection for Manager {
    type Connection = Tracked;
    type Error = DbError;

    fn connect(&self) -> Result<Tracked, DbError> {
        self.0.connect_for_pool().map(|conn| Tracked {
            conn,
            broken: false,
        })
    }

    fn is_valid(&self, tracked: &mut Tracked) -> Result<(), DbError> {
        super::batch(&mut tracked.conn, "SELECT 1")
    }

    fn has_broken(&self, tracked: &mut Tracked) -> bool {
        use diesel::r2d2::R2D2Connection;
        tracked.broken
            || std::thread::panicking()
            || crate::per_backend!(&mut tracked.conn, c => c.is_broken())
    }
}
