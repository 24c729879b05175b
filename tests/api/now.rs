//! What is on now, and what is next.

use chrono::TimeDelta;
use kongress::clock::Instant;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{at, event, programme, release, room, session};

/// Two halls on 2027-11-11: `en` 10:00, `to` 10:30 and `tre` 11:00 in the first, `fire` 10:15 in the
/// second, and `middag` at 18:00 nowhere.
async fn day(app: &TestApp) {
    let id = event(app, "konf").await;
    let (first, second) = (room(app, id, "Storsalen"), room(app, id, "Lillesalen"));
    let times = |from: &str, to: &str| {
        (
            format!("2027-11-11T{from}:00+01:00"),
            format!("2027-11-11T{to}:00+01:00"),
        )
    };
    let mut sessions = Vec::new();
    for (number, slug, from, to, hall) in [
        (1, "en", "10:00", "10:30", Some(first.id)),
        (2, "to", "10:30", "11:00", Some(first.id)),
        (3, "tre", "11:00", "11:30", Some(first.id)),
        (4, "fire", "10:15", "11:15", Some(second.id)),
        (5, "middag", "18:00", "20:00", None),
    ] {
        let (from, to) = times(from, to);
        let mut session = session(slug, number, Some((&from, &to)));
        session.room_id = hall;
        sessions.push(session);
    }
    let mut programme = programme(sessions);
    programme.rooms = vec![first, second];
    release(app, id, &programme).await;
}

/// Moves the clock to this time of the day.
fn clock_at(app: &TestApp, clock: &str) {
    let wanted: Instant = at(&format!("2027-11-11T{clock}+01:00"));
    app.advance(wanted - app.clock.now());
}

/// What is on and what is next in each room.
async fn now(app: &TestApp) -> Vec<(Option<String>, Option<String>)> {
    let shown = app.get("/events/konf/now").send().await.expect(200);
    let slug = |session: &Value| session["slug"].as_str().map(str::to_owned);
    let rooms = shown["rooms"].as_array().unwrap().iter();
    rooms
        .map(|room| (slug(&room["current"]), slug(&room["next"])))
        .collect()
}

fn rooms(expected: &[(&str, &str)]) -> Vec<(Option<String>, Option<String>)> {
    let named = |slug: &str| (slug != "-").then(|| slug.to_owned());
    expected
        .iter()
        .map(|(on, next)| (named(on), named(next)))
        .collect()
}

async fn mark(app: &TestApp, session: &str, edge: &str) {
    app.create(
        "/events/konf/marks",
        &json!({"session_id": session, "edge": edge}),
    )
    .await;
}

on_both_stores! {
    async fn what_is_on_follows_the_programme_while_nobody_marks(app: TestApp) {
        day(&app).await;
        clock_at(&app, "08:00:00");
        assert_eq!(now(&app).await, rooms(&[("-", "en"), ("-", "fire"), ("-", "middag")]));
        clock_at(&app, "10:00:00");
        assert_eq!(now(&app).await, rooms(&[("en", "to"), ("-", "fire"), ("-", "middag")]));
        clock_at(&app, "10:29:59");
        assert_eq!(now(&app).await, rooms(&[("en", "to"), ("fire", "-"), ("-", "middag")]));
        clock_at(&app, "10:30:00");
        assert_eq!(now(&app).await, rooms(&[("to", "tre"), ("fire", "-"), ("-", "middag")]));
        let shown = app.get("/events/konf/now").send().await;
        assert_eq!(shown.header("cache-control"), "public, max-age=5");
        let view = shown.expect(200);
        assert_eq!((&view["changes_at"], &view["rooms"][0]["room"]["name"]["nb"], &view["rooms"][2]["room"]), (&json!("2027-11-11T11:00:00+01:00"), &json!("Storsalen"), &json!(null)));
        let known = app.get("/events/konf/now").header("if-none-match", &shown.etag()).send().await;
        assert_eq!(known.status, 304);
        clock_at(&app, "11:00:00");
        let later = app.get("/events/konf/now").header("if-none-match", &shown.etag()).send().await;
        assert_eq!(later.status, 200, "time passed without a change");
        clock_at(&app, "19:00:00");
        assert_eq!(now(&app).await, rooms(&[("-", "-"), ("-", "-"), ("middag", "-")]));
        clock_at(&app, "20:00:00");
        assert_eq!(now(&app).await, rooms(&[("-", "-"), ("-", "-")]));
        app.get("/events/ukjent/now").send().await.problem(404, "not-found");
    }

    async fn marks_decide_what_is_on(app: TestApp) {
        day(&app).await;
        clock_at(&app, "10:10:00");
        mark(&app, "en", "start").await;
        clock_at(&app, "10:35:00");
        assert_eq!(now(&app).await[..2], rooms(&[("en", "to"), ("fire", "-")]), "ten minutes late, so the next waits");
        let shown = app.get("/events/konf/now").send().await.expect(200);
        let current = &shown["rooms"][0]["current"];
        assert!(current["delay_seconds"].as_i64().unwrap() - 600 < 5, "{current}");
        assert!(current["expected_ends_at"].as_str().unwrap().starts_with("2027-11-11T10:40:0"), "{current}");
        mark(&app, "en", "end").await;
        assert_eq!(now(&app).await[..1], rooms(&[("to", "tre")]), "by the programme again");
        clock_at(&app, "10:45:00");
        mark(&app, "to", "start").await;
        clock_at(&app, "11:05:00");
        assert_eq!(now(&app).await[..1], rooms(&[("to", "tre")]));
        mark(&app, "tre", "start").await;
        assert_eq!(now(&app).await[..1], rooms(&[("tre", "-")]), "which ends what was on");
        app.advance(TimeDelta::minutes(31));
        assert_eq!(now(&app).await[..1], rooms(&[("-", "-")]));
    }

    async fn nothing_is_on_at_a_cancelled_event_and_drafts_are_not_there(app: TestApp) {
        day(&app).await;
        clock_at(&app, "10:10:00");
        app.organiser("POST", "/events/konf/cancel").send().await.expect(200);
        assert_eq!(now(&app).await, rooms(&[("-", "-"), ("-", "-")]));
        app.create("/events", &json!({"slug": "utkast", "title": "Utkast", "starts_on": "2027-11-11", "ends_on": "2027-11-11"})).await;
        app.get("/events/utkast/now").send().await.problem(404, "not-found");
    }
}
