//! Schedules that others wrote come in, and leave in every format as they came.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::helpers::smtp::python;
use crate::helpers::{TestApp, say_aloud};
use crate::imports::{XML, draft, event, fixture, put, release, text, touched};

on_both_stores! {
    async fn eighty_sessions_of_pretalx_come_and_go_through_every_format(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let body = fixture();
        let looked = app.organiser("PUT", "/events/konf/programme?dry_run=true").bytes("application/json", body.clone()).send().await.expect(200);
        assert_eq!((&looked["format"], &looked["faults"]), (&json!("schedule_json"), &json!([])));
        assert_eq!(looked["added"]["sessions"].as_array().unwrap().len(), 80);
        let report = put(&app, "konf", "application/json", &body).await.expect(200);
        assert_eq!((report["added"]["rooms"].as_array().unwrap().len(), report["added"]["tracks"].as_array().unwrap().len()), (4, 4));
        through_every_format(&app, "konf", "application/json", &body, 80).await;
        let schedule: Value = serde_json::from_str(&text(&app, "/events/konf/schedule.json").await).unwrap();
        let source: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(said(&schedule), said(&source));
        // One that is withdrawn there goes, what was never scheduled stays.
        app.create("/events/konf/sessions", &json!({"title": "Uten tid"})).await;
        let mut shorter = source;
        let room = shorter["schedule"]["conference"]["days"][0]["rooms"]["Storsalen"].as_array_mut().unwrap();
        room.pop();
        room[0]["title"] = json!("Flyttet");
        room[0]["date"] = json!("2027-11-08T08:30:00+01:00");
        let report = put(&app, "konf", "application/json", shorter.to_string().as_bytes()).await.expect(200);
        assert_eq!(touched(&report), [0, 1, 1], "{report}");
        let titles = draft(&app, "konf").await.body;
        assert!(titles.contains("Uten tid") && titles.contains("2027-11-08T08:30:00+01:00"));
        // What is said wrongly is not taken away.
        shorter["schedule"]["conference"]["days"][0]["rooms"]["Storsalen"][0]["duration"] = json!("lenge");
        let looked = app.organiser("PUT", "/events/konf/programme?dry_run=true").json(&shorter).send().await.expect(200);
        assert_eq!((touched(&looked), looked["faults"].as_array().unwrap().len()), ([0, 0, 0], 1));
    }

    async fn real_programmes_come_and_go(app: TestApp) {
        let Some(folder) = schedules() else { return };
        let days = [("frab-camp2019.json", "Europe/Berlin", "2019-08-21", "2019-08-26", 79), ("pretalx-democon.json", "Europe/Berlin", "2020-12-14", "2020-12-16", 36)];
        for (index, (file, zone, from, to, sessions)) in days.into_iter().enumerate() {
            let slug = format!("konf-{index}");
            event(&app, &slug, from, to).await;
            let path = format!("/events/{slug}");
            app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"timezone": zone})).send().await.expect(200);
            let body = std::fs::read(folder.join(file)).unwrap();
            let report = put(&app, &slug, "application/json", &body).await.expect(200);
            assert_eq!(report["added"]["sessions"].as_array().unwrap().len(), sessions, "{file}");
            let json = through_every_format(&app, &slug, "application/json", &body, sessions).await;
            let schema: Value = serde_json::from_slice(&std::fs::read(folder.join("schema.json")).unwrap()).unwrap();
            let schema = jsonschema::options().with_draft(jsonschema::Draft::Draft6).build(&schema).unwrap();
            let wrong: Vec<String> = schema.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path)).take(5).collect();
            assert!(wrong.is_empty(), "{file}: {wrong:?}");
            assert_eq!(said(&json), said(&serde_json::from_slice(&body).unwrap()), "{file}");
        }
    }
}

/// Releases what was imported, and imports it again in every format.
async fn through_every_format(
    app: &TestApp,
    slug: &str,
    media_type: &str,
    source: &[u8],
    sessions: usize,
) -> Value {
    release(app, slug).await;
    let before = draft(app, slug).await;
    let xml = text(app, &format!("/events/{slug}/schedule.xml")).await;
    let json = text(app, &format!("/events/{slug}/schedule.json")).await;
    let own = text(app, &format!("/events/{slug}/programme")).await;
    crate::exports::check_xml(&xml, sessions);
    if let Some(folder) = schedules() {
        let wrong = wrong_by_xsd(folder.join("schedule.xml.xsd"), xml.clone()).await;
        assert_eq!(wrong, "", "{slug}");
    }
    for (media_type, document) in [
        (media_type, source),
        (XML, xml.as_bytes()),
        ("application/json", json.as_bytes()),
        ("application/json", own.as_bytes()),
    ] {
        let report = put(app, slug, media_type, document).await.expect(200);
        assert_eq!(
            touched(&report),
            [0, 0, 0],
            "{media_type}: {}",
            report["changed"]
        );
    }
    assert_eq!(draft(app, slug).await.etag(), before.etag());
    serde_json::from_str(&json).unwrap()
}

/// What two schedules must say alike of every session, by guid.
fn said(schedule: &Value) -> std::collections::BTreeMap<String, Value> {
    let days = schedule["schedule"]["conference"]["days"]
        .as_array()
        .unwrap()
        .iter();
    let slots = days
        .flat_map(|day| day["rooms"].as_object().unwrap().values())
        .flat_map(|room| room.as_array().unwrap());
    let tidy = |text: &Value| text.as_str().map(|text| text.trim().to_owned());
    let one = |slot: &Value| {
        let people = slot["persons"].as_array().unwrap().iter();
        let people: Vec<_> = people
            .map(|person| tidy(person.get("name").unwrap_or(&person["public_name"])))
            .collect();
        let date = chrono::DateTime::parse_from_rfc3339(slot["date"].as_str().unwrap())
            .unwrap()
            .timestamp();
        let said = json!([
            tidy(&slot["title"]),
            date,
            slot["duration"],
            slot["room"],
            slot["track"],
            slot["type"],
            slot["language"],
            slot["do_not_record"],
            people
        ]);
        (slot["guid"].as_str().unwrap().to_owned(), said)
    };
    slots.map(one).collect()
}

/// Where interchange data lies beside the checkout.
#[expect(
    clippy::disallowed_methods,
    reason = "whether this is CI is said by the environment"
)]
fn schedules() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/schedule");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} is missing",
        folder.display()
    );
    say_aloud("real programmes were not imported: ../shared/data/schedule is not here");
    None
}

/// What c3voc's XSD says is wrong. Validating takes seconds, for which nobody here may stand still.
async fn wrong_by_xsd(xsd: PathBuf, xml: String) -> String {
    let validating = actix_web::rt::task::spawn_blocking(move || validated(&xsd, &xml));
    validating.await.unwrap()
}

fn validated(xsd: &Path, xml: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/schedule_xml.py");
    let mut child = Command::new(python())
        .arg(script)
        .arg(xsd)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(xml.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
