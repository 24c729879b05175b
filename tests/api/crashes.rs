//! The program dies at named points, as a crash would let it, and is started again.

use std::process::Command;
use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::command_line::{Served, kongress};
use crate::helpers::Store;
use crate::helpers::stores::TestStore;
use crate::walk_through::{Visitor, first_link, mail_folder, mails, on_sale, token_of};

const PATH: &str = "/api/v1/events/barnevernskonferansen-2027/registrations";

/// The program on this store, which dies at this point.
fn dying(store: &TestStore, point: &str) -> Command {
    let built_for_it = cfg!(feature = "fault-points");
    assert!(
        built_for_it,
        "crashes need the feature: cargo test --features fault-points"
    );
    let mut command = kongress(store);
    command.env("KONGRESS_FAULT_POINT", point);
    command
}

async fn register(address: &str, ticket: &str) -> Result<(u16, bool, Value), reqwest::Error> {
    let form = json!({"attendees": [{"ticket_type_id": ticket, "name": "Ola", "email": "ola@example.org"}], "consents": {"terms": true}});
    let request = reqwest::Client::new()
        .post(format!("{address}{PATH}"))
        .header("Idempotency-Key", "one");
    let response = request.json(&form).send().await?;
    let replayed = response.headers().contains_key("idempotent-replayed");
    Ok((response.status().as_u16(), replayed, response.json().await?))
}

async fn registering_dies(kind: Store, point: &str, stored: bool) {
    let store = kind.create_empty();
    let (first, ticket) = on_sale(&store, |_| ()).await;
    drop(first);
    let mut served = Served::start(dying(&store, point));
    register(&served.address, &ticket)
        .await
        .expect_err("it died before it answered");
    assert!(!served.child.wait().unwrap().success());

    let again = Served::start(kongress(&store));
    let (status, replayed, _) = register(&again.address, &ticket).await.unwrap();
    assert_eq!((status, replayed), (202, stored), "{point}");
    let link = first_link(
        &mail_folder(&store),
        "confirm_registration",
        "ola@example.org",
    );
    let token = json!({"token": token_of(&link)});
    let opened = Visitor::new(&again.address)
        .post("/registrations/confirm", &token, 200)
        .await;
    assert_eq!(opened["registration"]["state"], "confirmed");
    assert_eq!(confirm_mails(&store), 1, "{point}");
    let checked = kongress(&store).arg("check").output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

fn confirm_mails(store: &TestStore) -> usize {
    ids(store, "confirm_registration").len()
}

/// The Message-IDs of the mails of this kind.
fn ids(store: &TestStore, kind: &str) -> std::collections::BTreeSet<String> {
    let read = |path| std::fs::read(path).unwrap();
    let of_kind = |raw: Vec<u8>| {
        let mail = MessageParser::default().parse(&raw).unwrap();
        let is = mail
            .header_raw("X-Kongress-Kind")
            .is_some_and(|value| value.trim() == kind);
        is.then(|| mail.message_id().unwrap().to_owned())
    };
    mails(&mail_folder(store))
        .into_iter()
        .map(read)
        .filter_map(of_kind)
        .collect()
}

async fn sending_dies(kind: Store, point: &str) {
    let store = kind.create_empty();
    let (first, ticket) = on_sale(&store, |_| ()).await;
    drop(first);
    let mut served = Served::start(dying(&store, point));
    // It may die before it has answered: the mail is on its way already.
    drop(register(&served.address, &ticket).await);
    assert!(!served.child.wait().unwrap().success());
    let before = ids(&store, "confirm_registration");

    let again = Served::start(kongress(&store));
    let (status, replayed, _) = register(&again.address, &ticket).await.unwrap();
    assert_eq!((status, replayed), (202, true), "{point}");
    // On SQLite at once, for whoever leased it is dead; on PostgreSQL when its lease has run out.
    let patience = match kind {
        Store::Sqlite => Duration::from_secs(10),
        Store::Postgres => Duration::from_secs(30),
    };
    let begun = Instant::now();
    while !again
        .get_text("/health/ready")
        .await
        .contains("\"outbox_pending\":0")
    {
        assert!(
            begun.elapsed() < patience,
            "{kind:?} {point}: the mail still waits"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let after = ids(&store, "confirm_registration");
    assert_eq!(after.len(), 1, "{point}");
    assert!(
        before.is_subset(&after),
        "{point}: another copy has another Message-ID"
    );
}

#[actix_web::test]
async fn before_the_commit_nothing_happened() {
    for kind in [Store::Sqlite, Store::Postgres] {
        registering_dies(kind, "before-registration-commit", false).await;
    }
}

#[actix_web::test]
async fn after_the_commit_everything_did() {
    for kind in [Store::Sqlite, Store::Postgres] {
        registering_dies(kind, "after-registration-commit", true).await;
    }
}

#[actix_web::test]
async fn a_mail_whose_sender_died_is_not_lost() {
    for kind in [Store::Sqlite, Store::Postgres] {
        sending_dies(kind, "after-mail-claim").await;
        sending_dies(kind, "after-mail-handover").await;
    }
}
