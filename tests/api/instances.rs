//! Several services on one PostgreSQL: what one changes, the others show.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::helpers::sales::{draft, publish};
use crate::helpers::stores::{TestStore, execute};
use crate::helpers::{Store, TestApp};

/// A second service on the store of the first.
pub async fn beside(one: &TestApp, flags: &[&str]) -> TestApp {
    let dir = one.store.dir.join("second");
    std::fs::create_dir_all(&dir).unwrap();
    let url = one.store.url.clone();
    TestApp::spawn_on(TestStore { url, dir }, flags).await
}

async fn shown(app: &TestApp) -> Value {
    app.get("/events/konf/programme").send().await.expect(200)
}

/// Waits until the service shows this version of the programme; how long that took.
async fn until_version(app: &TestApp, version: i32) -> Duration {
    let started = Instant::now();
    while shown(app).await["version"] != version {
        assert!(started.elapsed() < Duration::from_secs(10), "never shown");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.elapsed()
}

/// Changes the programme at one service and releases it.
async fn release_at(app: &TestApp, name: &str) {
    app.create("/events/konf/rooms", &json!({"name": name}))
        .await;
    release(app).await;
}

async fn release(app: &TestApp) {
    let made = app
        .organiser("POST", "/events/konf/programme/releases")
        .json(&json!({}));
    made.send().await.expect(201);
}

#[actix_web::test]
async fn a_change_at_one_is_seen_at_all_within_a_second() {
    let one = TestApp::spawn(Store::Postgres).await;
    draft(&one, "konf", json!({})).await;
    publish(&one, "konf").await;
    let two = beside(&one, &[]).await;
    let version = shown(&one).await["version"].as_i64().unwrap();
    let next = |n: i64| i32::try_from(version + n).unwrap();
    assert_eq!(shown(&two).await["version"], next(0));
    release_at(&one, "A").await;
    assert_eq!(
        shown(&one).await["version"],
        next(1),
        "at once where it was made"
    );
    let took = until_version(&two, next(1)).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    // And the other way round, after every connection was lost, the one that hears among them.
    execute(
        &mut one.state.config.target.connect().unwrap(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let started = Instant::now();
    let room = json!({"name": "B"});
    while two
        .organiser("POST", "/events/konf/rooms")
        .json(&room)
        .send()
        .await
        .status
        != 201
    {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "it does not recover"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    release(&two).await;
    until_version(&one, next(2)).await;
    // Both hear again.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    release_at(&one, "C").await;
    let took = until_version(&two, next(3)).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}
