//! The page of a session's video.

use std::path::Path;
use std::process::Command;

use kongress::programme::document::Programme;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::client::Answer;
use crate::helpers::released::{event, nb, programme, release, session, speaker, speaks};
use crate::helpers::smtp::exported;

const YOUTUBE: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
const PLAYER: &str = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ";

/// `apning` at 0, `foredrag` at 4380, `skjermet` at 7200 and not to be recorded, `pause` at 9000;
/// `uten-tid` nowhere.
fn day() -> Programme {
    let times = [
        ("apning", "09:00", "10:00"),
        ("foredrag", "10:13", "10:35"),
        ("skjermet", "11:00", "11:30"),
        ("pause", "11:30", "12:00"),
    ];
    let sessions = (1..).zip(times).map(|(number, (slug, from, to))| {
        let at = |clock: &str| format!("2027-11-11T{clock}:00+01:00");
        let mut session = session(slug, number, Some((&at(from), &at(to))));
        session.do_not_record = slug == "skjermet";
        session
    });
    let mut day = programme(sessions.chain([session("uten-tid", 5, None)]).collect());
    let who = speaker("Kari <Nordmann>");
    day.sessions[1].title = nb("Oppvekstplanen & «Familieveiviseren» </script>");
    day.sessions[1]
        .title
        .0
        .insert("en".into(), "The plan".into());
    day.sessions[1].speakers = vec![speaks(who.id)];
    day.speakers = vec![who];
    day
}

async fn record(app: &TestApp, url: &str) -> Value {
    let body = json!({
        "title": {"nb": "Hele dagen"}, "url": url, "language": "nb", "duration_seconds": 25_200, "captions_url": "https://video.example.org/dagen.vtt",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    });
    app.create("/events/konf/recordings", &body).await
}

async fn recorded(app: &TestApp, url: &str) -> Value {
    let id = event(app, "konf").await;
    release(app, id, &day()).await;
    record(app, url).await
}

async fn page(app: &TestApp, path: &str) -> Answer {
    app.get(path)
        .header("accept", "text/html")
        .header("accept-language", "nb")
        .send()
        .await
}

/// What stands between two texts.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text
        .split(start)
        .nth(1)
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split(end).next().unwrap()
}

fn structured(page: &Answer) -> Value {
    serde_json::from_str(between(
        &page.body,
        "<script type=\"application/ld+json\">",
        "</script>",
    ))
    .unwrap()
}

