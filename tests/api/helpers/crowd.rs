//! People who register at a running program, and remember what they were told.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use kongress::db::schema::{emails, quotas, registrations};
use kongress::db::{Db, DbError, Target};
use kongress::per_backend;
use serde_json::json;

use super::stores::TestStore;
use crate::command_line::{Served, kongress};
use crate::walk_through::{Visitor, owner_of_bufdir};

/// Tests with thousands of clients run one after the other: they test the service, not each other.
pub static ONE_RUSH: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// An event on sale at a program that may be killed.
pub struct Fair {
    pub ticket: String,
}

pub const PATH: &str = "/api/v1/events/messe/registrations";

impl Fair {
    /// Makes the event, with one quota of this size.
    pub async fn open(store: &TestStore, size: Option<i32>) -> Self {
        let token = owner_of_bufdir(store);
        let served = Served::start(kongress(store));
        let organiser = Visitor::with_token(&served.address, &token);
        let event = json!({"organisation": "bufdir", "slug": "messe", "title": {"nb": "Messe"}, "starts_on": "2099-11-11", "ends_on": "2099-11-11"});
        organiser.post("/organiser/events", &event, 201).await;
        let e = "/organiser/events/messe";
        let quota = json!({"name": "Salen", "size": size});
        let quota = organiser.post(&format!("{e}/quotas"), &quota, 201).await;
        let ticket = json!({"name": "I salen", "quotas": [quota["id"]]});
        let ticket = organiser
            .post(&format!("{e}/ticket-types"), &ticket, 201)
            .await;
        organiser
            .post(&format!("{e}/publish"), &json!({}), 200)
            .await;
        Self {
            ticket: ticket["id"].as_str().unwrap().to_owned(),
        }
    }
}

/// How one request ended.
#[derive(Debug, Clone)]
pub struct Told {
    /// Whose it was; also its `Idempotency-Key`.
    pub email: String,
    /// The status, or nothing: the connection ended first.
    pub status: Option<u16>,
    pub retry_after: bool,
    pub replayed: bool,
    pub at: std::time::Instant,
}

/// Registers one; the address is the key.
pub async fn register(client: &reqwest::Client, address: &str, ticket: &str, email: &str) -> Told {
    let form =
        json!({"attendees": [{"ticket_type_id": ticket, "name": "Ola Nordmann", "email": email}]});
    let sent = client
        .post(format!("{address}{PATH}"))
        .header("Idempotency-Key", email)
        .json(&form)
        .send()
        .await;
    let mut told = Told {
        email: email.to_owned(),
        status: None,
        retry_after: false,
        replayed: false,
        at: std::time::Instant::now(),
    };
    if let Ok(response) = sent {
        let status = response.status().as_u16();
        told.retry_after = response.headers().contains_key("retry-after");
        told.replayed = response.headers().contains_key("idempotent-replayed");
        // An answer counts once it is there as a whole.
        if response.bytes().await.is_ok() {
            told.status = Some(status);
        }
    }
    told.at = std::time::Instant::now();
    told
}

/// Many who register without pause until they are stopped.
pub struct Crowd {
    stopped: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<Told>>>,
    people: Vec<tokio::task::JoinHandle<()>>,
}

impl Crowd {
    /// So many at a time, each request of a new address that starts with `prefix`.
    pub fn start(size: usize, address: &str, ticket: &str, prefix: &str) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let told = Arc::new(Mutex::new(Vec::new()));
        let numbers = Arc::new(AtomicUsize::new(0));
        let client = reqwest::Client::new();
        let person = |_| {
            let (stopped, told, numbers) = (
                Arc::clone(&stopped),
                Arc::clone(&told),
                Arc::clone(&numbers),
            );
            let (client, address) = (client.clone(), address.to_owned());
            let (ticket, prefix) = (ticket.to_owned(), prefix.to_owned());
            tokio::spawn(async move {
                while !stopped.load(Ordering::Relaxed) {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    let email = format!("{prefix}{number}@example.org");
                    let one = register(&client, &address, &ticket, &email).await;
                    let ended = one.status.is_none();
                    told.lock().unwrap().push(one);
                    if ended {
                        // Nobody answers: no need to hurry.
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            })
        };
        let people = (0..size).map(person).collect();
        Self {
            stopped,
            told,
            people,
        }
    }

    /// How many were told 202 until now.
    pub fn accepted(&self) -> usize {
        let told = self.told.lock().unwrap();
        told.iter().filter(|one| one.status == Some(202)).count()
    }

    /// Ends them, and tells how every request ended.
    pub async fn stop(self) -> Vec<Told> {
        self.stopped.store(true, Ordering::Relaxed);
        for person in self.people {
            person.await.unwrap();
        }
        self.told.lock().unwrap().clone()
    }
}

/// What a store holds, read beside the program.
#[derive(Debug)]
pub struct Books {
    /// Addresses with a live registration.
    pub registered: Vec<String>,
    /// Addresses with a mail that asks to confirm.
    pub asked: Vec<String>,
    /// What the counters say.
    pub held: i64,
}

pub fn target(store: &TestStore) -> Target {
    Target::parse(&store.url).unwrap()
}

pub fn books(store: &TestStore) -> Books {
    Db::write_once::<_, DbError>(&target(store), |conn| {
        Ok(per_backend!(conn, c => Books {
            registered: registrations::table
                .filter(registrations::live_identity.is_not_null())
                .select(registrations::live_identity.assume_not_null())
                .load(c)?,
            asked: emails::table
                .filter(emails::kind.eq("confirm_registration"))
                .select(emails::to_address)
                .load(c)?,
            held: quotas::table.select(quotas::held).load::<i32>(c)?.into_iter().map(i64::from).sum(),
        }))
    })
    .unwrap()
}

/// Every address that was told 202 is registered, once, with one mail; counters and rows agree; the
/// store is whole.
pub fn assert_nothing_lost(store: &TestStore, told: &[Told]) {
    let books = books(store);
    let count = |list: &[String]| {
        let mut counts = std::collections::HashMap::<String, usize>::new();
        for email in list {
            *counts.entry(email.clone()).or_default() += 1;
        }
        counts
    };
    let (registered, asked) = (count(&books.registered), count(&books.asked));
    for one in told.iter().filter(|one| one.status == Some(202)) {
        assert_eq!(registered.get(&one.email), Some(&1), "lost: {one:?}");
        assert_eq!(asked.get(&one.email), Some(&1), "without its mail: {one:?}");
    }
    assert_eq!(books.held, i64::try_from(books.registered.len()).unwrap());
    assert_eq!(registered.len(), books.registered.len(), "an address twice");
    assert_eq!(asked, registered, "mails of what was rolled back, or none");
    let findings = Db::write_once::<_, DbError>(&target(store), kongress::registrations::integrity);
    assert_eq!(findings.unwrap(), Vec::<String>::new());
    assert_whole(store);
}

/// `SQLite` itself finds no fault in the file.
fn assert_whole(store: &TestStore) {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    if let Target::Sqlite(_) = target(store) {
        let lines = Db::write_once::<_, DbError>(&target(store), |conn| {
            const WHOLE: &str = "SELECT integrity_check AS line FROM pragma_integrity_check \
                UNION ALL SELECT 'row of ' || \"table\" FROM pragma_foreign_key_check";
            Ok(per_backend!(conn, c => diesel::sql_query(WHOLE).load::<Line>(c))?)
        });
        let lines: Vec<String> = lines.unwrap().into_iter().map(|line| line.line).collect();
        assert_eq!(lines, ["ok"]);
    }
}
