//! Search: what is found, in which order, and what never is. The same answers on both stores.

use kongress::ids::EventId;
use kongress::programme::document::{Material, MaterialKind, PageText, Programme};
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{event, nb, programme, release, session, speaker, speaks};
use crate::search_index::indexed;

async fn search(app: &TestApp, query: &str) -> Vec<Value> {
    indexed(app).await;
    let encoded: String = url_encoded(query);
    let found = app.get(&format!("/search?q={encoded}")).send().await;
    let items = found.expect(200)["items"].clone();
    items.as_array().unwrap().clone()
}

fn url_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect::<Vec<_>>()
        .concat()
}

/// What hits are told apart by: kind, session or speaker, page or second.
fn names(hits: &[Value]) -> Vec<String> {
    let name = |hit: &Value| {
        let what = match hit["kind"].as_str().unwrap() {
            "speaker" => hit["speaker"]["name"].as_str(),
            _ => hit["session"]["slug"].as_str(),
        };
        let place = match (&hit["page"], &hit["start_seconds"]) {
            (Value::Number(page), _) => format!(" p{page}"),
            (_, Value::Number(second)) => format!(" {second}s"),
            _ => String::new(),
        };
        format!(
            "{} {}{place}",
            hit["kind"].as_str().unwrap(),
            what.unwrap_or("-")
        )
    };
    hits.iter().map(name).collect()
}

fn conference() -> Programme {
    let mut kari = speaker("Kari Bjørnstad Åsen");
    kari.position = Some("Barnevernleder".to_owned());
    let mut plan = session(
        "oppvekstplan",
        1,
        Some(("2027-11-11T09:00:00+01:00", "2027-11-11T09:10:00+01:00")),
    );
    plan.title = nb("Oppvekstplanen i Lørenskog");
    plan.abstract_text = nb("Hvordan kommunen **forebygger** omsorgssvikt i familier.");
    plan.speakers = vec![speaks(kari.id)];
    plan.materials = vec![Material {
        title: nb("Lysark"),
        kind: MaterialKind::Slides,
        url: None,
        text: vec![
            PageText {
                page: 1,
                text: "Tittel: tre grep".to_owned(),
            },
            PageText {
                page: 7,
                text: "Fattigdom i barnefamilier & <tiltak>".to_owned(),
            },
        ],
    }];
    let mut vern = session(
        "barnevern",
        2,
        Some(("2027-11-11T09:10:00+01:00", "2027-11-11T09:20:00+01:00")),
    );
    vern.title = nb("Hva står barnevernet i?");
    vern.abstract_text = nb("Samtale mellom barnevernledere om familien");
    vern.title.0.insert(
        "en".to_owned(),
        "What child welfare services are facing".to_owned(),
    );
    let mut leders = session(
        "ledere",
        3,
        Some(("2027-11-11T09:20:00+01:00", "2027-11-11T09:30:00+01:00")),
    );
    leders.title = nb("Å lede i en vanskelig tid");
    leders.abstract_text = nb("For ledere i kommuner");
    let mut programme = programme(vec![plan, vern, leders]);
    programme.speakers = vec![kari];
    programme
}

const SAID: &str = "WEBVTT\n\n00:00:05.000 --> 00:00:09.000\nVelkommen til Lørenskog\n\n00:00:40.000 --> 00:00:44.000\nVi snakker om helsestasjonen\n\n\
    00:00:44.000 --> 00:00:48.000\nog om fosterhjem <b>& familier</b>\n\n00:12:00.000 --> 00:12:04.000\nEt vitne fortalte om fosterhjemmet\n";

async fn released(app: &TestApp, slug: &str) -> (EventId, String) {
    let id = event(app, slug).await;
    release(app, id, &conference()).await;
    let recording = json!({
        "title": "Hele dagen", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "state": "published",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    });
    let made = app
        .create(&format!("/events/{slug}/recordings"), &recording)
        .await;
    let recording = made["id"].as_str().unwrap().to_owned();
    app.organiser(
        "PUT",
        &format!("/events/{slug}/recordings/{recording}/transcript"),
    )
    .bytes("text/vtt", SAID.into())
    .send()
    .await
    .expect(201);
    (id, recording)
}

