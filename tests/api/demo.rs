//! The demo data: what `serve --demo` puts into an empty store, and what it leaves alone.

use std::collections::BTreeSet;
use std::process::Command;

use chrono::{DateTime, Utc};
use kongress::clock::Instant;
use kongress::db::{Stop, Target};
use kongress::demo::{self, DemoRefusal, Filled};
use serde_json::{Value, json};

use crate::command_line::{Served, kongress};
use crate::helpers::stores::TestStore;
use crate::helpers::{Store, TestApp};

const LORENSKOG: &str = "/events/barnevernskonferansen-2024/sessions/oppvekst-i-lorenskog";

fn target(store: &TestStore) -> Target {
    Target::parse(&store.url).unwrap()
}

/// Between the conference of 2024 and that of 2027, whenever the test runs.
fn then() -> Instant {
    let then: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
    then.into()
}

/// A service on the demo data, its clock between the conferences.
async fn demo(store: Store) -> TestApp {
    let store = store.create_empty();
    assert_eq!(demo::fill(&target(&store), then()).unwrap(), Filled::Now);
    let app = TestApp::spawn_on(store, &[]).await;
    app.advance(then() - app.clock.now());
    app
}

macro_rules! on_the_demo {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn body($app: TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                body(demo(Store::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                body(demo(Store::Postgres).await).await;
            }
        }
    )+};
}

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

