//! The minute registration opens: two thousand for three hundred seats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::command_line::{Served, kongress};
use crate::helpers::crowd::{Fair, ONE_RUSH, books, register};
use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Mail, Store, TestApp, network};
use crate::instances::beside;

const PEOPLE: usize = 2_000;
const SEATS: i32 = 300;

/// How many got 202, 409 and anything else.
fn counted(statuses: &[u16]) -> (usize, usize, usize) {
    let count = |status: u16| statuses.iter().filter(|one| **one == status).count();
    let (yes, no) = (count(202), count(409));
    (yes, no, statuses.len() - yes - no)
}

/// How often somebody connects before they give up.
const TRIES: usize = 10;

/// Posts past the document, as there are too many; status and body. A connection that waited so long for its
/// turn to send that it was ended is made anew, as clients do: nothing was asked then. Every other answer
/// counts, a 5xx too.
async fn post(client: &reqwest::Client, app: &TestApp, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/api/v1{path}", app.address);
    for _ in 0..TRIES {
        let request = client.post(&url).json(body);
        let exchange = async move {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        };
        match network().spawn(exchange).await.unwrap() {
            Ok((408, _)) => {}
            Ok((status, body)) => return (status, serde_json::from_slice(&body).unwrap()),
            Err(error) => assert!(error.is_request(), "{error:?}"),
        }
    }
    panic!("no answer in {TRIES} tries");
}

/// Everybody at once, over these instances in turn, with clients that are too many to hold each answer
/// against the document.
async fn rush(apps: &[&TestApp], sale: &OnSale, people: usize, prefix: &str) -> Vec<u16> {
    let client = reqwest::Client::new();
    let calls = (0..people).zip(apps.iter().cycle()).map(|(n, app)| {
        let (client, path) = (&client, sale.path());
        let body = sale.body(&format!("{prefix}{n}@example.org"));
        async move { post(client, app, &path, &body).await.0 }
    });
    join_all(calls).await
}

async fn sold_out(apps: &[&TestApp]) {
    let _turn = ONE_RUSH.lock().await;
    let app = apps[0];
    let sale = OnSale::of_size(app, SEATS).await;
    let statuses = rush(apps, &sale, PEOPLE, "person").await;
    assert_eq!(counted(&statuses), (300, 1_700, 0));
    assert_eq!(sale.held(app).await, i64::from(SEATS));
    sales::assert_integrity(app);
}

async fn the_last_seat(apps: &[&TestApp]) {
    let _turn = ONE_RUSH.lock().await;
    let app = apps[0];
    let sale = OnSale::of_size(app, 0).await;
    let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
    for round in 1..=20 {
        app.organiser("PATCH", &path)
            .if_match("*")
            .patch_json(&json!({"size": round}))
            .send()
            .await
            .expect(200);
        let statuses = rush(apps, &sale, 200, &format!("r{round}n")).await;
        assert_eq!(counted(&statuses), (1, 199, 0), "round {round}");
    }
    sales::assert_integrity(app);
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn two_thousand_for_three_hundred_seats(app: TestApp) {
        sold_out(&[&app]).await;
    }

    async fn two_hundred_for_the_last_seat(app: TestApp) {
        the_last_seat(&[&app]).await;
    }
}

#[actix_web::test]
async fn two_thousand_at_two_instances() {
    let one = TestApp::spawn_with(Store::Postgres, crate::helpers::MAIL_WAITS).await;
    let two = beside(&one, crate::helpers::MAIL_WAITS).await;
    sold_out(&[&one, &two]).await;
}

#[actix_web::test]
async fn two_hundred_for_the_last_seat_at_two_instances() {
    let one = TestApp::spawn_with(Store::Postgres, crate::helpers::MAIL_WAITS).await;
    let two = beside(&one, crate::helpers::MAIL_WAITS).await;
    the_last_seat(&[&one, &two]).await;
}

/// How many of those who find the hall full would rather wait.
const IN_LINE: usize = 200;

/// Everybody at once asks for a seat, and so many of those who are told that there is none ask for a place
/// in the line, while others still come; how often each was answered.
async fn rush_and_line_up(apps: &[&TestApp], sale: &OnSale) -> BTreeMap<(u16, String), usize> {
    let (client, refused) = (reqwest::Client::new(), AtomicUsize::new(0));
    let people = (0..PEOPLE).zip(apps.iter().cycle());
    let calls = people.map(|(n, app)| {
        let (client, refused) = (&client, &refused);
        async move {
            let (path, mut body) = (sale.path(), sale.body(&format!("p{n}@example.org")));
            let (mut status, mut told) = post(client, app, &path, &body).await;
            if status == 409 && refused.fetch_add(1, Ordering::Relaxed) < IN_LINE {
                body["join_waiting_list"] = json!(true);
                (status, told) = post(client, app, &path, &body).await;
            }
            let what = told["leads_to"].as_str().or(told["type"].as_str());
            (status, what.unwrap_or_default().to_owned())
        }
    });
    let mut counts = BTreeMap::new();
    for answer in join_all(calls).await {
        *counts.entry(answer).or_default() += 1;
    }
    counts
}

