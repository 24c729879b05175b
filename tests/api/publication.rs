//! The public documents of an event: what they hold, how they are cached, and that they never mix.

use std::io::Read;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{
    at, draft_session, event, member, nb, programme, release, release_at, session,
};

const DAY: (&str, &str) = ("2027-11-11T10:00:00+01:00", "2027-11-11T11:00:00+01:00");

/// The body as it is sent, with its coding and its tag.
async fn coded(app: &TestApp, path: &str, accept: &str) -> (Vec<u8>, String, String) {
    let url = format!("{}/api/v1{path}", app.address);
    let response = app
        .client
        .get(url)
        .header("accept-encoding", accept)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["vary"], "Accept-Encoding");
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    let (coding, tag) = (header("content-encoding"), header("etag"));
    (response.bytes().await.unwrap().to_vec(), coding, tag)
}

fn inflate(bytes: &[u8], coding: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "br" => brotli::Decompressor::new(bytes, 4096)
            .read_to_end(&mut plain)
            .unwrap(),
        "gzip" => flate2::read::GzDecoder::new(bytes)
            .read_to_end(&mut plain)
            .unwrap(),
        _ => {
            plain.extend_from_slice(bytes);
            0
        }
    };
    plain
}

async fn programme_of(app: &TestApp) -> Value {
    app.get("/events/konf/programme").send().await.expect(200)
}

