//! Transcripts: taken from files of captions, given whole and by session, never with what is not to
//! be recorded.

use kongress::auth::Role;
use kongress::ids::EventId;
use kongress::programme::document::Session;
use serde_json::{Value, json};

use crate::helpers::released::{event, programme, release, session};
use crate::helpers::{Answer, TestApp};

/// Three sessions of the morning, from 9:00, which the recording shows from its first second on.
fn day() -> [Session; 3] {
    [
        session(
            "apning",
            1,
            Some(("2027-11-11T09:00:00+01:00", "2027-11-11T09:10:00+01:00")),
        ),
        session(
            "barnet",
            2,
            Some(("2027-11-11T09:10:00+01:00", "2027-11-11T09:20:00+01:00")),
        ),
        session(
            "foredrag",
            3,
            Some(("2027-11-11T09:20:00+01:00", "2027-11-11T09:30:00+01:00")),
        ),
    ]
}

async fn released(app: &TestApp) -> (EventId, String) {
    let id = event(app, "konf").await;
    release(app, id, &programme(day().to_vec())).await;
    let recording = json!({
        "title": "Hele dagen", "url": "https://video.example.org/dag.mp4", "state": "published", "duration_seconds": 1800,
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    });
    let made = app.create("/events/konf/recordings", &recording).await;
    (id, made["id"].as_str().unwrap().to_owned())
}

const SRT: &str = "1\n00:00:01,000 --> 00:00:05,000\nVelkommen hit\n\n2\n00:09:58,000 --> 00:10:02,000\nOver grensen\n\n\
    3\n00:12:00,500 --> 00:12:03,000\nDet barnet sa\n\n4\n00:20:00,000 --> 00:20:09,000\nOppvekst & <plan>\n";

async fn put(
    app: &TestApp,
    recording: &str,
    media_type: &str,
    text: &str,
    tag: Option<&str>,
) -> Answer {
    let path = format!("/events/konf/recordings/{recording}/transcript");
    let call = app
        .organiser("PUT", &path)
        .bytes(media_type, text.as_bytes().to_vec());
    match tag {
        Some(tag) => call.if_match(tag).send().await,
        None => call.send().await,
    }
}

async fn of_session(app: &TestApp, slug: &str) -> Answer {
    app.get(&format!("/events/konf/sessions/{slug}/transcript.vtt"))
        .send()
        .await
}

async fn hide(app: &TestApp, id: EventId, slug: &str) -> Value {
    let body = json!({
        "title": slug, "do_not_record": true, "starts_at": "2027-11-11T09:10:00+01:00", "ends_at": "2027-11-11T09:20:00+01:00"
    });
    app.create(&format!("/events/{id}/sessions"), &body).await
}

