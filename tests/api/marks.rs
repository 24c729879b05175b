//! Marks: when sessions really started and ended, and what follows from it at once.

use std::time::{Duration, Instant};

use kongress::auth::Role;
use kongress::ids::EventId;
use serde_json::{Value, json};

use crate::helpers::released::{event, programme, release, room, session};
use crate::helpers::{Store, TestApp};
use crate::instances::beside;

const YOUTUBE: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

/// `en` from 10:00, `to` from 10:30 and `tre` from 11:00 in one hall, recorded from 09:00.
async fn hall(app: &TestApp) -> EventId {
    let id = event(app, "konf").await;
    let hall = room(app, id, "Storsalen");
    let mut sessions = vec![
        session(
            "en",
            1,
            Some(("2027-11-11T10:00:00+01:00", "2027-11-11T10:30:00+01:00")),
        ),
        session(
            "to",
            2,
            Some(("2027-11-11T10:30:00+01:00", "2027-11-11T11:00:00+01:00")),
        ),
        session(
            "tre",
            3,
            Some(("2027-11-11T11:00:00+01:00", "2027-11-11T11:30:00+01:00")),
        ),
    ];
    for session in &mut sessions {
        session.room_id = Some(hall.id);
    }
    let mut programme = programme(sessions);
    programme.rooms = vec![hall];
    release(app, id, &programme).await;
    let recording = json!({"title": "Dagen", "url": YOUTUBE, "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]});
    app.create("/events/konf/recordings", &recording).await;
    id
}

async fn mark(app: &TestApp, session: &str, edge: &str, clock: &str) -> Value {
    let body =
        json!({"session_id": session, "edge": edge, "at": format!("2027-11-11T{clock}:00+01:00")});
    app.create("/events/konf/marks", &body).await
}

/// Start, end and confidence in the public programme.
async fn placed(app: &TestApp, slug: &str) -> (Value, Value, Value) {
    let shown = app
        .get(&format!("/events/konf/sessions/{slug}"))
        .send()
        .await
        .expect(200);
    let video = shown["video"][0].clone();
    (
        video["start_seconds"].clone(),
        video["end_seconds"].clone(),
        video["confidence"].clone(),
    )
}

fn at(start: u32, end: u32, confidence: &str) -> (Value, Value, Value) {
    (json!(start), json!(end), json!(confidence))
}

on_both_stores! {
    async fn a_mark_moves_the_session_at_once_and_undoing_moves_it_back(app: TestApp) {
        hall(&app).await;
        assert_eq!(placed(&app, "en").await, at(3600, 5400, "scheduled"));
        let made = app.organiser("POST", "/events/konf/marks").json(&json!({"session_id": "en", "edge": "start", "at": "2027-11-11T10:07:30+01:00"})).send().await;
        let start = made.expect(201);
        assert_eq!((&start["edge"], &start["at"], &start["undone_at"]), (&json!("start"), &json!("2027-11-11T10:07:30+01:00"), &json!(null)));
        assert_eq!(placed(&app, "en").await, at(4050, 5850, "marked"));
        assert_eq!(placed(&app, "to").await, at(5400, 7200, "scheduled"));
        let shown = app.get("/events/konf/programme").send().await.expect(200);
        let first = &shown["days"][0]["sessions"][0];
        assert_eq!((&first["delay_seconds"], &first["actual_starts_at"], &first["actual_ends_at"]), (&json!(450), &json!("2027-11-11T10:07:30+01:00"), &json!(null)));
        assert_eq!(first["starts_at"], "2027-11-11T10:00:00+01:00", "the release stands");
        mark(&app, "en", "end", "10:33").await;
        assert_eq!(placed(&app, "en").await, at(4050, 5580, "marked"));
        let one = format!("/events/konf/marks/{}", start["id"].as_str().unwrap());
        assert!(made.header("location").ends_with(start["id"].as_str().unwrap()));
        let read = app.organiser("GET", &one).send().await;
        assert_eq!((read.expect(200), read.etag()), (start, made.etag()));
        app.organiser("DELETE", &one).send().await.problem(428, "precondition-required");
        app.organiser("DELETE", &one).if_match("\"v9\"").send().await.problem(412, "stale");
        app.organiser("DELETE", &one).if_match(&made.etag()).send().await.expect(204);
        for method in ["GET", "DELETE"] {
            app.organiser(method, &one).if_match("*").send().await.problem(404, "not-found");
        }
        assert_eq!(placed(&app, "en").await, at(3600, 5580, "scheduled"), "the end that was marked stays");
        let left = app.organiser("GET", "/events/konf/marks").send().await.expect(200);
        assert_eq!((left["items"].as_array().unwrap().len(), &left["items"][0]["edge"]), (1, &json!("end")));
    }

    async fn what_a_client_calls_a_mark_is_one_mark(app: TestApp) {
        hall(&app).await;
        let body = json!({"session_id": "en", "edge": "start", "at": "2027-11-11T10:05:00+01:00", "client_mark_id": "phone-1"});
        let first = app.create("/events/konf/marks", &body).await;
        let mut other = body.clone();
        other["at"] = json!("2027-11-11T10:25:00+01:00");
        assert_eq!(app.create("/events/konf/marks", &body).await, first);
        assert_eq!(app.create("/events/konf/marks", &other).await, first);
        let many = futures_util::future::join_all((0..8).map(|_| {
            let body = json!({"session_id": "to", "edge": "start", "at": "2027-11-11T10:31:00+01:00", "client_mark_id": "phone-2"});
            let app = &app;
            async move { app.create("/events/konf/marks", &body).await }
        })).await;
        assert!(many.iter().all(|one| one == &many[0]), "{many:?}");
        let all = app.organiser("GET", "/events/konf/marks?limit=1").send().await.expect(200);
        let next = format!("/events/konf/marks?limit=1&cursor={}", all["next_cursor"].as_str().unwrap());
        let rest = app.organiser("GET", &next).send().await.expect(200);
        assert_eq!((&all["items"][0]["id"], &rest["items"][0]["id"], &rest["next_cursor"]), (&first["id"], &many[0]["id"], &json!(null)));
        // Another phone that counts alike is told, and nothing of its own is lost unseen.
        for (session, edge) in [("to", "start"), ("en", "end")] {
            let body = json!({"session_id": session, "edge": edge, "at": "2027-11-11T10:32:00+01:00", "client_mark_id": "phone-1"});
            app.organiser("POST", "/events/konf/marks").json(&body).send().await.fault("/client_mark_id", "taken");
        }
        let by_id = json!({"session_id": first["session_id"], "edge": "start", "client_mark_id": "phone-1"});
        assert_eq!(app.create("/events/konf/marks", &by_id).await, first);
        // A phone that was away repeats what was undone meanwhile.
        let one = format!("/events/konf/marks/{}", first["id"].as_str().unwrap());
        app.organiser("DELETE", &one).if_match("*").send().await.expect(204);
        let again = app.create("/events/konf/marks", &body).await;
        assert!(again["undone_at"].is_string() && again["id"] == first["id"], "{again}");
        assert_eq!(placed(&app, "en").await.2, "scheduled");
        // The same name means another mark in another event.
        event(&app, "annen").await;
        let elsewhere = app.create("/events/annen/sessions", &json!({"title": "En", "slug": "en"})).await;
        let there = app.create("/events/annen/marks", &body).await;
        assert_eq!(there["session_id"], elsewhere["id"]);
        // And the convention holds beside it.
        let keyed = json!({"session_id": "tre", "edge": "start", "at": "2027-11-11T11:01:00+01:00"});
        let send = async || app.organiser("POST", "/events/konf/marks").header("idempotency-key", "m1").json(&keyed).send().await;
        let (one, two) = (send().await, send().await);
        assert_eq!((one.expect(201), two.header("idempotent-replayed")), (two.expect(201), "true"));
    }

    async fn marks_arrive_late_and_in_any_order(app: TestApp) {
        hall(&app).await;
        mark(&app, "en", "end", "10:36").await;
        mark(&app, "to", "start", "10:38").await;
        mark(&app, "en", "start", "10:09").await;
        mark(&app, "en", "start", "10:07").await;
        assert_eq!(placed(&app, "en").await, at(4140, 5760, "marked"), "the latest start, and the end");
        assert_eq!(placed(&app, "to").await, at(5880, 7680, "marked"));
        mark(&app, "tre", "start", "11:04").await;
        assert_eq!(placed(&app, "to").await, at(5880, 7440, "marked"), "over when the next one starts");
    }

    async fn a_start_can_end_what_is_on_in_the_room(app: TestApp) {
        hall(&app).await;
        mark(&app, "en", "start", "10:02").await;
        let body = json!({"session_id": "to", "edge": "start", "at": "2027-11-11T10:35:00+01:00", "end_previous": true});
        let start = app.create("/events/konf/marks", &body).await;
        assert_eq!(placed(&app, "en").await, at(3720, 5700, "marked"));
        let all = app.organiser("GET", "/events/konf/marks").send().await.expect(200);
        let end = all["items"].as_array().unwrap().iter().find(|mark| mark["edge"] == "end").unwrap().clone();
        assert_eq!((&end["caused_by"], &end["at"]), (&start["id"], &start["at"]));
        let undo = format!("/events/konf/marks/{}", start["id"].as_str().unwrap());
        app.organiser("DELETE", &undo).if_match("*").send().await.expect(204);
        let left = app.organiser("GET", "/events/konf/marks").send().await.expect(200);
        assert_eq!(left["items"].as_array().unwrap().len(), 1, "{left}");
        assert_eq!(placed(&app, "en").await, at(3720, 5520, "marked"));
        let wrong = json!({"session_id": "to", "edge": "end", "end_previous": true});
        app.organiser("POST", "/events/konf/marks").json(&wrong).send().await.fault("/end_previous", "invalid_value");
    }

    async fn a_mark_is_of_now_by_an_editor_of_a_session_that_is_there(app: TestApp) {
        hall(&app).await;
        let editor = app.token_of("bufdir", Role::Editor);
        let post = async |token: &str, body: Value| app.call("POST", "/organiser/events/konf/marks").bearer(token).json(&body).send().await;
        let before = app.clock.now();
        let made = post(&editor, json!({"session_id": "en", "edge": "end"})).await.expect(201);
        let marked = kongress::text::time::instant(made["at"].as_str().unwrap()).unwrap();
        assert!(marked >= before && marked <= app.clock.now());
        for role in [Role::Reader, Role::Registrar, Role::CheckIn] {
            post(&app.token_of("bufdir", role), json!({"session_id": "en", "edge": "end"})).await.problem(403, "not-allowed");
        }
        post(&app.token_of("ks", Role::Owner), json!({"session_id": "en", "edge": "end"})).await.problem(404, "not-found");
        for (body, pointer, code) in [
            (json!({"session_id": "fire", "edge": "end"}), "/session_id", "unknown_session"),
            (json!({"session_id": "en", "edge": "middle"}), "/edge", "invalid_value"),
            (json!({"session_id": "en", "edge": "end", "at": "10:13"}), "/at", "invalid_instant"),
            (json!({"session_id": "en", "edge": "end", "at": "2027-11-11T10:13:00"}), "/at", "invalid_instant"),
            (json!({"session_id": "en", "edge": "end", "client_mark_id": ""}), "/client_mark_id", "invalid_text"),
            (json!({"session_id": "en", "edge": "end", "client_mark_id": "x".repeat(101)}), "/client_mark_id", "invalid_text"),
            (json!({"session_id": "en", "edge": "end", "by": "me"}), "/by", "unknown_field"),
        ] {
            post(&editor, body).await.fault(pointer, code);
        }
        app.organiser("POST", "/events/konf/archive").send().await.expect(200);
        post(&editor, json!({"session_id": "tre", "edge": "start", "at": "2027-11-11T11:02:00+01:00"})).await.expect(201);
        assert_eq!(placed(&app, "tre").await, at(7320, 9120, "marked"), "live also on an archived event");
    }
}

#[actix_web::test]
async fn a_mark_at_one_instance_is_public_at_the_other_within_a_second() {
    let one = TestApp::spawn(Store::Postgres).await;
    hall(&one).await;
    let two = beside(&one, &[]).await;
    assert_eq!(placed(&two, "en").await, at(3600, 5400, "scheduled"));
    for (clock, start) in [("10:03", 3780), ("10:04", 3840), ("10:05", 3900)] {
        mark(&one, "en", "start", clock).await;
        assert_eq!(
            placed(&one, "en").await.0,
            start,
            "at once where it was made"
        );
        let started = Instant::now();
        while placed(&two, "en").await.0 != start {
            assert!(
                started.elapsed() < Duration::from_secs(1),
                "not public after a second"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
