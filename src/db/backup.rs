//! A consistent copy of the store, made beside a running service.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Conn, DbError, Target, batch};

/// Copies the store as it is at one moment into a new file: on `SQLite` a database, on `PostgreSQL` an
/// archive for `pg_restore`, by the server's own `pg_dump`. What is in the file is on the disk when this
/// returns; a copy that fails leaves nothing under that name.
///
/// # Errors
/// When the file is there already, when it can't be written, or the store's failure.
pub fn copy(target: &Target, file: &Path) -> Result<(), DbError> {
    if file.exists() {
        return Err(DbError::Internal(format!(
            "{}: is there already; name a new file",
            file.display()
        )));
    }
    let partial = partial(file);
    let copied = match target {
        Target::Sqlite(path) => sqlite(target, path, &partial),
        Target::Postgres(url) => postgres(url, &partial),
    };
    let kept = copied.and_then(|()| keep(&partial, file));
    if kept.is_err() && partial.exists() {
        fs::remove_file(&partial).map_err(|error| said(&partial, &error))?;
    }
    kept
}

fn said(path: &Path, error: &std::io::Error) -> DbError {
    DbError::Internal(format!("{}: {error}", path.display()))
}

/// The name that the copy has until it is whole.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Makes sure that the disk has it, and gives it its name.
fn keep(partial: &Path, file: &Path) -> Result<(), DbError> {
    let sync = |path: &Path| File::open(path).and_then(|file| file.sync_all());
    sync(partial).map_err(|error| said(partial, &error))?;
    fs::rename(partial, file).map_err(|error| said(file, &error))?;
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    sync(folder).map_err(|error| said(folder, &error))
}

fn sqlite(target: &Target, path: &Path, copy: &Path) -> Result<(), DbError> {
    if !path.exists() {
        return Err(DbError::Internal(format!(
            "{}: there is no such store",
            path.display()
        )));
    }
    let name = copy
        .to_str()
        .ok_or_else(|| DbError::internal("the name of the file is not UTF-8"))?;
    let mut conn = target.connect()?;
    if let Conn::Sqlite(c) = &mut conn {
        diesel::sql_query("VACUUM INTO $1")
            .bind::<Text, _>(name)
            .execute(c)?;
    }
    drop(conn);
    let mut conn = Target::Sqlite(copy.to_owned()).connect()?;
    check(&mut conn)?;
    // Into the one file that is kept.
    batch(
        &mut conn,
        "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE",
    )
}

const WHOLE: &str = "SELECT integrity_check AS line FROM pragma_integrity_check";

/// Lets `SQLite` look for damage in a copy: a backup that can't be read is none.
fn check(conn: &mut Conn) -> Result<(), DbError> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let Conn::Sqlite(c) = conn else {
        return Ok(());
    };
    let lines: Vec<Line> = diesel::sql_query(WHOLE).load(c)?;
    match lines.as_slice() {
        [only] if only.line == "ok" => Ok(()),
        lines => Err(DbError::Internal(format!(
            "the copy is damaged: {}",
            lines.first().map_or("no answer", |line| &line.line)
        ))),
    }
}

/// `pg_dump` knows every version of its server's catalogue; it comes with the server's client programs.
fn postgres(url: &str, copy: &Path) -> Result<(), DbError> {
    let mut address = url::Url::parse(url).map_err(DbError::internal)?;
    let mut dump = Command::new("pg_dump");
    // Not on the command line, which everybody on the machine can read.
    if let Some(password) = address.password() {
        dump.env("PGPASSWORD", percent_decoded(password));
        address
            .set_password(None)
            .map_err(|()| DbError::internal("the address of the store can't be used"))?;
    }
    dump.args(["--format=custom", "--no-password", "--file"])
        .arg(copy)
        .arg(format!("--dbname={address}"));
    let output = dump.output().map_err(|error| {
        DbError::Internal(format!(
            "pg_dump: {error}; install PostgreSQL's client programs"
        ))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(DbError::Internal(said.trim().to_owned()))
}

fn percent_decoded(text: &str) -> String {
    let pairs = format!("p={}", text.replace('+', "%2B"));
    let mut decoded = url::form_urlencoded::parse(pairs.as_bytes());
    decoded
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_decoded() {
        assert_eq!(percent_decoded("a%40b+c%25"), "a@b+c%");
        assert_eq!(percent_decoded(""), "");
    }
}
