//! Migrations: embedded in the binary, run under a lock, safe with several instances starting.

use std::collections::BTreeSet;

use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, DbError, Kind, Target, batch, lock, transaction};
use crate::fault;
use crate::per_backend;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number, the same in every version: who holds it on `PostgreSQL` migrates.
const ADVISORY_LOCK: i64 = 5_137_202_611_220_001;

/// Brings the store up to date and returns how many migrations ran.
///
/// # Errors
/// When a migration fails (it leaves nothing behind), or when the store is newer than this binary.
pub fn run(target: &Target) -> Result<usize, DbError> {
    let mut conn = target.connect()?;
    let lock = match target {
        Target::Sqlite(path) => Some(lock::while_migrating(path)?),
        Target::Postgres(_) => {
            batch(
                &mut conn,
                &format!(
                    "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock({ADVISORY_LOCK})"
                ),
            )?;
            None
        }
    };
    let result = run_locked(&mut conn);
    if matches!(conn, Conn::Pg(_)) {
        batch(
            &mut conn,
            &format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})"),
        )?;
    }
    drop(lock);
    result
}

fn run_locked(conn: &mut Conn) -> Result<usize, DbError> {
    if let Some(unknown) = versions(conn)?.unknown.first() {
        return Err(DbError::Internal(format!(
            "the store was made by a newer version of kongress (migration {unknown}); use that version"
        )));
    }
    // All of them or none: an upgrade that dies half-way leaves the store as it was.
    transaction(conn, Kind::Write, &mut |conn: &mut Conn| {
        let ran = match conn {
            Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|ran| ran.len()),
            Conn::Pg(c) => c.run_pending_migrations(POSTGRES).map(|ran| ran.len()),
        };
        fault::point("in-migration");
        ran.map_err(DbError::internal)
    })
}

/// How the store stands against this binary.
#[derive(Debug, Default)]
pub struct Versions {
    /// How many migrations ran; 0 is a new store.
    pub ran: usize,
    /// Migrations that have not run yet.
    pub pending: Vec<String>,
    /// Migrations that ran and that this binary does not know.
    pub unknown: Vec<String>,
}

/// Compares the migrations that ran with those in this binary.
///
/// # Errors
/// The store's failure.
pub fn versions(conn: &mut Conn) -> Result<Versions, DbError> {
    let applied = applied(conn)?;
    let known = known(matches!(conn, Conn::Pg(_)))?;
    Ok(Versions {
        ran: applied.len(),
        pending: known.difference(&applied).cloned().collect(),
        unknown: applied.difference(&known).cloned().collect(),
    })
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Reads what ran, and nothing else: also a connection that may only read can ask.
fn applied(conn: &mut Conn) -> Result<BTreeSet<String>, DbError> {
    let exists = match conn {
        Conn::Sqlite(_) => {
            "SELECT name AS version FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        Conn::Pg(_) => {
            "SELECT to_regclass('__diesel_schema_migrations')::text AS version WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL"
        }
    };
    let there: Vec<Applied> = per_backend!(conn, c => diesel::sql_query(exists).load(c))?;
    if there.is_empty() {
        return Ok(BTreeSet::new());
    }
    let all = "SELECT version FROM __diesel_schema_migrations";
    let rows: Vec<Applied> = per_backend!(conn, c => diesel::sql_query(all).load(c))?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

fn known(postgres: bool) -> Result<BTreeSet<String>, DbError> {
    if postgres {
        let list = MigrationSource::<Pg>::migrations(&POSTGRES).map_err(DbError::internal)?;
        Ok(list
            .iter()
            .map(|m| m.name().version().to_string())
            .collect())
    } else {
        let list = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(DbError::internal)?;
        Ok(list
            .iter()
            .map(|m| m.name().version().to_string())
            .collect())
    }
}

/// Takes every migration back, newest first. For tests: each `down.sql` is run.
///
/// # Errors
/// When one of them fails.
pub fn revert_all(conn: &mut Conn) -> Result<usize, DbError> {
    let reverted = match conn {
        Conn::Sqlite(c) => c.revert_all_migrations(SQLITE).map(|list| list.len()),
        Conn::Pg(c) => c.revert_all_migrations(POSTGRES).map(|list| list.len()),
    };
    reverted.map_err(DbError::internal)
}
