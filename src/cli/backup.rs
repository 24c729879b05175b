//! `kongress backup`: a consistent copy, also of a store that is in use.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::config::Settings;
use crate::db::backup;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A new file: an `SQLite` database, or an archive for `pg_restore`
    file: PathBuf,
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<(), CliError> {
    backup::copy(&settings.target()?, &arguments.file)?;
    println!("{} is a whole copy of the store", arguments.file.display());
    Ok(())
}
