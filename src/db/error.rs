//! What can go wrong in the store, told apart by what a caller can do about it.

use diesel::result::{DatabaseErrorKind, Error};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Too much is waiting already; come back.
    #[error("the store is busy")]
    Busy,
    /// The store can't be reached, or this connection is broken.
    #[error("the store can't be reached: {0}")]
    Unavailable(String),
    /// Another transaction held a lock for longer than we wait.
    #[error("another transaction holds a lock")]
    LockTimeout,
    /// The store gave this transaction up for another one; the same transaction may succeed.
    #[error("the transaction was given up for another one")]
    Conflict,
    /// A unique key was violated. Which one is not known on every store.
    #[error("a unique key was violated")]
    Unique,
    /// A row is still referred to, or refers to none.
    #[error("a reference was violated")]
    Reference,
    /// The statement failed: a fault of ours.
    #[error("a statement failed: {0}")]
    Query(Error),
    /// The code within the transaction panicked; it was rolled back.
    #[error("panicked within a transaction: {0}")]
    Panicked(String),
    /// Random bytes, JSON or templates failed within a transaction: a fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl DbError {
    /// Any other failure of ours inside a transaction.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        let Error::DatabaseError(kind, info) = &error else {
            return match error {
                Error::BrokenTransactionManager => Self::Unavailable(error.to_string()),
                other => Self::Query(other),
            };
        };
        let message = info.message();
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::Unique,
            DatabaseErrorKind::ForeignKeyViolation => Self::Reference,
            DatabaseErrorKind::SerializationFailure => Self::Conflict,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Unavailable(message.to_owned())
            }
            _ if message.contains("deadlock detected") => Self::Conflict,
            _ if message.contains("lock timeout") => Self::LockTimeout,
            _ if message.contains("database is locked") => Self::Busy,
            _ if is_storage_trouble(message) => Self::Unavailable(message.to_owned()),
            _ => Self::Query(error),
        }
    }
}

/// What `SQLite` says of a full or failing disk, and `PostgreSQL` of its own going away.
fn is_storage_trouble(message: &str) -> bool {
    [
        "database or disk is full",
        "disk I/O error",
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "connection to server",
        "no connection to the server",
        "could not receive data",
        "statement timeout",
        "unable to open database file",
        "readonly database",
        "read-only transaction",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// What a failure means for the connection and for trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing is wrong with the store.
    None,
    /// The same transaction may succeed.
    Conflict,
    /// The connection is not to be used again.
    Broken,
}

/// An error that a transaction may end with.
pub trait Failure: From<DbError> + Send + 'static {
    /// What it means for the store.
    fn trouble(&self) -> Trouble;
}

impl DbError {
    /// What this means for the connection and for trying again.
    #[must_use]
    pub const fn trouble(&self) -> Trouble {
        match self {
            Self::Conflict => Trouble::Conflict,
            Self::Unavailable(_) | Self::Panicked(_) => Trouble::Broken,
            _ => Trouble::None,
        }
    }
}

impl Failure for DbError {
    fn trouble(&self) -> Trouble {
        self.trouble()
    }
}

impl<R: Send + 'static> Failure for Stop<R> {
    fn trouble(&self) -> Trouble {
        match self {
            Self::Refused(_) => Trouble::None,
            Self::Store(error) => error.trouble(),
        }
    }
}

/// Why a transaction ended without effect: refused by a rule, or stopped by the store.
#[derive(Debug)]
pub enum Stop<R> {
    /// A rule said no.
    Refused(R),
    /// The store failed.
    Store(DbError),
}

impl<R> Stop<R> {
    /// The same with another kind of refusal.
    pub fn map<S>(self, convert: impl FnOnce(R) -> S) -> Stop<S> {
        match self {
            Self::Refused(refusal) => Stop::Refused(convert(refusal)),
            Self::Store(error) => Stop::Store(error),
        }
    }
}

impl<R> From<DbError> for Stop<R> {
    fn from(error: DbError) -> Self {
        Self::Store(error)
    }
}

impl<R: std::fmt::Display> std::fmt::Display for Stop<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl<R: std::fmt::Debug + std::fmt::Display> std::error::Error for Stop<R> {}
