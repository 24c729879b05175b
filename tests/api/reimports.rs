//! Sessions that were released and deleted, and come back in a document as who they were.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::imports::{XML, draft, event, put, release, text, touched};

const DAY: [&str; 2] = ["2027-11-11T09:00:00+01:00", "2027-11-11T10:00:00+01:00"];

/// Two sessions released, the second of which is deleted then; gives it.
async fn one_gone(app: &TestApp) -> Value {
    event(app, "konf", "2027-11-11", "2027-11-12").await;
    let make = async |title: &str| {
        let body =
            json!({"title": {"nb": title, "en": "It"}, "starts_at": DAY[0], "ends_at": DAY[1]});
        app.create("/events/konf/sessions", &body).await
    };
    make("Åpning").await;
    let gone = make("Pause").await;
    release(app, "konf").await;
    gone
}

async fn delete(app: &TestApp, session: &str) {
    let path = format!("/events/konf/sessions/{session}");
    let call = app.organiser("DELETE", &path).if_match("*");
    call.send().await.expect(204);
}

async fn read(app: &TestApp, session: &str) -> Value {
    let path = format!("/events/konf/sessions/{session}");
    app.organiser("GET", &path).send().await.expect(200)
}

fn without(document: &str, names: &[&str]) -> Vec<u8> {
    let mut document: Value = serde_json::from_str(document).unwrap();
    for session in document["days"][0]["sessions"].as_array_mut().unwrap() {
        for name in names {
            session.as_object_mut().unwrap().remove(*name);
        }
    }
    document.to_string().into_bytes()
}

on_both_stores! {
    async fn it_has_its_own_id_slug_and_number_again(app: TestApp) {
        let gone = one_gone(&app).await;
        let own = draft(&app, "konf").await.body;
        let documents = [
            ("application/json", own.clone().into_bytes()), ("application/json", without(&own, &["id", "slug"])), ("application/json", without(&own, &["guid", "number"])),
            ("application/json", text(&app, "/events/konf/schedule.json").await.into_bytes()), (XML, text(&app, "/events/konf/schedule.xml").await.into_bytes()),
        ];
        for (media_type, document) in documents {
            delete(&app, "pause").await;
            let report = put(&app, "konf", media_type, &document).await.expect(200);
            assert_eq!(touched(&report), [1, 0, 0], "{report}");
            let back = read(&app, "pause").await;
            for same in ["id", "slug", "guid", "number", "title", "starts_at", "ends_at"] {
                assert_eq!(back[same], gone[same], "{same}");
            }
            let diff = app.organiser("GET", "/events/konf/programme/diff").send().await.expect(200);
            assert_eq!(diff["differs"], false, "{diff}");
        }
    }

    async fn a_name_that_was_given_away_is_not_taken_back(app: TestApp) {
        let gone = one_gone(&app).await;
        let schedule = text(&app, "/events/konf/schedule.json").await;
        delete(&app, "pause").await;
        let new = app.create("/events/konf/sessions", &json!({"title": "Pause", "slug": "pause"})).await;
        let report = put(&app, "konf", "application/json", schedule.as_bytes()).await.expect(200);
        assert_eq!(touched(&report), [1, 0, 0], "{report}");
        assert_eq!((&read(&app, "pause").await["id"], &read(&app, "pause-2").await["id"]), (&new["id"], &gone["id"]));
    }

    async fn nobody_is_brought_back_twice(app: TestApp) {
        let gone = one_gone(&app).await;
        delete(&app, "pause").await;
        let body = json!({"rooms": [], "tracks": [], "speakers": [], "days": [{"sessions": [{"title": "A", "id": gone["id"], "slug": "a"}, {"title": "B", "guid": gone["guid"], "slug": "b"}]}]});
        let twice = put(&app, "konf", "application/json", body.to_string().as_bytes()).await;
        twice.fault("/days/0/sessions/1/id", "duplicate");
        // In another event it is somebody else.
        event(&app, "annen", "2027-11-11", "2027-11-12").await;
        let body = json!({"rooms": [], "tracks": [], "speakers": [], "days": [{"sessions": [{"title": "A", "id": gone["id"]}]}]});
        put(&app, "annen", "application/json", body.to_string().as_bytes()).await.expect(200);
        let there = app.organiser("GET", "/events/annen/sessions/a").send().await.expect(200);
        assert_ne!(there["id"], gone["id"]);
    }
}