on_both_stores! {
    async fn before_the_first_release_the_programme_is_empty(app: TestApp) {
        event(&app, "konf").await;
        let empty = programme_of(&app).await;
        assert_eq!((&empty["version"], &empty["released_at"]), (&json!(0), &json!(null)));
        for list in ["days", "rooms", "tracks", "speakers", "recordings"] {
            assert_eq!(empty[list], json!([]), "{list}");
        }
        assert_eq!(empty["event"]["slug"], "konf");
        assert_eq!(app.get("/events/konf").send().await.expect(200)["programme_version"], 0);
        app.get("/events/konf/programme/releases/1").send().await.problem(404, "not-found");
        let none = app.get("/events/konf/programme/releases").send().await.expect(200);
        assert_eq!(none, json!({"items": [], "next_cursor": null}));
    }

    async fn drafts_are_nobodys(app: TestApp) {
        let body = json!({"slug": "kladd", "title": "Kladd"});
        let made = app.create("/events", &body).await;
        let paths = ["", "/programme", "/committee", "/sessions", "/speakers", "/recordings", "/programme/releases", "/programme/releases/1"];
        for path in paths {
            app.get(&format!("/events/kladd{path}")).send().await.problem(404, "not-found");
            app.get(&format!("/events/{}{path}", made["id"].as_str().unwrap())).send().await.problem(404, "not-found");
            app.get(&format!("/events/ukjent{path}")).send().await.problem(404, "not-found");
        }
        for (verb, state) in [("publish", "published"), ("cancel", "cancelled"), ("reopen", "published"), ("archive", "archived")] {
            app.organiser("POST", &format!("/events/kladd/{verb}")).send().await.expect(200);
            assert_eq!(app.get("/events/kladd").send().await.expect(200)["state"], state);
        }
        // Both dates are null: to be announced.
        let undated = app.get("/events/kladd/programme").send().await.expect(200);
        assert_eq!((&undated["event"]["starts_on"], &undated["event"]["phase"]), (&json!(null), &json!("upcoming")));
    }

    async fn a_programme_holds_all_that_a_page_needs(app: TestApp) {
        let id = event(&app, "konf").await;
        let mut talk = session("foredrag", 1, Some(DAY));
        talk.title.0.insert("en".into(), "Opening".into());
        let evening = session("sent", 2, Some(("2027-11-11T23:30:00+01:00", "2027-11-12T00:30:00+01:00")));
        let night = session("natt", 3, Some(("2027-11-11T23:30:00Z", "2027-11-11T23:45:00Z")));
        let open = session("uten-tid", 4, None);
        release(&app, id, &programme(vec![open, night, evening, talk.clone()])).await;
        draft_session(&app, id, &talk, 40);
        app.state.event_changed(id).await;
        let document = programme_of(&app).await;
        let days: Vec<(Value, Vec<Value>)> = document["days"].as_array().unwrap().iter()
            .map(|day| (day["date"].clone(), day["sessions"].as_array().unwrap().iter().map(|session| session["slug"].clone()).collect()))
            .collect();
        assert_eq!(json!(days), json!([["2027-11-11", ["foredrag", "sent"]], ["2027-11-12", ["natt"]], [null, ["uten-tid"]]]));
        let shown = &document["days"][0]["sessions"][0];
        assert_eq!(shown["title"], json!({"nb": "Tittel foredrag", "en": "Opening"}));
        assert_eq!(shown["abstract_html"], json!({"nb": "<p>Om <strong>barn</strong></p>\n"}));
        assert_eq!(shown["starts_at"], "2027-11-11T10:00:00+01:00");
        assert_eq!(shown["sign_up"], json!({"capacity": 40}));
        let by_id = app.get(&format!("/events/{id}/sessions/{}", talk.id)).send().await.expect(200);
        assert_eq!(&by_id, shown);
        app.get("/events/konf/sessions/ukjent").send().await.problem(404, "not-found");
        // The released version has nothing live in it: not even what sign-up is now.
        let released = app.get("/events/konf/programme/releases/1").send().await;
        assert_eq!(released.header("cache-control"), "public, max-age=3600, immutable");
        let first = &released.json()["days"][0]["sessions"][0];
        assert_eq!((&first["slug"], &first["sign_up"], &first["video"]), (&json!("foredrag"), &json!(null), &Value::Null));
        assert_eq!(app.get("/events/konf/programme/releases/1").send().await.body, released.body);
    }

    async fn old_releases_stay_readable(app: TestApp) {
        let id = event(&app, "konf").await;
        for n in 1..=3 {
            let slug = format!("utgave-{n}");
            assert_eq!(release(&app, id, &programme(vec![session(&slug, n, Some(DAY))])).await, n);
        }
        assert_eq!(app.get("/events/konf").send().await.expect(200)["programme_version"], 3);
        let list = app.get("/events/konf/programme/releases?limit=2").send().await;
        let versions = |page: &Value| page["items"].as_array().unwrap().iter().map(|item| item["version"].clone()).collect::<Vec<_>>();
        assert_eq!(json!(versions(&list.expect(200))), json!([3, 2]));
        assert!(list.header("link").contains("rel=\"next\""));
        let rest = app.get(&format!("/events/konf/programme/releases?cursor={}", list.json()["next_cursor"].as_str().unwrap())).send().await.expect(200);
        assert_eq!((json!(versions(&rest)), &rest["items"][0]["note"]), (json!([1]), &json!({"nb": "Versjon 1"})));
        assert_eq!(rest["items"][0]["added"].as_array().unwrap().len(), 1);
        let first = app.get("/events/konf/programme/releases/1").send().await.expect(200);
        assert_eq!((&first["version"], &first["days"][0]["sessions"][0]["slug"]), (&json!(1), &json!("utgave-1")));
        for bad in ["0", "4", "-1", "x", "99999999999"] {
            app.get(&format!("/events/konf/programme/releases/{bad}")).send().await.problem(404, "not-found");
        }
        app.get("/events/konf/programme/releases?cursor=x").send().await.fault("/cursor", "invalid_cursor");
    }

    async fn the_committee_shows_without_addresses(app: TestApp) {
        app.create("/series", &json!({"slug": "rekke", "title": "Rekke"})).await;
        let id = event(&app, "konf").await;
        member(&app, id, "Kari Nordmann", 1, true);
        member(&app, id, "Ola Nordmann", 0, true);
        member(&app, id, "Ikke Vist", 2, false);
        let current = app.organiser("GET", "/events/konf").send().await;
        app.organiser("PATCH", "/events/konf").if_match(&current.etag()).patch_json(&json!({"series_id": "rekke"})).send().await.expect(200);
        let list = app.get("/events/konf/committee").send().await;
        let names: Vec<Value> = list.expect(200)["items"].as_array().unwrap().iter().map(|member| member["name"].clone()).collect();
        assert_eq!(json!(names), json!(["Ola Nordmann", "Kari Nordmann"]));
        let page = app.get("/events/konf/committee?limit=1").send().await.expect(200);
        let rest = app.get(&format!("/events/konf/committee?cursor={}", page["next_cursor"].as_str().unwrap())).send().await.expect(200);
        assert_eq!((&page["items"][0]["name"], &rest["items"][0]["name"]), (&json!("Ola Nordmann"), &json!("Kari Nordmann")));
        assert_eq!(app.get("/events/konf").send().await.expect(200)["committee"], list.json()["items"]);
        let of_series = app.get("/series/rekke/committee").send().await;
        assert_eq!(of_series.expect(200)["items"][0]["members"], list.json()["items"]);
        assert_eq!(of_series.json()["items"][0]["event"]["slug"], "konf");
        app.get("/series/ukjent/committee").send().await.problem(404, "not-found");
        for path in ["/events/konf", "/events/konf/committee", "/events/konf/programme", "/series/rekke/committee"] {
            let body = app.get(path).send().await.body;
            assert!(!body.contains("hemmelig") && !body.contains("Ikke Vist"), "{path}: {body}");
        }
    }

    async fn one_document_in_every_coding(app: TestApp) {
        let id = event(&app, "konf").await;
        let talk = session("foredrag", 1, Some(DAY));
        release(&app, id, &programme(vec![talk])).await;
        for path in ["", "/programme", "/committee", "/sessions", "/sessions/foredrag", "/recordings", "/speakers", "/programme/releases/1"] {
            let path = format!("/events/konf{path}");
            let plain = app.get(&path).send().await;
            plain.expect(200);
            let tag = plain.etag();
            assert!(tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
            for (accept, coding, suffix) in [("br, gzip", "br", "-br\""), ("gzip", "gzip", "-gzip\""), ("identity", "", "\""), ("br;q=0.1, gzip;q=0.9", "gzip", "-gzip\""), ("br;q=0", "", "\"")] {
                let (bytes, sent, coded_tag) = coded(&app, &path, accept).await;
                assert_eq!(sent, coding, "{path} {accept}");
                assert_eq!(inflate(&bytes, &sent), plain.body.as_bytes(), "{path} {accept}");
                assert_eq!(coded_tag, format!("{}{suffix}", tag.trim_end_matches('"')));
                for known in [coded_tag, tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
                    let same = app.get(&path).header("accept-encoding", accept).header("if-none-match", &known).send().await;
                    assert_eq!((same.status, same.body.as_str()), (304, ""), "{path} {known}");
                    assert!(same.etag().ends_with(suffix), "{}", same.etag());
                    assert_eq!(same.header("vary"), "Accept-Encoding");
                }
            }
            app.get(&path).header("if-none-match", "\"other\"").send().await.expect(200);
            let head = app.call("HEAD", &path).send().await;
            assert_eq!((head.status, head.body.as_str()), (200, ""));
            for header in ["etag", "cache-control", "content-type", "content-length", "vary", "link"] {
                assert_eq!(head.header(header), plain.header(header), "{path} {header}");
            }
        }
        let event = app.get("/events/konf").send().await;
        assert_eq!(event.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
    }

    async fn a_change_is_in_the_next_read(app: TestApp) {
        event(&app, "konf").await;
        let mut tags = vec![programme_of(&app).await.to_string()];
        for n in 0..5 {
            let current = app.organiser("GET", "/events/konf").send().await;
            let patch = json!({"title": {"nb": format!("Tittel {n}")}});
            app.organiser("PATCH", "/events/konf").if_match(&current.etag()).patch_json(&patch).send().await.expect(200);
            let next = programme_of(&app).await;
            assert_eq!(next["event"]["title"]["nb"], format!("Tittel {n}"));
            assert_eq!(app.get("/events/konf").send().await.expect(200)["title"]["nb"], format!("Tittel {n}"));
            tags.push(next.to_string());
        }
        tags.dedup();
        assert_eq!(tags.len(), 6);
        // A new slug counts at once, and the old one is nobody's.
        let current = app.organiser("GET", "/events/konf").send().await;
        app.organiser("PATCH", "/events/konf").if_match(&current.etag()).patch_json(&json!({"slug": "nytt"})).send().await.expect(200);
        app.get("/events/konf").send().await.problem(404, "not-found");
        app.get("/events/nytt").send().await.expect(200);
    }

    async fn midnight_changes_the_phase(app: TestApp) {
        let id = event(&app, "konf").await;
        let until = |text: &str| at(text) - app.clock.now();
        for (moment, phase) in [
            ("2027-11-10T23:59:50+01:00", "upcoming"), ("2027-11-11T00:00:01+01:00", "ongoing"),
            ("2027-11-11T23:59:50+01:00", "ongoing"), ("2027-11-12T00:00:01+01:00", "ended"),
        ] {
            app.advance(until(moment));
            for path in [format!("/events/{id}"), "/events/konf".to_owned()] {
                assert_eq!(app.get(&path).send().await.expect(200)["phase"], phase, "{moment}");
            }
            assert_eq!(programme_of(&app).await["event"]["phase"], phase, "{moment}");
        }
    }

    async fn readers_never_see_a_mix(app: TestApp) {
        let id = event(&app, "konf").await;
        // Every session of version n has the number n, and the note says so too.
        let version = |n: i32| programme((0..30).map(|k| {
            let mut session = session(&format!("s{k}"), n * 100 + k, Some(DAY));
            session.title = nb(&n.to_string());
            session
        }).collect());
        release(&app, id, &version(1)).await;
        let reads = async |accept: &'static str| {
            let mut newest = 0;
            for _ in 0..40 {
                let (bytes, coding, _) = coded(&app, "/events/konf/programme", accept).await;
                let document: Value = serde_json::from_slice(&inflate(&bytes, &coding)).unwrap();
                let shown = document["version"].as_i64().unwrap();
                assert!(shown >= newest, "went back from {newest} to {shown}");
                newest = shown;
                assert_eq!(document["event"]["programme_version"], shown);
                let sessions = document["days"][0]["sessions"].as_array().unwrap();
                assert_eq!(sessions.len(), 30);
                for session in sessions {
                    assert_eq!(session["title"]["nb"], shown.to_string());
                }
            }
        };
        let writes = async {
            for n in 2..=12 {
                assert_eq!(release(&app, id, &version(n)).await, n);
                assert_eq!(programme_of(&app).await["version"], n, "the next read sees it");
            }
        };
        tokio::join!(reads("br"), reads("gzip"), reads("identity"), reads("br"), writes);
        assert_eq!(programme_of(&app).await["version"], 12);
    }

    async fn many_first_readers_get_the_same(app: TestApp) {
        let id = event(&app, "konf").await;
        release(&app, id, &programme((0..50).map(|n| session(&format!("s{n}"), n + 1, Some(DAY))).collect())).await;
        let bodies = futures_util::future::join_all((0..40).map(|_| async { app.get("/events/konf/programme").send().await.body })).await;
        assert!(bodies.iter().all(|body| body == &bodies[0] && body.contains("\"s49\"")));
    }

    async fn what_another_process_changes_shows_within_two_seconds(app: TestApp) {
        let id = event(&app, "konf").await;
        assert_eq!(programme_of(&app).await["version"], 0);
        let soon = async |wanted: Value, path: &str, pointer: &str| {
            for _ in 0..20 {
                let body = app.get(path).send().await.expect(200);
                if body.pointer(pointer) == Some(&wanted) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("{path} does not show {wanted}");
        };
        release_at(&app, id, &programme(vec![session("foredrag", 1, Some(DAY))]), app.clock.now());
        soon(json!(1), "/events/konf/programme", "/version").await;
        member(&app, id, "Kari Nordmann", 0, true);
        soon(json!("Kari Nordmann"), "/events/konf", "/committee/0/name").await;
        // Also when the clock of that process is far behind: then every snapshot is compared.
        release_at(&app, id, &programme(Vec::new()), app.clock.now() - TimeDelta::days(30));
        soon(json!(2), "/events/konf/programme/releases", "/items/0/version").await;
        for _ in 0..150 {
            if programme_of(&app).await["version"] == 2 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("a change with an old instant was not found");
    }
}