on_both_stores! {
    async fn the_player_stands_at_the_second(app: TestApp) {
        recorded(&app, YOUTUBE).await;
        let shown = page(&app, "/watch/konf/foredrag").await;
        shown.expect_html(&format!("<iframe src=\"{PLAYER}?start=4380\""));
        assert!(shown.body.contains("<html lang=\"nb\">") && shown.body.contains("Kari &lt;Nordmann&gt; (Lørenskog kommune)"), "{}", shown.body);
        assert!(shown.body.contains("1\u{a0}time og 13\u{a0}minutter"), "{}", shown.body);
        assert!(shown.body.contains("href=\"https://video.example.org/dagen.vtt\""));
        for (t, second) in [("4390", 4390), ("73:00", 4380), ("1:13:00", 4380), ("1h13m", 4380), ("1t%2013min", 4380), ("PT1H13M", 4380), ("en%20time%20og%2013%20minutter", 4380), ("99:59:59", 25_199)] {
            page(&app, &format!("/watch/konf/foredrag?t={t}")).await.expect_html(&format!("{PLAYER}?start={second}\""));
        }
        page(&app, "/watch/konf/foredrag?t=0&fbclid=x").await.expect_html(&format!("<iframe src=\"{PLAYER}\""));
        let policy = shown.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("; frame-src https://www.youtube-nocookie.com"), "{policy}");
        assert_eq!((shown.header("cache-control"), shown.header("vary")), ("public, max-age=10", "Accept-Language"));
        assert!(!shown.body.contains("noindex") && shown.header("x-robots-tag").is_empty());
        let canonical = format!("{}/watch/konf/foredrag", app.state.config.public_url);
        assert!(shown.body.contains(&format!("<link rel=\"canonical\" href=\"{canonical}\">")));
    }

    async fn the_list_jumps_without_a_script_and_leaves_out_what_must_not_be_seen(app: TestApp) {
        recorded(&app, YOUTUBE).await;
        let shown = page(&app, "/watch/konf/foredrag").await;
        let list = between(&shown.body, "<ol class=\"jumps\">", "</ol>");
        let jumps: Vec<&str> = list.split("<li><a href=\"/watch/konf/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(jumps, ["apning?t=0", "foredrag?t=4380", "pause?t=9000"]);
        assert_eq!(shown.body.matches("aria-current=\"page\"").count(), 1);
        assert!(!shown.body.contains("skjermet"), "{}", shown.body);
        let video = structured(&shown);
        let address = format!("{}/watch/konf/foredrag", app.state.config.public_url);
        assert_eq!((&video["@type"], &video["name"], &video["duration"], &video["embedUrl"], &video["inLanguage"]), (&json!("VideoObject"), &json!("Hele dagen"), &json!("PT7H"), &json!(PLAYER), &json!("nb")));
        assert!(video["uploadDate"].is_string() && video["thumbnailUrl"][0].is_string());
        let clip = |name: &str, start: u32, end: u32| json!({"@type": "Clip", "name": name, "startOffset": start, "endOffset": end, "url": format!("{address}?t={start}")});
        assert_eq!(video["hasPart"], json!([clip("Tittel apning", 0, 3600), clip("Oppvekstplanen & «Familieveiviseren» </script>", 4380, 5700), clip("Tittel pause", 9000, 10_800)]));
    }

    async fn it_speaks_three_languages_and_says_which(app: TestApp) {
        recorded(&app, YOUTUBE).await;
        let english = app.get("/watch/konf/foredrag").header("accept-language", "en-GB, nb;q=0.5").send().await;
        english.expect_html("<html lang=\"en\">");
        assert!(english.body.contains("<h1><span>The plan</span></h1>") && english.body.contains("In this recording"), "{}", english.body);
        assert!(english.body.contains("<span lang=\"nb\">Tittel apning</span>"), "{}", english.body);
        assert_eq!(english.header("content-language"), "en");
        let nynorsk = app.get("/watch/konf/foredrag?lang=nn").send().await;
        nynorsk.expect_html("<html lang=\"nn\">");
        assert!(nynorsk.body.contains("Medverkande") && nynorsk.body.contains("?t=4380&amp;lang=en"), "{}", nynorsk.body);
    }

    async fn the_link_survives_moving_the_video(app: TestApp) {
        let made = recorded(&app, YOUTUBE).await;
        let path = format!("/events/konf/recordings/{}", made["id"].as_str().unwrap());
        let moved = async |url: &str| {
            app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"url": url})).send().await.expect(200);
            page(&app, "/watch/konf/foredrag").await
        };
        let vimeo = moved("https://vimeo.com/76979871").await;
        vimeo.expect_html("<iframe src=\"https://player.vimeo.com/video/76979871");
        assert!(vimeo.header("content-security-policy").ends_with("; frame-src https://player.vimeo.com"));
        let file = moved("https://video.example.org:8443/dag.mp4").await;
        file.expect_html("<video class=\"player\" src=\"https://video.example.org:8443/dag.mp4#t=4380\"");
        assert!(file.header("content-security-policy").ends_with("; media-src 'self' https://video.example.org:8443") && !file.body.contains("<iframe"));
        assert!(!file.body.contains("kind=\"captions\""), "there are none: {}", file.body);
        let said = app.organiser("PUT", &format!("{path}/transcript")).bytes("text/vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHei\n".to_vec());
        said.send().await.expect(201);
        let captioned = app.get("/watch/konf/foredrag").header("accept-language", "en").send().await;
        let recording = path.rsplit('/').next().unwrap();
        let address = format!("/api/v1/events/konf/recordings/{recording}/transcript.vtt");
        captioned.expect_html(&format!("<track kind=\"captions\" src=\"{address}\" srclang=\"nb\" label=\"Captions\">"));
        assert_eq!(captioned.header("content-security-policy"), file.header("content-security-policy"), "it comes from here, as chapters do");
        assert_eq!(app.get(&address).send().await.header("content-type"), "text/vtt; charset=utf-8");
        assert_eq!(structured(&file)["contentUrl"], "https://video.example.org:8443/dag.mp4");
        let other = moved("https://tv.example.org/se/dagen").await;
        other.expect_html("href=\"https://tv.example.org/se/dagen\"");
        assert!(!other.body.contains("<iframe") && !other.body.contains("<video"), "{}", other.body);
        assert!(other.body.contains("Spol selv til 1:13:00."), "{}", other.body);
        let policy = other.header("content-security-policy");
        assert!(!policy.contains("frame-src") && !policy.contains("media-src"), "{policy}");
    }

    async fn a_second_recording_is_reached_by_its_own_links(app: TestApp) {
        let older = recorded(&app, YOUTUBE).await;
        record(&app, "https://vimeo.com/76979871").await;
        let id = older["id"].as_str().unwrap();
        page(&app, "/watch/konf/foredrag").await.expect_html("player.vimeo.com");
        let shown = page(&app, &format!("/watch/konf/foredrag?recording={id}")).await;
        shown.expect_html(&format!("{PLAYER}?start=4380"));
        assert!(shown.body.contains(&format!("href=\"/watch/konf/pause?t=9000&amp;recording={id}\"")), "{}", shown.body);
        page(&app, "/watch/konf/foredrag?recording=01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c").await.problem_page(404, "ikke noe opptak");
    }

    async fn what_can_not_be_watched_says_so(app: TestApp) {
        let made = recorded(&app, YOUTUBE).await;
        for session in ["skjermet", "uten-tid"] {
            app.get(&format!("/watch/konf/{session}")).send().await.problem(404, "no-video");
            let told = page(&app, &format!("/watch/konf/{session}?t=7300")).await;
            told.problem_page(404, "Det er ikke noe opptak ennå");
            assert!(!told.body.contains("youtube") && told.body.contains("noindex") && told.header("cache-control") == "no-store");
        }
        page(&app, "/watch/konf/ukjent").await.problem_page(404, "Vi finner ikke dette opptaket");
        page(&app, "/watch/ukjent/foredrag").await.problem_page(404, "Vi finner ikke dette opptaket");
        page(&app, "/watch/konf/foredrag?t=snart").await.problem_page(422, "1:13:00");
        app.get("/watch/konf/foredrag?t=snart").send().await.fault("/t", "invalid_position");
        app.get("/watch/ukjent/foredrag").send().await.problem(404, "not-found");
        app.create("/events", &json!({"slug": "utkast", "title": "Utkast"})).await;
        app.create("/events/utkast/sessions", &json!({"title": "Hemmelig"})).await;
        app.get("/watch/utkast/hemmelig").send().await.problem(404, "not-found");
        let path = format!("/events/konf/recordings/{}", made["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"state": "withdrawn"})).send().await.expect(200);
        app.get("/watch/konf/foredrag").send().await.problem(404, "no-video");
    }
}

impl Answer {
    /// Asserts a page that tells what went wrong.
    #[track_caller]
    fn problem_page(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.header("content-type").starts_with("text/html"));
        assert!(self.body.contains(text), "no {text}: {}", self.body);
    }
}

