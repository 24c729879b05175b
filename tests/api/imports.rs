//! Programmes that come from elsewhere, and our own on their way back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command_line::kongress;
use crate::helpers::client::Answer;
use crate::helpers::{Store, TestApp};

pub const EVENT: &str = "/events/konf/programme";
pub const XML: &str = "application/vnd.c3voc.schedule+xml";

pub fn fixture() -> Vec<u8> {
    std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/pretalx-80.json"
    ))
    .unwrap()
}

pub async fn event(app: &TestApp, slug: &str, from: &str, to: &str) {
    let body = json!({"slug": slug, "title": {"nb": "Konferansen"}, "starts_on": from, "ends_on": to, "languages": ["nb", "en"]});
    app.create("/events", &body).await;
    app.organiser("POST", &format!("/events/{slug}/publish"))
        .send()
        .await
        .expect(200);
}

pub async fn draft(app: &TestApp, slug: &str) -> Answer {
    let answer = app
        .organiser("GET", &format!("/events/{slug}/programme"))
        .send()
        .await;
    answer.expect(200);
    answer
}

pub async fn put(app: &TestApp, slug: &str, media_type: &str, body: &[u8]) -> Answer {
    let tag = draft(app, slug).await.etag();
    let call = app
        .organiser("PUT", &format!("/events/{slug}/programme"))
        .if_match(&tag);
    call.bytes(media_type, body.to_vec()).send().await
}

/// How many things a report adds, changes and removes.
pub fn touched(report: &Value) -> [usize; 3] {
    ["added", "changed", "removed"].map(|what| {
        let kinds = report[what].as_object().unwrap().values();
        kinds.map(|list| list.as_array().unwrap().len()).sum()
    })
}

pub async fn release(app: &TestApp, slug: &str) {
    let path = format!("/events/{slug}/programme/releases");
    app.organiser("POST", &path)
        .json(&json!({}))
        .send()
        .await
        .expect(201);
}

pub async fn text(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).send().await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

