//! The working copy as its organisers see it: the document that everybody would see.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::client::Answer;

const EVENT: &str = "/events/konf";

async fn draft(app: &TestApp) -> Value {
    let answer = app.organiser("GET", &format!("{EVENT}/programme")).send();
    answer.await.expect(200)
}

async fn public(app: &TestApp) -> Value {
    let answer = app.get(&format!("{EVENT}/programme")).send();
    answer.await.expect(200)
}

async fn post(app: &TestApp, rest: &str) -> Answer {
    let call = app
        .organiser("POST", &format!("{EVENT}{rest}"))
        .json(&json!({}));
    call.send().await
}

async fn change(app: &TestApp, rest: &str, body: &Value) {
    let own = format!("{EVENT}{rest}");
    let tag = app.organiser("GET", &own).send().await.etag();
    let call = app.organiser("PATCH", &own).if_match(&tag);
    call.patch_json(body).send().await.expect(200);
}

/// An event with a room, a track, a speaker, a committee, three sessions and a recording.
async fn whole(app: &TestApp) {
    let event = json!({"slug": "konf", "title": {"nb": "Konferansen"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11", "description": "**Velkommen**"});
    app.create("/events", &event).await;
    let make = async |rest: &str, body: Value| {
        let made = app.create(&format!("{EVENT}{rest}"), &body).await;
        made["id"].clone()
    };
    make("/committee", json!({"name": "Kari", "role": "chair"})).await;
    let room = make("/rooms", json!({"name": "Storsalen", "capacity": 600})).await;
    let track = make(
        "/tracks",
        json!({"name": "Forebygging", "color": "#00665e"}),
    )
    .await;
    let speaker = make(
        "/speakers",
        json!({"name": "Ola Nordmann", "affiliation": "Lørenskog kommune"}),
    )
    .await;
    make("/sessions", json!({
        "title": "Foredrag", "slug": "foredrag", "starts_at": "2027-11-11T10:13:00+01:00", "ends_at": "2027-11-11T10:35:00+01:00",
        "room_id": room, "track_id": track, "speakers": [{"speaker_id": speaker, "role": "speaker"}], "sign_up": {"capacity": 40}
    })).await;
    make("/sessions", json!({"title": "Skjermet", "slug": "skjermet", "starts_at": "2027-11-11T11:00:00+01:00", "ends_at": "2027-11-11T11:30:00+01:00", "do_not_record": true})).await;
    make("/sessions", json!({"title": "Uten tid"})).await;
    make("/recordings", json!({
        "title": "Hele dagen", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "state": "published",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    })).await;
}

on_both_stores! {
    async fn a_released_draft_is_the_public_document(app: TestApp) {
        whole(&app).await;
        let unreleased = draft(&app).await;
        assert_eq!((&unreleased["version"], &unreleased["released_at"]), (&json!(0), &json!(null)));
        let session = &unreleased["days"][0]["sessions"][0];
        assert_eq!(session["room"]["name"]["nb"], "Storsalen");
        assert_eq!(session["track"]["color"], "#00665e");
        assert_eq!(session["speakers"][0]["speaker"]["affiliation"], "Lørenskog kommune");
        assert_eq!((&session["video"][0]["start_seconds"], &session["video"][0]["jumps"]), (&json!(4380), &json!(true)));
        assert_eq!(session["watch_page_url"], format!("{}/watch/konf/foredrag", app.state.config.public_url));
        assert_eq!(unreleased["days"][0]["sessions"][1]["video"], json!([]));
        assert_eq!(unreleased["event"]["committee"][0]["name"], "Kari");
        assert_eq!(unreleased["event"]["registration"]["open"], false);

        post(&app, "/publish").await.expect(200);
        let empty = public(&app).await;
        assert_eq!((&empty["days"], &empty["recordings"]), (&json!([]), &unreleased["recordings"]));
        post(&app, "/programme/releases").await.expect(201);
        let released = public(&app).await;
        assert_eq!(released["version"], 1);
        assert_eq!(released["days"], unreleased["days"]);
        assert_eq!(draft(&app).await, released, "nothing differs where nothing was changed");
    }

    async fn an_edit_shows_in_the_draft_alone(app: TestApp) {
        whole(&app).await;
        post(&app, "/publish").await.expect(200);
        post(&app, "/programme/releases").await.expect(201);
        let before = public(&app).await;
        let later = json!({"starts_at": "2027-11-11T10:20:00+01:00", "ends_at": "2027-11-11T10:40:00+01:00"});
        change(&app, "/sessions/foredrag", &later).await;
        let edited = draft(&app).await;
        assert_eq!(public(&app).await, before);
        let session = &edited["days"][0]["sessions"][0];
        assert_eq!(session["starts_at"], "2027-11-11T10:20:00+01:00");
        assert_eq!(session["video"][0]["start_seconds"], 4800);
        assert_eq!(before["days"][0]["sessions"][0]["video"][0]["start_seconds"], 4380);
        for part in ["event", "version", "released_at", "rooms", "tracks", "speakers", "recordings"] {
            assert_eq!(edited[part], before[part], "{part}");
        }
        let path = format!("{EVENT}/recordings/{}", edited["recordings"][0]["id"].as_str().unwrap());
        change(&app, &path[EVENT.len()..], &json!({"state": "withdrawn"})).await;
        let without = draft(&app).await;
        assert_eq!((&without["recordings"], &without["days"][0]["sessions"][0]["video"]), (&json!([]), &json!([])));
    }
}
