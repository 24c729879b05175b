//! Where sessions stand in recordings, and the links that open there.

use kongress::ids::EventId;
use kongress::programme::document::Programme;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::contract;
use crate::helpers::released::{event, programme, release, room, session, speaker, speaks};

const YOUTUBE: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

async fn record(app: &TestApp, url: &str) -> Value {
    let body = json!({
        "title": {"nb": "Hele dagen"}, "url": url, "state": "published",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    });
    app.create("/events/konf/recordings", &body).await
}

async fn read(app: &TestApp, slug: &str) -> Value {
    app.get(&format!("/events/konf/sessions/{slug}"))
        .send()
        .await
        .expect(200)
}

/// `foredrag` from 10:13 to 10:35, `tidlig` before the broadcast and `skjermet` not to be recorded.
fn day() -> Programme {
    let mut hidden = session(
        "skjermet",
        3,
        Some(("2027-11-11T11:00:00+01:00", "2027-11-11T11:30:00+01:00")),
    );
    hidden.do_not_record = true;
    programme(vec![
        session(
            "foredrag",
            1,
            Some(("2027-11-11T10:13:00+01:00", "2027-11-11T10:35:00+01:00")),
        ),
        session(
            "tidlig",
            2,
            Some(("2027-11-11T08:30:00+01:00", "2027-11-11T09:15:00+01:00")),
        ),
        hidden,
        session("uten-tid", 4, None),
    ])
}

async fn released(app: &TestApp) -> EventId {
    let id = event(app, "konf").await;
    release(app, id, &day()).await;
    id
}

async fn location(app: &TestApp, query: &str) -> String {
    let answer = app
        .get(&format!("/events/konf/sessions/foredrag/watch{query}"))
        .send()
        .await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.header("location").to_owned()
}

