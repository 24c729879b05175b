//! Demo data: five Norwegian conferences and meetings, for `serve --demo`.
//!
//! Every file beside this one is JSON in the bodies that organisers send, one file per event; things
//! in it name each other by `key` and `@key`. It is made by the actions of the rooms, in one
//! transaction, so it obeys every rule that organisers obey. What a file holds of an event that is
//! past was made at its `made_at`, because nobody can register for what is over.
//!
//! The facts are public ones; what is assumed says so in the event's description. Attendees are
//! invented and live under example.org.

mod file;
mod guide;
mod keys;
mod load;
mod rooms;

use chrono::TimeDelta;

use crate::auth::{Role, Secret};
use crate::clock::Instant;
use crate::db::{Conn, Db, DbError, Stop, Target, migrate};
use crate::organisations::actions::{NewToken, create_token};
use crate::organisations::store;

pub use guide::guide;

/// How long the token that a start prints is good.
const TOKEN_LASTS: TimeDelta = TimeDelta::days(7);
/// Whose token that is.
const TOKEN_OF: &str = "bufdir";

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoRefusal {
    /// Somebody else's data is never touched.
    #[error("the store already holds data; --demo needs an empty one")]
    NotEmpty,
    /// A file can't be made: a fault of ours.
    #[error("demo data: {file}: {reason}")]
    Broken {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// What a start found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// An empty store; the demo data is in it now.
    Now,
    /// The demo data of an earlier start; it was left as it is.
    Earlier,
}

/// Migrates and fills an empty store, whole or not at all; leaves one alone that an earlier start
/// filled.
///
/// # Errors
/// [`DemoRefusal::NotEmpty`] when the store holds anything else.
pub fn fill(target: &Target, now: Instant) -> Result<Filled, Stop<DemoRefusal>> {
    // Looked at before it is migrated: somebody else's store is not touched at all.
    Db::write_once(target, |tx| match migrate::versions(tx)?.ran {
        0 => Ok(()),
        _ => is_empty(tx, &load::organisations()?).map(drop),
    })?;
    migrate::run(target)?;
    let once = || {
        Db::write_once(target, |tx| {
            let organisations = load::organisations()?;
            if !is_empty(tx, &organisations)? {
                return Ok(Filled::Earlier);
            }
            load::everything(tx, now, &organisations)?;
            Ok(Filled::Now)
        })
    };
    match once() {
        // Another instance may have been filling the same store; then it holds our data now.
        Err(Stop::Refused(DemoRefusal::NotEmpty)) => once(),
        result => result,
    }
}

/// Whether there is nothing; `false` is the demo data of an earlier start.
fn is_empty(tx: &mut Conn, ours: &file::Organisations) -> Result<bool, Stop<DemoRefusal>> {
    let there = store::count(tx)?;
    if there == 0 {
        return Ok(true);
    }
    // Ours are told by their names, which no request can give or change.
    let mut found = 0;
    for organisation in &ours.organisations {
        let there = store::find_by_slug(tx, &organisation.slug)?;
        found += i64::from(there.is_some_and(|there| there.name == organisation.name));
    }
    if found == there && there == load::count(ours) {
        return Ok(false);
    }
    Err(Stop::Refused(DemoRefusal::NotEmpty))
}

/// Makes a token to try, of an owner; a fresh one at each start, because none can be shown twice.
///
/// # Errors
/// The store's failure.
pub fn token(target: &Target, now: Instant) -> Result<Secret, DbError> {
    Db::write_once(target, |tx| {
        let owner = store::find_by_slug(tx, TOKEN_OF)?;
        let owner = owner.ok_or_else(|| DbError::internal("the demo has no organisation"))?;
        let new = NewToken {
            name: "serve --demo".to_owned(),
            role: Role::Owner,
            scopes: Vec::new(),
            expires_at: Some(now + TOKEN_LASTS),
        };
        Ok(create_token(tx, now, owner.id, &new)?.1)
    })
}
