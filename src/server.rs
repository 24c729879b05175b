//! The running service: its state, how it starts, and how it stops.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpServer, web};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::api::{self, front_door, gate::gate};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, DbError, Submit};
use crate::health::Health;
use crate::http::edge::Edge;
use crate::http::limits::Limits;
use crate::http::methods::Methods;
use crate::http::{Document, Recent};
use crate::idempotency;
use crate::ids::EventId;
use crate::integrity;
use crate::mail::transport::Mailer;
use crate::mail::worker;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::publication::{self, Snapshots};
use crate::registrations::{self, hot::Command, register::Rules};
use crate::search;
use crate::tickets::questions;

/// What every handler can reach.
pub type App = web::Data<AppState>;

/// The state of one service.
pub struct AppState {
    /// The store.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The configuration.
    pub config: Config,
    /// Rate limits.
    pub limits: Limits,
    /// What was seen of the store.
    pub health: Health,
    /// Counters.
    pub metrics: Metrics,
    /// Which paths have which methods.
    pub methods: Methods,
    /// The OpenAPI document as it is served.
    pub openapi: Document,
    /// What anybody reads of events, ready to be sent.
    pub snapshots: Snapshots,
    /// Other public documents, made a moment ago.
    pub recent: Recent,
    /// Where searches and the work on their index meet.
    pub index_work: search::IndexWork,
    /// Takes mails off our hands.
    pub mailer: Mailer,
    /// Takes the commands that come in crowds.
    pub hot: Submit<Command>,
    mail_called: Notify,
}

/// Why the state could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The OpenAPI document can't be printed.
    #[error("the OpenAPI document can't be made: {0}")]
    Document(Problem),
    /// The SMTP URL can't be used.
    #[error("KONGRESS_SMTP_URL: {0}")]
    Mailer(String),
    /// The operating system has no thread left.
    #[error("the write path can't be started: {0}")]
    Threads(DbError),
}

impl AppState {
    /// Puts the state together; nothing runs yet.
    ///
    /// # Errors
    /// When the OpenAPI document can't be made, or the SMTP URL can't be used.
    pub fn new(db: Db, clock: Clock, config: Config) -> Result<Self, StartError> {
        let openapi = printed_document().map_err(StartError::Document)?;
        Ok(Self {
            limits: Limits::new(config.rate_limit),
            metrics: Metrics::default(),
            methods: Methods::of(&openapi)
                .map_err(|error| StartError::Document(Problem::internal(error)))?,
            openapi: Document::printed(openapi).map_err(StartError::Document)?,
            mailer: Mailer::of(&config).map_err(StartError::Mailer)?,
            hot: Submit::open(&db).map_err(StartError::Threads)?,
            health: Health::new(db.clone(), clock.clone()),
            mail_called: Notify::new(),
            index_work: search::IndexWork::default(),
            recent: Recent::new(db.clone(), clock.clone()),
            snapshots: Snapshots::new(db.clone(), clock.clone(), &config.public_url),
            db,
            clock,
            config,
        })
    }

    /// Called after the commit of anything that wrote mail, so that it leaves at once.
    pub fn mail_wakeup(&self) {
        self.mail_called.notify_one();
    }

    /// Until somebody calls [`mail_wakeup`](Self::mail_wakeup).
    pub async fn mail_waiting(&self) {
        self.mail_called.notified().await;
    }

    /// Called after the commit of an erasure, with the files of the mails it was about: what lies
    /// beside the rows goes too.
    pub async fn erased(&self, mail_files: Vec<String>) {
        if let Err(error) = self.db.forget_overwritten().await {
            tracing::warn!(%error, "the log of the store still holds what was erased, until it is written over");
        }
        if let Err(error) = self.mailer.forget(mail_files).await {
            tracing::warn!(%error, "a mail of somebody who was erased is still in a file");
        }
    }

    /// Called after the commit of anything that the public sees at once.
    pub async fn event_changed(&self, event: EventId) {
        self.snapshots.refresh(event).await;
    }
}

/// The OpenAPI document, printed by a thread of its own: what it takes while it is put together, ten
/// times its size, goes back to the system with the thread.
fn printed_document() -> Result<Vec<u8>, Problem> {
    let printing = std::thread::spawn(|| serde_json::to_vec(&api::document()));
    let printed = printing
        .join()
        .map_err(|_| Problem::internal("the thread that prints the document panicked"))?;
    printed.map_err(Problem::internal)
}

/// Everything that runs beside the requests: sweeping, mail, indexing.
pub struct Background {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    /// Asks every task to end after what it is doing, and waits for them.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task ended badly");
            }
        }
    }
}

