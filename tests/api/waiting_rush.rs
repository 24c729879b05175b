//! Cancellations, waiting parties and newcomers all at once.

use std::collections::BTreeMap;

use diesel::prelude::*;
use futures_util::future::join_all;
use kongress::db::schema::{emails, registrations};
use kongress::db::{Db, DbError};
use kongress::per_backend;
use serde_json::{Value, json};

use crate::helpers::crowd::ONE_RUSH;
use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Store, TestApp, outbox};
use crate::instances::beside;

/// As many hold one, and as many parties wait for them.
const SEATS: i32 = 200;

fn party(sale: &OnSale, email: &str, size: usize) -> Value {
    let one = json!({"ticket_type_id": sale.ticket, "name": "Kari"});
    json!({"contact": {"name": "Kari", "email": email}, "attendees": vec![one; size], "join_waiting_list": true})
}

/// Registers all of these at once and confirms each; what came of them.
async fn all_join(apps: &[&TestApp], sale: &OnSale, parties: &[(String, usize)]) -> Vec<Value> {
    let calls = parties
        .iter()
        .zip(apps.iter().cycle())
        .map(|((email, size), app)| async move {
            app.post(&sale.path(), &party(sale, email, *size))
                .send()
                .await
                .expect(202);
        });
    join_all(calls).await;
    let calls = parties
        .iter()
        .zip(apps.iter().cycle())
        .map(|((email, _), app)| async move {
            let token = outbox::token(app, email, "confirm_registration");
            confirm(app, &token).await.expect(200)
        });
    join_all(calls).await
}

/// Everybody who ever stood in line, in order: address, state, whether seats are held.
fn line(app: &TestApp) -> Vec<(String, String, bool)> {
    Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
        Ok(per_backend!(conn, c => {
            registrations::table
                .filter(registrations::joined_at.is_not_null())
                .order(registrations::joined_at)
                .select((registrations::contact_email, registrations::state, registrations::holds_seats))
                .load(c)?
        }))
    })
    .unwrap()
}

/// How many offers each address was mailed.
fn offers(app: &TestApp) -> BTreeMap<String, usize> {
    let to: Vec<String> = Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
        Ok(per_backend!(conn, c => {
            emails::table.filter(emails::kind.eq("seat_offered")).select(emails::to_address).load(c)?
        }))
    })
    .unwrap();
    let mut counts = BTreeMap::new();
    for one in to {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

async fn seats_for_those_who_wait(apps: &[&TestApp]) {
    let _turn = ONE_RUSH.lock().await;
    let app = apps[0];
    let sale = OnSale::with(app, Some(SEATS), json!({"waiting_list": true})).await;
    let name = |kind: &str, count: usize, size: fn(usize) -> usize| -> Vec<(String, usize)> {
        (0..count)
            .map(|n| (format!("{kind}{n}@example.org"), size(n)))
            .collect()
    };
    let holders = all_join(apps, &sale, &name("holder", 200, |_| 1)).await;
    assert!(
        holders
            .iter()
            .all(|one| one["registration"]["state"] == "confirmed")
    );
    let parties = name("waits", 200, |n| n % 5 + 1);
    let waiting = all_join(apps, &sale, &parties).await;
    assert!(
        waiting
            .iter()
            .all(|one| one["registration"]["state"] == "waiting_list")
    );
    let cancels = holders
        .iter()
        .zip(apps.iter().cycle())
        .map(|(one, app)| async move {
            let access = one["access_token"].as_str().unwrap();
            app.call("POST", "/registration/cancel")
                .bearer(access)
                .send()
                .await
                .status
        });
    let newcomers: Vec<_> = name("new", 100, |_| 1);
    let come = newcomers
        .iter()
        .zip(apps.iter().cycle())
        .map(|((email, _), app)| {
            let body = party(&sale, email, 1);
            let path = sale.path();
            async move { app.post(&path, &body).send().await.status }
        });
    let (cancelled, came) = futures_util::future::join(join_all(cancels), join_all(come)).await;
    assert!(
        cancelled.iter().all(|status| *status == 200),
        "{cancelled:?}"
    );
    assert!(came.iter().all(|status| *status == 202), "{came:?}");
    sales::assert_integrity(app);
    let held = sale.held(app).await;
    assert!(held <= i64::from(SEATS), "{held}");
    let line = line(app);
    let offered = line
        .iter()
        .filter(|(_, state, _)| state == "offered")
        .count();
    assert!(
        offered > 0
            && line
                .iter()
                .all(|(_, state, holds)| (state == "offered") == *holds)
    );
    let free = usize::try_from(i64::from(SEATS) - held).unwrap();
    let sizes: BTreeMap<&str, usize> = parties
        .iter()
        .map(|(to, size)| (to.as_str(), *size))
        .collect();
    for (address, state, _) in &line {
        // A newcomer who joined is one person.
        let size = sizes.get(address.as_str()).copied().unwrap_or(1);
        assert!(
            state != "waiting_list" || size > free,
            "{address} waits for {size} seats while {free} are free"
        );
    }
    let offers = offers(app);
    assert_eq!(offers.len(), offered);
    assert!(offers.values().all(|count| *count == 1), "{offers:?}");
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn what_is_freed_goes_to_those_who_wait(app: TestApp) {
        seats_for_those_who_wait(&[&app]).await;
    }
}

#[actix_web::test]
async fn at_two_instances_too() {
    let one = TestApp::spawn_with(Store::Postgres, crate::helpers::MAIL_WAITS).await;
    let two = beside(&one, crate::helpers::MAIL_WAITS).await;
    seats_for_those_who_wait(&[&one, &two]).await;
}
