//! The carrier of a connection.

/// A connection to either store.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL, through libpq.
    Pg(diesel::PgConnection),
    /// SQLite, bundled.
    Sqlite(diesel::SqliteConnection),
}
