//! Lists of sessions, speakers and recordings: filters and pages.

use kongress::clock::new_id;
use kongress::ids::EventId;
use kongress::programme::document::{Programme, SessionKind, Track};
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{event, nb, programme, release, room, session, speaker, speaks};

fn slugs(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["slug"].as_str().unwrap().to_owned())
        .collect()
}

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    slugs(
        &app.get(&format!("/events/konf/sessions?{query}"))
            .send()
            .await
            .expect(200),
    )
}

struct Day {
    programme: Programme,
    room: String,
    track: String,
    speaker: String,
}

async fn two_days(app: &TestApp, id: EventId) -> Day {
    let hall = room(app, id, "Storsalen");
    let track = Track {
        id: new_id::<kongress::ids::TrackKind>(),
        name: nb("Forebygging"),
        color: Some("#00665e".into()),
        position: 0,
        hidden: false,
    };
    let (kari, ola) = (speaker("Kari Nordmann"), speaker("ola hansen"));
    let mut first = session(
        "apning",
        1,
        Some(("2027-11-11T09:00:00+01:00", "2027-11-11T09:30:00+01:00")),
    );
    (first.kind, first.room_id) = (SessionKind::Keynote, Some(hall.id));
    first.speakers = vec![speaks(kari.id)];
    let mut second = session(
        "samtale",
        2,
        Some(("2027-11-11T09:00:00+01:00", "2027-11-11T09:30:00+01:00")),
    );
    (second.track_id, second.speakers) = (Some(track.id), vec![speaks(ola.id), speaks(kari.id)]);
    let late = session(
        "natt",
        3,
        Some(("2027-11-11T23:30:00Z", "2027-11-12T00:00:00Z")),
    );
    let open = session("apent", 4, None);
    let programme = Programme {
        rooms: vec![hall.clone()],
        tracks: vec![track.clone()],
        speakers: vec![ola, kari.clone()],
        sessions: vec![open, late, second, first],
        ..Programme::default()
    };
    release(app, id, &programme).await;
    Day {
        programme,
        room: hall.id.to_string(),
        track: track.id.to_string(),
        speaker: kari.id.to_string(),
    }
}

