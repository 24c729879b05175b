//! Counters and rows are compared by one instance for all; what differs is said and counted, and left as it is.

use std::time::Duration;

use chrono::TimeDelta;
use kongress::db::{Db, DbError};
use kongress::integrity::{INTEGRITY, begin, end, latest};

use serde_json::json;

use crate::helpers::sales::{self, OnSale};
use crate::helpers::stores;
use crate::helpers::{Store, TestApp};
use crate::instances::beside;

const OFTEN: &[&str] = &["--integrity-every", "1s"];

/// Makes every counter of seats say so many more than there are.
fn hold(app: &TestApp, more: i32) {
    let spoiled = Db::write_once::<_, DbError>(&app.state.config.target, |tx| {
        stores::execute(tx, &format!("UPDATE quotas SET held = held + {more}"));
        Ok(())
    });
    spoiled.unwrap();
}

/// Waits until the service says so many differences.
async fn until_differences(app: &TestApp, expected: i64) {
    let line = format!("kongress_integrity_differences {expected}\n");
    for _ in 0..200 {
        let answer = app.get("/metrics").send().await;
        assert_eq!(answer.status, 200);
        if answer.body.contains(&line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "never {expected}: {}",
        app.get("/metrics").send().await.body
    );
}

on_both_stores! { with [OFTEN]
    async fn a_spoiled_counter_is_seen_and_left_as_it_is(app: TestApp) {
        let sale = OnSale::of_size(&app, 9).await;
        until_differences(&app, 0).await;
        hold(&app, 2);
        until_differences(&app, 1).await;
        assert_eq!(sale.held(&app).await, 2);
        hold(&app, -2);
        until_differences(&app, 0).await;
    }

    async fn a_turn_is_one_instances_until_it_is_done_or_given_up(app: TestApp) {
        let turn = app.clock.now();
        let at = |minutes: i64| turn + TimeDelta::minutes(minutes);
        let name = "a turn of this test";
        let done = Db::write_once::<_, DbError>(&app.state.config.target, |tx| {
            assert!(latest(tx, name)?.is_none());
            assert!(begin(tx, name, turn, at(0))?);
            assert!(!begin(tx, name, turn, at(9))?, "somebody has it");
            assert!(begin(tx, name, turn, at(10))?, "whoever had it is gone");
            end(tx, name, turn, 3)?;
            assert_eq!(latest(tx, name)?.unwrap().found, Some(3));
            assert!(!begin(tx, name, turn, at(60))?, "it is done");
            assert!(!begin(tx, name, at(-60), at(60))?, "an earlier one is over");
            assert!(begin(tx, name, at(60), at(60))?, "the next has come");
            end(tx, name, turn, 0)?;
            assert_eq!(latest(tx, name)?.unwrap().found, None, "the next is not done");
            Ok(())
        });
        done.unwrap();
    }
}

#[actix_web::test]
async fn every_instance_shows_what_one_found() {
    let one = TestApp::spawn_with(Store::Postgres, OFTEN).await;
    let two = beside(&one, OFTEN).await;
    OnSale::of_size(&one, 9).await;
    hold(&one, 2);
    until_differences(&one, 1).await;
    until_differences(&two, 1).await;
    let found = one.state.db.read(|conn| latest(conn, INTEGRITY)).await;
    assert!(found.unwrap().is_some());
}

on_both_stores! {
    async fn a_municipality_without_its_claim_is_seen(app: TestApp) {
        let sale = OnSale::with(&app, Some(9), json!({"unique_by": "municipality"})).await;
        let mut body = sale.body("kari@example.org");
        body["attendees"][0]["municipality_numbers"] = json!(["0301"]);
        app.post(&sale.path(), &body).send().await.expect(202);
        sales::assert_integrity(&app);
        let findings = Db::write_once::<_, DbError>(&app.state.config.target, |tx| {
            stores::execute(tx, "DELETE FROM municipality_claims");
            kongress::registrations::integrity(tx)
        });
        let findings = findings.unwrap();
        assert!(findings.len() == 1 && findings[0].contains("0301"), "{findings:?}");
    }
}
