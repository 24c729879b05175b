//! `kongress serve`

use std::net::TcpListener;

use actix_web::rt::System;
use actix_web::web;
use clap::Args;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::CliError;
use crate::clock::Clock;
use crate::config::{Config, LogFormat, Settings};
use crate::db::{Db, ServeLock, migrate};
use crate::demo::{self, Filled};
use crate::mail::lease_store;
use crate::server::{self, AppState};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Fill an empty store with demo data; one that the demo filled before is left as it is, any other refused
    #[arg(long)]
    pub demo: bool,
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<(), CliError> {
    log_to_stderr(settings)?;
    let mut config = settings.check()?;
    let lock = ServeLock::take(&config.target)?;
    let demo = arguments
        .demo
        .then(|| demo::fill(&config.target, Clock::default().now()))
        .transpose()?;
    migrate::run(&config.target)?;
    if lock.is_alone() {
        Db::write_once(&config.target, lease_store::end_leases)?;
    }
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| format!("KONGRESS_LISTEN: {}: {error}", config.listen))?;
    config.listen = listener.local_addr()?;
    if settings.public_url.is_none() {
        config.public_url = format!("http://{}", config.listen);
    }
    let guide = demo.map(|filled| guide(filled, &config)).transpose()?;
    let result = System::new().block_on(serve(config, listener, guide));
    drop(lock);
    result
}

/// What to print of the demo once the service listens.
fn guide(filled: Filled, config: &Config) -> Result<String, CliError> {
    let token = demo::token(&config.target, Clock::default().now())?;
    let dev_mail = config.dev_mail && config.smtp_url.is_none();
    Ok(demo::guide(filled, &config.public_url, dev_mail, &token))
}

async fn serve(
    config: Config,
    listener: TcpListener,
    guide: Option<String>,
) -> Result<(), CliError> {
    let db = Db::open(&config.target, config.write_batch)?;
    let state = web::Data::new(AppState::new(db, Clock::default(), config)?);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let background = server::start_background(&state);
    let bound = server::bind(state.clone(), listener, workers)?;
    println!("listening on http://{}", bound.address);
    if let Some(guide) = guide {
        println!("{guide}");
    }
    let handle = bound.handle.clone();
    actix_web::rt::spawn(async move {
        signalled().await;
        tracing::info!("draining");
        handle.stop(true).await;
    });
    bound.server.await?;
    background.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for SIGTERM or SIGINT.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Where the framework notes, as an error, that a client did not speak HTTP.
const NOISE: &str = "actix_http::h1::dispatcher";

fn log_to_stderr(settings: &Settings) -> Result<(), CliError> {
    // Levels by target. What else a tracing filter may name, spans and their fields, there is not here.
    let mut levels: Targets = settings
        .log
        .parse()
        .map_err(|error| format!("KONGRESS_LOG: {error}"))?;
    // It is no error of ours, and anybody can make any number of them; whoever debugs sees them.
    let most = levels.iter().map(|(_, level)| level).max();
    let most = most.max(levels.default_level());
    if most.is_none_or(|most| most < LevelFilter::DEBUG) {
        levels = levels.with_target(NOISE, LevelFilter::OFF);
    }
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = tracing_subscriber::registry().with(levels);
    match settings.log_format {
        LogFormat::Text => log.with(lines).init(),
        LogFormat::Json => log.with(lines.json()).init(),
    }
    Ok(())
}
