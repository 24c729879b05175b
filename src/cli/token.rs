//! `kongress token create`

use clap::{Args, Subcommand};

use super::CliError;
use crate::audit::{self, CommandLine, Resource, Subject};
use crate::auth::Role;
use crate::clock::Clock;
use crate::config::{Settings, Span};
use crate::db::{Db, DbError, Stop, migrate};
use crate::organisations::actions::{self, NewToken};
use crate::organisations::routes::TokenView;
use crate::organisations::store;
use crate::text;
use crate::words::Word;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token and print it, alone, this once
    Create {
        /// Slug of the organisation
        #[arg(long)]
        organisation: String,
        /// owner, organiser, editor, registrar, `check_in` or reader
        #[arg(long)]
        role: String,
        /// What people call it
        #[arg(long, default_value = "made on the command line")]
        name: String,
        /// When it ends, such as 90d; never if absent
        #[arg(long)]
        expires_in: Option<Span>,
    },
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<(), CliError> {
    let Command::Create {
        organisation,
        role,
        name,
        expires_in,
    } = &arguments.command;
    let role = Role::from_word(role)
        .ok_or("--role: is owner, organiser, editor, registrar, check_in or reader")?;
    let name = text::line(name, 100).map_err(|refused| format!("--name: {}", refused.detail))?;
    let target = settings.target()?;
    migrate::run(&target)?;
    let now = Clock::default().now();
    let expires_at = expires_in.map(|span| now + span.0);
    let new = NewToken {
        name,
        role,
        scopes: Vec::new(),
        expires_at,
    };
    let secret = Db::write_once(&target, |tx| {
        let owner = store::find_by_slug(tx, organisation)?;
        let owner = owner.ok_or_else(|| {
            Stop::Refused(format!(
                "there is no organisation {organisation}; make it with organisation create"
            ))
        })?;
        let (token, secret) = actions::create_token(tx, now, owner.id, &new)?;
        let who = CommandLine {
            organisation: owner.id,
            operation: "create_token",
            asked_at: now,
        };
        let subject = Subject::of_organisation(Resource::Token, token.id);
        audit::created(tx, &who, &subject, &TokenView::from(token))?;
        Ok::<_, Stop<String>>(secret)
    });
    let secret = secret.map_err(|stop: Stop<String>| match stop {
        Stop::Refused(reason) => reason,
        Stop::Store(error) => DbError::to_string(&error),
    })?;
    println!("{}", secret.reveal());
    Ok(())
}
