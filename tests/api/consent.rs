//! What is not to be recorded stays out of everything that anybody sees of a recording, whatever becomes of
//! the session.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::client::Answer;

const EVENT: &str = "/events/konf";
const VIDEO: &str = "https://video.example.org/dag.mp4";
/// Said at 0:05:00, 0:15:00, 0:25:00 and 0:35:00.
const SAID: &str = "WEBVTT\n\n05:00.000 --> 05:05.000\nEpler\n\n15:00.000 --> 15:05.000\nBananer\n\n\
    25:00.000 --> 25:05.000\nSitroner\n\n35:00.000 --> 35:05.000\nDruer\n";

/// A released day from 9:00 of sessions (slug, start, end, whether it may not be recorded; in minutes), with
/// a recording of two hours and what is said in it; gives the recording's path.
async fn recorded(app: &TestApp, sessions: &[(&str, u32, Option<u32>, bool)]) -> String {
    let event = json!({"slug": "konf", "title": "Konferansen", "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
    app.create("/events", &event).await;
    for (slug, start, end, hidden) in sessions {
        let body = json!({"title": slug, "starts_at": at(*start), "ends_at": end.map(at), "do_not_record": hidden});
        app.create(&format!("{EVENT}/sessions"), &body).await;
    }
    release(app).await;
    app.organiser("POST", &format!("{EVENT}/publish"))
        .send()
        .await
        .expect(200);
    let recording = json!({"title": "Hele dagen", "url": VIDEO, "duration_seconds": 7200, "segments": [{"media_start_seconds": 0, "starts_at": at(0)}]});
    let made = app.create(&format!("{EVENT}/recordings"), &recording).await;
    let path = format!("{EVENT}/recordings/{}", made["id"].as_str().unwrap());
    let transcript = app
        .organiser("PUT", &format!("{path}/transcript"))
        .bytes("text/vtt", SAID.into());
    transcript.send().await.expect(201);
    path
}

/// So many minutes after nine.
fn at(minutes: u32) -> String {
    format!(
        "2027-11-11T{:02}:{:02}:00+01:00",
        9 + minutes / 60,
        minutes % 60
    )
}

async fn release(app: &TestApp) {
    app.create(&format!("{EVENT}/programme/releases"), &json!({}))
        .await;
}

async fn patch(app: &TestApp, session: &str, body: &Value) -> Answer {
    let path = format!("{EVENT}/sessions/{session}");
    let tag = app.organiser("GET", &path).send().await.etag();
    let call = app.organiser("PATCH", &path).if_match(&tag);
    call.patch_json(body).send().await
}

async fn delete(app: &TestApp, session: &str) {
    let call = app.organiser("DELETE", &format!("{EVENT}/sessions/{session}"));
    call.if_match("*").send().await.expect(204);
}

/// Which of the words can be read and found.
async fn heard(app: &TestApp, recording: &str) -> Vec<&'static str> {
    let text = app.get(&format!("{recording}/transcript.vtt")).send().await;
    assert_eq!(text.status, 200, "{}", text.body);
    let mut heard = Vec::new();
    for word in ["Epler", "Bananer", "Sitroner", "Druer"] {
        let found = app.get(&format!("/search?q={word}")).send().await;
        let found = !found.expect(200)["items"].as_array().unwrap().is_empty();
        assert_eq!(text.body.contains(word), found, "{word}");
        heard.extend(found.then_some(word));
    }
    heard
}

/// Titles, starts and ends of the chapters.
async fn chapters(app: &TestApp, recording: &str) -> Vec<(String, u64, Option<u64>)> {
    let read = app.get(&format!("{recording}/chapters.json")).send().await;
    let chapters = read.expect(200)["chapters"].as_array().unwrap().clone();
    let one = |chapter: &Value| {
        let title = chapter["title"].as_str().unwrap().to_owned();
        let start = chapter["startTime"].as_u64().unwrap();
        (title, start, chapter["endTime"].as_u64())
    };
    chapters.iter().map(one).collect()
}

fn chapter(title: &str, start: u64, end: u64) -> (String, u64, Option<u64>) {
    (title.to_owned(), start, Some(end))
}

/// The second that a link leads to.
fn second(link: &str) -> &str {
    link.split_once("#t=").map_or("0", |(_, second)| second)
}

async fn watch(app: &TestApp, session: &str, query: &str) -> String {
    let answer = app
        .get(&format!("{EVENT}/sessions/{session}/watch{query}"))
        .send()
        .await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    second(answer.header("location")).to_owned()
}

async fn page(app: &TestApp, session: &str, query: &str) -> String {
    let answer = app
        .get(&format!("/watch/konf/{session}{query}"))
        .header("accept", "text/html")
        .send()
        .await;
    answer.expect_html("<video");
    let rest = answer.body.split("src=\"https://video").nth(1).unwrap();
    second(rest.split('"').next().unwrap()).to_owned()
}

const FOUR: [(&str, u32, Option<u32>, bool); 4] = [
    ("a", 0, Some(10), false),
    ("b", 10, Some(20), true),
    ("c", 20, Some(30), false),
    ("d", 30, Some(40), false),
];

on_both_stores! {
    async fn what_is_withheld_within_a_session_ends_its_place(app: TestApp) {
        let recording = recorded(&app, &[("a", 0, Some(40), false), ("b", 10, Some(20), true)]).await;
        let shown = app.get(&format!("{EVENT}/sessions/a")).send().await.expect(200);
        assert_eq!((&shown["video"][0]["start_seconds"], &shown["video"][0]["end_seconds"]), (&json!(0), &json!(600)));
        assert_eq!(chapters(&app, &recording).await, [chapter("a", 0, 600), chapter("a", 1200, 2400)]);
        let told = app.get(&format!("{EVENT}/programme.jsonld")).send().await;
        assert!(told.body.contains("\"endOffset\":600") && !told.body.contains("\"endOffset\":2400"), "{}", told.body);
        assert_eq!((watch(&app, "a", "?at=15:00").await, watch(&app, "a", "?at=25:00").await), ("1200".into(), "1500".into()), "what may be seen behind it can be");
    }

    async fn consent_is_given_and_taken_back_when_all_is_archived(app: TestApp) {
        let recording = recorded(&app, &FOUR).await;
        app.organiser("POST", &format!("{EVENT}/archive")).send().await.expect(200);
        let taken = patch(&app, "c", &json!({"do_not_record": true})).await;
        assert_eq!(taken.expect(200)["do_not_record"], true);
        assert_eq!(heard(&app, &recording).await, ["Epler", "Druer"]);
        app.organiser("PATCH", &format!("{EVENT}/sessions/c")).if_match("\"v1\"").patch_json(&json!({"do_not_record": false})).send().await.problem(412, "stale");
        patch(&app, "c", &json!({"do_not_record": true, "title": {"nb": "c"}})).await.expect(200);
        for more in [json!({}), json!({"title": "c"}), json!({"title": "C", "do_not_record": false}), json!({"do_not_record": false, "starts_at": null})] {
            patch(&app, "c", &more).await.problem(409, "wrong-state");
        }
        patch(&app, "c", &json!({"do_not_record": "no"})).await.problem(422, "invalid");
        patch(&app, "c", &json!({"do_not_record": false})).await.expect(200);
        assert_eq!(heard(&app, &recording).await, ["Epler", "Sitroner", "Druer"]);
        app.organiser("DELETE", &format!("{EVENT}/sessions/c")).if_match("*").send().await.problem(409, "wrong-state");
        let trail = app.organiser("GET", &format!("{EVENT}/audit?operation=update_session")).send().await.expect(200);
        assert_eq!(trail["items"][0]["after"], json!({"do_not_record": false}));
    }

    async fn without_an_end_it_hides_until_the_next_one_starts(app: TestApp) {
        let recording = recorded(&app, &[("a", 0, Some(10), false), ("b", 10, None, true), ("c", 20, Some(30), false), ("d", 30, None, true)]).await;
        assert_eq!(chapters(&app, &recording).await, [chapter("a", 0, 600), chapter("c", 1200, 1800)]);
        assert_eq!(heard(&app, &recording).await, ["Epler", "Sitroner"]);
    }

    async fn who_is_deleted_stays_unheard_until_they_are_back(app: TestApp) {
        let recording = recorded(&app, &FOUR).await;
        let before = (heard(&app, &recording).await, chapters(&app, &recording).await);
        assert_eq!(before.0, ["Epler", "Sitroner", "Druer"]);
        delete(&app, "b").await;
        assert_eq!(heard(&app, &recording).await, before.0, "the release has it");
        let looked = app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200);
        assert_eq!((&looked["differs"], &looked["removed"][0]["slug"]), (&json!(true), &json!("b")));
        release(&app).await;
        // A longer one covers it: it can't be watched from within.
        app.create(&format!("{EVENT}/sessions"), &json!({"title": "lang", "starts_at": at(12), "ends_at": at(25)})).await;
        for language in ["nn", "en"] {
            release(&app).await;
            assert_eq!(heard(&app, &recording).await, before.0);
            assert_eq!(chapters(&app, &recording).await[1], chapter("lang / c", 1200, 1800));
            assert_eq!((watch(&app, "lang", "?at=10").await, watch(&app, "a", "?at=650").await), ("1210".to_owned(), "0".to_owned()));
            patch(&app, "d", &json!({"language": language})).await.expect(200);
        }
        let diff = app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200);
        assert_eq!(diff["changed"][0]["slug"], "d");
        release(&app).await;
        let diff = app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200);
        assert_eq!(diff["differs"], false, "what is withheld is no difference");
        for version in 1..=5 {
            for path in [format!("{EVENT}/programme/releases/{version}"), format!("/organiser{EVENT}/programme/releases/{version}")] {
                let shown = app.get(&path).bearer(&app.token).send().await;
                assert!(shown.status == 404 || !shown.body.contains("withheld"), "{}", shown.body);
            }
        }
        app.organiser("POST", &format!("{EVENT}/programme/restore")).json(&json!({"version": 1})).send().await.expect(200);
        patch(&app, "b", &json!({"do_not_record": false})).await.expect(200);
        assert_eq!(heard(&app, &recording).await, before.0, "not before it is released");
        release(&app).await;
        assert_eq!(heard(&app, &recording).await, ["Epler", "Bananer", "Sitroner", "Druer"]);
    }

    async fn who_loses_their_time_stays_unheard(app: TestApp) {
        let recording = recorded(&app, &FOUR).await;
        patch(&app, "b", &json!({"starts_at": null, "ends_at": null})).await.expect(200);
        release(&app).await;
        assert_eq!(heard(&app, &recording).await, ["Epler", "Sitroner", "Druer"]);
        delete(&app, "b").await;
        release(&app).await;
        assert_eq!(heard(&app, &recording).await, ["Epler", "Sitroner", "Druer"]);
    }

    async fn consent_taken_back_outlives_the_session_that_is_deleted_next(app: TestApp) {
        let recording = recorded(&app, &FOUR).await;
        patch(&app, "c", &json!({"do_not_record": true})).await.expect(200);
        delete(&app, "c").await;
        // The release that everybody sees still has it, and says nothing of it.
        assert_eq!(heard(&app, &recording).await, ["Epler", "Druer"]);
        let shown = app.get(&format!("{EVENT}/sessions/c")).send().await.expect(200);
        assert_eq!((&shown["do_not_record"], &shown["video"]), (&json!(true), &json!([])));
        release(&app).await;
        assert_eq!(heard(&app, &recording).await, ["Epler", "Druer"]);
        app.organiser("POST", &format!("{EVENT}/programme/restore")).json(&json!({"version": 1})).send().await.expect(200);
        release(&app).await;
        let back = app.organiser("GET", &format!("{EVENT}/sessions/c")).send().await.expect(200);
        assert_eq!(back["do_not_record"], true);
        assert_eq!(heard(&app, &recording).await, ["Epler", "Druer"]);
        patch(&app, "c", &json!({"do_not_record": false})).await.expect(200);
        release(&app).await;
        assert_eq!(heard(&app, &recording).await, ["Epler", "Sitroner", "Druer"]);
    }

    async fn nobody_jumps_into_what_must_not_be_seen(app: TestApp) {
        let recording = recorded(&app, &[("a", 0, Some(30), false), ("b", 10, Some(20), true), ("c", 30, Some(40), false), ("d", 15, Some(35), false), ("e", 12, Some(18), false)]).await;
        for (t, shown) in [(599, 599), (600, 1200), (650, 1200), (1199, 1200), (1200, 1200), (1900, 1900)] {
            assert_eq!(watch(&app, "a", &format!("?at={t}")).await, shown.to_string());
            assert_eq!(page(&app, "a", &format!("?t={t}")).await, shown.to_string());
        }
        assert_eq!((watch(&app, "c", "?at=-700").await, watch(&app, "c", "?at=-1300").await), ("1200".to_owned(), "500".to_owned()));
        // One that starts within it starts where it ends, everywhere.
        assert_eq!((watch(&app, "d", "").await, page(&app, "d", "").await), ("1200".to_owned(), "1200".to_owned()));
        assert_eq!(app.get(&format!("{EVENT}/sessions/d")).send().await.expect(200)["video"][0]["start_seconds"], 1200);
        assert_eq!(app.get(&format!("{EVENT}/sessions/e")).send().await.expect(200)["video"], json!([]), "nothing of it is left");
        app.get(&format!("{EVENT}/sessions/e/watch")).send().await.problem(404, "no-video");
        let shown = app.get(&recording).send().await.expect(200);
        let starts: Vec<(&str, u64)> = shown["sessions"].as_array().unwrap().iter().map(|one| (one["slug"].as_str().unwrap(), one["start_seconds"].as_u64().unwrap())).collect();
        assert_eq!(starts, [("a", 0), ("d", 1200), ("c", 1800)]);
        let drawn = app.get(&format!("{EVENT}/programme.jsonld")).send().await;
        let drawn: Value = serde_json::from_str(&drawn.body).unwrap();
        assert_eq!((&drawn["recordedIn"][0]["hasPart"][1]["startOffset"], &drawn["recordedIn"][0]["duration"]), (&json!(1200), &json!("PT2H")));
        // What is said is counted from there, too.
        let said = app.get(&format!("{EVENT}/sessions/d/transcript.vtt")).send().await.body;
        assert!(said.contains("00:05:00.000 --> 00:05:05.000\nSitroner") && !said.contains("Bananer"), "{said}");
    }

    async fn it_hides_where_an_editor_says_it_stands(app: TestApp) {
        let recording = recorded(&app, &FOUR).await;
        let id = recording.rsplit('/').next().unwrap();
        let path = format!("{EVENT}/sessions/b/positions/{id}");
        app.organiser("GET", &path).send().await.problem(404, "not-found");
        let set = app.organiser("PUT", &path).json(&json!({"start": "30:00", "end": "40:00"})).send().await;
        assert_eq!((&set.expect(200)["confidence"], &set.json()["start_seconds"]), (&json!("verified"), &json!(1800)));
        assert_eq!(app.organiser("GET", &path).send().await.expect(200)["end_seconds"], 2400);
        assert_eq!(heard(&app, &recording).await, ["Epler", "Bananer", "Sitroner"]);
        for path in [recording.clone(), format!("{EVENT}/sessions/b"), format!("{EVENT}/programme")] {
            let shown = app.get(&path).send().await;
            assert!(!shown.body.contains("verified"), "{}", shown.body);
        }
        app.get(&format!("{EVENT}/sessions/b/watch")).send().await.problem(404, "no-video");
        // Also when it is gone.
        delete(&app, "b").await;
        release(&app).await;
        assert_eq!(heard(&app, &recording).await, ["Epler", "Bananer", "Sitroner"]);
    }

    async fn no_document_switches_it_off(app: TestApp) {
        let recording = recorded(&app, &FOUR).await;
        let old = app.organiser("GET", &format!("{EVENT}/programme")).send().await.body;
        let schedule = app.get(&format!("{EVENT}/schedule.json")).send().await.body;
        for slug in ["c", "d"] {
            patch(&app, slug, &json!({"do_not_record": true})).await.expect(200);
        }
        release(&app).await;
        delete(&app, "d").await;
        for document in [old.clone(), old.replace("\"do_not_record\":true", "\"do_not_record\":false"), schedule] {
            let call = app.organiser("PUT", &format!("{EVENT}/programme")).if_match("*");
            call.bytes("application/json", document.into_bytes()).send().await.expect(200);
            let list = app.organiser("GET", &format!("{EVENT}/sessions")).send().await.expect(200);
            let flags: Vec<bool> = list["items"].as_array().unwrap().iter().map(|one| one["do_not_record"].as_bool().unwrap()).collect();
            assert_eq!(flags, [false, true, true, true], "who comes back, too: {list}");
        }
        assert_eq!(heard(&app, &recording).await, ["Epler"]);
        let on = old.replace("\"do_not_record\":false", "\"do_not_record\":true");
        app.organiser("PUT", &format!("{EVENT}/programme")).if_match("*").bytes("application/json", on.into_bytes()).send().await.expect(200);
        assert_eq!(heard(&app, &recording).await, Vec::<&str>::new());
    }
}
