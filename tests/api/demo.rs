//! The demo data: what `serve --demo` puts into an empty store, and what it leaves alone.

use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use kongress::auth::Role;
use kongress::clock::{Clock, Instant};
use kongress::db::{Stop, Target};
use kongress::demo::{self, DemoRefusal, Filled};
use serde_json::Value;

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
}