on_both_stores! {
    async fn a_file_is_taken_and_given_whole_and_by_session(app: TestApp) {
        let (_, recording) = released(&app).await;
        let address = format!("/events/konf/recordings/{recording}/transcript.vtt");
        app.get(&address).send().await.problem(404, "no-transcript");
        of_session(&app, "apning").await.problem(404, "no-transcript");
        of_session(&app, "ukjent").await.problem(404, "not-found");
        let made = put(&app, &recording, "application/x-subrip", SRT, None).await;
        let view = made.expect(201);
        assert_eq!((&view["cues"], &view["hidden_cues"], &view["starts_at_seconds"], &view["ends_at_seconds"]), (&json!(4), &json!(0), &json!(1), &json!(1209)));
        assert!(made.header("location").ends_with(&format!("/recordings/{recording}/transcript")));
        let whole = app.get(&address).send().await;
        assert_eq!(whole.status, 200, "{}", whole.body);
        assert_eq!(whole.header("content-type"), "text/vtt; charset=utf-8");
        assert_eq!(whole.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
        assert!(whole.body.starts_with("WEBVTT\n\n00:00:01.000 --> 00:00:05.000\nVelkommen hit\n"), "{}", whole.body);
        assert!(whole.body.ends_with("Oppvekst &amp; &lt;plan&gt;\n"), "{}", whole.body);
        let known = app.get(&address).header("if-none-match", &whole.etag()).send().await;
        assert_eq!((known.status, known.body.as_str()), (304, ""));
        let foreign = app.get(&address).header("origin", "https://a.example").send().await;
        assert_eq!(foreign.header("access-control-allow-origin"), "*");
        assert_eq!(of_session(&app, "apning").await.body, "WEBVTT\n\n00:00:01.000 --> 00:00:05.000\nVelkommen hit\n\n00:09:58.000 --> 00:10:00.000\nOver grensen\n");
        assert_eq!(of_session(&app, "barnet").await.body, "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nOver grensen\n\n00:02:00.500 --> 00:02:03.000\nDet barnet sa\n");
        let own = app.organiser("GET", &format!("/events/konf/recordings/{recording}/transcript")).send().await;
        assert_eq!((own.status, own.etag(), own.header("cache-control")), (200, made.etag(), "no-store"));
        assert_eq!(own.body, whole.body);
    }

    async fn two_editors_never_overwrite_each_other(app: TestApp) {
        let (_, recording) = released(&app).await;
        let path = format!("/events/konf/recordings/{recording}/transcript");
        app.organiser("GET", &path).send().await.problem(404, "no-transcript");
        app.organiser("DELETE", &path).if_match("*").send().await.problem(404, "no-transcript");
        put(&app, &recording, "text/plain", SRT, Some("\"v1\"")).await.problem(412, "stale");
        let first = put(&app, &recording, "text/plain", SRT, None).await;
        first.expect(201);
        put(&app, &recording, "text/plain", SRT, None).await.problem(428, "precondition-required");
        let other = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Kari>Hei</v>\n";
        let second = put(&app, &recording, "text/vtt; charset=utf-8", other, Some(&first.etag())).await;
        assert_eq!(second.expect(200)["cues"], 1);
        let stale = put(&app, &recording, "text/vtt", other, Some(&first.etag())).await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), second.etag());
        app.organiser("DELETE", &path).send().await.problem(428, "precondition-required");
        app.organiser("DELETE", &path).if_match(&first.etag()).send().await.problem(412, "stale");
        app.organiser("DELETE", &path).if_match(&second.etag()).send().await.expect(204);
        app.get(&format!("{path}.vtt")).send().await.problem(404, "no-transcript");
        let again = put(&app, &recording, "text/plain", SRT, None).await;
        again.expect(201);
    }

    async fn what_is_at_fault_is_told_by_line_and_nothing_is_stored(app: TestApp) {
        let (_, recording) = released(&app).await;
        let bad = "WEBVTT\n\n00:01.000 --> 00:00.500\nA\n\n00:0x.000 --> 00:02.000\nB\n";
        let refused = put(&app, &recording, "text/vtt", bad, None).await;
        refused.fault("/lines/3", "ends_before_start");
        refused.fault("/lines/6", "invalid_time");
        put(&app, &recording, "text/vtt", SRT, None).await.fault("/lines/1", "header_missing");
        put(&app, &recording, "text/plain", "", None).await.fault("", "no_cues");
        put(&app, &recording, "application/json", "{}", None).await.problem(415, "unsupported-media-type");
        put(&app, &recording, "text/vtt; charset=latin1", "WEBVTT", None).await.problem(415, "unsupported-media-type");
        let path = format!("/events/konf/recordings/{recording}/transcript");
        app.organiser("PUT", &path).bytes("text/vtt", b"WEBVTT\n\n\xff".to_vec()).send().await.fault("/lines/3", "invalid_text");
        let large = format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n", "x".repeat(11 * 1024 * 1024));
        put(&app, &recording, "text/vtt", &large, None).await.problem(413, "body-too-large");
        app.organiser("GET", &path).send().await.problem(404, "no-transcript");
        let other = app.token_of("ks", Role::Owner);
        app.call("PUT", &format!("/organiser{path}")).bearer(&other).bytes("text/plain", SRT.into()).send().await.problem(404, "not-found");
        let reader = app.token_of("bufdir", Role::Reader);
        app.call("PUT", &format!("/organiser{path}")).bearer(&reader).bytes("text/plain", SRT.into()).send().await.problem(403, "not-allowed");
    }

    async fn a_session_that_is_not_to_be_recorded_is_cut_at_once(app: TestApp) {
        let (id, recording) = released(&app).await;
        put(&app, &recording, "text/plain", SRT, None).await.expect(201);
        let address = format!("/events/konf/recordings/{recording}/transcript.vtt");
        let own = format!("/events/konf/recordings/{recording}/transcript");
        assert!(app.get(&address).send().await.body.contains("Det barnet sa"));
        let before = app.organiser("GET", &own).send().await.etag();
        // Set in the working copy, without a release.
        let hidden = hide(&app, id, "skjermet").await;
        for path in [address.clone(), "/events/konf/sessions/apning/transcript.vtt".to_owned(), "/events/konf/sessions/barnet/transcript.vtt".to_owned()] {
            let shown = app.get(&path).send().await;
            assert_eq!(shown.status, 200, "{path}");
            assert!(!shown.body.contains("barnet") && !shown.body.contains("grensen"), "{path}: {}", shown.body);
        }
        let cut = app.organiser("GET", &own).send().await;
        assert!(!cut.body.contains("barnet") && cut.body.contains("Velkommen"), "{}", cut.body);
        assert_ne!(cut.etag(), before);
        // An edit of what was read before passes: nobody edited the transcript since.
        let same = put(&app, &recording, "text/plain", SRT, Some(&before)).await;
        assert_eq!(same.expect(200)["hidden_cues"], 2);
        let path = format!("/events/{id}/sessions/{}", hidden["id"].as_str().unwrap());
        let tag = app.organiser("GET", &path).send().await.etag();
        let later = json!({"starts_at": "2027-11-11T09:20:00+01:00", "ends_at": "2027-11-11T09:30:00+01:00"});
        let moved = app.organiser("PATCH", &path).if_match(&tag).patch_json(&later).send().await;
        moved.expect(200);
        let shown = app.get(&address).send().await.body;
        assert!(shown.contains("Det barnet sa") && !shown.contains("Oppvekst"), "{shown}");
        app.organiser("DELETE", &path).if_match(&moved.etag()).send().await.expect(204);
        assert!(app.get(&address).send().await.body.contains("Oppvekst"));
    }

    async fn what_had_begun_before_the_recording_is_cut_from_it_all_the_same(app: TestApp) {
        let id = event(&app, "konf").await;
        let mut sessions = day().to_vec();
        let mut early = session("tidlig", 4, Some(("2027-11-11T08:30:00+01:00", "2027-11-11T09:01:00+01:00")));
        let mut between = session("mellom", 5, Some(("2027-11-11T09:12:00+01:00", "2027-11-11T09:22:00+01:00")));
        (early.do_not_record, between.do_not_record) = (true, true);
        sessions.extend([early, between]);
        release(&app, id, &programme(sessions)).await;
        // The stream broke at 9:11 and was back at 9:15.
        let recording = json!({
            "title": "Hele dagen", "url": "https://video.example.org/dag.mp4", "state": "published", "duration_seconds": 1800,
            "segments": [
                {"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00", "ends_at": "2027-11-11T09:11:00+01:00"},
                {"media_start_seconds": 660, "starts_at": "2027-11-11T09:15:00+01:00"}
            ]
        });
        let made = app.create("/events/konf/recordings", &recording).await;
        let path = format!("/events/konf/recordings/{}", made["id"].as_str().unwrap());
        put(&app, made["id"].as_str().unwrap(), "text/plain", SRT, None).await.expect(201);
        let said = app.get(&format!("{path}/transcript.vtt")).send().await.body;
        // 9:00:01 and 9:16:00 are nobody's business; 9:09:58 and 9:24:00 are.
        assert!(!said.contains("Velkommen") && !said.contains("barnet"), "{said}");
        assert!(said.contains("grensen") && said.contains("Oppvekst"), "{said}");
        let of_opening = of_session(&app, "apning").await.body;
        assert!(!of_opening.contains("Velkommen") && of_opening.contains("grensen"), "{of_opening}");
        let chapters = app.get(&format!("{path}/chapters.json")).send().await.expect(200);
        let starts: Vec<_> = chapters["chapters"].as_array().unwrap().iter().map(|one| (one["title"].as_str().unwrap(), one["startTime"].as_u64().unwrap())).collect();
        assert_eq!(starts, [("Tittel apning", 60), ("Tittel barnet", 600), ("Tittel foredrag", 1080)], "{chapters}");
        let shown = app.get(&path).send().await.expect(200);
        assert!(shown["sessions"].as_array().unwrap().iter().all(|one| one["slug"] != "tidlig" && one["slug"] != "mellom"), "{shown}");
        let found = app.get("/search?q=velkommen").send().await.expect(200);
        assert_eq!(found["items"], json!([]));
    }

    async fn withdrawn_recordings_and_drafts_say_nothing(app: TestApp) {
        let (id, recording) = released(&app).await;
        put(&app, &recording, "text/plain", SRT, None).await.expect(201);
        let mut sessions = day().to_vec();
        sessions[1].do_not_record = true;
        release(&app, id, &programme(sessions)).await;
        of_session(&app, "barnet").await.problem(404, "no-transcript");
        let path = format!("/events/konf/recordings/{recording}");
        let tag = app.organiser("GET", &path).send().await.etag();
        let withdrawn = app.organiser("PATCH", &path).if_match(&tag).patch_json(&json!({"state": "withdrawn"})).send().await;
        withdrawn.expect(200);
        app.get(&format!("{path}/transcript.vtt")).send().await.problem(404, "not-found");
        of_session(&app, "foredrag").await.problem(404, "no-transcript");
        assert_eq!(app.organiser("GET", &format!("{path}/transcript")).send().await.status, 200);
        app.organiser("DELETE", &path).if_match(&withdrawn.etag()).send().await.expect(204);
        let draft = app.create("/events", &json!({"title": "Kladd", "slug": "kladd"})).await;
        let made = app.create("/events/kladd/recordings", &json!({"title": "A", "url": "https://video.example.org/a.mp4"})).await;
        let path = format!("/events/kladd/recordings/{}/transcript", made["id"].as_str().unwrap());
        app.organiser("PUT", &path).bytes("text/plain", SRT.into()).send().await.expect(201);
        app.get(&format!("{path}.vtt")).send().await.problem(404, "not-found");
        let tag = app.organiser("GET", "/events/kladd").send().await.etag();
        app.organiser("DELETE", &format!("/events/{}", draft["id"].as_str().unwrap())).if_match(&tag).send().await.expect(204);
    }
}