on_both_stores! {
    async fn a_session_is_one_hour_and_thirteen_minutes_in(app: TestApp) {
        let id = released(&app).await;
        let recording = record(&app, YOUTUBE).await;
        let found = read(&app, "foredrag").await;
        assert_eq!(found["video"], json!([{
            "recording_id": recording["id"], "start_seconds": 4380, "end_seconds": 5700, "confidence": "scheduled",
            "watch_url": format!("{YOUTUBE}&t=4380s"), "embed_url": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=4380", "jumps": true
        }]));
        assert_eq!(found["watch_page_url"], format!("{}/watch/konf/foredrag", app.state.config.public_url));
        for none in ["tidlig", "skjermet", "uten-tid"] {
            assert_eq!(read(&app, none).await["video"], json!([]), "{none}");
        }
        assert_eq!(read(&app, "skjermet").await["watch_page_url"], json!(null));
        let shown = app.get(&format!("/events/{id}/recordings/{}", recording["id"].as_str().unwrap())).send().await.expect(200);
        assert_eq!(shown["sessions"].as_array().unwrap().len(), 1);
        assert_eq!((&shown["sessions"][0]["slug"], &shown["sessions"][0]["start_seconds"]), (&json!("foredrag"), &json!(4380)));
        let whole = app.get("/events/konf/programme").send().await.expect(200);
        assert_eq!(whole["days"][0]["sessions"][1]["video"], found["video"]);
        assert_eq!(whole["recordings"][0]["id"], recording["id"]);
    }

    async fn other_providers_have_their_own_links(app: TestApp) {
        released(&app).await;
        for (url, expected, jumps) in [
            ("https://vimeo.com/76979871", "https://vimeo.com/76979871#t=4380s", true),
            ("https://video.example.org/dag.mp4", "https://video.example.org/dag.mp4#t=4380", true),
            ("https://tv.example.org/se/dagen", "https://tv.example.org/se/dagen", false),
        ] {
            let recording = record(&app, url).await;
            let video = read(&app, "foredrag").await["video"][0].clone();
            assert_eq!(video["recording_id"], recording["id"], "newest first");
            assert_eq!((&video["watch_url"], &video["jumps"]), (&json!(expected), &json!(jumps)));
            assert_eq!(location(&app, "").await, expected);
        }
        let all = read(&app, "foredrag").await["video"].clone();
        assert_eq!(all.as_array().unwrap().len(), 3);
        let oldest = all[2]["recording_id"].as_str().unwrap();
        assert_eq!(location(&app, &format!("?recording={oldest}")).await, "https://vimeo.com/76979871#t=4380s");
    }

    async fn at_is_relative_and_kept_within_the_recording(app: TestApp) {
        released(&app).await;
        let made = record(&app, YOUTUBE).await;
        for (at, seconds) in [("90", 4470), ("1:30", 4470), ("-15", 4365), ("-1:00", 4320), ("2t", 11_580), ("0", 4380), ("99:59:59", 359_999), ("999999", 359_999)] {
            assert_eq!(location(&app, &format!("?at={at}")).await, format!("{YOUTUBE}&t={seconds}s"), "{at}");
        }
        assert_eq!(location(&app, "?at=-2:00:00").await, YOUTUBE);
        let path = format!("/events/konf/recordings/{}", made["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("\"v1\"").patch_json(&json!({"duration_seconds": 5000})).send().await.expect(200);
        assert_eq!(location(&app, "?at=1:00:00").await, format!("{YOUTUBE}&t=4999s"));
        assert_eq!(location(&app, "?at=999999999").await, format!("{YOUTUBE}&t=4999s"));
        assert_eq!(location(&app, "?at=-999999").await, YOUTUBE);
        for bad in ["at=kl10", "at=1000000000", "at=", "at=--5", "at=-%205", "at=1.5", "at=100:00:00", "at=1&at=2", "start=5"] {
            let answer = app.get(&format!("/events/konf/sessions/foredrag/watch?{bad}")).send().await;
            answer.problem(422, "invalid");
        }
        app.get("/events/konf/sessions/foredrag/watch?at=x").send().await.fault("/at", "invalid_position");
        app.get("/events/konf/sessions/foredrag/watch?recording=x").send().await.fault("/recording", "invalid_id");
        for none in ["tidlig/watch", "skjermet/watch", "uten-tid/watch", "foredrag/watch?recording=01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c"] {
            app.get(&format!("/events/konf/sessions/{none}")).send().await.problem(404, "no-video");
        }
        app.get("/events/konf/sessions/ukjent/watch").send().await.problem(404, "not-found");
    }

    async fn moving_a_segment_moves_the_session_at_once(app: TestApp) {
        released(&app).await;
        let made = record(&app, YOUTUBE).await;
        assert_eq!(location(&app, "").await, format!("{YOUTUBE}&t=4380s"));
        let path = format!("/events/konf/recordings/{}", made["id"].as_str().unwrap());
        let moved = json!({"segments": [{"media_start_seconds": "2:00", "starts_at": "2027-11-11T09:00:00+01:00"}]});
        app.organiser("PUT", &format!("{path}/segments")).if_match("\"v1\"").json(&moved).send().await.expect(200);
        assert_eq!(read(&app, "foredrag").await["video"][0]["start_seconds"], 4500);
        assert_eq!(location(&app, "").await, format!("{YOUTUBE}&t=4500s"));
        app.organiser("PATCH", &path).if_match("\"v2\"").patch_json(&json!({"segments": []})).send().await.expect(200);
        assert_eq!(read(&app, "foredrag").await["video"], json!([]));
    }

    async fn a_recording_of_a_room_shows_that_room(app: TestApp) {
        let id = event(&app, "konf").await;
        let (hall, other) = (room(&app, id, "Storsalen"), room(&app, id, "Lillesalen"));
        let mut day = day();
        day.sessions[0].room_id = Some(hall.id);
        let mut parallel = session("parallell", 5, Some(("2027-11-11T10:13:00+01:00", "2027-11-11T10:35:00+01:00")));
        parallel.room_id = Some(other.id);
        day.sessions.push(parallel);
        day.rooms = vec![hall.clone(), other];
        release(&app, id, &day).await;
        let body = json!({"title": "Storsalen", "url": YOUTUBE, "room_ids": [hall.id], "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]});
        app.create("/events/konf/recordings", &body).await;
        assert_eq!(read(&app, "foredrag").await["video"][0]["start_seconds"], 4380);
        assert_eq!(read(&app, "parallell").await["video"], json!([]));
        let with_video = app.get("/events/konf/sessions?has_video=true").send().await.expect(200);
        assert_eq!(with_video["items"].as_array().unwrap().len(), 1);
    }

    async fn what_is_withdrawn_or_not_recorded_surfaces_nowhere(app: TestApp) {
        let id = event(&app, "konf").await;
        let mut day = day();
        let who = speaker("Kari Nordmann");
        day.sessions[0].speakers = vec![speaks(who.id)];
        day.sessions[2].speakers = vec![speaks(who.id)];
        day.speakers = vec![who.clone()];
        release(&app, id, &day).await;
        let shown = record(&app, YOUTUBE).await;
        let secret = record(&app, "https://vimeo.com/76979871").await;
        let (secret, shown) = (secret["id"].as_str().unwrap(), shown["id"].as_str().unwrap());
        let fill = |template: &str, session: &str, recording: &str| {
            template.trim_start_matches("/api/v1").replace("{event}", "konf").replace("{session}", session)
                .replace("{recording}", recording).replace("{speaker}", &who.id.to_string()).replace("{version}", "1")
        };
        let mut paths: Vec<String> = Vec::new();
        for (method, template, _) in contract::operations() {
            if method != "GET" || !template.starts_with("/api/v1/events/{event}") {
                continue;
            }
            for session in ["foredrag", "skjermet"] {
                for recording in [shown, secret] {
                    paths.push(fill(&template, session, recording));
                }
            }
        }
        paths.sort();
        paths.dedup();
        assert!(paths.len() > 12, "{paths:?}");
        let all = async || {
            let mut text = String::new();
            for path in &paths {
                let answer = app.get(path).send().await;
                text.extend([path, "\n", answer.header("location"), "\n", &answer.body, "\n"]);
            }
            // What was asked for is no finding.
            text.lines().filter(|line| !line.starts_with("/events")).collect::<String>()
        };
        let before = all().await;
        assert!(before.contains("76979871") && before.contains(secret));
        let path = format!("/events/konf/recordings/{secret}");
        app.organiser("PATCH", &path).if_match("\"v1\"").patch_json(&json!({"state": "withdrawn"})).send().await.expect(200);
        let after = all().await;
        assert!(!after.contains("76979871") && !after.contains(secret), "{after}");
        app.get(&path).send().await.problem(404, "not-found");
        app.get(&format!("/events/konf/sessions/foredrag/watch?recording={secret}")).send().await.problem(404, "no-video");
        // The session that is not to be recorded would stand at two hours.
        assert!(!after.contains("7200") && !after.contains("watch/konf/skjermet"), "{after}");
        let recording = app.get(&format!("/events/konf/recordings/{shown}")).send().await;
        assert!(!recording.body.contains("skjermet"));
        app.get("/events/konf/sessions/skjermet/watch").send().await.problem(404, "no-video");
    }
}