on_the_demo! {
    async fn every_seed_is_there(app: TestApp) {
        let series = app.get("/series").send().await.expect(200);
        let slugs: Vec<&str> = items(&series).iter().map(|one| one["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, [
            "barnevernlederkongressen", "barnevernskonferansen", "regionale-dialogmoter",
            "temadager-hedmark-oppland", "veiledningsteamet",
        ]);
        let events = app.get("/events").send().await.expect(200);
        let seen: Vec<(&str, Option<&str>, &str)> = items(&events).iter().map(|event| (
            event["slug"].as_str().unwrap(),
            event["starts_on"].as_str(),
            event["phase"].as_str().unwrap(),
        )).collect();
        assert_eq!(seen[..7], [
            ("barnevernlederkongressen-1", Some("2009-04-28"), "ended"),
            ("dialogmote-region-nord-2016", Some("2016-01-25"), "ended"),
            ("dialogmote-region-midt-2016", Some("2016-02-04"), "ended"),
            ("temadag-1-hedmark-oppland-2018", Some("2018-03-08"), "ended"),
            ("veiledningsteamet-2018-2020", Some("2018-06-06"), "ended"),
            ("barnevernskonferansen-2024", Some("2024-11-13"), "ended"),
            ("barnevernskonferansen-2027", Some("2027-11-11"), "upcoming"),
        ]);
        let undated = &seen[7..];
        assert_eq!(undated.len(), 3, "three theme days are to be announced");
        for (slug, starts_on, phase) in undated {
            assert!(slug.starts_with("temadag-") && starts_on.is_none() && *phase == "upcoming");
        }
        for event in items(&events) {
            let text = event["description"]["nb"].as_str().unwrap();
            assert!(text.contains("**Antatt:**"), "what is assumed says so: {}", event["slug"]);
        }
    }

    async fn lorenskog_is_on_stage_one_hour_and_13_minutes_in(app: TestApp) {
        let event = app.get("/events/barnevernskonferansen-2024").send().await.expect(200);
        let hosts: Vec<(&str, &str)> = event["organisers"].as_array().unwrap().iter()
            .map(|one| (one["name"].as_str().unwrap(), one["role"].as_str().unwrap())).collect();
        assert_eq!(hosts, [("Bufdir", "host"), ("Bufetat", "host"), ("KS", "host")]);
        let session = app.get(LORENSKOG).send().await.expect(200);
        assert_eq!(session["speakers"][0]["name"], "Cecilie Fremo Bergkvam");
        assert_eq!(session["video"][0]["start_seconds"], 4380);
        assert_eq!(session["video"][0]["confidence"], "scheduled");
        let watch = app.get(&format!("{LORENSKOG}/watch")).send().await;
        assert_eq!(watch.status, 302);
        assert_eq!(watch.header("location"), "https://example.org/opptak/barnevernskonferansen-2024.mp4#t=4380");
        let film = app.get("/events/barnevernskonferansen-2024/sessions/familieveiviseren").send().await.expect(200);
        assert_eq!(film["kind"], "film");
        // After lunch the recording goes on where it stopped.
        let programme = app.get("/events/barnevernskonferansen-2024/programme").send().await.expect(200);
        let sessions = programme["days"][0]["sessions"].as_array().unwrap();
        let starts: Vec<Option<i64>> = sessions.iter().map(|one| one["video"][0]["start_seconds"].as_i64()).collect();
        assert_eq!(starts, [Some(0), Some(900), Some(4380), Some(5700), Some(6600), None, Some(8400)]);
    }

    async fn thirteen_municipalities_have_one_seat_each(app: TestApp) {
        let event = "/events/veiledningsteamet-2018-2020";
        let quotas = app.organiser("GET", &format!("{event}/quotas")).send().await.expect(200);
        assert_eq!((&items(&quotas)[0]["size"], &items(&quotas)[0]["held"]), (&13.into(), &13.into()));
        let list = app.organiser("GET", &format!("{event}/registrations?state=confirmed")).send().await.expect(200);
        assert_eq!(items(&list).len(), 13);
        let numbers: BTreeSet<&str> = items(&list).iter()
            .flat_map(|one| one["attendees"][0]["municipality_numbers"].as_array().unwrap())
            .map(|number| number.as_str().unwrap()).collect();
        assert_eq!(numbers.len(), 14, "Førde comes for Gaular too");
        assert!(numbers.contains("0402"), "a leading zero is kept");
        let tickets = app.get(&format!("{event}/tickets")).send().await.expect(200);
        assert_eq!(items(&tickets)[0]["unique_by"], "municipality");
    }

    async fn six_sat_on_the_committee_and_the_deck_has_15_pages(app: TestApp) {
        let committee = app.get("/events/barnevernlederkongressen-1/committee").send().await.expect(200);
        let from: Vec<&str> = items(&committee).iter().map(|one| one["affiliation"].as_str().unwrap()).collect();
        assert_eq!(from, ["KS", "KS", "Hamar", "Stavanger", "Tønsberg", "Nøtterøy"]);
        let session = app.get("/events/barnevernlederkongressen-1/sessions/hvorfor-en-kongress").send().await.expect(200);
        let deck = &session["materials"][0];
        assert_eq!(deck["kind"], "slides");
        let pages: Vec<i64> = deck["text"].as_array().unwrap().iter().map(|one| one["page"].as_i64().unwrap()).collect();
        assert_eq!(pages, (1..=15).collect::<Vec<_>>());
        let archived = app.get("/events/barnevernlederkongressen-1").send().await.expect(200);
        assert_eq!(archived["state"], "archived");
    }

    async fn a_newcomer_can_register_and_only_they_get_mail(app: TestApp) {
        let event = "/events/barnevernskonferansen-2027";
        let form = app.get(&format!("{event}/registration-form")).send().await.expect(200);
        assert_eq!(form["open"], true);
        let tickets: Vec<(&str, &str)> = form["ticket_types"].as_array().unwrap().iter().map(|one| (
            one["attendance"].as_str().unwrap(), one["availability"].as_str().unwrap(),
        )).collect();
        assert_eq!(tickets, [("in_person", "available"), ("digital", "available")]);
        let body = json!({
            "attendees": [{"ticket_type_id": form["ticket_types"][0]["id"], "name": "Ny", "email": "ny@example.org"}],
            "consents": {"terms": true}, "language": "nn",
        });
        app.post(&format!("{event}/registrations"), &body).send().await.expect(202);
        let mails = app.organiser("GET", &format!("{event}/emails")).send().await.expect(200);
        let on_their_way = items(&mails).iter().filter(|mail| mail["state"] != "suppressed");
        let to: Vec<&str> = on_their_way.map(|mail| mail["to"].as_str().unwrap()).collect();
        assert_eq!(to, ["ny@example.org"], "nobody invented gets mail");
    }
}

