//! The minute registration opens: two thousand for three hundred seats.

use futures_util::future::join_all;
use serde_json::json;

use crate::command_line::{Served, kongress};
use crate::helpers::crowd::{Fair, ONE_RUSH, books, register};
use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Store, TestApp, network};
use crate::instances::beside;

const PEOPLE: usize = 2_000;
const SEATS: i32 = 300;

/// How many got 202, 409 and anything else.
fn counted(statuses: &[u16]) -> (usize, usize, usize) {
    let count = |status: u16| statuses.iter().filter(|one| **one == status).count();
    let (yes, no) = (count(202), count(409));
    (yes, no, statuses.len() - yes - no)
}

/// Everybody at once, over these instances in turn, with clients that are too many to hold each answer
/// against the document.
async fn rush(apps: &[&TestApp], sale: &OnSale, people: usize, prefix: &str) -> Vec<u16> {
    let client = reqwest::Client::new();
    let calls = (0..people).zip(apps.iter().cycle()).map(|(n, app)| {
        let url = format!("{}/api/v1{}", app.address, sale.path());
        let request = client
            .post(url)
            .json(&sale.body(&format!("{prefix}{n}@example.org")));
        let sent = network().spawn(request.send());
        async move { sent.await.unwrap().unwrap().status().as_u16() }
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
