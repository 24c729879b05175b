//! `kongress organisation create`

use clap::{Args, Subcommand};

use super::CliError;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{Db, migrate};
use crate::organisations::actions;
use crate::text::{self, Slug};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an organisation and print its id
    Create {
        /// Its name in paths, such as bufdir
        #[arg(long)]
        slug: String,
        /// Its name for people
        #[arg(long)]
        name: String,
    },
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<(), CliError> {
    let Command::Create { slug, name } = &arguments.command;
    let slug = Slug::parse(slug).map_err(|refused| format!("--slug: {}", refused.detail))?;
    let name = text::name(name).map_err(|refused| format!("--name: {}", refused.detail))?;
    let target = settings.target()?;
    migrate::run(&target)?;
    let now = Clock::default().now();
    let made = Db::write_once(&target, |tx| actions::create(tx, now, &slug, &name))?;
    println!("{}", made.id);
    Ok(())
}
