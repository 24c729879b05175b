//! The command line. Every command exits non-zero with one clear line on stderr when it fails.

mod backup;
mod check;
mod file;
mod import;
mod organisation;
mod serve;
mod token;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::Settings;
use crate::{api, db};

/// Conference programmes and registration.
///
/// Sessions that know their second in the recording; seats that are never sold twice. Settings are
/// taken from flags, then the environment, then kongress.toml, then the defaults shown here.
#[derive(Debug, Parser)]
#[command(name = "kongress", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
    /// Settings file; kongress.toml in this folder if there is one
    #[arg(long, env = "KONGRESS_CONFIG", global = true)]
    config: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service: migrates the store, answers requests, sends mail; SIGTERM drains and ends it
    Serve(serve::Arguments),
    /// Bring the store up to date and exit
    Migrate,
    /// Print the OpenAPI document
    Openapi,
    /// Make organisations
    Organisation(organisation::Arguments),
    /// Make API tokens
    Token(token::Arguments),
    /// Import a programme into the working copy of an event, while the service runs
    Import(import::Arguments),
    /// Copy the store into a new file, while the service runs
    Backup(backup::Arguments),
    /// Check configuration, store and SMTP, and say how to mend what is wrong
    Check,
}

/// Why a command did not succeed.
pub enum CliError {
    /// The arguments; clap explains.
    Usage(clap::Error),
    /// Anything else, in one line.
    Failed(String),
}

impl<E: std::fmt::Display> From<E> for CliError {
    fn from(error: E) -> Self {
        let text = error.to_string();
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        Self::Failed(lines.join(" "))
    }
}

/// Parses the arguments and runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(arguments: impl Iterator<Item = OsString>) -> Result<(), CliError> {
    let arguments: Vec<OsString> = arguments.collect();
    let command = file::with_defaults(Cli::command(), &arguments)?;
    let matches = command
        .try_get_matches_from(&arguments)
        .map_err(CliError::Usage)?;
    let cli = Cli::from_arg_matches(&matches).map_err(CliError::Usage)?;
    let settings = cli.settings;
    match cli.command {
        Command::Serve(arguments) => serve::run(&settings, &arguments),
        Command::Migrate => {
            let ran = db::migrate::run(&settings.target()?)?;
            println!("{ran} migrations ran; the store is up to date");
            Ok(())
        }
        Command::Openapi => {
            let document = api::print(&api::document())?;
            // Not print!, which panics when a pipe is closed early.
            std::io::Write::write_all(&mut std::io::stdout(), document.as_bytes())?;
            Ok(())
        }
        Command::Organisation(arguments) => organisation::run(&settings, &arguments),
        Command::Token(arguments) => token::run(&settings, &arguments),
        Command::Import(arguments) => import::run(&settings, &arguments),
        Command::Backup(arguments) => backup::run(&settings, &arguments),
        Command::Check => check::run(&settings),
    }
}