/// The page as a person meets it: in Chromium, with and without scripts, by keyboard, in light and dark.
#[actix_web::test]
async fn in_a_browser_the_frame_carries_the_second_and_the_list_jumps() {
    let app = TestApp::spawn(crate::helpers::Store::Sqlite).await;
    let id = event(&app, "konf").await;
    let mut day = day();
    for (session, title) in day.sessions.iter_mut().zip([
        "Åpning",
        "Oppvekstplanen i Lørenskog",
        "Skjermet innlegg",
        "Pause",
    ]) {
        session.title = nb(title);
    }
    day.speakers[0].name = "Kari Nordmann".into();
    release(&app, id, &day).await;
    record(&app, YOUTUBE).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/watch.mjs");
    let picture = exported_or(
        "KONGRESS_TEST_SCREENSHOT",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/watch.png"),
    );
    let mut node = Command::new(exported("KONGRESS_TEST_NODE"));
    node.arg(script).arg(exported("KONGRESS_TEST_CHROMIUM"));
    node.arg(format!("{}/watch/konf/foredrag?t=4380", app.address))
        .arg(&picture);
    let output = tokio::task::spawn_blocking(move || node.output())
        .await
        .unwrap()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        seen["frames"],
        json!([format!("{PLAYER}?start=4380"), PLAYER]),
        "{seen}"
    );
    assert_eq!(
        seen["reached"],
        json!([format!("{PLAYER}?start=4380")]),
        "the policy lets the player in"
    );
    assert_eq!(
        (&seen["axe"], &seen["leaks"], &seen["errors"]),
        (&json!([]), &json!([]), &json!([])),
        "{seen}"
    );
    assert!(seen["checked"].as_u64().unwrap() > 15, "{seen}");
    assert_eq!(
        seen["jumps"],
        json!([
            "/watch/konf/apning?t=0",
            "/watch/konf/foredrag?t=4380",
            "/watch/konf/pause?t=9000"
        ])
    );
    assert_eq!(
        (&seen["lang"], &seen["jumped"]),
        (
            &json!("nb"),
            &json!(format!("{}/watch/konf/apning?t=0", app.address))
        )
    );
    assert!(std::fs::metadata(&picture).unwrap().len() > 10_000);
}

/// What `tests/run` was told by whoever ran it.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run speaks through the environment"
)]
fn exported_or(name: &str, otherwise: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| otherwise.to_owned())
}
