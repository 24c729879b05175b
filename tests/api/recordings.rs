//! What organisers do with recordings.

use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::released::{event, room};

const YOUTUBE: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

fn input() -> Value {
    json!({
        "title": {"nb": "Hele dagen"}, "url": YOUTUBE, "language": "nb", "state": "published",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut input = input();
    input[field] = value;
    input
}

on_both_stores! {
    async fn a_recording_goes_through_its_life(app: TestApp) {
        event(&app, "konf").await;
        let path = "/events/konf/recordings";
        let body = with("url", json!("https://youtu.be/dQw4w9WgXcQ?t=1h13m"));
        let made = app.organiser("POST", path).json(&body).send().await;
        let recording = made.expect(201);
        assert_eq!(recording["url"], YOUTUBE);
        assert_eq!(recording["provider"], "youtube");
        assert_eq!(recording["proposed_position"], 4380);
        assert_eq!(recording["room_ids"], json!([]));
        assert_eq!(recording["segments"], json!([{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00", "ends_at": null}]));
        assert!(recording["published_at"].is_string());
        let one = format!("{path}/{}", recording["id"].as_str().unwrap());
        assert!(made.header("location").ends_with(recording["id"].as_str().unwrap()));
        let read = app.organiser("GET", &one).send().await;
        assert_eq!(read.etag(), made.etag());
        assert_eq!(read.expect(200)["proposed_position"], json!(null));

        let moved = json!({"url": "https://vimeo.com/76979871#t=73m", "duration_seconds": 25_200, "segments": null});
        app.organiser("PATCH", &one).patch_json(&moved).send().await.problem(428, "precondition-required");
        let changed = app.organiser("PATCH", &one).if_match(&made.etag()).patch_json(&moved).send().await;
        let vimeo = changed.expect(200);
        assert_eq!((&vimeo["url"], &vimeo["provider"], &vimeo["proposed_position"]), (&json!("https://vimeo.com/76979871"), &json!("vimeo"), &json!(4380)));
        assert_eq!((&vimeo["segments"], &vimeo["title"]), (&json!([]), &json!({"nb": "Hele dagen"})));
        assert_eq!(vimeo["published_at"], recording["published_at"]);
        let stale = app.organiser("PATCH", &one).if_match(&made.etag()).patch_json(&json!({})).send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), changed.etag());

        app.create(path, &input()).await;
        let list = app.organiser("GET", &format!("{path}?limit=1")).send().await.expect(200);
        assert_eq!(list["items"][0]["id"], recording["id"]);
        let rest = app.organiser("GET", &format!("{path}?cursor={}", list["next_cursor"].as_str().unwrap())).send().await.expect(200);
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &json!(null)));

        app.organiser("DELETE", &one).if_match(&made.etag()).send().await.problem(412, "stale");
        app.organiser("DELETE", &one).if_match(&changed.etag()).send().await.expect(204);
        app.organiser("GET", &one).send().await.problem(404, "not-found");
        app.organiser("GET", &format!("{path}/nothing")).send().await.problem(404, "not-found");
    }

    async fn segments_are_replaced_whole(app: TestApp) {
        event(&app, "konf").await;
        let made = app.organiser("POST", "/events/konf/recordings").json(&with("duration_seconds", json!(20_000))).send().await;
        let path = format!("/events/konf/recordings/{}/segments", made.json()["id"].as_str().unwrap());
        let body = json!({"segments": [
            {"media_start_seconds": "PT10M", "starts_at": "2027-11-11T09:00:00+01:00", "ends_at": "2027-11-11T10:00:00+01:00"},
            {"media_start_seconds": "en time og 13 minutter", "starts_at": "2027-11-11T10:30:00+01:00"}
        ]});
        app.organiser("PUT", &path).json(&body).send().await.problem(428, "precondition-required");
        app.organiser("PUT", &format!("{path}?dry_run=true")).json(&body).send().await.expect(200);
        let dry = app.organiser("PUT", &format!("{path}?dry_run=true")).if_match(&made.etag()).json(&body).send().await;
        assert_eq!((dry.expect(200)["dry_run"].clone(), dry.etag()), (json!(true), made.etag()));
        app.organiser("PUT", &format!("{path}?dry_run=maybe")).if_match(&made.etag()).json(&body).send().await.fault("/dry_run", "invalid_value");
        let changed = app.organiser("PUT", &format!("{path}?dry_run=false")).if_match(&made.etag()).json(&body).send().await;
        let segments = changed.expect(200)["segments"].clone();
        assert_eq!((&segments[0]["media_start_seconds"], &segments[1]["media_start_seconds"]), (&json!(600), &json!(4380)));
        app.organiser("PUT", &path).if_match(&made.etag()).json(&body).send().await.problem(412, "stale");
        let beyond = json!({"segments": [{"media_start_seconds": 20_000, "starts_at": "2027-11-11T09:00:00+01:00"}]});
        app.organiser("PUT", &path).if_match(&changed.etag()).json(&beyond).send().await.fault("/segments/0/media_start_seconds", "beyond_duration");
        app.organiser("PUT", &path).if_match(&changed.etag()).json(&json!({"segments": []})).send().await.expect(200);
    }

    async fn every_fault_has_its_place(app: TestApp) {
        event(&app, "konf").await;
        let post = async |body: &Value| app.organiser("POST", "/events/konf/recordings").json(body).send().await;
        for (url, code) in [
            ("ftp://example.org/a.mp4", "unsupported_scheme"), ("https://u:p@example.org/a.mp4", "credentials_in_url"),
            ("not a url", "invalid_url"), ("", "invalid_url"), ("javascript:alert(1)", "unsupported_scheme"),
        ] {
            post(&with("url", json!(url))).await.fault("/url", code);
        }
        for wrong in [json!("kl. 10:13"), json!("1:13:00:00"), json!(""), json!(-1), json!(360_000), json!("100:00:00"), json!(18_446_744_073_709_551_615_u64)] {
            let segments = json!([{"media_start_seconds": wrong, "starts_at": "2027-11-11T09:00:00+01:00"}]);
            post(&with("segments", segments)).await.fault("/segments/0/media_start_seconds", "invalid_position");
        }
        for wrong in [json!(1.5), json!(true), json!(null), json!([])] {
            let segments = json!([{"media_start_seconds": wrong, "starts_at": "2027-11-11T09:00:00+01:00"}]);
            post(&with("segments", segments)).await.fault("/segments/0/media_start_seconds", "invalid_type");
        }
        let segments = json!([
            {"media_start_seconds": "1:13:00", "starts_at": "2027-11-11T09:00:00+01:00"},
            {"media_start_seconds": 4380, "starts_at": "2027-11-11T08:00:00Z", "ends_at": "2027-11-11T08:00:00Z"}
        ]);
        let answer = post(&with("segments", segments)).await;
        answer.fault("/segments/1/media_start_seconds", "media_not_ascending");
        answer.fault("/segments/1/starts_at", "wall_clock_not_ascending");
        answer.fault("/segments/1/ends_at", "ends_before_start");
        let many: Vec<Value> = (0..501).map(|n| json!({"media_start_seconds": n, "starts_at": "2027-11-11T09:00:00+01:00"})).collect();
        post(&with("segments", many.into())).await.fault("/segments", "too_many");
        post(&with("segments", json!([{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00"}]))).await.fault("/segments/0/starts_at", "invalid_instant");
        post(&with("title", json!({"de": "Der Tag"}))).await.fault("/title/de", "unknown_language");
        post(&with("language", json!("norsk"))).await.fault("/language", "invalid_language");
        post(&with("duration_seconds", json!(0))).await.fault("/duration_seconds", "out_of_range");
        post(&with("captions_url", json!("captions.vtt"))).await.fault("/captions_url", "invalid_url");
        post(&with("state", json!("secret"))).await.fault("/state", "invalid_value");
        post(&with("provider", json!("youtube"))).await.fault("/provider", "unknown_field");
        let all = post(&json!({"title": "", "url": "x", "room_ids": ["x"], "duration_seconds": -1})).await;
        for (pointer, code) in [("/title", "required"), ("/url", "invalid_url"), ("/room_ids/0", "unknown_room"), ("/duration_seconds", "out_of_range")] {
            all.fault(pointer, code);
        }
        let none = app.organiser("GET", "/events/konf/recordings").send().await.expect(200);
        assert_eq!(none["items"], json!([]));
    }

    async fn rooms_are_those_of_the_event(app: TestApp) {
        let here = event(&app, "konf").await;
        let there = event(&app, "annen").await;
        let (hall, elsewhere) = (room(&app, here, "Storsalen"), room(&app, there, "Lillesalen"));
        let foreign = with("room_ids", json!([hall.id, elsewhere.id]));
        app.organiser("POST", "/events/konf/recordings").json(&foreign).send().await.fault("/room_ids/1", "unknown_room");
        let made = app.organiser("POST", "/events/konf/recordings").json(&with("room_ids", json!([hall.id, hall.id]))).send().await;
        assert_eq!(made.expect(201)["room_ids"], json!([hall.id]));
        let path = format!("/events/konf/recordings/{}", made.json()["id"].as_str().unwrap());
        let all = app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"room_ids": null})).send().await;
        assert_eq!(all.expect(200)["room_ids"], json!([]));
        let crossed = path.replace("/konf/", "/annen/");
        app.organiser("GET", &crossed).send().await.problem(404, "not-found");
    }

    async fn only_its_organisers_reach_it(app: TestApp) {
        event(&app, "konf").await;
        let made = app.organiser("POST", "/events/konf/recordings").json(&input()).send().await;
        let one = format!("/organiser/events/konf/recordings/{}", made.json()["id"].as_str().unwrap());
        let segments = format!("{one}/segments");
        let (foreign, reader) = (app.token_of("ks", Role::Owner), app.token_of("bufdir", Role::Reader));
        let list = "/organiser/events/konf/recordings";
        for (method, path, body) in [
            ("GET", list, None), ("POST", list, Some(input())), ("GET", &*one, None), ("PATCH", &*one, Some(json!({}))),
            ("DELETE", &*one, None), ("PUT", &*segments, Some(json!({"segments": []}))),
        ] {
            let call = || {
                let call = app.call(method, path).if_match(&made.etag());
                match &body { Some(body) => call.json(body), None => call }
            };
            call().bearer(&foreign).send().await.problem(404, "not-found");
            call().send().await.problem(401, "not-signed-in");
            if method != "GET" {
                call().bearer(&reader).send().await.problem(403, "not-allowed");
            }
        }
        app.call("GET", &one).bearer(&reader).send().await.expect(200);
        let editor = app.token_of("bufdir", Role::Editor);
        app.call("PATCH", &one).bearer(&editor).if_match(&made.etag()).patch_json(&json!({"language": null})).send().await.expect(200);
    }

    async fn a_video_may_come_after_the_event_is_archived(app: TestApp) {
        event(&app, "konf").await;
        app.organiser("POST", "/events/konf/archive").send().await.expect(200);
        let live = app.organiser("POST", "/events/konf/recordings").json(&with("state", json!("live"))).send().await;
        assert_eq!(live.expect(201)["published_at"], json!(null));
        let path = format!("/events/konf/recordings/{}", live.json()["id"].as_str().unwrap());
        let published = app.organiser("PATCH", &path).if_match(&live.etag()).patch_json(&json!({"state": "published"})).send().await;
        let first = published.expect(200)["published_at"].clone();
        assert!(first.is_string());
        app.advance(chrono::TimeDelta::hours(1));
        let withdrawn = app.organiser("PATCH", &path).if_match(&published.etag()).patch_json(&json!({"state": "withdrawn"})).send().await;
        withdrawn.expect(200);
        let again = app.organiser("PATCH", &path).if_match(&withdrawn.etag()).patch_json(&json!({"state": null})).send().await;
        assert_eq!((&again.expect(200)["state"], &again.json()["published_at"]), (&json!("published"), &first));
        app.organiser("DELETE", &path).if_match(&again.etag()).send().await.expect(204);
    }

    async fn the_same_key_makes_one_recording(app: TestApp) {
        event(&app, "konf").await;
        let call = || app.organiser("POST", "/events/konf/recordings").header("idempotency-key", "opptak-1").json(&input());
        let (first, second) = (call().send().await, call().send().await);
        assert_eq!(first.expect(201), second.expect(201));
        assert_eq!(second.header("idempotent-replayed"), "true");
        let list = app.get("/events/konf/recordings").send().await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }
}
