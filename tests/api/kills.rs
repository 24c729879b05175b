//! `kill -9` under load, again and again: what was answered with 202 is there afterwards.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command_line::{Served, kongress};
use crate::helpers::Store;
use crate::helpers::crowd::{self, Crowd, Fair, Told, assert_nothing_lost};
use crate::helpers::stores::TestStore;
use crate::walk_through::{mail_folder, mails};

/// How often the program is killed; `KONGRESS_TEST_KILLS` asks for more.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a test may take is said through the environment"
)]
fn kills() -> usize {
    std::env::var("KONGRESS_TEST_KILLS").map_or(20, |kills| kills.parse().unwrap())
}

fn program(store: &TestStore) -> Command {
    let mut command = kongress(store);
    command.env("KONGRESS_RATE_LIMIT", "off");
    command
}

/// Different at each run, and printed, so that a failure can be looked at again.
fn delays(count: usize) -> Vec<Duration> {
    let seed = kongress::clock::random_256().unwrap();
    println!("seed {seed:02x?}");
    let bytes = seed.into_iter().cycle();
    bytes
        .take(count)
        .map(|byte| Duration::from_millis(30 + 2 * u64::from(byte)))
        .collect()
}

/// Those whose connection ended ask again: the key tells what came of it.
async fn ask_again(address: &str, ticket: &str, told: &mut [Told]) {
    let client = reqwest::Client::new();
    for one in told.iter_mut().filter(|one| one.status.is_none()) {
        *one = crowd::register(&client, address, ticket, &one.email).await;
        assert_eq!(one.status, Some(202), "{one:?}");
    }
    // And those that were told hear the same again.
    for one in told.iter().rev().take(5) {
        let again = crowd::register(&client, address, ticket, &one.email).await;
        assert!(again.status == Some(202) && again.replayed, "{again:?}");
    }
}

async fn killed_again_and_again(kind: Store) {
    let store = kind.create_empty();
    let fair = Fair::open(&store, None).await;
    let mut all: Vec<Told> = Vec::new();
    for (round, delay) in delays(kills()).into_iter().enumerate() {
        let mut served = Served::start(program(&store));
        let crowd = Crowd::start(16, &served.address, &fair.ticket, &format!("r{round}n"));
        tokio::time::sleep(delay).await;
        served.child.kill().unwrap();
        served.child.wait().unwrap();
        let mut told = crowd.stop().await;

        let started = Instant::now();
        let again = Served::start(program(&store));
        let ready = again.get_text("/health/ready").await;
        assert!(ready.contains("\"ready\""), "{ready}");
        assert!(started.elapsed() < Duration::from_secs(3), "round {round}");
        // Which of those without an answer came before the kill is not known: a few of them ask.
        told.retain(|one| one.status.is_some() || one.email.len() % 3 == 0);
        ask_again(&again.address, &fair.ticket, &mut told).await;
        all.extend(told);
        assert_nothing_lost(&store, &all);
    }
    assert!(all.len() > kills(), "the load was none: {}", all.len());
    println!("{} registrations through {} kills", all.len(), kills());
    every_mail_arrives(&store, &all).await;
}

/// At least once, and every copy under one Message-ID.
async fn every_mail_arrives(store: &TestStore, told: &[Told]) {
    let served = Served::start(program(store));
    let deadline = Instant::now() + Duration::from_secs(170);
    loop {
        let ready = served.get_text("/health/ready").await;
        if ready.contains("\"outbox_pending\":0") {
            break;
        }
        assert!(Instant::now() < deadline, "{ready}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut ids: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
    for path in mails(&mail_folder(store)) {
        let raw = std::fs::read(path).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
        let to = mail.to().unwrap().first().unwrap().address().unwrap();
        let id = mail.message_id().unwrap().to_owned();
        ids.entry(to.to_owned()).or_default().insert(id);
    }
    for one in told.iter().filter(|one| one.status == Some(202)) {
        let copies = ids
            .get(&one.email)
            .map_or(0, std::collections::BTreeSet::len);
        assert_eq!(copies, 1, "{one:?}");
    }
}

#[actix_web::test]
async fn twenty_times_on_sqlite() {
    killed_again_and_again(Store::Sqlite).await;
}

#[actix_web::test]
async fn twenty_times_on_postgres() {
    killed_again_and_again(Store::Postgres).await;
}

/// An upgrade that dies half-way leaves the store as it was; the next start makes it.
#[actix_web::test]
async fn in_a_migration() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let store = kind.create_empty();
        let mut dying = kongress(&store);
        dying.env("KONGRESS_FAULT_POINT", "in-migration");
        let died = dying.arg("migrate").output().unwrap();
        assert!(!died.status.success());
        let checked = kongress(&store).arg("check").output().unwrap();
        let said = String::from_utf8(checked.stderr).unwrap();
        assert!(said.contains("migrations have not run"), "{kind:?}: {said}");
        let migrated = kongress(&store).arg("migrate").output().unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
        let checked = kongress(&store).arg("check").output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
}
