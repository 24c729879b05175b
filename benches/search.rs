//! How long searching takes, and how it grows with what there is to be found:
//!
//! ```text
//! cargo bench --bench search -- [--database-url URL] [--rows 1000,100000]
//! ```
//!
//! Serves an empty store, by default a SQLite file in a temporary folder, and asks over HTTP, one
//! request at a time. First a transcript of seven hours, 7,000 cues, is sent and searched; then the store
//! is filled up to each number of rows, and a word that stands in twenty sessions is looked for, and one
//! that stands in all. No request is the same as another, so that none is answered from memory.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output of a program"
)]

use std::error::Error;
use std::net::TcpListener;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use actix_web::web;
use clap::Parser;
use kongress::auth::Role;
use kongress::clock::{Clock, new_id};
use kongress::config::Settings;
use kongress::db::{Db, DbError, Target, migrate};
use kongress::events;
use kongress::ids::{EventId, SessionKind as SessionId};
use kongress::organisations::actions::{self, NewToken};
use kongress::programme::document::{Changes, Programme, Release, Session, SessionKind};
use kongress::programme::releases::store;
use kongress::search::store::list_stale;
use kongress::server::{self, AppState};
use kongress::text::{Localized, Slug};
use serde_json::{Value, json};

#[path = "../tests/api/helpers/speech.rs"]
mod speech;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Sessions of one event.
const OF_AN_EVENT: usize = 500;
/// Requests that are measured.
const REQUESTS: usize = 200;

/// How long searching takes.
#[derive(Parser)]
struct Command {
    /// An empty store; a temporary SQLite file if absent
    #[arg(long)]
    database_url: Option<String>,
    /// How many sessions there are, ascending
    #[arg(long, value_delimiter = ',', default_value = "1000,100000")]
    rows: Vec<usize>,
    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

/// A service and its client.
struct Service {
    address: String,
    token: String,
    target: Target,
    clock: Clock,
    db: Db,
    client: reqwest::Client,
}

impl Service {
    fn start(url: &str) -> Outcome<Self> {
        let arguments = [
            "kongress",
            "--rate-limit",
            "off",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            url,
        ];
        let mut config = Flags::parse_from(arguments).settings.check()?;
        migrate::run(&config.target)?;
        let target = config.target.clone();
        let clock = Clock::default();
        let listener = TcpListener::bind(config.listen)?;
        config.listen = listener.local_addr()?;
        let db = Db::open(&target, config.write_batch)?;
        let state = web::Data::new(AppState::new(db.clone(), clock.clone(), config)?);
        // It runs until the program ends.
        std::mem::forget(server::start_background(&state));
        let bound = server::bind(state, listener, 1)?;
        actix_web::rt::spawn(bound.server);
        Ok(Self {
            address: format!("http://{}/api/v1", bound.address),
            token: token(&target, &clock)?,
            target,
            clock,
            db,
            client: reqwest::Client::new(),
        })
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        media_type: &str,
        body: String,
    ) -> Outcome<Value> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let request = self
            .client
            .request(method, format!("{}/organiser{path}", self.address));
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", media_type);
        let answer = request.body(body).send().await?.error_for_status()?;
        Ok(answer.json().await?)
    }

