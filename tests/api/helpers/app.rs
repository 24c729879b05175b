//! A running service within the test's process, on a port of its own, with a clock to move.

use std::net::TcpListener;

use actix_web::web;
use chrono::TimeDelta;
use clap::Parser;
use kongress::auth::Role;
use kongress::clock::Clock;
use kongress::config::Settings;
use kongress::db::{Db, DbError, Target};
use kongress::organisations::actions::{self, NewToken};
use kongress::server::{self, AppState, Background};
use kongress::text::Slug;
use serde_json::Value;

use super::client::Call;
use super::mail::Mail;
use super::stores::{Store, TestStore};

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

/// One service and its store.
pub struct TestApp {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// Moves time.
    pub clock: Clock,
    /// The service's own state.
    pub state: server::App,
    /// A token of the owner of the organisation `bufdir`.
    pub token: String,
    pub client: reqwest::Client,
    pub store: TestStore,
    handle: actix_web::dev::ServerHandle,
    background: Option<Background>,
}

impl TestApp {
    /// With limits off and everything else as it comes.
    pub async fn spawn(store: Store) -> Self {
        Self::spawn_with(store, &[]).await
    }

    /// With further flags, e.g. `["--rate-limit", "on"]`.
    pub async fn spawn_with(store: Store, flags: &[&str]) -> Self {
        let store = store.create();
        Self::spawn_on(store, flags).await
    }

    /// On a store that is there already.
    pub async fn spawn_on(store: TestStore, flags: &[&str]) -> Self {
        let base = [
            "kongress",
            "--rate-limit",
            "off",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &store.url,
        ];
        let arguments = base.iter().chain(flags).map(ToString::to_string);
        let settings = Flags::parse_from(overriding(&arguments.collect::<Vec<_>>())).settings;
        let mut config = settings.check().unwrap();
        let listener = TcpListener::bind(config.listen).unwrap();
        config.listen = listener.local_addr().unwrap();
        config.public_url = settings
            .public_url
            .unwrap_or_else(|| format!("http://{}", config.listen));
        config.mail_dir = store.dir.join("mail");
        let clock = Clock::default();
        let db = Db::open(&config.target, config.write_batch).unwrap();
        let state = web::Data::new(AppState::new(db, clock.clone(), config).unwrap());
        let background = server::start_background(&state);
        let bound = server::bind(state.clone(), listener, 1).unwrap();
        actix_web::rt::spawn(bound.server);
        let target = state.config.target.clone();
        let app = Self {
            address: format!("http://{}", bound.address),
            token: organisation(&target, &clock, "bufdir", Role::Owner),
            clock,
            state,
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // Before the service closes an idle connection, which it does after 5 s.
                .pool_idle_timeout(std::time::Duration::from_secs(4))
                .build()
                .unwrap(),
            store,
            handle: bound.handle,
            background: Some(background),
        };
        app.get("/health/live").send().await.expect(200);
        app
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// A token of this role in this organisation, which is made if it is not there yet.
    pub fn token_of(&self, organisation_slug: &str, role: Role) -> String {
        organisation(
            &self.state.config.target,
            &self.clock,
            organisation_slug,
            role,
        )
    }

    /// A call without credentials, below `/api/v1` unless the path says otherwise.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call::new(self, method, path)
    }

    pub fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Call<'_> {
        self.call("POST", path).json(body)
    }

    /// A call of the owner of `bufdir`, below `/api/v1/organiser`.
    pub fn organiser(&self, method: &str, path: &str) -> Call<'_> {
        self.call(method, &format!("/organiser{path}"))
            .bearer(&self.token)
    }

    /// Makes something as the owner of `bufdir`; asserts 201.
    pub async fn create(&self, path: &str, body: &Value) -> Value {
        let answer = self.organiser("POST", path).json(body).send().await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    }

    /// Waits until no mail waits, and gives every mail that was written to a file, oldest first.
    pub async fn deliver_mail(&self) -> Vec<Mail> {
        self.state.mail_wakeup();
        let (mut least, mut moved) = (i64::MAX, std::time::Instant::now());
        loop {
            let waiting = self.state.health.look().await.unwrap().outbox_pending;
            if waiting == 0 {
                return Mail::all_in(&self.state.config.mail_dir);
            }
            if waiting < least {
                (least, moved) = (waiting, std::time::Instant::now());
            }
            assert!(moved.elapsed().as_secs() < 20, "{waiting} mails wait");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Stops the service as SIGTERM would, and gives its store back.
    pub async fn stop(mut self) {
        self.handle.stop(true).await;
        if let Some(background) = self.background.take() {
            background.stop().await;
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(actix_web::rt::spawn(self.handle.stop(false)));
    }
}

/// Later flags replace earlier ones of the same name.
fn overriding(arguments: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = vec![arguments[0].clone()];
    for pair in arguments[1..].chunks(2) {
        if let Some(at) = kept.iter().position(|flag| flag == &pair[0]) {
            kept[at + 1].clone_from(&pair[1]);
        } else {
            kept.extend_from_slice(pair);
        }
    }
    kept
}

fn organisation(target: &Target, clock: &Clock, slug: &str, role: Role) -> String {
    let now = clock.now();
    let slug = Slug::parse(slug).unwrap();
    let new = NewToken {
        name: format!("{role} of {slug}"),
        role,
        scopes: Vec::new(),
        expires_at: None,
    };
    let secret = Db::write_once::<_, DbError>(target, |tx| {
        let there = kongress::organisations::store::find_by_slug(tx, slug.as_str())?;
        let id = match there {
            Some(there) => there.id,
            None => {
                actions::create(tx, now, &slug, slug.as_str())
                    .map_err(|_| DbError::Unique)?
                    .id
            }
        };
        Ok(actions::create_token(tx, now, id, &new)?.1)
    });
    secret.unwrap().reveal().to_owned()
}
