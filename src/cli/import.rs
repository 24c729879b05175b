//! `kongress import`

use std::io::{IsTerminal, Write, stderr};
use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::audit::CommandLine;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{Conn, Db, DbError, Stop, migrate};
use crate::events::{self, hold};
use crate::faults::Faults;
use crate::ids::SlugOr;
use crate::interchange::Plan;
use crate::interchange::import::{Document, Writing, carry_out, check_open, prepare};
use crate::interchange::import_wire::sentences;
use crate::problem::Problem;
use crate::programme::revision::Standing;

/// Largest file, in bytes, as over HTTP.
const LARGEST: u64 = 10 * 1024 * 1024;
/// How many things are done between two plain lines.
const EVERY: usize = 200;
/// How wide the bar is.
const WIDTH: usize = 40;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A programme document of this service, or schedule.json or schedule.xml of frab or pretalx
    file: PathBuf,
    /// Id or slug of the event whose working copy it becomes
    #[arg(long)]
    event: String,
    /// Only tell what would be added, changed and removed, and what is wrong
    #[arg(long)]
    dry_run: bool,
}

/// Shows how far it is: a bar on a terminal, lines elsewhere.
struct Progress {
    done: usize,
    all: usize,
    terminal: bool,
}

impl Progress {
    fn of(all: usize) -> Self {
        Self {
            done: 0,
            all,
            terminal: stderr().is_terminal(),
        }
    }

    fn step(&mut self) {
        self.done += 1;
        let (done, all) = (self.done, self.all.max(1));
        // What can't be shown keeps nobody from importing.
        let _ = if self.terminal {
            let full = (WIDTH * done / all).min(WIDTH);
            let (bar, rest) = ("#".repeat(full), " ".repeat(WIDTH - full));
            let end = if done >= all { "\n" } else { "" };
            write!(stderr(), "\r[{bar}{rest}] {done}/{all}{end}")
        } else if done.is_multiple_of(EVERY) || done == all {
            writeln!(stderr(), "{done} of {all} done")
        } else {
            Ok(())
        };
    }
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<(), CliError> {
    let document = read(arguments)?;
    let target = settings.target()?;
    migrate::run(&target)?;
    let now = Clock::default().now();
    let plan = Db::write_once(&target, |tx| {
        let found = find(tx, &arguments.event)?;
        if arguments.dry_run {
            check_open(&found).map_err(|refusal| told(Stop::Refused(refusal)))?;
            let standing = Standing::read(tx, found.id)?;
            return Ok(prepare(tx, &found, &standing, &document)?);
        }
        let event = hold(tx, found.id).map_err(told)?;
        let standing = Standing::read(tx, event.id)?;
        let plan = prepare(tx, &event, &standing, &document)?;
        if plan.faults.is_empty() {
            let mut progress = Progress::of(plan.revision.size());
            let who = CommandLine {
                organisation: event.organisation_id,
                operation: "import_programme",
                asked_at: now,
            };
            let step = &mut || progress.step();
            carry_out(tx, &who, &event, &standing, &plan, step).map_err(told)?;
        }
        Ok::<Plan, Stop<String>>(plan)
    });
    let plan = plan.map_err(|stop| match stop {
        Stop::Refused(reason) => reason,
        Stop::Store(error) => DbError::to_string(&error),
    })?;
    tell(&plan, arguments.dry_run)
}

fn read(arguments: &Arguments) -> Result<Document, CliError> {
    let name = arguments.file.display();
    let told = |error: std::io::Error| format!("{name}: {error}");
    let size = std::fs::metadata(&arguments.file).map_err(told)?.len();
    if size > LARGEST {
        return Err(format!("{name}: the file is larger than 10 MiB").into());
    }
    let bytes = std::fs::read(&arguments.file).map_err(told)?;
    let document = Document::read(&bytes, Writing::of_content(&bytes));
    Ok(document.map_err(|problem| format!("{name}: {}", sentence(&problem)))?)
}

/// What a problem says, with the places of its faults.
fn sentence(problem: &Problem) -> String {
    let faults: Vec<String> = problem.faults().iter().map(line).collect();
    if faults.is_empty() {
        return problem.to_string();
    }
    faults.join("; ")
}

fn line(fault: &crate::faults::Fault) -> String {
    format!("{}: {}", fault.pointer, fault.detail)
}

fn told<R: Into<Problem>>(stop: Stop<R>) -> Stop<String> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(sentence(&refusal.into())),
        Stop::Store(error) => Stop::Store(error),
    }
}

fn find(conn: &mut Conn, key: &str) -> Result<events::Event, Stop<String>> {
    let found = events::find_anywhere(conn, &SlugOr::parse(key))?;
    found.ok_or_else(|| Stop::Refused(format!("there is no event {key}")))
}

/// Prints what became of it; faults make the command fail.
fn tell(plan: &Plan, dry_run: bool) -> Result<(), CliError> {
    let faults = Faults::clone(&plan.faults).into_list();
    if faults.is_empty() || dry_run {
        let verb = if dry_run { "would be " } else { "" };
        for sentence in sentences(&plan.revision) {
            println!("{verb}{sentence}");
        }
    }
    for fault in &faults {
        eprintln!("{}", line(fault));
    }
    match faults.len() {
        0 => Ok(()),
        1 => Err("the document has a fault; nothing was imported".into()),
        many => Err(format!("the document has {many} faults; nothing was imported").into()),
    }
}
