//! API tokens: roles, scopes, expiry, and what a token never learns.

use chrono::TimeDelta;
use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::contract;

const TOKENS: &str = "/organisations/bufdir/tokens";

fn token(role: &str) -> Value {
    json!({"name": "t", "role": role})
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_token_is_shown_once_and_revoked_at_once(app: TestApp) {
        let made = app.organiser("POST", TOKENS).header("idempotency-key", "k").json(&token("editor")).send().await;
        let secret = made.expect(201)["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("kgr_") && secret.len() == 47, "{secret}");
        let me = app.call("GET", "/organiser/me").bearer(&secret).send().await.expect(200);
        assert_eq!((&me["role"], &me["organisation"]["slug"]), (&json!("editor"), &json!("bufdir")));
        let replayed = app.organiser("POST", TOKENS).header("idempotency-key", "k").json(&token("editor")).send().await;
        assert_eq!(replayed.expect(201)["secret"], Value::Null);
        let listed = app.organiser("GET", TOKENS).send().await;
        assert!(!listed.body.contains(&secret));
        let path = format!("{TOKENS}/{}", made.json()["id"].as_str().unwrap());
        let tag = app.organiser("GET", &path).send().await.etag();
        app.organiser("DELETE", &path).send().await.problem(428, "precondition-required");
        app.organiser("DELETE", &path).if_match(&tag).send().await.expect(204);
        app.call("GET", "/organiser/me").bearer(&secret).send().await.problem(401, "not-signed-in");
        app.organiser("GET", &path).send().await.problem(404, "not-found");
    }

    async fn a_token_expires(app: TestApp) {
        let end = (app.clock.now() + TimeDelta::hours(1)).utc().to_rfc3339();
        let made = app.create(TOKENS, &json!({"name": "t", "role": "reader", "expires_at": end})).await;
        let secret = made["secret"].as_str().unwrap();
        app.call("GET", "/organiser/me").bearer(secret).send().await.expect(200);
        app.advance(TimeDelta::minutes(61));
        app.call("GET", "/organiser/me").bearer(secret).send().await.problem(401, "not-signed-in");
        let past = json!({"name": "t", "role": "reader", "expires_at": "2020-01-01T00:00:00Z"});
        app.organiser("POST", TOKENS).json(&past).send().await.fault("/expires_at", "out_of_range");
    }

    async fn a_token_is_never_above_its_maker(app: TestApp) {
        let organiser = app.token_of("bufdir", Role::Organiser);
        let post = |secret: &str, body: Value| app.call("POST", &format!("/organiser{TOKENS}")).bearer(secret).json(&body).send();
        post(&organiser, token("reader")).await.problem(403, "not-allowed");
        let narrow = app.create(TOKENS, &json!({"name": "n", "role": "owner", "scopes": ["organisation", "events"]})).await;
        let narrow = narrow["secret"].as_str().unwrap().to_owned();
        post(&narrow, token("owner")).await.fault("/scopes", "above_own_scopes");
        post(&narrow, json!({"name": "n", "role": "owner", "scopes": ["events"]})).await.expect(201);
        let end = (app.clock.now() + TimeDelta::hours(1)).utc().to_rfc3339();
        let short = app.create(TOKENS, &json!({"name": "s", "role": "owner", "expires_at": end})).await;
        post(short["secret"].as_str().unwrap(), token("reader")).await.fault("/expires_at", "outlives_own_token");
    }

    async fn roles_and_scopes_reach_what_they_name(app: TestApp) {
        let body = json!({"title": "x"});
        for (role, status) in [(Role::Owner, 201), (Role::Organiser, 201), (Role::Editor, 403), (Role::Registrar, 403), (Role::CheckIn, 403), (Role::Reader, 403)] {
            let secret = app.token_of("bufdir", role);
            let made = app.call("POST", "/organiser/events").bearer(&secret).json(&body).send().await;
            assert_eq!(made.status, status, "{role}: {}", made.body);
            app.call("GET", "/organiser/events").bearer(&secret).send().await.expect(200);
        }
        let scoped = app.create(TOKENS, &json!({"name": "p", "role": "owner", "scopes": ["programme"]})).await;
        let secret = scoped["secret"].as_str().unwrap();
        app.call("GET", "/organiser/events").bearer(secret).send().await.problem(403, "not-allowed");
    }

    async fn a_foreign_token_learns_nothing(app: TestApp) {
        let world = crate::world::World::make(&app).await;
        let foreign = app.token_of("ks", Role::Owner);
        let missing = crate::world::World::missing();
        let mut tried = 0;
        for (method, template, operation) in contract::operations() {
            if !template.starts_with("/api/v1/organiser/") || !template.contains('{') {
                continue;
            }
            let theirs = world.call(&app, &method, &template, operation).bearer(&foreign).send().await;
            assert_eq!(theirs.status, 404, "{method} {template}: {}", theirs.body);
            let nowhere = missing.call(&app, &method, &template, operation).bearer(&foreign).send().await;
            assert_eq!(without_instance(&theirs.json()), without_instance(&nowhere.json()), "{method} {template}");
            let garbage = world.garbage(&app, &method, &template).bearer(&foreign).send().await;
            assert_eq!(without_instance(&garbage.json()), without_instance(&nowhere.json()), "{method} {template}");
            tried += 1;
        }
        assert!(tried >= 60, "{tried}");
        for list in ["/organiser/series", "/organiser/events", "/organiser/organisations"] {
            let seen = app.call("GET", list).bearer(&foreign).send().await;
            assert!(!seen.body.contains("bufdir") && !seen.body.contains("barnevern"), "{list}: {}", seen.body);
        }
        let into_theirs = json!({"title": "x", "series_id": world.id("series")});
        app.call("POST", "/organiser/events").bearer(&foreign).json(&into_theirs).send().await.fault("/series_id", "unknown_series");
        let as_theirs = json!({"title": "x", "organisation": "bufdir"});
        app.call("POST", "/organiser/events").bearer(&foreign).json(&as_theirs).send().await.fault("/organisation", "unknown_organisation");
        world.is_untouched(&app).await;
    }

    async fn who_is_asking_is_settled_before_what_they_sent(app: TestApp) {
        let world = crate::world::World::make(&app).await;
        let mut tried = 0;
        for (method, template, _) in contract::operations() {
            let tree = template.split('/').nth(3);
            if !matches!(tree, Some("organiser" | "registration")) {
                continue;
            }
            world.garbage(&app, &method, &template).send().await.problem(401, "not-signed-in");
            world.garbage(&app, &method, &template).bearer("kgr_unknown").send().await.problem(401, "not-signed-in");
            tried += 1;
        }
        assert!(tried >= 70, "{tried}");
        let coded = app.call("PATCH", "/%6Frganiser/events/%6Bonf").bytes("text/plain", b"{".to_vec());
        coded.send_unchecked().await.problem(401, "not-signed-in");
        app.call("PUT", "/organiser/series").send().await.problem(405, "method-not-allowed");
        app.get("/organiser/nowhere").send().await.problem(404, "not-found");
        world.is_untouched(&app).await;
    }

    async fn a_low_role_hears_so_whatever_it_sent(app: TestApp) {
        let world = crate::world::World::make(&app).await;
        let mut refused = std::collections::BTreeMap::new();
        for role in [Role::Reader, Role::CheckIn, Role::Editor, Role::Registrar, Role::Organiser] {
            let token = app.token_of("bufdir", role);
            for (method, template, operation) in contract::operations() {
                // What an organiser may do would take the world away from the others.
                if !template.starts_with("/api/v1/organiser/") || (role == Role::Organiser && method != "GET") {
                    continue;
                }
                let call = world.call(&app, &method, &template, operation).header("if-match", "\"v0\"");
                let sent = call.bearer(&token).send().await.status;
                let garbage = world.garbage(&app, &method, &template).bearer(&token).send().await;
                assert_eq!(sent == 403, garbage.status == 403, "{role} {method} {template}: {sent} {}", garbage.body);
                *refused.entry(role.to_string()).or_insert(0) += usize::from(sent == 403);
            }
        }
        assert!(refused["reader"] > refused["editor"] && refused["editor"] > 0, "{refused:?}");
    }
}

fn without_instance(problem: &Value) -> Value {
    let mut problem = problem.clone();
    problem["instance"] = Value::Null;
    problem
}