/// Everything that a schedule can't say.
async fn rich(app: &TestApp) {
    event(app, "konf", "2027-11-11", "2027-11-12").await;
    let make = async |rest: &str, body: Value| {
        app.create(&format!("/events/konf{rest}"), &body).await["id"].clone()
    };
    let rooms = [
        make(
            "/rooms",
            json!({"name": {"nb": "Salen", "en": "The hall"}, "capacity": 600}),
        )
        .await,
        make("/rooms", json!({"name": "Salen"})).await,
    ];
    let track = make(
        "/tracks",
        json!({"name": {"nb": "Spor", "en": "Track"}, "color": "#00665e"}),
    )
    .await;
    make("/tracks", json!({"name": "Ubrukt"})).await;
    let kari = make("/speakers", json!({"name": "Kari Nordmann", "affiliation": "Hamar", "bio": "**Hei**", "links": [{"title": null, "url": "https://example.org/"}]})).await;
    let namesake = make("/speakers", json!({"name": "Kari Nordmann"})).await;
    make("/sessions", json!({
        "title": {"nb": "Åpning", "en": "Opening"}, "abstract": {"nb": "En\r\nto & <tre>", "en": "One"}, "kind": "keynote", "type_label": {"nb": "Hovedforedrag", "en": "Keynote"},
        "language": "nb", "starts_at": "2027-11-11T09:00:30+01:00", "ends_at": "2027-11-11T09:59:59+01:00", "room_id": rooms[0], "track_id": track,
        "speakers": [{"speaker_id": kari, "role": "moderator"}, {"speaker_id": namesake, "role": "panelist"}],
        "materials": [{"title": {"nb": "Lysark", "en": "Slides"}, "kind": "slides", "url": "https://example.org/a.pdf?x=1&y=2"}, {"title": "Notat", "kind": "document", "text": [{"page": 1, "text": "Side"}]}],
        "sign_up": {"capacity": 40}, "guid": "0f8fad5b-d9cb-469f-a165-70867728950e", "slug": "x"
    })).await;
    make("/sessions", json!({"title": "Skjermet", "starts_at": "2027-11-11T10:00:00+01:00", "room_id": rooms[1], "do_not_record": true, "speakers": [{"speaker_id": namesake}]})).await;
    make("/sessions", json!({"title": "To døgn", "kind": "social", "starts_at": "2027-11-11T10:00:00+01:00", "ends_at": "2027-11-13T11:00:00+01:00"})).await;
    make("/sessions", json!({"title": "Uten tid"})).await;
    make("/recordings", json!({"title": "Hele dagen", "url": "https://example.org/a.mp4", "state": "published", "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]})).await;
}

on_both_stores! {
    async fn what_was_exported_changes_nothing(app: TestApp) {
        rich(&app).await;
        release(&app, "konf").await;
        let before = draft(&app, "konf").await;
        let documents = [
            ("application/json", before.body.clone()), ("application/json", text(&app, EVENT).await), ("application/json", text(&app, "/events/konf/schedule.json").await),
            ("application/json", text(&app, "/events/konf/programme/releases/1").await),
            (XML, text(&app, "/events/konf/schedule.xml").await), ("text/xml; charset=utf-8", text(&app, "/events/konf/schedule.xml").await),
        ];
        for (media_type, document) in documents {
            let answer = put(&app, "konf", media_type, document.as_bytes()).await;
            let report = answer.expect(200);
            assert_eq!(touched(&report), [0, 0, 0], "{media_type}: {report}");
            assert!(report["unchanged"]["sessions"].as_u64().unwrap() >= 3);
            assert_eq!(answer.etag(), before.etag());
            assert_eq!(draft(&app, "konf").await.body, before.body);
        }
    }

    async fn an_edited_document_is_an_edited_programme(app: TestApp) {
        rich(&app).await;
        release(&app, "konf").await;
        let before = draft(&app, "konf").await;
        let mut document = before.json();
        let sessions = document["days"][0]["sessions"].as_array_mut().unwrap();
        sessions.remove(1);
        sessions[0]["title"]["nb"] = json!("Velkommen");
        let room = document["rooms"][1].clone();
        document["rooms"] = json!([{"id": "ny", "name": "Ny sal", "capacity": 7}, document["rooms"][0]]);
        document["tracks"].as_array_mut().unwrap().pop();
        document["speakers"].as_array_mut().unwrap().push(json!({"id": "ola", "name": "Ola"}));
        document["days"].as_array_mut().unwrap().push(json!({"sessions": [{"title": "Ny økt", "room_id": "ny", "speakers": [{"speaker_id": "ola"}], "starts_at": "2027-11-12T09:00:00+01:00"}]}));
        let body = document.to_string().into_bytes();
        let path = "/events/konf/programme";
        let call = |query: &str| app.organiser("PUT", &format!("{path}{query}")).bytes("application/json", body.clone());
        call("").send().await.problem(428, "precondition-required");
        let stale = call("").if_match("\"v1\"").send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), before.etag());
        call("?dry_run=kanskje").if_match("*").send().await.fault("/dry_run", "invalid_value");
        let looked = call("?dry_run=true").send().await.expect(200);
        assert_eq!((&looked["dry_run"], &looked["kept"], &looked["added"]["rooms"][0]["id"]), (&json!(true), &json!(1), &json!(null)));
        assert_eq!(draft(&app, "konf").await.body, before.body);
        let answer = call("").if_match(&before.etag()).send().await;
        let report = answer.expect(200);
        for what in ["rooms", "tracks", "speakers", "sessions"] {
            for kind in ["added", "changed", "removed"] {
                assert_eq!(report[kind][what].as_array().unwrap().len(), looked[kind][what].as_array().unwrap().len(), "{kind} {what}");
            }
        }
        assert_eq!(touched(&report), [3, 1, 2], "{report}");
        let trail = app.organiser("GET", "/events/konf/audit?limit=200").send().await.expect(200);
        let traces = trail["items"].as_array().unwrap().iter().filter(|entry| entry["operation"] == "import_programme");
        let kinds: Vec<&str> = traces.map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(["created", "changed", "deleted"].map(|kind| kinds.iter().filter(|known| **known == kind).count()), [3, 1, 2], "{trail}");
        assert_eq!(report["removed"]["tracks"][0]["name"], "Ubrukt");
        let after = draft(&app, "konf").await;
        assert_eq!(after.etag(), answer.etag());
        let after = after.json();
        assert!(after["rooms"].as_array().unwrap().iter().any(|known| known["id"] == room["id"]), "a release needs it");
        assert_eq!(after["days"][0]["sessions"][0]["title"], json!({"nb": "Velkommen", "en": "Opening"}));
        assert_eq!(after["days"][1]["sessions"][0]["room"]["name"]["nb"], "Ny sal");
        assert_eq!(after["days"][1]["sessions"][0]["number"], 5, "numbers are never given again");
        let public: Value = serde_json::from_str(&text(&app, EVENT).await).unwrap();
        assert_eq!(public["days"][0]["sessions"].as_array().unwrap().len(), 3, "the public sees the release");
    }

    async fn sessions_take_over_each_others_slugs_and_guids(app: TestApp) {
        rich(&app).await;
        release(&app, "konf").await;
        let before = draft(&app, "konf").await.json();
        let called = |programme: &Value| -> Vec<[Value; 3]> {
            let sessions = programme["days"][0]["sessions"].as_array().unwrap().iter();
            sessions.map(|session| ["id", "slug", "guid"].map(|name| session[name].clone())).collect()
        };
        let names = called(&before);
        let mut turned = before.clone();
        let sessions = turned["days"][0]["sessions"].as_array_mut().unwrap();
        for (index, session) in sessions.iter_mut().enumerate() {
            let [_, slug, guid] = names[(index + 1) % names.len()].clone();
            (session["slug"], session["guid"]) = (slug, guid);
        }
        let report = put(&app, "konf", "application/json", turned.to_string().as_bytes()).await.expect(200);
        assert_eq!(touched(&report), [0, names.len(), 0], "{report}");
        assert_eq!(called(&draft(&app, "konf").await.json()), called(&turned));
        let again = put(&app, "konf", "application/json", turned.to_string().as_bytes()).await.expect(200);
        assert_eq!(touched(&again), [0, 0, 0], "{again}");
        // What was called otherwise when it was released is called so again.
        let back = app.organiser("POST", "/events/konf/programme/restore").json(&json!({"version": 1}));
        back.send().await.expect(200);
        assert_eq!(called(&draft(&app, "konf").await.json()), names);
        // One gets a name of its own, and a new one the name that it had; nobody else may have that too.
        let mut passed_on = before.clone();
        let first = &mut passed_on["days"][0]["sessions"][0];
        first["slug"] = json!("ny-vei");
        let heir = json!({"title": "Arving", "slug": names[0][1]});
        passed_on["days"].as_array_mut().unwrap().push(json!({"sessions": [heir]}));
        let mut doubled = passed_on.clone();
        doubled["days"][0]["sessions"][1]["slug"] = names[0][1].clone();
        let twice = put(&app, "konf", "application/json", doubled.to_string().as_bytes()).await;
        let place = doubled["days"].as_array().unwrap().len() - 1;
        twice.fault(&format!("/days/{place}/sessions/0/slug"), "taken");
        let report = put(&app, "konf", "application/json", passed_on.to_string().as_bytes()).await.expect(200);
        assert_eq!(touched(&report), [1, 1, 0], "{report}");
    }

    async fn a_programme_moves_to_another_event_once(app: TestApp) {
        rich(&app).await;
        let there = draft(&app, "konf").await;
        event(&app, "ny", "2027-11-11", "2027-11-12").await;
        let path = "/events/ny/programme";
        // Nothing is there that could be overwritten.
        let made = app.organiser("PUT", path).bytes("application/json", there.body.clone().into_bytes()).send().await;
        assert_eq!(touched(&made.expect(200)), [10, 0, 0]);
        let here = draft(&app, "ny").await.json();
        let sessions = |programme: &Value| -> Vec<Value> {
            let days = programme["days"].as_array().unwrap().iter();
            days.flat_map(|day| day["sessions"].as_array().unwrap().clone()).map(|session| json!([session["slug"], session["guid"], session["title"], session["abstract"], session["type_label"], session["starts_at"], session["materials"], session["sign_up"], session["speakers"][0]["role"]])).collect()
        };
        assert_eq!(sessions(&here), sessions(&there.json()));
        let again = put(&app, "ny", "application/json", there.body.as_bytes()).await.expect(200);
        assert_eq!(touched(&again), [0, 0, 0], "{again}");
        app.organiser("POST", "/events/ny/archive").send().await.expect(200);
        put(&app, "ny", "application/json", there.body.as_bytes()).await.problem(409, "wrong-state");
    }

    async fn every_fault_has_its_place_and_nothing_is_stored(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let slot = |change: &dyn Fn(&mut Value)| {
            let mut slot = json!({"guid": "0f8fad5b-d9cb-469f-a165-70867728950e", "id": 1, "date": "2027-11-08T09:00:00+01:00", "start": "09:00", "duration": "00:30", "room": "Salen", "title": "Økt", "persons": []});
            change(&mut slot);
            json!({"schedule": {"version": "1", "conference": {"title": "K", "acronym": "konf", "days": [{"index": 1, "rooms": {"Salen": [slot]}}]}}})
        };
        let at = "/schedule/conference/days/0/rooms/Salen/0";
        let cases: Vec<(Value, String, &str)> = vec![
            (json!({}), "/days".into(), "required"), (json!({"days": [], "rooms": [], "tracks": [], "speakers": [], "nytt": 1}), "/nytt".into(), "unknown_field"),
            (json!({"days": [], "rooms": [{"id": "a", "name": "A"}, {"id": "a", "name": "B"}], "tracks": [], "speakers": []}), "/rooms/1/id".into(), "duplicate"),
            (json!({"days": [{"sessions": [{"title": "x", "room_id": "b"}]}], "rooms": [], "tracks": [], "speakers": []}), "/days/0/sessions/0/room_id".into(), "unknown_room"),
            (json!({"days": [{"sessions": [{"title": "x", "slug": "s"}, {"title": "y", "slug": "s"}]}], "rooms": [], "tracks": [], "speakers": []}), "/days/0/sessions/1/slug".into(), "taken"),
            (json!({"days": [{"sessions": [{"title": "x", "starts_at": 5}]}], "rooms": [], "tracks": [], "speakers": []}), "/days/0/sessions/0/starts_at".into(), "invalid_type"),
            (slot(&|s| s["guid"] = json!("x")), format!("{at}/guid"), "invalid_uuid"), (slot(&|s| drop(s.as_object_mut().unwrap().remove("guid"))), format!("{at}/guid"), "required"),
            (slot(&|s| s["date"] = json!("2027-11-08T09:00:00")), format!("{at}/date"), "invalid_instant"), (slot(&|s| s["duration"] = json!("lenge")), format!("{at}/duration"), "invalid_duration"),
            (slot(&|s| s["title"] = json!("")), format!("{at}/title"), "required"), (slot(&|s| s["title"] = json!(7)), format!("{at}/title"), "invalid_type"),
            (slot(&|s| s["language"] = json!("norsk!")), format!("{at}/language"), "invalid_language"), (slot(&|s| s["persons"] = json!([{"name": "http://x"}])), format!("{at}/persons/0/name"), "invalid_name"),
            (slot(&|s| s["attachments"] = json!([{"url": "javascript:x"}])), format!("{at}/attachments/0/url"), "invalid_url"),
        ];
        for (body, pointer, code) in cases {
            put(&app, "konf", "application/json", body.to_string().as_bytes()).await.fault(&pointer, code);
        }
        let twice = json!({"schedule": {"conference": {"days": [{"rooms": {"A": [slot(&|_| {})["schedule"]["conference"]["days"][0]["rooms"]["Salen"][0], slot(&|_| {})["schedule"]["conference"]["days"][0]["rooms"]["Salen"][0]]}}]}}});
        put(&app, "konf", "application/json", twice.to_string().as_bytes()).await.fault("/schedule/conference/days/0/rooms/A/1/guid", "duplicate");
        let xml = "<schedule>\n<conference/>\n<day>\n<room name='Salen'>\n<event id='1' guid='x'><title>A</title></event></room></day></schedule>";
        let answer = put(&app, "konf", XML, xml.as_bytes()).await;
        answer.fault("/schedule/day[1]/room[1]/event[1]/guid", "invalid_uuid");
        assert!(answer.body.contains("Line 5: "), "{}", answer.body);
        let looked = app.organiser("PUT", "/events/konf/programme?dry_run=true").bytes(XML, xml.as_bytes().to_vec()).send().await.expect(200);
        assert_eq!(looked["faults"].as_array().unwrap().len(), 2);
        put(&app, "konf", XML, b"<html/>").await.fault("/", "unknown_format");
        put(&app, "konf", "application/pdf", b"%PDF").await.problem(415, "unsupported-media-type");
        assert_eq!(draft(&app, "konf").await.json()["days"], json!([]));
    }

    async fn bombs_are_duds(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let keys: Vec<String> = (0..1_000_000).map(|n| format!("\"{n}\":0")).collect();
        let keys = keys.join(",");
        let laughs = "<?xml version=\"1.0\"?><!DOCTYPE s [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><schedule>&b;</schedule>";
        let outside = "<!DOCTYPE s [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><schedule>&a;</schedule>";
        let whole = fixture();
        let bombs: Vec<(&str, Vec<u8>, u16)> = vec![
            ("application/json", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes(), 400), ("application/json", format!("{{{keys}}}").into_bytes(), 413),
            ("application/json", whole[..whole.len() / 2].to_vec(), 400), ("application/json", vec![b' '; 10 * 1024 * 1024 + 1], 413), ("application/json", b"\xff\xfe".to_vec(), 400),
            ("application/json", b"{\"days\":[],\"days\":[],\"rooms\":[],\"tracks\":[],\"speakers\":[]}".to_vec(), 422),
            (XML, laughs.into(), 400), (XML, outside.into(), 400), (XML, "<a>".repeat(10_000).into_bytes(), 400), (XML, b"<schedule><day>".to_vec(), 400), (XML, b"\xff".to_vec(), 400),
            (XML, format!("<schedule {}/>", "a='' ".repeat(1_000_000)).into_bytes(), 400), (XML, format!("<schedule>{}</schedule>", "<a/>".repeat(600_000)).into_bytes(), 400),
        ];
        for (media_type, bomb, status) in bombs {
            let began = Instant::now();
            let size = bomb.len();
            let answer = put(&app, "konf", media_type, &bomb).await;
            assert_eq!(answer.status, status, "{media_type}, {size} bytes: {}", answer.body);
            // Generous, because others work on the same cores, and nothing here is optimised.
            assert!(began.elapsed() < Duration::from_secs(8), "{media_type}, {size} bytes: {:?}", began.elapsed());
        }
        assert_eq!(draft(&app, "konf").await.json()["days"], json!([]));
    }

    async fn the_command_does_the_same(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let run = |arguments: &[&str]| {
            let output = kongress(&app.store).arg("import").args(arguments).output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pretalx-80.json");
        let (code, told, _) = run(&[file, "--event", "konf", "--dry-run"]);
        assert_eq!(code, Some(0));
        assert!(told.contains("would be sessions: 80 new, 0 changed, 0 removed"), "{told}");
        assert_eq!(draft(&app, "konf").await.json()["days"], json!([]));
        let (code, told, progress) = run(&[file, "--event", "konf"]);
        assert_eq!(code, Some(0), "{progress}");
        assert!(told.contains("sessions: 80 new") && progress.contains(" done\n"), "{told}{progress}");
        assert_eq!(draft(&app, "konf").await.json()["days"].as_array().unwrap().len(), 4, "at once, beside a running service");
        let trail = || async {
            let page = app.organiser("GET", "/events/konf/audit?operation=import_programme&limit=200").send().await.expect(200);
            page["items"].as_array().unwrap().clone()
        };
        let traces = trail().await;
        let of = |resource: &str| traces.iter().filter(|entry| entry["resource"] == resource && entry["kind"] == "created").count();
        assert_eq!((of("session"), of("room"), of("track")), (80, 4, 4));
        assert_eq!(traces[0]["actor"], json!({"kind": "command_line", "id": null, "name": "command line", "role": null}));
        let (code, told, _) = run(&[file, "--event", "konf"]);
        assert!(code == Some(0) && told.contains("sessions: 0 new, 0 changed, 0 removed, 80 as they are"), "{told}");
        assert_eq!(trail().await, traces, "what changes nothing leaves no trace");
        release(&app, "konf").await;
        let xml = app.store.dir.join("schedule.xml");
        std::fs::write(&xml, text(&app, "/events/konf/schedule.xml").await).unwrap();
        let (code, told, _) = run(&[xml.to_str().unwrap(), "--event", "konf"]);
        assert!(code == Some(0) && told.contains("0 changed, 0 removed, 80 as they are"), "{told}");
        let bad = app.store.dir.join("bad.json");
        std::fs::write(&bad, "{\"days\": [{\"sessions\": [{\"title\": \"\"}]}], \"rooms\": [], \"tracks\": [], \"speakers\": []}").unwrap();
        let (code, _, told) = run(&[bad.to_str().unwrap(), "--event", "konf"]);
        assert!(code == Some(1) && told.contains("/days/0/sessions/0/title") && told.contains("nothing was imported"), "{told}");
        for arguments in [[file, "--event", "ukjent"], ["/nowhere.json", "--event", "konf"]] {
            let (code, _, told) = run(&arguments);
            assert!(code == Some(1) && told.lines().count() == 1, "{told}");
        }
    }
}

#[actix_web::test]
async fn an_import_that_dies_leaves_nothing() {
    let app = TestApp::spawn(Store::Sqlite).await;
    event(&app, "konf", "2027-11-08", "2027-11-11").await;
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/pretalx-80.json"
    );
    let died = kongress(&app.store)
        .env("KONGRESS_FAULT_POINT", "mid-import")
        .args(["import", file, "--event", "konf"])
        .output()
        .unwrap();
    assert!(!died.status.success());
    let nothing = draft(&app, "konf").await.json();
    assert_eq!(
        (&nothing["days"], &nothing["rooms"]),
        (&json!([]), &json!([]))
    );
    let done = kongress(&app.store)
        .args(["import", file, "--event", "konf"])
        .output()
        .unwrap();
    assert!(done.status.success());
    assert_eq!(
        draft(&app, "konf").await.json()["days"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
}
