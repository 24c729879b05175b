//! `kongress organisation create`

use clap::{Args, Subcommand};

use super::CliError;
use crate::audit::{self, CommandLine, Resource, Subject};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{Db, Stop, migrate};
use crate::organisations::actions::{self, SlugTaken};
use crate::organisations::routes::OrganisationView;
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
    let id = Db::write_once(&target, |tx| {
        let made = actions::create(tx, now, &slug, &name)?;
        let who = CommandLine {
            organisation: made.id,
            operation: "create_organisation",
            asked_at: now,
        };
        let subject = Subject::of_organisation(Resource::Organisation, made.id);
        audit::created(tx, &who, &subject, &OrganisationView::from(made))?;
        Ok::<_, Stop<SlugTaken>>(who.organisation)
    })?;
    println!("{id}");
    Ok(())
}
