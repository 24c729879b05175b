//! Which store: parsed from `DATABASE_URL`, and how to connect to it.

use std::fmt;
use std::path::{Path, PathBuf};

use diesel::Connection;

use super::{Conn, DbError, batch};

/// The store to use.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file of `SQLite`.
    Sqlite(PathBuf),
    /// A libpq address; more than one host is libpq's own matter.
    Postgres(String),
}

/// `DATABASE_URL` is neither.
#[derive(Debug, thiserror::Error)]
#[error("is sqlite:PATH or postgres://…")]
pub struct TargetError;

impl Target {
    /// Parses `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").ok_or(TargetError)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path == ":memory:" || path.contains('?') {
            return Err(TargetError);
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }

    /// Its name: `sqlite` or `postgres`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// The folder that files beside the store go to: that of the database file, or `data`.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        match self {
            Self::Sqlite(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            Self::Postgres(_) => PathBuf::from("data"),
        }
    }

    /// A new connection, set up for writing.
    ///
    /// # Errors
    /// When the store can't be reached.
    pub fn connect(&self) -> Result<Conn, DbError> {
        match self {
            // Inserting goes to random places of the indexes of hashes: 12 MiB hold them for longer than
            // the 2 MiB of the default. A log of 64 MiB is written back less often than one of 4: in it, a
            // page that many registrations changed is written back once. What a savepoint keeps to go back
            // to stays in memory: a file of it would be written as often as the log.
            Self::Sqlite(path) => sqlite(
                path,
                "PRAGMA cache_size = -12288; PRAGMA wal_autocheckpoint = 16000; \
                 PRAGMA temp_store = MEMORY;",
            ),
            Self::Postgres(url) => postgres(url),
        }
    }

    /// A new connection for the pool. On `SQLite` it can't write.
    pub(super) fn connect_for_pool(&self) -> Result<Conn, DbError> {
        match self {
            Self::Sqlite(path) => sqlite(path, "PRAGMA query_only = ON;"),
            Self::Postgres(url) => postgres(url),
        }
    }
}

// The address of PostgreSQL may hold a password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres"),
        }
    }
}

fn unavailable(error: &diesel::ConnectionError) -> DbError {
    let text = error.to_string();
    DbError::Unavailable(text.lines().next().unwrap_or_default().to_owned())
}

fn sqlite(path: &Path, more: &str) -> Result<Conn, DbError> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent)
            .map_err(|error| DbError::Unavailable(format!("{}: {error}", parent.display())))?;
    }
    let file = path
        .to_str()
        .ok_or_else(|| DbError::Unavailable("the path is not UTF-8".into()))?;
    let mut conn = diesel::SqliteConnection::establish(file)
        .map(Conn::Sqlite)
        .map_err(|error| unavailable(&error))?;
    // busy_timeout first: switching to WAL needs a lock itself. secure_delete: what is erased is
    // overwritten in the file.
    batch(
        &mut conn,
        &format!(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; {more}"
        ),
    )?;
    Ok(conn)
}

fn postgres(url: &str) -> Result<Conn, DbError> {
    let mut conn = diesel::PgConnection::establish(url)
        .map(Conn::Pg)
        .map_err(|error| unavailable(&error))?;
    batch(
        &mut conn,
        "SET TIME ZONE 'UTC'; SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
         SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = warning",
    )?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_chooses_the_store() {
        assert_eq!(
            Target::parse("sqlite:data/k.db").unwrap(),
            Target::Sqlite("data/k.db".into())
        );
        assert_eq!(
            Target::parse("sqlite:///var/k.db").unwrap(),
            Target::Sqlite("/var/k.db".into())
        );
        assert!(matches!(
            Target::parse("postgresql://a@b/c").unwrap(),
            Target::Postgres(_)
        ));
        for bad in ["", "mysql://x", "data/k.db", "sqlite:", "sqlite::memory:"] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let target = Target::parse("postgres://u:secret@h/d").unwrap();
        assert!(!format!("{target} {target:?}").contains("secret"));
    }
}