/// How often what has expired is swept.
const SWEEP_EVERY: Duration = Duration::from_millis(500);
/// How often the store is looked at, for whoever asks about it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Starts what runs beside the requests.
#[must_use]
pub fn start_background(state: &App) -> Background {
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        tokio::task::spawn_local(sweep(state.clone(), stopped.clone())),
        tokio::task::spawn_local(watch_health(state.clone(), stopped.clone())),
        tokio::task::spawn_local(worker::run(state.clone(), stopped.clone())),
        tokio::task::spawn_local(search::keep_up(state.clone(), stopped.clone())),
        tokio::task::spawn_local(index_registrations(state.clone(), stopped.clone())),
        tokio::task::spawn_local(integrity::watch(state.clone(), stopped.clone())),
        tokio::task::spawn_local(publication::watch_changes(state.clone(), stopped)),
    ];
    Background { stop, tasks }
}

/// Looks at the store from the first moment on, so that there is always something to believe while it is
/// too busy to be asked.
async fn watch_health(state: App, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        // A store that is away is told by those who need it.
        if let Err(error) = state.health.look().await {
            tracing::debug!(%error, "the store was not looked at");
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn sweep(state: App, mut stopped: watch::Receiver<bool>) {
    let mut ticks: u32 = 0;
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        ticks = ticks.wrapping_add(1);
        sweep_registrations(&state).await;
        if ticks.is_multiple_of(120) {
            state.limits.sweep();
            let now = state.clock.now();
            if let Err(error) = state.db.write(move |tx| idempotency::sweep(tx, now)).await {
                tracing::warn!(%error, "kept answers were not swept");
            }
            if let Err(error) = state
                .db
                .write(move |tx| registrations::expire_closed(tx, now))
                .await
            {
                tracing::warn!(%error, "registrations past the end of registration were not swept");
            }
            sweep_answers(&state).await;
        }
    }
}

/// Writes what new registrations are found by. After each batch it rests as long as that took, and 16 times
/// as long where others write meanwhile, so that in a crowd it has a twentieth of the writer's time at most.
async fn index_registrations(state: App, mut stopped: watch::Receiver<bool>) {
    let mut last_written = state.db.generation();
    while !*stopped.borrow() {
        let began = tokio::time::Instant::now();
        let others_write = state.db.generation() != last_written;
        let indexed = async {
            if !state.db.read(registrations::anything_waiting).await? {
                return Ok::<_, DbError>(0);
            }
            state.db.write(registrations::index_waiting).await
        };
        let rest = match indexed.await {
            Ok(0) => SWEEP_EVERY,
            Ok(_) if others_write => 16 * began.elapsed(),
            Ok(_) => began.elapsed(),
            Err(error) => {
                tracing::warn!(%error, "new registrations were not indexed");
                SWEEP_EVERY
            }
        };
        last_written = state.db.generation();
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Frees seats that were not confirmed in time: within two seconds, and cheap when nothing is due.
async fn sweep_registrations(state: &App) {
    let now = state.clock.now();
    let rules = Rules::from(&state.config);
    let swept = async {
        while state
            .db
            .read(move |conn| registrations::anything_due(conn, now))
            .await?
        {
            state
                .db
                .write(move |tx| registrations::sweep(tx, now, rules))
                .await?;
            state.mail_wakeup();
        }
        Ok::<_, DbError>(())
    };
    if let Err(error) = swept.await {
        tracing::warn!(%error, "unconfirmed registrations were not swept");
    }
}

/// Deletes answers some days after the event, with what lies beside the rows.
async fn sweep_answers(state: &App) {
    let now = state.clock.now();
    let swept = async {
        if state
            .db
            .read(move |conn| questions::sweep::anything_due(conn, now))
            .await?
        {
            state
                .db
                .write(move |tx| questions::sweep::sweep(tx, now))
                .await?;
            state.erased(Vec::new()).await;
        }
        Ok::<_, DbError>(())
    };
    if let Err(error) = swept.await {
        tracing::warn!(%error, "answers whose time is over were not deleted");
    }
}

/// A bound service that has not started yet.
pub struct Bound {
    /// Where it listens.
    pub address: SocketAddr,
    /// Runs until it is stopped.
    pub server: Server,
    /// Stops it.
    pub handle: ServerHandle,
}

/// Takes the listener and prepares the service on it, with this many worker threads.
///
/// # Errors
/// When the listener can't be used.
pub fn bind(state: App, listener: TcpListener, workers: usize) -> std::io::Result<Bound> {
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(state.clone())
            .configure(api::served)
            .configure(api::pages)
            .wrap(from_fn(gate))
            .wrap(Edge(front_door::at_hand))
    })
    // Signals are ours: the mail worker stops with the service.
    .disable_signals()
    .workers(workers)
    .shutdown_timeout(8)
    .client_request_timeout(Duration::from_secs(5))
    .listen(listener)?
    .run();
    let handle = server.handle();
    Ok(Bound {
        address,
        server,
        handle,
    })
}