on_both_stores! {
    async fn sessions_are_found_by_what_they_are(app: TestApp) {
        let id = event(&app, "konf").await;
        let day = two_days(&app, id).await;
        app.create("/events/konf/recordings", &json!({"title": "Dagen", "url": "https://vimeo.com/76979871", "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00", "ends_at": "2027-11-11T16:00:00+01:00"}]})).await;
        for (query, expected) in [
            ("limit=200".to_owned(), &["apning", "samtale", "natt", "apent"][..]),
            ("day=2027-11-11".to_owned(), &["apning", "samtale"]), ("day=2027-11-12".to_owned(), &["natt"]), ("day=2027-11-13".to_owned(), &[]),
            (format!("room={}", day.room), &["apning"]), (format!("track={}", day.track), &["samtale"]),
            ("kind=keynote".to_owned(), &["apning"]), ("kind=social".to_owned(), &[]),
            (format!("speaker={}", day.speaker), &["apning", "samtale"]), (format!("speaker={}&kind=talk", day.speaker), &["samtale"]),
            ("has_video=true".to_owned(), &["apning", "samtale"]), ("has_video=false".to_owned(), &["natt", "apent"]),
            ("q=SAMTALE".to_owned(), &["samtale"]), ("q=kari".to_owned(), &["apning", "samtale"]), ("q=L%C3%98RENSKOG".to_owned(), &["apning", "samtale"]),
            ("q=%25".to_owned(), &[]), ("q=%20".to_owned(), &["apning", "samtale", "natt", "apent"]), ("q=om+**barn".to_owned(), &["apning", "samtale", "natt", "apent"]),
            (format!("room={}", new_id::<()>()), &[]),
        ] {
            assert_eq!(found(&app, &query).await, expected, "{query}");
        }
        for (query, pointer, code) in [
            ("day=11.11.2027", "/day", "invalid_date"), ("room=salen", "/room", "invalid_id"), ("track=x", "/track", "invalid_id"),
            ("speaker=x", "/speaker", "invalid_id"), ("kind=lecture", "/kind", "invalid_value"), ("has_video=1", "/has_video", "invalid_value"),
            ("limit=0", "/limit", "invalid_limit"), ("limit=201", "/limit", "invalid_limit"), ("cursor=x", "/cursor", "invalid_cursor"),
            ("colour=red", "/colour", "unknown_field"), ("q=a&q=b", "/q", "duplicate_key"), ("q=%00", "/q", "invalid_text"),
        ] {
            app.get(&format!("/events/konf/sessions?{query}")).send().await.fault(pointer, code);
        }
    }

    async fn pages_neither_skip_nor_repeat_while_releases_come(app: TestApp) {
        let id = event(&app, "konf").await;
        let start = |n: i32| format!("2027-11-11T{:02}:{:02}:00+01:00", 9 + n / 60, n % 60);
        let all: Vec<_> = (1..=60).map(|n| session(&format!("s{n:02}"), n, Some((&*start(n / 2), "2027-11-11T18:00:00+01:00")))).collect();
        // The even ones first, then all of them: what is there from the start is seen exactly once.
        let even = all.iter().filter(|session| session.number % 2 == 0).cloned().collect();
        release(&app, id, &programme(even)).await;
        let mut seen: Vec<String> = Vec::new();
        let mut path = "/events/konf/sessions?limit=7".to_owned();
        loop {
            let answer = app.get(&path).send().await;
            let page = answer.expect(200);
            seen.extend(slugs(&page));
            if seen.len() == 7 {
                release(&app, id, &programme(all.clone())).await;
            }
            let Some(cursor) = page["next_cursor"].as_str() else {
                assert_eq!(answer.header("link"), "");
                break;
            };
            let next = format!("/api/v1/events/konf/sessions?limit=7&cursor={cursor}");
            assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
            next.trim_start_matches("/api/v1").clone_into(&mut path);
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, seen, "in order, none twice");
        for session in all.iter().filter(|session| session.number % 2 == 0) {
            assert!(seen.contains(&session.slug), "{}", session.slug);
        }
        // The first page without any parameter is kept, and still leads on.
        let first = app.get("/events/konf/sessions").send().await;
        assert_eq!((slugs(&first.expect(200)).len(), first.header("link").contains("cursor=")), (50, true));
        assert_eq!(app.get("/events/konf/sessions").send().await.header("link"), first.header("link"));
    }

    async fn speakers_come_by_name_with_their_sessions(app: TestApp) {
        let id = event(&app, "konf").await;
        let day = two_days(&app, id).await;
        let list = app.get("/events/konf/speakers").send().await.expect(200);
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Kari Nordmann", "ola hansen"]);
        let page = app.get("/events/konf/speakers?limit=1").send().await.expect(200);
        let rest = app.get(&format!("/events/konf/speakers?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).send().await.expect(200);
        assert_eq!((&rest["items"][0]["name"], &rest["next_cursor"]), (&json!("ola hansen"), &json!(null)));
        let kari = app.get(&format!("/events/konf/speakers/{}", day.speaker)).send().await.expect(200);
        assert_eq!(kari, list["items"][0]);
        assert_eq!(kari["sessions"][1]["speakers"][0]["name"], "ola hansen");
        assert_eq!(kari["sessions"].as_array().unwrap().len(), 2);
        for unknown in ["kari", &new_id::<()>().to_string()] {
            app.get(&format!("/events/konf/speakers/{unknown}")).send().await.problem(404, "not-found");
        }
        // Of the next release, somebody who is gone is gone.
        let mut next = day.programme.clone();
        next.speakers.retain(|speaker| speaker.name != "Kari Nordmann");
        release(&app, id, &next).await;
        app.get(&format!("/events/konf/speakers/{}", day.speaker)).send().await.problem(404, "not-found");
        assert_eq!(app.get("/events/konf/sessions/apning").send().await.expect(200)["speakers"], json!([]));
    }

    async fn recordings_come_newest_published_first(app: TestApp) {
        let id = event(&app, "konf").await;
        two_days(&app, id).await;
        let body = |n: i32, state: &str| json!({"title": format!("Opptak {n}"), "url": format!("https://vimeo.com/7697987{n}"), "state": state, "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T08:00:00+01:00"}]});
        let live = app.create("/events/konf/recordings", &body(1, "live")).await;
        for n in 2..=3 {
            app.create("/events/konf/recordings", &body(n, "published")).await;
        }
        let titles = async |query: &str| {
            let list = app.get(&format!("/events/konf/recordings{query}")).send().await.expect(200);
            list["items"].as_array().unwrap().iter().map(|item| item["title"]["nb"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(titles("").await, ["Opptak 3", "Opptak 2", "Opptak 1"]);
        let path = format!("/events/konf/recordings/{}", live["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("\"v1\"").patch_json(&json!({"state": "published"})).send().await.expect(200);
        assert_eq!(titles("").await, ["Opptak 1", "Opptak 3", "Opptak 2"]);
        let page = app.get("/events/konf/recordings?limit=2").send().await.expect(200);
        assert_eq!(titles(&format!("?cursor={}", page["next_cursor"].as_str().unwrap())).await, ["Opptak 2"]);
        let one = app.get(&path).send().await.expect(200);
        assert_eq!(one, page["items"][0]);
        let starts: Vec<&Value> = one["sessions"].as_array().unwrap().iter().map(|session| &session["start_seconds"]).collect();
        assert_eq!(json!(starts), json!([3600, 3600, 59_400]));
        app.get("/events/konf/recordings/x").send().await.problem(404, "not-found");
    }
}