/// Something of its own in every four seconds: no word begins another.
fn spoken() -> String {
    let time = |second: usize| format!("00:{:02}:{:02}.000", second / 60, second % 60);
    let cue = |(n, c): (usize, char)| {
        let (from, to) = (time(4 * n), time(4 * n + 4));
        format!("\n{from} --> {to}\nord{c}x fulgt{c}x\n")
    };
    let cues: Vec<String> = ('b'..='u').enumerate().map(cue).collect();
    format!("WEBVTT\n{}", cues.concat())
}

on_both_stores! {
    async fn words_are_found_together_wherever_a_passage_ends(app: TestApp) {
        let (_, recording) = released(&app, "konf").await;
        let path = format!("/events/konf/recordings/{recording}/transcript");
        app.organiser("PUT", &path).if_match("*").bytes("text/vtt", spoken().into_bytes()).send().await.expect(200);
        let letters: Vec<char> = ('b'..='u').collect();
        for (n, pair) in letters.windows(2).enumerate() {
            let (now, next) = (pair[0], pair[1]);
            let alone = search(&app, &format!("fulgt{now}x")).await;
            assert_eq!(names(&alone), [format!("transcript oppvekstplan {}s", 4 * n)]);
            let phrase = search(&app, &format!("fulgt{now}x ord{next}x")).await;
            assert_eq!(names(&phrase), [format!("transcript oppvekstplan {}s", 4 * n)]);
            let (first, second) = (format!("<mark>fulgt{now}x</mark>"), format!("<mark>ord{next}x</mark>"));
            assert!(phrase[0]["snippet"].as_str().unwrap().contains(&format!("{first} {second}")), "{phrase:?}");
        }
        let far = search(&app, "ordbx ordux").await;
        assert!(far.is_empty(), "said a minute apart: {far:?}");
    }

    async fn the_best_comes_first(app: TestApp) {
        released(&app, "konf").await;
        let table: &[(&str, &[&str])] = &[
            ("oppvekstplan", &["session oppvekstplan"]),
            ("OPPVEKSTPLANENE", &["session oppvekstplan"]),
            ("barnevern", &["session barnevern", "speaker Kari Bjørnstad Åsen"]),
            ("barnevernet", &["session barnevern", "speaker Kari Bjørnstad Åsen"]),
            ("barnevernledere", &["session barnevern", "speaker Kari Bjørnstad Åsen"]),
            ("leder", &["session ledere", "session barnevern", "speaker Kari Bjørnstad Åsen"]),
            ("kommune", &["session ledere", "session oppvekstplan", "speaker Kari Bjørnstad Åsen"]),
            ("familier", &["session oppvekstplan", "session barnevern", "transcript oppvekstplan 44s", "material oppvekstplan p7"]),
            ("lorenskog", &["session oppvekstplan", "transcript oppvekstplan 5s", "speaker Kari Bjørnstad Åsen"]),
            ("Loerenskog", &["session oppvekstplan", "transcript oppvekstplan 5s", "speaker Kari Bjørnstad Åsen"]),
            ("bjornstad aasen", &["speaker Kari Bjørnstad Åsen", "session oppvekstplan"]),
            ("fattigdom", &["material oppvekstplan p7"]),
            ("lysark", &["material oppvekstplan"]),
            ("fosterhjem", &["transcript oppvekstplan 44s", "transcript barnevern 720s"]),
            ("helsestasjon familie", &["transcript oppvekstplan 40s"]),
            ("service", &["session barnevern"]),
            ("hva er barnevernet", &["session barnevern", "speaker Kari Bjørnstad Åsen"]),
            ("svikt", &["session oppvekstplan"]),
            ("oppvekstplan barnevern", &[]),
            ("xyzzy", &[]),
        ];
        for (query, expected) in table {
            assert_eq!(names(&search(&app, query).await), *expected, "{query}");
        }
    }

    async fn hits_say_where_and_mark_the_words_safely(app: TestApp) {
        let (id, recording) = released(&app, "konf").await;
        let said = search(&app, "fosterhjem").await.remove(0);
        assert_eq!((&said["recording_id"], &said["start_seconds"], &said["event"]["id"]), (&json!(recording), &json!(44), &json!(id)));
        assert_eq!(said["watch_url"], "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=44s");
        assert_eq!(said["watch_page_url"], format!("{}/watch/konf/oppvekstplan?t=44", app.state.config.public_url));
        assert_eq!(said["snippet"], "og om <mark>fosterhjem</mark> &amp; familier");
        let slide = search(&app, "barnefamilie").await.remove(0);
        assert_eq!((&slide["page"], &slide["material"]["title"]["nb"]), (&json!(7), &json!("Lysark")));
        assert_eq!(slide["snippet"], "Fattigdom i <mark>barnefamilier</mark> &amp; &lt;tiltak&gt;");
        let session = search(&app, "omsorgssvikt").await.remove(0);
        assert_eq!(session["snippet"], "Hvordan kommunen forebygger <mark>omsorgssvikt</mark> i familier.");
        assert_eq!((&session["watch_url"], &session["session"]["starts_at"]), (&json!(null), &json!("2027-11-11T09:00:00+01:00")));
        let answer = app.get("/search?q=plan").send().await;
        assert_eq!(answer.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
        let known = app.get("/search?q=plan").header("if-none-match", &answer.etag()).send().await;
        assert_eq!(known.status, 304);
    }

    async fn nothing_that_is_asked_is_a_fault_of_ours(app: TestApp) {
        released(&app, "konf").await;
        for nothing in ["", "   ", "\"'*:^()-~", "🎬👍", "---", "\\", "%_", "<-> (", "\u{301}"] {
            app.get(&format!("/search?q={}", url_encoded(nothing))).send().await.fault("/q", "required");
        }
        app.get("/search").send().await.fault("/q", "required");
        app.get("/search?q=a%00b").send().await.fault("/q", "invalid_text");
        app.get(&format!("/search?q={}", "x".repeat(301))).send().await.fault("/q", "too_long");
        app.get(&format!("/search?q={}", "x".repeat(10_000))).send().await.problem(414, "uri-too-long");
        app.get("/search?q=a&kind=session").send().await.fault("/kind", "unknown_field");
        app.get("/search?q=a&limit=0").send().await.fault("/limit", "invalid_limit");
        app.get("/search?q=a&cursor=bm9uc2U").send().await.fault("/cursor", "invalid_cursor");
        app.get("/search?q=a&event=ukjent").send().await.fault("/event", "unknown_event");
        app.get("/search?q=a&series=ukjent").send().await.fault("/series", "unknown_series");
        for hostile in [
            "barnevern\" OR \"1", "NEAR(a b)", "words:barnevern", "barnevern*", "'; DROP TABLE events;--", "a & b | !c",
            "og i på", "NOT", "AND OR NOT", "слово 漢字 كلمة", "\u{202e}abc", "ﬁnn ŧ ŋ ß", "1:13:00", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
        ] {
            search(&app, hostile).await;
        }
        for long in ["æ".repeat(300), "ab ".repeat(100), "aa".repeat(150)] {
            search(&app, &long).await;
        }
        assert_eq!(search(&app, "barnevern\" OR \"1").await.len(), 0);
        assert_eq!(names(&search(&app, "'barnevern*'").await)[0], "session barnevern");
    }

    async fn pages_neither_skip_nor_repeat(app: TestApp) {
        released(&app, "konf").await;
        let id = event(&app, "mange").await;
        let sessions = (1..=30).map(|n| {
            let mut session = session(&format!("okt-{n}"), n, None);
            session.title = nb(&format!("Familieøkt {n}"));
            session
        });
        release(&app, id, &programme(sessions.collect())).await;
        let all = app.get("/search?q=familie&limit=200").send().await.expect(200)["items"].clone();
        let all = names(all.as_array().unwrap());
        assert_eq!(all.len(), 34, "{all:?}");
        let mut paged = Vec::new();
        let mut address = "/search?q=familie&limit=7".to_owned();
        loop {
            let page = app.get(&address).send().await;
            paged.extend(names(page.expect(200)["items"].as_array().unwrap()));
            let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
            assert!(page.header("link").contains("rel=\"next\""));
            address = format!("/search?q=familie&limit=7&cursor={cursor}");
        }
        assert_eq!(paged, all);
    }

    async fn only_one_event_or_series_is_looked_in(app: TestApp) {
        app.create("/series", &json!({"slug": "dager", "title": "Dager"})).await;
        released(&app, "konf").await;
        released(&app, "annen").await;
        let slugs = async |query: &str| -> Vec<String> {
            let found = app.get(&format!("/search?q=oppvekstplan{query}")).send().await.expect(200);
            found["items"].as_array().unwrap().iter().map(|hit| hit["event"]["slug"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(slugs("").await.len(), 2);
        assert_eq!(slugs("&event=annen").await, ["annen"]);
        assert_eq!(slugs("&series=dager").await, [""; 0]);
        let tag = app.organiser("GET", "/events/konf").send().await.etag();
        app.organiser("PATCH", "/events/konf").if_match(&tag).patch_json(&json!({"series_id": "dager"})).send().await.expect(200);
        assert_eq!(slugs("&series=dager").await, ["konf"]);
        assert_eq!(slugs("&series=dager&event=annen").await, [""; 0]);
    }

    async fn a_search_sees_what_was_saved_before_it(app: TestApp) {
        let draft = app.create("/events", &json!({"slug": "kladd", "title": "Kladd", "starts_on": "2027-11-11", "ends_on": "2027-11-11"})).await;
        app.create("/events/kladd/sessions", &json!({"title": "Fosterhjem i nord"})).await;
        assert_eq!(search(&app, "fosterhjem").await.len(), 0, "a draft");
        app.organiser("POST", "/events/kladd/publish").send().await.expect(200);
        assert_eq!(search(&app, "fosterhjem").await.len(), 0, "not released");
        app.organiser("POST", "/events/kladd/programme/releases").json(&json!({})).send().await.expect(201);
        assert_eq!(search(&app, "fosterhjem").await.len(), 1);
        let session = app.organiser("GET", "/events/kladd/sessions").send().await.expect(200)["items"][0].clone();
        let path = format!("/events/kladd/sessions/{}", session["id"].as_str().unwrap());
        let tag = app.organiser("GET", &path).send().await.etag();
        app.organiser("PATCH", &path).if_match(&tag).patch_json(&json!({"title": "Helsestasjonen"})).send().await.expect(200);
        assert_eq!((search(&app, "fosterhjem").await.len(), search(&app, "helsestasjon").await.len()), (1, 0));
        app.organiser("POST", "/events/kladd/programme/releases").json(&json!({})).send().await.expect(201);
        assert_eq!((search(&app, "fosterhjem").await.len(), search(&app, "helsestasjon").await.len()), (0, 1));
        app.organiser("POST", "/events/kladd/cancel").json(&json!({})).send().await;
        let hit = search(&app, "helsestasjon").await.remove(0);
        assert_eq!(hit["event"]["id"], draft["id"]);
        let tag = app.organiser("GET", "/events/kladd").send().await.etag();
        app.organiser("PATCH", "/events/kladd").if_match(&tag).patch_json(&json!({"slug": "nytt-navn"})).send().await.expect(200);
        assert_eq!(search(&app, "helsestasjon").await.remove(0)["event"]["slug"], "nytt-navn");
    }

    async fn what_must_not_surface_is_not_found(app: TestApp) {
        let (id, recording) = released(&app, "konf").await;
        let said = async |word: &str| names(&search(&app, word).await).into_iter().filter(|hit| hit.starts_with("transcript")).count();
        assert_eq!((said("helsestasjon").await, said("vitne").await), (1, 1));
        // Set in the working copy after the event, without a release.
        let body = json!({"title": "Skjermet", "do_not_record": true, "starts_at": "2027-11-11T09:10:00+01:00", "ends_at": "2027-11-11T09:20:00+01:00"});
        let hidden = app.create(&format!("/events/{id}/sessions"), &body).await;
        assert_eq!((said("helsestasjon").await, said("vitne").await), (1, 0));
        let path = format!("/events/{id}/sessions/{}", hidden["id"].as_str().unwrap());
        let tag = app.organiser("GET", &path).send().await.etag();
        app.organiser("PATCH", &path).if_match(&tag).patch_json(&json!({"do_not_record": false})).send().await.expect(200);
        assert_eq!(said("vitne").await, 1);
        let mut programme = conference();
        programme.sessions[0].do_not_record = true;
        release(&app, id, &programme).await;
        assert_eq!((said("helsestasjon").await, said("vitne").await), (0, 1));
        assert_eq!(names(&search(&app, "oppvekstplan").await), [""; 0]);
        release(&app, id, &conference()).await;
        let path = format!("/events/konf/recordings/{recording}");
        let tag = app.organiser("GET", &path).send().await.etag();
        let withdrawn = app.organiser("PATCH", &path).if_match(&tag).patch_json(&json!({"state": "withdrawn"})).send().await;
        withdrawn.expect(200);
        assert_eq!((said("helsestasjon").await, said("vitne").await), (0, 0));
        let again = app.organiser("PATCH", &path).if_match(&withdrawn.etag()).patch_json(&json!({"state": "published"})).send().await;
        again.expect(200);
        assert_eq!(said("vitne").await, 1);
        let transcript = format!("{path}/transcript");
        let tag = app.organiser("GET", &transcript).send().await.etag();
        app.organiser("DELETE", &transcript).if_match(&tag).send().await.expect(204);
        assert_eq!(said("vitne").await, 0);
    }

    async fn what_another_process_saved_is_found_too(app: TestApp) {
        let id = event(&app, "konf").await;
        let found = async || app.get("/search?q=oppvekstplan").send().await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!(found().await, 0);
        crate::helpers::released::release_at(&app, id, &conference(), app.clock.now());
        app.advance(chrono::TimeDelta::seconds(2));
        assert_eq!(found().await, 1);
    }

    async fn searches_at_once_index_once(app: TestApp) {
        for n in 0..4 {
            let id = event(&app, &format!("konf-{n}")).await;
            release(&app, id, &conference()).await;
        }
        let searches = (0..12).map(|n| app.get(&format!("/search?q=oppvekstplan&limit={}", n + 50)).send());
        for answer in futures_util::future::join_all(searches).await {
            assert_eq!(answer.expect(200)["items"].as_array().unwrap().len(), 4);
        }
    }

    async fn a_day_of_words_is_taken_and_found(app: TestApp) {
        let (_, recording) = released(&app, "konf").await;
        let file = crate::helpers::speech::seven_hours();
        let path = format!("/events/konf/recordings/{recording}/transcript");
        let tag = app.organiser("GET", &path).send().await.etag();
        let taken = app.organiser("PUT", &path).if_match(&tag).bytes("text/vtt", file.into_bytes()).send().await;
        assert_eq!(taken.expect(200)["cues"], 7000);
        let hit = search(&app, "nålestikk").await.remove(0);
        assert_eq!((&hit["kind"], &hit["start_seconds"], &hit["session"]), (&json!("transcript"), &json!(18_000), &json!(null)));
        assert_eq!(search(&app, "barnevern").await.len(), 50);
    }
}
