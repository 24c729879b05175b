//! One `serve` per `SQLite` file.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::{DbError, Target};

/// Held for as long as a `serve` runs; the operating system lets go of it, also after a crash.
#[derive(Debug)]
pub struct ServeLock(Option<File>);

impl ServeLock {
    /// Whether nobody else serves from this store while it is held.
    #[must_use]
    pub const fn is_alone(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the lock beside the database file. `PostgreSQL` needs none: instances share it.
    ///
    /// # Errors
    /// When another `serve` holds it, or the file can't be made.
    pub fn take(target: &Target) -> Result<Self, DbError> {
        let Target::Sqlite(path) = target else {
            return Ok(Self(None));
        };
        let file = open(path, "serve-lock")?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(DbError::Unavailable(format!(
                "another serve is using {}",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(DbError::Unavailable(error.to_string())),
        }
    }
}

/// Waits until no other process migrates this file; the lock ends with the value.
pub(super) fn while_migrating(path: &Path) -> Result<File, DbError> {
    let file = open(path, "migrate-lock")?;
    file.lock()
        .map_err(|error| DbError::Unavailable(error.to_string()))?;
    Ok(file)
}

fn open(path: &Path, suffix: &str) -> Result<File, DbError> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{suffix}"));
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent)
            .map_err(|error| DbError::Unavailable(format!("{}: {error}", parent.display())))?;
    }
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|error| DbError::Unavailable(format!("{}: {error}", Path::new(&name).display())))
}
