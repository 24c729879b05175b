//! The editor's positions: what is computed, what is verified, and what a correction moves.

use kongress::auth::Role;
use kongress::programme::document::{Programme, SessionKind};
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{event, programme, release, room, session};

const YOUTUBE: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

/// Start, end, confidence.
type Place = (u32, u32, &'static str);

/// A full day: seven hours of video in three segments with two breaks in the stream, fourteen sessions.
/// Where each stands before and after the second segment turned out to start 47 s later.
const DAY: [(&str, &str, &str, Place, Place); 14] = [
    (
        "s1",
        "09:00",
        "09:30",
        (12, 1790, "verified"),
        (12, 1790, "verified"),
    ),
    (
        "s2",
        "09:30",
        "10:00",
        (1980, 3660, "marked"),
        (1980, 3660, "marked"),
    ),
    (
        "s3",
        "10:00",
        "10:30",
        (3720, 5520, "marked"),
        (3720, 5520, "marked"),
    ),
    (
        "s4",
        "10:30",
        "10:50",
        (5400, 6600, "scheduled"),
        (5400, 6600, "scheduled"),
    ),
    // Runs into the first break of the stream.
    (
        "s5",
        "10:50",
        "11:10",
        (6600, 7200, "scheduled"),
        (6600, 7200, "scheduled"),
    ),
    // Starts within it.
    (
        "s6",
        "11:10",
        "11:30",
        (7200, 7800, "scheduled"),
        (7200, 7753, "scheduled"),
    ),
    (
        "s7",
        "11:30",
        "12:00",
        (8040, 9660, "marked"),
        (7993, 9613, "marked"),
    ),
    (
        "s8",
        "12:00",
        "12:30",
        (9780, 11460, "verified"),
        (9780, 11460, "verified"),
    ),
    (
        "s9",
        "12:30",
        "13:00",
        (11460, 13260, "marked"),
        (11413, 13213, "marked"),
    ),
    // Runs past the end of the second segment.
    (
        "s10",
        "13:00",
        "13:30",
        (13200, 14400, "scheduled"),
        (13153, 14400, "scheduled"),
    ),
    (
        "s11",
        "13:40",
        "14:30",
        (14420, 17420, "verified"),
        (14420, 17420, "verified"),
    ),
    (
        "s12",
        "14:30",
        "15:15",
        (17340, 20040, "marked"),
        (17340, 20040, "marked"),
    ),
    (
        "s13",
        "15:15",
        "16:00",
        (20400, 23100, "marked"),
        (20400, 23100, "marked"),
    ),
    // Runs past the end of the recording.
    (
        "s14",
        "16:00",
        "16:45",
        (22800, 25200, "scheduled"),
        (22800, 25200, "scheduled"),
    ),
];

const MARKS: [(&str, &str, &str); 9] = [
    ("s2", "start", "09:33"),
    ("s2", "end", "10:01"),
    ("s3", "start", "10:02"),
    ("s7", "start", "11:34"),
    ("s7", "end", "12:01"),
    ("s8", "start", "12:03"),
    ("s9", "start", "12:31"),
    ("s12", "start", "14:29"),
    ("s13", "start", "15:20"),
];

fn at(clock: &str) -> String {
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    format!("2027-11-11T{clock}{seconds}+01:00")
}

fn segments(second: &str) -> Value {
    json!([
        {"media_start_seconds": 0, "starts_at": at("09:00"), "ends_at": at("11:00")},
        {"media_start_seconds": 7200, "starts_at": at(second)},
        {"media_start_seconds": 14_400, "starts_at": at("13:40")},
    ])
}

/// The day, recorded; gives the path of the recording.
async fn recorded(app: &TestApp) -> String {
    let id = event(app, "konf").await;
    let hall = room(app, id, "Storsalen");
    let sessions = (1..).zip(DAY).map(|(number, (slug, from, to, _, _))| {
        let mut session = session(slug, number, Some((&at(from), &at(to))));
        session.room_id = Some(hall.id);
        if slug == "s4" {
            session.kind = SessionKind::Break;
        }
        session
    });
    let day = Programme {
        rooms: vec![hall.clone()],
        ..programme(sessions.collect())
    };
    release(app, id, &day).await;
    let body = json!({"title": "Hele dagen", "url": YOUTUBE, "duration_seconds": 25_200, "room_ids": [hall.id], "segments": segments("11:20")});
    let made = app.create("/events/konf/recordings", &body).await;
    format!("/events/konf/recordings/{}", made["id"].as_str().unwrap())
}

async fn marked(app: &TestApp) {
    for (session, edge, clock) in MARKS {
        app.create(
            "/events/konf/marks",
            &json!({"session_id": session, "edge": edge, "at": at(clock)}),
        )
        .await;
    }
}

fn position_of(recording: &str, session: &str) -> String {
    let id = recording.rsplit('/').next().unwrap();
    format!("/events/konf/sessions/{session}/positions/{id}")
}

/// Every place in the public programme, and in the editor's list.
async fn places(app: &TestApp, recording: &str) -> (Vec<(String, Value)>, Vec<(String, Value)>) {
    let place = |shown: &Value| {
        json!([
            shown["start_seconds"],
            shown["end_seconds"],
            shown["confidence"]
        ])
    };
    let slug = |shown: &Value| shown["slug"].as_str().unwrap().to_owned();
    let shown = app.get("/events/konf/programme").send().await.expect(200);
    let public = shown["days"][0]["sessions"].as_array().unwrap();
    let list = app
        .organiser("GET", &format!("{recording}/positions"))
        .send()
        .await
        .expect(200);
    let list = list["items"].as_array().unwrap();
    (
        public
            .iter()
            .map(|session| (slug(session), place(&session["video"][0])))
            .collect(),
        list.iter()
            .map(|session| (slug(session), place(session)))
            .collect(),
    )
}

fn expected(after: bool) -> Vec<(String, Value)> {
    let rows = DAY.iter();
    rows.map(|row| (row.0.to_owned(), json!(if after { row.4 } else { row.3 })))
        .collect()
}

on_both_stores! {
    async fn a_full_day_before_and_after_a_correction(app: TestApp) {
        let recording = recorded(&app).await;
        marked(&app).await;
        let put = async |session: &str, body: Value| app.organiser("PUT", &position_of(&recording, session)).json(&body).send().await;
        put("s1", json!({"start": "0:12", "end": "29:50"})).await.expect(200);
        let moved = put("s11", json!({"start": "4:00:20"})).await.expect(200);
        assert_eq!((&moved["end_seconds"], &moved["difference_seconds"]), (&json!(17_420), &json!(20)), "as long as it was");
        let eighth = app.organiser("GET", &position_of(&recording, "s8")).send().await.expect(200);
        assert_eq!((&eighth["confidence"], &eighth["difference_seconds"], &eighth["scheduled_start_seconds"]), (&json!("marked"), &json!(180), &json!(9600)));
        let verified = app.organiser("POST", &format!("{recording}/position-verifications")).json(&json!({"session_ids": [eighth["session_id"]]})).send().await.expect(200);
        assert_eq!((&verified["items"][0]["confidence"], &verified["items"][0]["start_seconds"]), (&json!("verified"), &json!(9780)));

        let (public, listed) = places(&app, &recording).await;
        assert_eq!(public, expected(false));
        assert_eq!(listed, expected(false));

        let corrected = json!({"segments": segments("11:20:47")});
        let tag = app.organiser("GET", &recording).send().await.etag();
        let put = async |query: &str| app.organiser("PUT", &format!("{recording}/segments{query}")).if_match(&tag).json(&corrected).send().await;
        let dry = put("?dry_run=true").await;
        let would = dry.expect(200);
        assert_eq!((&would["dry_run"], dry.etag(), &would["segments"][1]["starts_at"]), (&json!(true), tag.clone(), &json!(at("11:20:47"))));
        let moves: Vec<(&str, &Value)> = would["moved"].as_array().unwrap().iter().map(|one| (one["slug"].as_str().unwrap(), &one["moved_by_seconds"])).collect();
        assert_eq!(moves, [("s6", &json!(0)), ("s7", &json!(-47)), ("s9", &json!(-47)), ("s10", &json!(-47))]);
        assert_eq!(would["moved"][1]["before"], json!({"start_seconds": 8040, "end_seconds": 9660, "confidence": "marked"}));
        assert_eq!(would["moved"][1]["after"], json!({"start_seconds": 7993, "end_seconds": 9613, "confidence": "marked"}));
        assert_eq!(places(&app, &recording).await.0, expected(false), "nothing is stored yet");

        let real = put("").await.expect(200);
        assert_eq!((&real["moved"], &real["dry_run"]), (&would["moved"], &json!(false)));
        let (public, listed) = places(&app, &recording).await;
        assert_eq!(public, expected(true));
        assert_eq!(listed, expected(true));
        put("?dry_run=true").await.problem(412, "stale");
    }

    async fn the_list_shows_neighbours_that_overlap(app: TestApp) {
        let recording = recorded(&app).await;
        marked(&app).await;
        let mut path = format!("{recording}/positions?limit=5");
        let mut all = Vec::new();
        loop {
            let page = app.organiser("GET", &path).send().await.expect(200);
            all.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{recording}/positions?limit=5&cursor={cursor}");
        }
        let slugs: Vec<&str> = all.iter().map(|one| one["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, DAY.map(|row| row.0));
        // The third was late and runs into the pause after it.
        assert_eq!((&all[2]["overlaps"], &all[3]["overlaps"]), (&json!([all[3]["session_id"]]), &json!([all[2]["session_id"]])));
        assert_eq!((&all[0]["overlaps"], &all[0]["watch_url"]), (&json!([]), &json!(YOUTUBE)));
        app.organiser("GET", &format!("{recording}/positions?cursor=x")).send().await.fault("/cursor", "invalid_cursor");
    }

    async fn a_verified_position_has_a_life_of_its_own(app: TestApp) {
        let recording = recorded(&app).await;
        let one = position_of(&recording, "s7");
        let computed = app.organiser("GET", &one).send().await;
        assert_eq!(computed.expect(200)["confidence"], "scheduled");
        app.organiser("DELETE", &one).if_match(&computed.etag()).send().await.problem(404, "not-found");
        app.organiser("PUT", &one).if_match("\"v7\"").json(&json!({"start": 8000})).send().await.problem(412, "stale");
        let set = app.organiser("PUT", &one).if_match(&computed.etag()).json(&json!({"start": "2t 13min", "end": "2:40:00"})).send().await;
        let shown = set.expect(200);
        assert_eq!((&shown["start_seconds"], &shown["end_seconds"], &shown["confidence"]), (&json!(7980), &json!(9600), &json!("verified")));
        let read = app.organiser("GET", &one).send().await;
        assert_eq!((read.etag(), read.expect(200)), (set.etag(), shown));
        app.organiser("PUT", &one).json(&json!({"start": 8000})).send().await.problem(428, "precondition-required");
        let again = app.organiser("PUT", &one).if_match(&set.etag()).json(&json!({"start": 8000, "end": null})).send().await;
        assert_eq!(again.expect(200)["end_seconds"], 9620);
        app.organiser("PUT", &one).if_match(&set.etag()).json(&json!({"start": 8000})).send().await.problem(412, "stale");
        let public = app.get("/events/konf/sessions/s7").send().await.expect(200);
        assert_eq!(public["video"][0]["start_seconds"], 8000);
        app.organiser("DELETE", &one).send().await.problem(428, "precondition-required");
        app.organiser("DELETE", &one).if_match(&again.etag()).send().await.expect(204);
        assert_eq!(app.get("/events/konf/sessions/s7").send().await.expect(200)["video"][0]["confidence"], "scheduled");
        // It goes with its recording.
        app.organiser("PUT", &one).json(&json!({"start": 8000})).send().await.expect(200);
        app.organiser("DELETE", &recording).if_match("*").send().await.expect(204);
        app.organiser("GET", &one).send().await.problem(404, "not-found");
    }

    async fn what_can_not_be_verified_is_told(app: TestApp) {
        let recording = recorded(&app).await;
        let one = position_of(&recording, "s7");
        let put = async |body: Value| app.organiser("PUT", &one).json(&body).send().await;
        for (body, pointer, code) in [
            (json!({"start": "kl. 10:13"}), "/start", "invalid_position"),
            (json!({"start": -1}), "/start", "invalid_position"),
            (json!({"start": 25_200}), "/start", "beyond_duration"),
            (json!({"start": 1, "end": 25_201}), "/end", "beyond_duration"),
            (json!({"start": 10, "end": 10}), "/end", "ends_before_start"),
            (json!({"start": 10, "confidence": "verified"}), "/confidence", "unknown_field"),
            (json!({"end": 10}), "/start", "required"),
        ] {
            put(body).await.fault(pointer, code);
        }
        app.organiser("PUT", &position_of(&recording, "s77")).json(&json!({"start": 1})).send().await.problem(404, "not-found");
        app.organiser("PUT", &position_of("/01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c", "s7")).json(&json!({"start": 1})).send().await.problem(404, "not-found");
        let verify = async |ids: Value| app.organiser("POST", &format!("{recording}/position-verifications")).json(&json!({"session_ids": ids})).send().await;
        verify(json!([])).await.fault("/session_ids", "required");
        verify(json!(["x"])).await.fault("/session_ids/0", "unknown_session");
        let known = app.organiser("GET", &one).send().await.expect(200)["session_id"].clone();
        verify(json!([known, known])).await.fault("/session_ids/1", "duplicate");
        verify(json!([known, "s7"])).await.fault("/session_ids/1", "duplicate");
        verify(json!([known, "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c"])).await.fault("/session_ids/1", "unknown_session");
        // A session that nobody placed in time.
        let draft = app.create("/events/konf/sessions", &json!({"title": "Uten tid"})).await;
        verify(json!([known, draft["id"]])).await.fault("/session_ids/1", "no_position");
        assert_eq!(app.organiser("GET", &one).send().await.expect(200)["confidence"], "scheduled", "all or none");
        app.organiser("GET", &position_of(&recording, "uten-tid")).send().await.problem(404, "not-found");
        let reader = app.token_of("bufdir", Role::Reader);
        let refused = app.call("PUT", &format!("/organiser{one}")).bearer(&reader).json(&json!({"start": 1}));
        refused.send().await.problem(403, "not-allowed");
        // Verified in any room, and where it must not be recorded: that is for editors alone.
        let any = app.organiser("PUT", &position_of(&recording, "uten-tid")).json(&json!({"start": 100})).send().await;
        assert_eq!((any.expect(200)["confidence"].clone(), any.json()["end_seconds"].clone()), (json!("verified"), json!(null)));
        let hide = json!({"do_not_record": true});
        app.organiser("PATCH", "/events/konf/sessions/uten-tid").if_match("*").patch_json(&hide).send().await.expect(200);
        assert_eq!(app.organiser("GET", &position_of(&recording, "uten-tid")).send().await.expect(200)["start_seconds"], 100);
        app.organiser("PUT", &position_of(&recording, "uten-tid")).if_match("*").json(&json!({"start": 1})).send().await.expect(200);
        app.organiser("DELETE", &position_of(&recording, "uten-tid")).if_match("*").send().await.expect(204);
    }

    async fn sessions_are_verified_by_id_and_by_slug(app: TestApp) {
        let recording = recorded(&app).await;
        let id = app.organiser("GET", &position_of(&recording, "s7")).send().await.expect(200)["session_id"].clone();
        let body = json!({"session_ids": [id, "s13"]});
        let done = app.organiser("POST", &format!("{recording}/position-verifications")).json(&body).send().await.expect(200);
        let placed: Vec<&Value> = done["items"].as_array().unwrap().iter().map(|one| &one["confidence"]).collect();
        assert_eq!(placed, ["verified", "verified"], "{done}");
        assert_eq!(app.organiser("GET", &position_of(&recording, "s13")).send().await.expect(200)["confidence"], "verified");
    }

    async fn a_verified_position_stays_within_a_recording_that_is_cut(app: TestApp) {
        let recording = recorded(&app).await;
        app.organiser("PUT", &position_of(&recording, "s13")).json(&json!({"start": 20_400, "end": 23_100})).send().await.expect(200);
        let place = async |duration: u32| {
            app.organiser("PATCH", &recording).if_match("*").patch_json(&json!({"duration_seconds": duration})).send().await.expect(200);
            app.get("/events/konf/sessions/s13").send().await.expect(200)["video"][0]["end_seconds"].clone()
        };
        assert_eq!(place(22_000).await, 22_000);
        assert_eq!(place(20_400).await, json!(null));
    }
}