/// Fills, fills again, and tries to fill what is not ours.
#[test]
fn only_an_empty_store_is_filled() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let store = kind.create_empty();
        assert_eq!(demo::fill(&target(&store), then()).unwrap(), Filled::Now);
        assert_eq!(
            demo::fill(&target(&store), then()).unwrap(),
            Filled::Earlier
        );
        organisation(&store, "annet");
        let refused = demo::fill(&target(&store), then());
        assert!(matches!(refused, Err(Stop::Refused(DemoRefusal::NotEmpty))));

        // A store of somebody who also calls theirs bufdir, and no more.
        let other = kind.create_empty();
        organisation(&other, "bufdir");
        let serve = kongress(&other).args(["serve", "--demo"]).output().unwrap();
        assert!(!serve.status.success() && serve.stdout.is_empty());
        let told = String::from_utf8(serve.stderr).unwrap();
        assert_eq!(
            told,
            "kongress: the store already holds data; --demo needs an empty one\n"
        );
    }
}

fn organisation(store: &TestStore, slug: &str) {
    let made = kongress(store)
        .args(["organisation", "create", "--slug", slug, "--name", slug])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// Instances that start at once on one empty store fill it once.
#[test]
fn instances_that_start_at_once_fill_it_once() {
    let store = Store::Postgres.create_empty();
    let target = target(&store);
    let start = || {
        let target = target.clone();
        std::thread::spawn(move || demo::fill(&target, then()).unwrap())
    };
    let mut filled: Vec<Filled> = [start(), start(), start()]
        .into_iter()
        .map(|one| one.join().unwrap())
        .collect();
    filled.sort_by_key(|one| *one != Filled::Now);
    assert_eq!(filled, [Filled::Now, Filled::Earlier, Filled::Earlier]);
}

/// Every command of the tour in README.md, as a newcomer pastes it.
#[test]
fn the_tour_of_the_readme_works() {
    let readme = include_str!("../../README.md");
    let blocks = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    for kind in [Store::Sqlite, Store::Postgres] {
        let store = kind.create_empty();
        let mut command = kongress(&store);
        command.arg("--rate-limit=off");
        let served = Served::start_with(command, &["--demo"]);
        let script: String = blocks.clone().collect();
        let script = script.replace("http://127.0.0.1:8080", &served.address);
        let run = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .output()
            .unwrap();
        let told = String::from_utf8(run.stdout).unwrap();
        assert!(
            run.status.success(),
            "{told}{}",
            String::from_utf8_lossy(&run.stderr)
        );
        for part in [
            "\"start_seconds\":4380",
            "#t=4380",
            "<mark>Helsestasjonen</mark>",
            "\"start_seconds\":4520",
            "\"page\":3",
            "\"awaiting_confirmation\"",
            "\"state\":\"confirmed\"",
            "\"name\":\"Ola Nordmann\"",
        ] {
            assert!(told.contains(part), "no {part}: {told}");
        }
    }
}

/// The token that a start prints.
fn printed_token(served: &Served) -> String {
    let patience = std::time::Duration::from_secs(10);
    loop {
        let line = served.printed.recv_timeout(patience).unwrap();
        if line.trim().starts_with("kgr_") {
            return line.trim().to_owned();
        }
    }
}

#[actix_web::test]
async fn each_start_prints_a_token_to_try() {
    let store = Store::Sqlite.create_empty();
    let mut tokens = BTreeSet::new();
    for _ in 0..2 {
        let served = Served::start_with(kongress(&store), &["--demo"]);
        let token = printed_token(&served);
        let me = reqwest::Client::new()
            .get(format!("{}/api/v1/organiser/me", served.address))
            .bearer_auth(&token);
        assert_eq!(me.send().await.unwrap().status(), 200);
        tokens.insert(token);
    }
    assert_eq!(tokens.len(), 2, "each start makes its own");
}