/// Every mail of all instances.
async fn delivered(apps: &[&TestApp]) -> Vec<Mail> {
    let mut mails = Vec::new();
    for app in apps {
        mails.extend(app.deliver_mail().await);
    }
    let ids: BTreeSet<&str> = mails.iter().map(|mail| &*mail.message_id).collect();
    assert_eq!(ids.len(), mails.len(), "a mail is sent twice");
    mails
}

fn by_kind(mails: &[Mail]) -> BTreeMap<&str, usize> {
    let told: BTreeSet<(&str, &str)> = mails.iter().map(|mail| (&*mail.kind, &*mail.to)).collect();
    assert_eq!(told.len(), mails.len(), "somebody is told twice");
    let mut counts = BTreeMap::new();
    for (kind, _) in told {
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

#[actix_web::test]
async fn three_hundred_sit_and_two_hundred_wait_at_two_instances() {
    let one = TestApp::spawn(Store::Postgres).await;
    let two = beside(&one, &[]).await;
    let apps = [&one, &two];
    let _turn = ONE_RUSH.lock().await;
    let sale = OnSale::with(&one, Some(SEATS), json!({"waiting_list": true})).await;
    let answers = rush_and_line_up(&apps, &sale).await;
    let expected = [
        ((202, "confirmed"), 300),
        ((202, "waiting_list"), IN_LINE),
        ((409, "/problems/sold-out"), 1_500),
    ];
    let expected = expected.map(|((status, what), count)| ((status, what.to_owned()), count));
    assert_eq!(answers, BTreeMap::from(expected));

    let asked = delivered(&apps).await;
    assert_eq!(by_kind(&asked), [("confirm_registration", 500)].into());
    let client = reqwest::Client::new();
    let mails = asked.iter().zip(apps.iter().cycle());
    let confirmed = mails.map(|(mail, app)| {
        let body = json!({"token": mail.token()});
        let client = &client;
        async move { post(client, app, "/registrations/confirm", &body).await }
    });
    let mut states = BTreeMap::<(u16, String), usize>::new();
    for (status, opened) in join_all(confirmed).await {
        let state = opened["registration"]["state"].as_str();
        *states
            .entry((status, state.unwrap_or_default().to_owned()))
            .or_default() += 1;
    }
    let expected = [("confirmed", 300), ("waiting_list", IN_LINE)];
    let expected = expected.map(|(state, count)| ((200, state.to_owned()), count));
    assert_eq!(states, BTreeMap::from(expected));

    let quota = format!("/events/{}/quotas/{}", sale.event, sale.quota);
    let quota = one.organiser("GET", &quota).send().await.expect(200);
    assert_eq!(
        (&quota["held"], &quota["waiting"]),
        (&json!(300), &json!(200))
    );
    let line = format!("/events/{}/waiting-list?limit=200", sale.event);
    let line = one.organiser("GET", &line).send().await.expect(200);
    let line = line["items"].as_array().unwrap().iter();
    let places: Vec<u64> = line.map(|one| one["position"].as_u64().unwrap()).collect();
    assert_eq!(places, (1..=200).collect::<Vec<_>>());
    sales::assert_integrity(&one);
    let told = [
        ("confirm_registration", 500),
        ("registration_confirmed", 300),
        ("waiting_list_joined", IN_LINE),
    ];
    assert_eq!(by_kind(&delivered(&apps).await), told.into());
}

/// The negative control: without the guard on capacity the same rush oversells, and the books show it.
/// Otherwise these tests would be blind.
#[actix_web::test]
async fn without_the_guard_it_oversells() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let store = kind.create_empty();
        let fair = Fair::open(&store, Some(5)).await;
        let mut command = kongress(&store);
        command
            .env("KONGRESS_FAULT", "no-capacity-guard")
            .env("KONGRESS_RATE_LIMIT", "off");
        let served = Served::start(command);
        let client = reqwest::Client::new();
        let calls = (0..20).map(|n| {
            let email = format!("person{n}@example.org");
            let (client, address, ticket) = (&client, &served.address, &fair.ticket);
            async move {
                register(client, address, ticket, &email)
                    .await
                    .status
                    .unwrap()
            }
        });
        let statuses = join_all(calls).await;
        assert!(books(&store).held > 5, "{kind:?}: {statuses:?}");
    }
}
