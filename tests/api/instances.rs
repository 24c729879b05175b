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

/// Two sessions of the morning, recorded, with what is said in them.
async fn recorded(app: &TestApp) -> String {
    let event = json!({"slug": "konf", "title": "Konferansen", "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
    app.create("/events", &event).await;
    publish(app, "konf").await;
    for (slug, from, to) in [("apning", "09:00", "09:10"), ("skjermet", "09:10", "09:20")] {
        let at = |clock: &str| format!("2027-11-11T{clock}:00+01:00");
        let session =
            json!({"title": slug, "slug": slug, "starts_at": at(from), "ends_at": at(to)});
        app.create("/events/konf/sessions", &session).await;
    }
    release(app).await;
    let recording = json!({
        "title": "Dagen", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "state": "published", "duration_seconds": 1200,
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    });
    let made = app.create("/events/konf/recordings", &recording).await;
    let recording = made["id"].as_str().unwrap().to_owned();
    let said =
        "WEBVTT\n\n00:01.000 --> 00:05.000\nVelkommen\n\n10:01.000 --> 10:05.000\nFiskesuppe\n";
    let path = format!("/events/konf/recordings/{recording}/transcript");
    let put = app.organiser("PUT", &path).bytes("text/vtt", said.into());
    put.send().await.expect(201);
    recording
}

#[actix_web::test]
async fn what_is_not_to_be_recorded_is_gone_everywhere_within_a_second() {
    let one = TestApp::spawn(Store::Postgres).await;
    let recording = recorded(&one).await;
    let two = beside(&one, &[]).await;
    let of_recording = |rest: &str| format!("/events/konf/recordings/{recording}{rest}");
    // Each with what it shows of the session.
    let places = [
        ("/search?q=fiskesuppe".to_owned(), "iskesuppe"),
        (of_recording("/transcript.vtt"), "Fiskesuppe"),
        (
            "/events/konf/sessions/skjermet/transcript.vtt".to_owned(),
            "Fiskesuppe",
        ),
        (of_recording("/chapters.json"), "skjermet"),
        (of_recording("/chapters.vtt"), "skjermet"),
        (of_recording(""), "skjermet"),
        ("/events/konf/sessions/skjermet".to_owned(), "start_seconds"),
        ("/watch/konf/skjermet".to_owned(), "<iframe"),
        ("/watch/konf/apning".to_owned(), "skjermet"),
        (
            "/events/konf/programme.jsonld".to_owned(),
            "/watch/konf/skjermet",
        ),
    ];
    let showing = async |app: &TestApp| {
        let mut showing = Vec::new();
        for (path, shows) in &places {
            let answer = app
                .get(path)
                .header("accept", "text/html, */*")
                .send()
                .await;
            if answer.body.contains(shows) {
                showing.push(path.as_str());
            }
        }
        showing
    };
    let all: Vec<&str> = places.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(showing(&two).await, all);
    let patch = one.organiser("PATCH", "/events/konf/sessions/skjermet");
    let hidden = patch
        .if_match("*")
        .patch_json(&json!({"do_not_record": true}));
    hidden.send().await.expect(200);
    let started = Instant::now();
    assert!(showing(&one).await.is_empty(), "at once where it was said");
    tokio::time::sleep(Duration::from_secs(1).saturating_sub(started.elapsed())).await;
    assert_eq!(showing(&two).await, Vec::<&str>::new());
}