    async fn event(&self, slug: &str) -> Outcome<EventId> {
        let body = json!({"slug": slug, "title": slug, "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
        let made = self
            .send("POST", "/events", "application/json", body.to_string())
            .await?;
        self.send(
            "POST",
            &format!("/events/{slug}/publish"),
            "application/json",
            String::new(),
        )
        .await?;
        Ok(made["id"].as_str().unwrap_or_default().parse()?)
    }

    fn release(&self, event: EventId, programme: &Programme) -> Outcome<()> {
        let now = self.clock.now();
        Db::write_once::<_, DbError>(&self.target, |tx| {
            let release = Release {
                version: 1,
                released_at: now,
                timezone: None,
                note: Localized::default(),
                changes: Changes::default(),
                programme: programme.clone(),
            };
            store::insert(tx, event, &release)?;
            events::touch_public(tx, event, now)
        })?;
        Ok(())
    }

    /// Milliseconds until everything is indexed.
    async fn indexed(&self) -> Outcome<f64> {
        let began = Instant::now();
        let stale = async || self.db.read(|conn| list_stale(conn, 1)).await;
        while !stale().await?.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(began.elapsed().as_secs_f64() * 1000.0)
    }

    /// Milliseconds that one search takes, and what it finds.
    async fn search(&self, words: &str) -> Outcome<(f64, usize)> {
        let began = Instant::now();
        let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
        let request = self
            .client
            .get(format!("{}/search?q={words}", self.address));
        let found: Value = request.send().await?.error_for_status()?.json().await?;
        let took = began.elapsed().as_secs_f64() * 1000.0;
        Ok((took, found["items"].as_array().map_or(0, Vec::len)))
    }

    async fn measure(&self, what: &str, word: &str) -> Outcome<()> {
        let mut times = Vec::new();
        let mut hits = 0;
        for n in 0..REQUESTS {
            let words = format!("{word}{}", " ".repeat(n + 1));
            let (took, found) = self.search(&words).await?;
            times.push(took);
            hits = found;
        }
        times.sort_by(f64::total_cmp);
        let at = |part: usize| {
            times
                .get(times.len() * part / 100)
                .copied()
                .unwrap_or_default()
        };
        println!(
            "{what}: {hits} hits on the page, median {:.2} ms, 95 % {:.2} ms",
            at(50),
            at(95)
        );
        Ok(())
    }
}

fn token(target: &Target, clock: &Clock) -> Outcome<String> {
    let now = clock.now();
    let slug = Slug::parse("bufdir").map_err(|refused| refused.detail)?;
    let new = NewToken {
        name: "bench".to_owned(),
        role: Role::Owner,
        scopes: Vec::new(),
        expires_at: None,
    };
    let secret = Db::write_once::<_, DbError>(target, |tx| {
        let made = actions::create(tx, now, &slug, "Bufdir").map_err(|_| DbError::Unique)?;
        Ok(actions::create_token(tx, now, made.id, &new)?.1)
    })?;
    Ok(secret.reveal().to_owned())
}

fn session(number: usize, title: String) -> Outcome<Session> {
    let id = new_id::<SessionId>();
    let text = |text: String| Localized([("nb".to_owned(), text)].into());
    Ok(Session {
        id,
        slug: format!("session-{number}"),
        guid: id.uuid(),
        number: i32::try_from(number)?,
        title: text(title),
        abstract_text: text(
            "Hvordan kommunen hjelper barn og familier før det haster, og hva det krever."
                .to_owned(),
        ),
        kind: SessionKind::Talk,
        type_label: Localized::default(),
        language: None,
        starts_at: None,
        ends_at: None,
        room_id: None,
        track_id: None,
        speakers: Vec::new(),
        materials: Vec::new(),
        do_not_record: false,
        sign_up_capacity: None,
    })
}

async fn transcript(service: &Service) -> Outcome<()> {
    service.event("taler").await?;
    let recording = json!({"title": "Dagen", "url": "https://video.example.org/dag.mp4"});
    let made = service
        .send(
            "POST",
            "/events/taler/recordings",
            "application/json",
            recording.to_string(),
        )
        .await?;
    let id = made["id"].as_str().unwrap_or_default();
    let path = format!("/events/taler/recordings/{id}/transcript");
    let began = Instant::now();
    service
        .send("PUT", &path, "text/vtt", speech::seven_hours())
        .await?;
    println!(
        "7,000 cues taken in {:.0} ms",
        began.elapsed().as_secs_f64() * 1000.0
    );
    let (took, _) = service.search("nålestikk").await?;
    println!("the first search, while they are indexed: {took:.0} ms");
    println!("indexed {:.0} ms later", service.indexed().await?);
    service
        .measure("a word that is said once", "nålestikk")
        .await?;
    service
        .measure("a word that is said all the time", "barnevernet")
        .await
}

/// Fills the store up to so many sessions.
async fn grow(service: &Service, from: usize, to: usize) -> Outcome<()> {
    let mut number = from;
    while number < to {
        let event = service.event(&format!("konferanse-{number}")).await?;
        let end = (number + OF_AN_EVENT).min(to);
        let sessions = (number..end).map(|number| {
            let title = if number < 20 { "Sjeldenhet" } else { "Samtale" };
            session(number + 1, format!("{title} {number}"))
        });
        let programme = Programme {
            sessions: sessions.collect::<Outcome<_>>()?,
            ..Programme::default()
        };
        service.release(event, &programme)?;
        number = end;
    }
    Ok(())
}

async fn run(command: Command) -> Outcome<()> {
    let dir = std::env::temp_dir().join(format!("kongress-search-{}", new_id::<()>()));
    std::fs::create_dir_all(&dir)?;
    let url = command.database_url;
    let url = url.unwrap_or_else(|| format!("sqlite:{}", dir.join("kongress.db").display()));
    let service = Service::start(&url)?;
    transcript(&service).await?;
    let mut rows = 0;
    for to in command.rows {
        grow(&service, rows, to).await?;
        rows = to;
        let (took, _) = service.search("sjeldenhet").await?;
        println!("{rows} sessions; the first search, while they are indexed: {took:.0} ms");
        println!("indexed {:.0} ms later", service.indexed().await?);
        service
            .measure("a word of twenty sessions", "sjeldenhet")
            .await?;
        service.measure("a word of all sessions", "familie").await?;
    }
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn main() -> ExitCode {
    let command = Command::parse();
    match actix_web::rt::System::new().block_on(run(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
