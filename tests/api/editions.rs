//! Next year's edition, made from this year's.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::helpers::TestApp;

async fn make(app: &TestApp, event: &str, rest: &str, body: &Value) -> Value {
    app.create(&format!("/events/{event}/{rest}"), body).await
}

async fn items(app: &TestApp, event: &str, rest: &str) -> Vec<Value> {
    let list = app
        .organiser("GET", &format!("/events/{event}/{rest}"))
        .send()
        .await
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

/// An event of a series with one of everything that can be taken along, and what can't.
async fn full(app: &TestApp) {
    app.create(
        "/series",
        &json!({"title": "Dialogmøter", "slug": "dialog"}),
    )
    .await;
    let event = json!({
        "title": "Dialogmøte", "slug": "dialog-2026", "series_id": "dialog", "edition": 7, "starts_on": "2026-10-18",
        "ends_on": "2026-10-19", "cancel_until": "2026-10-11T12:00:00+02:00", "contact_email": "post@example.org"
    });
    app.create("/events", &event).await;
    let room = make(
        app,
        "dialog-2026",
        "rooms",
        &json!({"name": "Salen", "capacity": 40}),
    )
    .await;
    let track = make(
        app,
        "dialog-2026",
        "tracks",
        &json!({"name": "Forebygging"}),
    )
    .await;
    let speaker = make(app, "dialog-2026", "speakers", &json!({"name": "Ola"})).await;
    let session = json!({
        "title": "Natt", "starts_at": "2026-10-18T01:30:00+02:00", "ends_at": "2026-10-18T03:30:00+02:00", "room_id": room["id"],
        "track_id": track["id"], "speakers": [{"speaker_id": speaker["id"]}], "sign_up": {"capacity": 20}
    });
    make(app, "dialog-2026", "sessions", &session).await;
    for (name, affiliation) in [("Kari", "Hamar"), ("Per", "Elverum")] {
        make(
            app,
            "dialog-2026",
            "committee",
            &json!({"name": name, "affiliation": affiliation, "role": "member"}),
        )
        .await;
    }
    let quota = make(
        app,
        "dialog-2026",
        "quotas",
        &json!({"name": "Salen", "size": 20}),
    )
    .await;
    let ticket = json!({"name": "I salen", "attendance": "in_person", "quotas": [quota["id"]], "opens_at": "2026-10-01T08:00:00+02:00"});
    make(app, "dialog-2026", "ticket-types", &ticket).await;
    make(
        app,
        "dialog-2026",
        "recordings",
        &json!({"title": "Opptak", "url": "https://video.example.org/a.mp4"}),
    )
    .await;
    make(app, "dialog-2026", "programme/releases", &json!({})).await;
}

const ALL: [&str; 9] = [
    "rooms",
    "tracks",
    "speakers",
    "sessions",
    "committee",
    "ticket_types",
    "quotas",
    "questions",
    "registration_windows",
];

async fn clone(app: &TestApp, slug: &str, starts_on: &str, include: &[&str]) -> Value {
    app.create(
        "/events/dialog-2026/clone",
        &json!({"slug": slug, "starts_on": starts_on, "include": include}),
    )
    .await
}

on_both_stores! {
    async fn everything_moves_by_the_wall_clock_under_new_ids(app: TestApp) {
        full(&app).await;
        let old = items(&app, "dialog-2026", "ticket-types").await.remove(0);
        let question = json!({"label": "Mat", "kind": "single_choice", "options": [{"key": "fish", "label": "Fisk", "limit": 3}], "ticket_types": [old["id"]], "required": true, "required_from": "2026-03-01"});
        app.create("/events/dialog-2026/questions", &question).await;
        let made = clone(&app, "dialog-2026-b", "2026-10-25", &ALL).await;
        assert_eq!((&made["starts_on"], &made["ends_on"], &made["state"]), (&json!("2026-10-25"), &json!("2026-10-26"), &json!("draft")));
        assert_eq!((&made["edition"], &made["series"], &made["programme_version"]), (&json!(8), &json!("dialog"), &json!(0)));
        assert_eq!((&made["title"]["nb"], &made["contact_email"]), (&json!("Dialogmøte"), &json!("post@example.org")));
        assert_eq!((&made["cancel_until"], &made["warnings"]), (&json!("2026-10-18T12:00:00+02:00"), &json!([])));
        let session = items(&app, "dialog-2026-b", "sessions").await.remove(0);
        assert_eq!((&session["starts_at"], &session["ends_at"]), (&json!("2026-10-25T01:30:00+02:00"), &json!("2026-10-25T03:30:00+01:00")), "three hours");
        assert_eq!((&session["slug"], &session["number"], &session["sign_up"]["capacity"], &session["guid"]), (&json!("natt"), &json!(1), &json!(20), &session["id"]));
        let id = |list: Vec<Value>| list[0]["id"].clone();
        assert_eq!(session["room_id"], id(items(&app, "dialog-2026-b", "rooms").await));
        assert_eq!(session["track_id"], id(items(&app, "dialog-2026-b", "tracks").await));
        assert_eq!(session["speakers"][0]["speaker_id"], id(items(&app, "dialog-2026-b", "speakers").await));
        let committee = items(&app, "dialog-2026-b", "committee").await;
        let people: Vec<_> = committee.iter().map(|member| (member["name"].as_str().unwrap(), member["affiliation"].as_str().unwrap())).collect();
        assert_eq!(people, [("Kari", "Hamar"), ("Per", "Elverum")]);
        let ticket = items(&app, "dialog-2026-b", "ticket-types").await.remove(0);
        assert_eq!(ticket["opens_at"], "2026-10-08T08:00:00+02:00");
        assert_eq!(ticket["quotas"][0], id(items(&app, "dialog-2026-b", "quotas").await));
        let asked = items(&app, "dialog-2026-b", "questions").await.remove(0);
        assert_eq!((&asked["ticket_types"], &asked["options"][0]["limit"], &asked["wording"]), (&json!([ticket["id"]]), &json!(3), &json!(1)));
        let days = |from: &Value, to: &str| (to.parse::<NaiveDate>().unwrap() - from.as_str().unwrap().parse::<NaiveDate>().unwrap()).num_days();
        let old_start = app.organiser("GET", "/events/dialog-2026").send().await.expect(200)["starts_on"].clone();
        assert_eq!(days(&json!("2026-03-01"), asked["required_from"].as_str().unwrap()), days(&old_start, "2026-10-25"), "as many days before");
        for never in ["recordings", "registrations", "programme/releases", "emails", "access-codes"] {
            assert_eq!(items(&app, "dialog-2026-b", never).await, Vec::<Value>::new(), "{never}");
        }
        for list in ["rooms", "tracks", "speakers", "sessions", "committee", "quotas", "ticket-types", "questions"] {
            assert_ne!(id(items(&app, "dialog-2026", list).await), id(items(&app, "dialog-2026-b", list).await), "{list}");
        }
        let next = clone(&app, "dialog-2027", "2027-10-18", &[]).await;
        assert_eq!(next["edition"], 9, "after the last of the series");
    }

    async fn what_is_not_chosen_stays_behind(app: TestApp) {
        full(&app).await;
        clone(&app, "bare", "2027-10-18", &[]).await;
        for list in ["rooms", "tracks", "speakers", "sessions", "committee", "quotas", "ticket-types", "questions"] {
            assert_eq!(items(&app, "bare", list).await, Vec::<Value>::new(), "{list}");
        }
        clone(&app, "some", "2027-10-18", &["sessions", "ticket_types"]).await;
        let session = items(&app, "some", "sessions").await.remove(0);
        assert_eq!((&session["room_id"], &session["track_id"], &session["speakers"]), (&Value::Null, &Value::Null, &json!([])));
        let ticket = items(&app, "some", "ticket-types").await.remove(0);
        assert_eq!(ticket["opens_at"], Value::Null, "windows are not taken along unasked");
        assert_eq!(ticket["quotas"][0], items(&app, "some", "quotas").await[0]["id"]);
    }

    async fn a_local_time_that_does_not_exist_is_told(app: TestApp) {
        full(&app).await;
        let session = json!({"title": "Sent", "starts_at": "2026-10-18T02:10:00+02:00", "ends_at": "2026-10-18T02:40:00+02:00"});
        make(&app, "dialog-2026", "sessions", &session).await;
        let made = clone(&app, "spring", "2027-03-28", &["sessions"]).await;
        let sessions = items(&app, "spring", "sessions").await;
        let late = sessions.iter().find(|session| session["slug"] == "sent").unwrap();
        assert_eq!((&late["starts_at"], &late["ends_at"]), (&json!("2027-03-28T03:00:00+02:00"), &json!("2027-03-28T03:30:00+02:00")));
        assert_eq!((&made["warnings"][0]["code"], &made["warnings"][0]["session_id"]), (&json!("nonexistent_local_time"), &late["id"]));
        assert_eq!(made["warnings"].as_array().unwrap().len(), 1);
        let night = sessions.iter().find(|session| session["slug"] == "natt").unwrap();
        assert_eq!((&night["starts_at"], &night["ends_at"]), (&json!("2027-03-28T01:30:00+01:00"), &json!("2027-03-28T03:30:00+02:00")), "one hour");
    }

    async fn a_clone_is_refused_whole_and_made_once(app: TestApp) {
        full(&app).await;
        let path = "/events/dialog-2026/clone";
        let post = |body: Value| app.organiser("POST", path).json(&body).send();
        post(json!({"slug": "dialog-2026", "starts_on": "2027-01-01"})).await.problem(409, "slug-taken");
        let bad = post(json!({"slug": "Å !", "starts_on": "2027-13-01"})).await;
        bad.fault("/slug", "invalid_slug");
        bad.fault("/starts_on", "invalid_date");
        assert_eq!(post(json!({"slug": "x", "starts_on": "2027-01-01", "include": ["registrations"]})).await.status, 422);
        let body = json!({"slug": "once", "starts_on": "2027-01-01"});
        let once = || app.organiser("POST", path).header("idempotency-key", "k").json(&body).send();
        let first = once().await;
        assert_eq!(first.header("location"), format!("/api/v1/organiser/events/{}", first.expect(201)["id"].as_str().unwrap()));
        assert_eq!(once().await.header("idempotent-replayed"), "true");
        app.organiser("POST", "/events/dialog-2026/publish").send().await.expect(200);
        app.organiser("POST", "/events/dialog-2026/archive").send().await.expect(200);
        post(json!({"slug": "from-the-archive", "starts_on": "2028-01-01"})).await.expect(201);
    }

    async fn a_series_shows_who_sat_on_the_committee_of_which_edition(app: TestApp) {
        full(&app).await;
        clone(&app, "dialog-2027", "2027-10-18", &["committee"]).await;
        let path = format!("/events/dialog-2027/committee/{}", items(&app, "dialog-2027", "committee").await[0]["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"affiliation": "Lillehammer"})).send().await.expect(200);
        for event in ["dialog-2026", "dialog-2027"] {
            app.organiser("POST", &format!("/events/{event}/publish")).send().await.expect(200);
        }
        let history = app.get("/series/dialog/committee").send().await.expect(200);
        let text = history.to_string();
        assert!(text.contains("Hamar") && text.contains("Lillehammer"), "{text}");
        let series = app.get("/events?series=dialog").send().await.expect(200);
        let editions: Vec<&Value> = series["items"].as_array().unwrap().iter().map(|event| &event["edition"]).collect();
        assert_eq!(editions, [&json!(7), &json!(8)], "in order");
    }
}
