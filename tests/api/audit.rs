//! The audit: every organiser write leaves exactly one trace, and nobody but owners reads it.

use chrono::TimeDelta;
use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::{TestApp, contract};
use crate::world::World;

const WHOLE: &str = "/organisations/bufdir/audit";

/// The newest entries of the organisation.
async fn newest(app: &TestApp) -> Vec<Value> {
    let page = app.organiser("GET", WHOLE).send().await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// What came since this entry was the newest.
fn since(entries: Vec<Value>, known: &Value) -> Vec<Value> {
    let new = entries
        .into_iter()
        .take_while(|entry| entry["id"] != known["id"]);
    new.collect()
}

/// Bodies for operations that the document's example can't be sent to in this world.
fn fitting(operation: &str, world: &World) -> Option<Value> {
    Some(match operation {
        "create_series" | "create_event" => {
            json!({"title": "Dialogmøte", "slug": operation.replace('_', "-")})
        }
        "update_series" | "update_event" | "update_session" => json!({"title": "Ny tittel"}),
        "create_session" => json!({"title": "Debatt"}),
        "create_token" => json!({"name": "t", "role": "reader"}),
        "order_committee" => json!({"ids": [world.id("member")]}),
        "clone_event" => {
            json!({"slug": "ny-utgave", "starts_on": "2028-11-09", "include": ["rooms"]})
        }
        "order_rooms" => json!({"ids": [world.id("room")]}),
        "order_tracks" => json!({"ids": [world.id("track")]}),
        "shift_sessions" => json!({"from": "2027-11-11T09:00:00Z", "minutes": 15}),
        "create_ticket_type" | "update_ticket_type" => {
            json!({"name": "Salen", "attendance": "in_person", "quotas": [world.id("quota")]})
        }
        "create_recording" | "update_recording" => {
            json!({"title": "Hele dagen", "url": "https://video.example.org/b.mp4"})
        }
        "create_question" | "update_question" => json!({"label": "Mat", "kind": "text"}),
        "create_access_code" | "update_access_code" => json!({"note": operation}),
        "replace_segments" => json!({"segments": []}),
        _ => return None,
    })
}

/// What takes the world away comes last.
fn rank(method: &str, template: &str) -> usize {
    let last = ["{event}/archive", "{event}/reopen", "{event}/cancel"];
    let late = last.iter().position(|end| template.ends_with(end));
    let whole = template.ends_with("/events/{event}") || template.ends_with("/series/{series}");
    match (method, late) {
        ("DELETE", _) if whole => 30,
        (_, Some(place)) => 20 + place,
        ("DELETE", _) => 10,
        // What it does not hold, it removes.
        ("PUT", _) if template.ends_with("/programme") => 15,
        ("POST", _) if template.ends_with("/releases") => 5,
        ("PUT", _) if template.ends_with("-order") => 0,
        // Before the release comes back, in which nothing has a time.
        ("POST", _) if template.ends_with("/session-shifts") => 0,
        _ => 1,
    }
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn every_write_leaves_exactly_one_trace(app: TestApp) {
        let world = World::make(&app).await;
        let event = format!("/events/{}", world.id("event"));
        let languages = json!({"languages": ["nb", "en"]});
        app.organiser("PATCH", &event).if_match("*").patch_json(&languages).send().await.expect(200);
        // Something to be moved.
        let (session, timed) = (format!("{event}/sessions/{}", world.id("session")), json!({"starts_at": "2027-11-11T09:00:00Z"}));
        app.organiser("PATCH", &session).if_match("*").patch_json(&timed).send().await.expect(200);
        let mut writes: Vec<_> = contract::operations();
        writes.retain(|(method, template, _)| method != "GET" && template.starts_with("/api/v1/organiser/"));
        writes.sort_by_key(|(method, template, _)| rank(method, template));
        let mut refused = Vec::new();
        let mut done = 0;
        for (method, template, operation) in writes {
            let id = operation["operationId"].as_str().unwrap();
            let known = newest(&app).await.remove(0);
            let mut call = world.call(&app, &method, &template, operation).bearer(&app.token);
            if let Some(body) = fitting(id, &world) {
                let media = operation["requestBody"]["content"].as_object().unwrap();
                let media = media.keys().next().unwrap();
                call = call.bytes(media, body.to_string().into_bytes());
            }
            let answer = call.send().await;
            let new = since(newest(&app).await, &known);
            if answer.status >= 300 {
                assert!(answer.status < 500, "{id}: {}", answer.body);
                assert!(new.is_empty(), "{id} was refused and left {new:?}");
                refused.push(format!("{id}: {} {}", answer.status, answer.json()["detail"]));
                continue;
            }
            // An import writes many things, and leaves a trace of each.
            assert!(new.len() == 1 || id == "import_programme" && !new.is_empty(), "{id}: {new:?}");
            for entry in &new {
                assert_eq!(entry["operation"], id);
                assert_eq!((&entry["actor"]["kind"], &entry["actor"]["name"], &entry["actor"]["role"]), (&json!("token"), &json!("owner of bufdir"), &json!("owner")));
                let kind = entry["kind"].as_str().unwrap();
                assert_eq!(entry["before"].is_null(), kind == "created", "{entry}");
                assert_eq!(entry["after"].is_null(), kind == "deleted", "{entry}");
            }
            done += 1;
        }
        assert!(done >= 39, "{done} done; refused: {refused:#?}");
    }

    async fn an_entry_tells_who_what_when_and_from_what_to_what(app: TestApp) {
        let event = app.create("/events", &json!({"title": "Temadag"})).await;
        let path = |rest: &str| format!("/events/{}{rest}", event["id"].as_str().unwrap());
        let room = app.create(&path("/rooms"), &json!({"name": "Salen", "capacity": 600})).await;
        app.advance(TimeDelta::minutes(5));
        let middle = app.clock.now().utc().to_rfc3339();
        let editor = app.token_of("bufdir", Role::Editor);
        let at = path(&format!("/rooms/{}", room["id"].as_str().unwrap()));
        let patch = app.call("PATCH", &format!("/organiser{at}")).bearer(&editor).if_match("\"v1\"");
        patch.patch_json(&json!({"capacity": 550})).send().await.expect(200);
        app.organiser("PATCH", &at).if_match("\"v1\"").patch_json(&json!({"capacity": 1})).send().await.problem(412, "stale");
        app.organiser("DELETE", &at).if_match("\"v2\"").send().await.expect(204);
        let audit = app.organiser("GET", &path("/audit")).send().await.expect(200);
        let told: Vec<_> = audit["items"].as_array().unwrap().iter().map(|e| (e["operation"].as_str().unwrap(), e["kind"].as_str().unwrap())).collect();
        assert_eq!(told, [("delete_room", "deleted"), ("update_room", "changed"), ("create_room", "created"), ("create_event", "created")]);
        let changed = &audit["items"][1];
        assert_eq!((&changed["before"], &changed["after"]), (&json!({"capacity": 600}), &json!({"capacity": 550})));
        assert_eq!((&changed["actor"]["name"], &changed["actor"]["role"]), (&json!("editor of bufdir"), &json!("editor")));
        assert_eq!((&changed["resource"], &changed["resource_id"], &changed["event_id"]), (&json!("room"), &room["id"], &event["id"]));
        let actor = changed["actor"]["id"].as_str().unwrap();
        for (query, count) in [
            (format!("actor={actor}"), 1), ("kind=created".into(), 2), ("resource=room".into(), 3), ("operation=delete_room".into(), 1),
            (format!("resource_id={}", room["id"].as_str().unwrap()), 3), ("resource=track".into(), 0),
            (format!("from={}", middle.replace('+', "%2B")), 2), (format!("to={}", middle.replace('+', "%2B")), 2),
        ] {
            let found = app.organiser("GET", &path(&format!("/audit?{query}"))).send().await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = app.organiser("GET", &path(&format!("/audit?limit=1{cursor}"))).send().await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["id"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let whole: Vec<Value> = audit["items"].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect();
        assert_eq!(seen, whole);
        for (query, pointer) in [("from=yesterday", "/from"), ("kind=burnt", "/kind"), ("resource=chair", "/resource"), ("limit=0", "/limit")] {
            let refused = app.organiser("GET", &path(&format!("/audit?{query}"))).send().await;
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)), "{query}");
        }
    }

    async fn only_owners_read_it_and_it_keeps_no_secret(app: TestApp) {
        let world = World::make(&app).await;
        let event = world.id("event");
        let token = app.create("/organisations/bufdir/tokens", &json!({"name": "nøkkel", "role": "editor"})).await;
        let secret = token["secret"].as_str().unwrap();
        let member = json!({"name": "Kari", "email": "kari.hemmelig@example.org"});
        app.create(&format!("/events/{event}/committee"), &member).await;
        app.organiser("POST", &format!("/events/{event}/registrations/{}/cancel", world.id("registration"))).send().await.expect(200);
        let whole = app.organiser("GET", &format!("{WHOLE}?limit=200")).send().await;
        whole.expect(200);
        for never in [secret, "kgr_", "kari.hemmelig", "ola@example.org"] {
            assert!(!whole.body.contains(never), "{never}");
        }
        assert!(whole.body.contains("nøkkel") && whole.body.contains("(not kept)"));
        let cancelled = app.organiser("GET", &format!("/events/{event}/audit?resource=registration")).send().await.expect(200);
        assert_eq!(cancelled["items"][0]["after"], json!({"state": "cancelled"}));
        for role in [Role::Organiser, Role::Editor, Role::Registrar, Role::CheckIn, Role::Reader] {
            let low = app.token_of("bufdir", role);
            for path in [format!("/organiser/events/{event}/audit"), format!("/organiser{WHOLE}")] {
                app.call("GET", &path).bearer(&low).send().await.problem(403, "not-allowed");
            }
        }
        let narrow = app.create("/organisations/bufdir/tokens", &json!({"name": "a", "role": "owner", "scopes": ["audit"]})).await;
        let audit = app.call("GET", &format!("/organiser/events/{event}/audit")).bearer(narrow["secret"].as_str().unwrap());
        audit.send().await.expect(200);
    }

    async fn what_is_done_at_a_recording_is_told_from_what_to_what(app: TestApp) {
        let event = app.create("/events", &json!({"title": "Temadag", "slug": "temadag", "starts_on": "2027-11-11", "ends_on": "2027-11-11"})).await;
        let session = json!({"title": "Foredrag", "starts_at": "2027-11-11T10:13:00+01:00", "ends_at": "2027-11-11T10:35:00+01:00"});
        let session = app.create("/events/temadag/sessions", &session).await["id"].as_str().unwrap().to_owned();
        let recording = json!({"title": "Dagen", "url": "https://video.example.org/a.mp4", "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]});
        let recording = app.create("/events/temadag/recordings", &recording).await["id"].as_str().unwrap().to_owned();
        let editor = app.token_of("bufdir", Role::Editor);
        let call = async |method: &str, rest: &str, body: Value| {
            let call = app.call(method, &format!("/organiser/events/temadag/{rest}")).bearer(&editor).if_match("*");
            let call = match method {
                "DELETE" => call,
                "PATCH" => call.patch_json(&body),
                _ => call.json(&body),
            };
            let answer = call.send().await;
            assert!(answer.status < 300, "{method} {rest}: {}", answer.body);
            answer
        };
        let mark = call("POST", "marks", json!({"session_id": session, "edge": "start", "at": "2027-11-11T10:15:00+01:00"})).await.json();
        call("DELETE", &format!("marks/{}", mark["id"].as_str().unwrap()), Value::Null).await;
        let position = format!("sessions/{session}/positions/{recording}");
        call("PUT", &position, json!({"start": "1:13:20", "end": "1:35:00"})).await;
        call("PUT", &position, json!({"start": "1:13:40", "end": "1:35:00"})).await;
        call("DELETE", &position, Value::Null).await;
        call("POST", &format!("recordings/{recording}/position-verifications"), json!({"session_ids": [session]})).await;
        call("PATCH", &format!("sessions/{session}"), json!({"do_not_record": true})).await;
        let audit = app.organiser("GET", "/events/temadag/audit?limit=7").send().await.expect(200);
        let mut entries = audit["items"].as_array().unwrap().clone();
        entries.reverse();
        let both = format!("{session}/{recording}");
        let seconds = |start: u32| json!({"start_seconds": start, "end_seconds": 5700});
        let expected = [
            ("create_mark", "mark", mark["id"].as_str().unwrap(), Value::Null, mark.clone()),
            ("delete_mark", "mark", mark["id"].as_str().unwrap(), mark.clone(), Value::Null),
            ("set_position", "position", &both, Value::Null, seconds(4400)),
            ("set_position", "position", &both, json!({"start_seconds": 4400}), json!({"start_seconds": 4420})),
            ("delete_position", "position", &both, seconds(4420), Value::Null),
            ("verify_positions", "position", &recording, Value::Null, json!({"session_ids": [session]})),
            ("update_session", "session", &session, json!({"do_not_record": false}), json!({"do_not_record": true})),
        ];
        for (entry, (operation, resource, id, before, after)) in entries.iter().zip(expected) {
            assert_eq!((&entry["operation"], &entry["resource"], &entry["resource_id"]), (&json!(operation), &json!(resource), &json!(id)), "{entry}");
            assert_eq!((&entry["before"], &entry["after"]), (&before, &after), "{operation}");
            assert_eq!((&entry["actor"]["name"], &entry["event_id"]), (&json!("editor of bufdir"), &event["id"]), "{operation}");
            assert!(entry["at"].is_string(), "{operation}");
        }
        assert_eq!(entries.len(), 7);
    }

    async fn a_refusal_and_a_repetition_leave_none(app: TestApp) {
        let post = |title: &str| app.organiser("POST", "/series").header("idempotency-key", "k").json(&json!({"title": title})).send();
        post("Dialogmøter").await.expect(201);
        let known = newest(&app).await;
        assert_eq!(post("Dialogmøter").await.header("idempotent-replayed"), "true");
        post("Noe annet").await.problem(422, "idempotency-key-reused");
        app.organiser("POST", "/series").json(&json!({"title": ""})).send().await.problem(422, "invalid");
        assert_eq!(newest(&app).await, known);
    }
}
