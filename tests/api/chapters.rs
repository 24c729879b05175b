//! Chapters, in every format, as players and validators read them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::smtp::{exported, python};

const YOUTUBE: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/chapters.json")).unwrap()
}

/// A published event with these sessions of its working copy (title, start, end; seconds after 09:00)
/// released, and one recording of it; gives the recording's path.
async fn recorded(app: &TestApp, sessions: &[(&str, i64, i64)], duration: Option<u32>) -> String {
    let event = json!({"slug": "konf", "title": {"nb": "Barnevernskonferansen 2026"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
    app.create("/events", &event).await;
    let at = |seconds: i64| {
        let start = crate::helpers::released::at("2027-11-11T09:00:00+01:00");
        (start + chrono::TimeDelta::seconds(seconds)).to_rfc3339_in(chrono_tz::Europe::Oslo)
    };
    for (title, start, end) in sessions {
        let kind = if *title == "Pause" { "break" } else { "talk" };
        let body = json!({"title": {"nb": title}, "kind": kind, "starts_at": at(*start), "ends_at": at(*end)});
        app.create("/events/konf/sessions", &body).await;
    }
    app.create("/events/konf/programme/releases", &json!({}))
        .await;
    app.organiser("POST", "/events/konf/publish")
        .send()
        .await
        .expect(200);
    let recording = json!({"title": "Hele dagen", "url": YOUTUBE, "duration_seconds": duration, "segments": [{"media_start_seconds": 0, "starts_at": at(0)}]});
    let made = app.create("/events/konf/recordings", &recording).await;
    format!("/events/konf/recordings/{}", made["id"].as_str().unwrap())
}

async fn of_vectors(app: &TestApp) -> String {
    let vectors = vectors();
    let rows = vectors["chapters"].as_array().unwrap().iter();
    let sessions: Vec<(&str, i64, i64)> = rows
        .map(|row| {
            (
                row["title"].as_str().unwrap(),
                row["start_s"].as_i64().unwrap(),
                row["end_s"].as_i64().unwrap(),
            )
        })
        .collect();
    recorded(app, &sessions, Some(25_200)).await
}

async fn read(app: &TestApp, recording: &str, format: &str) -> String {
    let answer = app
        .get(&format!("{recording}/chapters.{format}"))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Gives a program its input, and takes what it says.
fn fed(mut program: Command, input: &str) -> Result<String, String> {
    program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// What a validator of WebVTT reads: start, end and text of every cue.
fn web_vtt(text: &str) -> Vec<(u64, u64, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/webvtt.mjs");
    let mut node = Command::new(exported("KONGRESS_TEST_NODE"));
    node.arg(script).arg("chapters");
    let cues: Value = serde_json::from_str(&fed(node, text).unwrap()).unwrap();
    let cues = cues.as_array().unwrap().iter();
    cues.map(|cue| {
        (
            cue["start"].as_u64().unwrap(),
            cue["end"].as_u64().unwrap(),
            cue["text"].as_str().unwrap().to_owned(),
        )
    })
    .collect()
}

/// What `FFmpeg` reads.
fn ffmetadata(text: &str) -> Vec<(u64, u64, String)> {
    let mut ffprobe = Command::new(exported("KONGRESS_TEST_FFPROBE"));
    ffprobe.args([
        "-v",
        "error",
        "-f",
        "ffmetadata",
        "-show_chapters",
        "-of",
        "json",
        "-i",
        "-",
    ]);
    let read: Value = serde_json::from_str(&fed(ffprobe, text).unwrap()).unwrap();
    let chapters = read["chapters"].as_array().unwrap().iter();
    chapters
        .map(|one| {
            (
                one["start"].as_u64().unwrap() / 1000,
                one["end"].as_u64().unwrap() / 1000,
                one["tags"]["title"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

/// What an XML parser reads: start and title.
fn podlove(text: &str) -> Vec<(String, String)> {
    let script = "import sys, json, xml.etree.ElementTree as T\n\
        tree = T.fromstring(sys.stdin.buffer.read())\n\
        assert tree.tag == '{http://podlove.org/simple-chapters}chapters' and tree.get('version') == '1.2'\n\
        print(json.dumps([[c.get('start'), c.get('title')] for c in tree]))";
    let mut program = Command::new(python());
    program.args(["-c", script]);
    serde_json::from_str(&fed(program, text).unwrap()).unwrap()
}

/// The lines of a description, held against YouTube's rules by hand: start and title.
fn youtube(text: &str, duration: Option<u64>) -> Vec<(u64, String)> {
    let seconds = |clock: &str| {
        clock
            .split(':')
            .fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap())
    };
    let lines: Vec<(u64, String)> = text
        .lines()
        .map(|line| {
            let (clock, title) = line.split_once(' ').unwrap();
            assert!(!title.is_empty() && !title.contains(['<', '>']), "{line}");
            (seconds(clock), title.to_owned())
        })
        .collect();
    assert!(lines.len() >= 3 && lines[0].0 == 0, "{text}");
    let starts: Vec<u64> = lines.iter().map(|line| line.0).chain(duration).collect();
    assert!(
        starts.windows(2).all(|pair| pair[0] + 10 <= pair[1]),
        "{text}"
    );
    lines
}

on_both_stores! {
    async fn five_formats_byte_for_byte(app: TestApp) {
        let recording = of_vectors(&app).await;
        let outputs = vectors()["outputs"].clone();
        for (ending, output, media_type) in [
            ("vtt", "webvtt", "text/vtt; charset=utf-8"), ("txt", "youtube", "text/plain; charset=utf-8"),
            ("psc", "podlove", "application/xml; charset=utf-8"), ("ffmetadata", "ffmetadata", "text/plain; charset=utf-8"),
            ("json", "podcast20", "application/json+chapters"),
        ] {
            let path = format!("{recording}/chapters.{ending}");
            let answer = app.get(&path).send().await;
            assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{}", answer.body);
            assert_eq!(answer.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
            if ending == "json" {
                assert_eq!(answer.json(), outputs[output]);
            } else {
                assert_eq!(answer.body, outputs[output].as_str().unwrap());
            }
            assert_eq!(app.get(&path).header("if-none-match", &answer.etag()).send().await.status, 304);
        }
        app.get(&format!("{recording}/chapters.srt")).send().await.problem(404, "not-found");
        app.organiser("PATCH", &recording).if_match("*").patch_json(&json!({"state": "withdrawn"})).send().await.expect(200);
        for ending in ["vtt", "txt", "psc", "ffmetadata", "json"] {
            app.get(&format!("{recording}/chapters.{ending}")).send().await.problem(404, "not-found");
        }
        app.get("/events/konf/recordings/x/chapters.vtt").send().await.problem(404, "not-found");
    }

    async fn players_read_whatever_a_title_holds(app: TestApp) {
        let nasty = "A --> B <i>&amp; \"=;#\\ 12:30";
        let recording = recorded(&app, &[(nasty, 0, 600), ("12:30 lunsj", 600, 1200), ("Pause", 1500, 1800)], Some(1800)).await;
        let expected: Vec<(u64, u64, String)> = vec![(0, 600, nasty.into()), (600, 1200, "12:30 lunsj".into()), (1500, 1800, "Pause".into())];
        assert_eq!(web_vtt(&read(&app, &recording, "vtt").await), expected);
        assert_eq!(ffmetadata(&read(&app, &recording, "ffmetadata").await), expected);
        let starts = |pairs: &[(&str, &str)]| pairs.iter().map(|(at, title)| ((*at).to_owned(), (*title).to_owned())).collect::<Vec<_>>();
        assert_eq!(podlove(&read(&app, &recording, "psc").await), starts(&[
            ("00:00:00.000", nasty), ("00:10:00.000", "12:30 lunsj"), ("00:20:00.000", "Mellom innslagene"), ("00:25:00.000", "Pause"),
        ]));
        let lines = youtube(&read(&app, &recording, "txt").await, Some(1800));
        assert_eq!(lines[0].1, "A -- B i&amp; \"=;#\\ 12:30");
        let json: Value = serde_json::from_str(&read(&app, &recording, "json").await).unwrap();
        assert_eq!((&json["chapters"][0]["title"], &json["chapters"][1]["url"]), (&json!(nasty), &json!(format!("{YOUTUBE}&t=600s"))));
        // Nothing a validator takes for nothing.
        assert!(fed({ let mut node = Command::new(exported("KONGRESS_TEST_NODE")); node.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/webvtt.mjs")); node }, "WEBVTT\n\n00:00:00,000 --> 00:00:01.000\nx\n").is_err());
    }

    async fn youtubes_rules_are_met_whatever_there_is(app: TestApp) {
        let recording = recorded(&app, &[("Åpning", 5, 300), ("Kort", 300, 304), ("Innlegg", 304, 900)], Some(1000)).await;
        let lines = youtube(&read(&app, &recording, "txt").await, Some(1000));
        assert_eq!(lines, [(0, "Åpning".to_owned()), (300, "Kort / Innlegg".to_owned()), (900, "Etter slutt".to_owned())]);
        app.organiser("PATCH", &recording).if_match("*").patch_json(&json!({"segments": []})).send().await.expect(200);
        assert_eq!(read(&app, &recording, "txt").await, "", "no session has a position");
        assert_eq!(read(&app, &recording, "vtt").await, "WEBVTT\n");
    }

    async fn consent_taken_back_leaves_a_neutral_gap_at_once(app: TestApp) {
        let recording = of_vectors(&app).await;
        let hidden = "oppvekstplan";
        for format in ["vtt", "json", "psc", "txt", "ffmetadata"] {
            assert!(read(&app, &recording, format).await.contains(hidden), "{format}");
        }
        let list = app.organiser("GET", "/events/konf/sessions").send().await.expect(200);
        let session = list["items"].as_array().unwrap().iter().find(|one| one["title"]["nb"].as_str().unwrap().contains(hidden)).unwrap().clone();
        let path = format!("/events/konf/sessions/{}", session["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"do_not_record": true})).send().await.expect(200);
        for format in ["vtt", "json", "psc", "txt", "ffmetadata"] {
            assert!(!read(&app, &recording, format).await.contains(hidden), "{format}");
        }
        let cues: Vec<u64> = web_vtt(&read(&app, &recording, "vtt").await).iter().map(|cue| cue.0).collect();
        assert_eq!(cues, [0, 600, 7200, 8100]);
        let lines = youtube(&read(&app, &recording, "txt").await, Some(25_200));
        assert_eq!(lines[2], (4380, "Mellom innslagene".to_owned()));
        assert!(podlove(&read(&app, &recording, "psc").await).contains(&("01:13:00.000".to_owned(), "Mellom innslagene".to_owned())));
    }
}
