//! Access codes: what they open, how often, and what one learns from a wrong one.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Answer, TestApp, outbox};

async fn code(app: &TestApp, sale: &OnSale, input: Value) -> Value {
    app.create(&format!("/events/{}/access-codes", sale.event), &input)
        .await
}

async fn register(app: &TestApp, sale: &OnSale, email: &str, code: &str) -> Answer {
    let mut body = sale.body(email);
    body["access_code"] = json!(code);
    app.post(&sale.path(), &body).send().await
}

async fn uses(app: &TestApp, sale: &OnSale, code: &Value) -> Value {
    let path = format!(
        "/events/{}/access-codes/{}",
        sale.event,
        code["id"].as_str().unwrap()
    );
    app.organiser("GET", &path).send().await.expect(200)["uses"].clone()
}

async fn closed(app: &TestApp) -> OnSale {
    OnSale::with(app, Some(100), json!({"access_code_required": true})).await
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_code_is_made_changed_and_deleted(app: TestApp) {
        let sale = closed(&app).await;
        let codes = format!("/events/{}/access-codes", sale.event);
        let made = app.organiser("POST", &codes).json(&json!({"code": "Komité-27", "note": "Komiteen", "max_uses": 2, "expires_at": "2027-10-01T00:00:00+02:00", "ticket_types": [sale.ticket]})).send().await;
        let shown = made.expect(201);
        assert_eq!((&shown["code"], &shown["max_uses"], &shown["uses"], &shown["expires_at"]), (&json!("Komité-27"), &json!(2), &json!(0), &json!("2027-10-01T00:00:00+02:00")));
        assert_eq!((&shown["ticket_types"], &shown["note"], &shown["warnings"]), (&json!([sale.ticket]), &json!("Komiteen"), &json!([])));
        let path = format!("{codes}/{}", shown["id"].as_str().unwrap());
        let changed = app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"max_uses": null, "note": null})).send().await;
        assert_eq!((&changed.expect(200)["max_uses"], &changed.json()["note"]), (&Value::Null, &Value::Null));
        app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"max_uses": 1})).send().await.problem(412, "stale");
        let own = code(&app, &sale, json!({})).await;
        assert_eq!(own["code"].as_str().unwrap().len(), 10, "one is made");
        for (bad, pointer, fault) in [
            (json!({"code": "KOMITÉ-27"}), "/code", "duplicate"),
            (json!({"code": "abc"}), "/code", "invalid_access_code"),
            (json!({"code": "a b c d"}), "/code", "invalid_access_code"),
            (json!({"max_uses": -1}), "/max_uses", "out_of_range"),
            (json!({"expires_at": "soon"}), "/expires_at", "invalid_instant"),
            (json!({"ticket_types": [sale.quota]}), "/ticket_types/0", "unknown_ticket_type"),
            (json!({"uses": 1}), "/uses", "unknown_field"),
        ] {
            app.organiser("POST", &codes).json(&bad).send().await.fault(pointer, fault);
        }
        let own_path = format!("{codes}/{}", own["id"].as_str().unwrap());
        app.organiser("PATCH", &own_path).if_match("*").patch_json(&json!({"code": "komité-27"})).send().await.fault("/code", "duplicate");
        app.organiser("DELETE", &own_path).if_match("*").send().await.expect(204);
        let list = app.organiser("GET", &codes).send().await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let other = sales::draft(&app, "another", json!({})).await;
        app.organiser("GET", &path.replace(&sale.event, &other)).send().await.problem(404, "not-found");
    }

    async fn a_code_opens_what_is_closed(app: TestApp) {
        let sale = closed(&app).await;
        let other = sales::ticket_type(&app, &sale.event, json!({"name": "Også lukket", "access_code_required": true})).await;
        sales::ticket_type(&app, &sale.event, json!({"name": "Åpen"})).await;
        code(&app, &sale, json!({"code": "hall", "ticket_types": [sale.ticket]})).await;
        code(&app, &sale, json!({"code": "begge"})).await;
        let ended = code(&app, &sale, json!({"code": "slutt", "expires_at": app.clock.now().utc() + TimeDelta::hours(1)})).await;
        code(&app, &sale, json!({"code": "brukt", "max_uses": 0})).await;
        app.advance(TimeDelta::hours(1));
        let shown = async |query: &str| {
            let form = app.get(&format!("/events/konferansen/registration-form{query}")).send().await.expect(200);
            let list = app.get(&format!("/events/konferansen/tickets{query}")).send().await.expect(200);
            assert_eq!(form["ticket_types"], list["items"]);
            let names = list["items"].as_array().unwrap().iter().map(|one| one["name"]["nb"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(shown("").await, ["Åpen"]);
        assert_eq!(shown("?access_code=").await, ["Åpen"]);
        assert_eq!(shown("?access_code=HALL").await, ["I salen", "Åpen"]);
        assert_eq!(shown("?access_code=begge").await, ["I salen", "Også lukket", "Åpen"]);
        for (typed, fault) in [("slutt", "expired_access_code"), ("gjett", "unknown_access_code"), ("brukt", "access_code_used_up")] {
            app.get(&format!("/events/konferansen/tickets?access_code={typed}")).send().await.fault("/access_code", fault);
            app.get(&format!("/events/konferansen/registration-form?access_code={typed}")).send().await.fault("/access_code", fault);
        }
        sale.register(&app, "a@example.org").await.fault("/access_code", "required");
        register(&app, &sale, "a@example.org", "gjett").await.fault("/access_code", "unknown_access_code");
        register(&app, &sale, "a@example.org", "slutt").await.fault("/access_code", "expired_access_code");
        register(&app, &sale, "a@example.org", "brukt").await.problem(409, "access-code-used-up");
        let elsewhere = OnSale { ticket: other.clone(), event: sale.event.clone(), quota: String::new() };
        register(&app, &elsewhere, "a@example.org", "hall").await.fault("/access_code", "wrong_access_code");
        register(&app, &sale, "a@example.org", " Hall ").await.expect(202);
        assert_eq!(uses(&app, &sale, &ended).await, 0);
        assert_eq!(sale.held(&app).await, 1);
    }

    async fn a_use_is_given_back(app: TestApp) {
        let sale = closed(&app).await;
        let one = code(&app, &sale, json!({"code": "en-gang", "max_uses": 1})).await;
        register(&app, &sale, "a@example.org", "en-gang").await.expect(202);
        register(&app, &sale, "b@example.org", "en-gang").await.problem(409, "access-code-used-up");
        assert_eq!((uses(&app, &sale, &one).await, sale.held(&app).await), (json!(1), 1));
        app.advance(TimeDelta::hours(3));
        let freed = async { while uses(&app, &sale, &one).await != 0 {} };
        tokio::time::timeout(std::time::Duration::from_secs(10), freed).await.unwrap();
        register(&app, &sale, "b@example.org", "en-gang").await.expect(202);
        // The first confirms late: its seat would be free, but not its code.
        confirm(&app, &outbox::token(&app, "a@example.org", "confirm_registration")).await.problem(410, "expired");
        let opened = confirm(&app, &outbox::token(&app, "b@example.org", "confirm_registration")).await.expect(200);
        sales::assert_integrity(&app);
        let path = format!("/events/{}/access-codes/{}", sale.event, one["id"].as_str().unwrap());
        app.organiser("DELETE", &path).if_match("*").send().await.problem(409, "in-use");
        app.call("POST", "/registration/cancel").bearer(opened["access_token"].as_str().unwrap()).if_match("*").send().await.expect(200);
        assert_eq!(uses(&app, &sale, &one).await, 0);
        // One address asks twice before it confirms: the second takes the place of the first.
        register(&app, &sale, "c@example.org", "en-gang").await.expect(202);
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"max_uses": 2})).send().await.expect(200);
        register(&app, &sale, "c@example.org", "en-gang").await.expect(202);
        assert_eq!((uses(&app, &sale, &one).await, sale.held(&app).await), (json!(1), 1));
        sales::assert_integrity(&app);
        app.organiser("POST", &format!("/events/{}/cancel", sale.event)).send().await.expect(200);
        assert_eq!(uses(&app, &sale, &one).await, 0);
        sales::assert_integrity(&app);
    }

    async fn fifty_use_a_code_for_five(app: TestApp) {
        let sale = closed(&app).await;
        let five = code(&app, &sale, json!({"code": "fem-stk", "max_uses": 5})).await;
        let addresses: Vec<String> = (0..50).map(|index| format!("p{index}@example.org")).collect();
        let tries = addresses.iter().map(|address| register(&app, &sale, address, "fem-stk"));
        let mut statuses: Vec<u16> = join_all(tries).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [vec![202; 5], vec![409; 45]].concat());
        assert_eq!((uses(&app, &sale, &five).await, sale.held(&app).await), (json!(5), 5));
        sales::assert_integrity(&app);
    }
}

on_both_stores! { with [&["--rate-limit", "on", "--smtp-url", "smtp://127.0.0.1:1"]]
    async fn guessing_is_slow(app: TestApp) {
        let sale = closed(&app).await;
        let mut last = 0;
        for index in 0..40 {
            last = app.get(&format!("/events/{}/tickets?access_code=gjett{index}", sale.event)).send().await.status;
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429);
        register(&app, &sale, "a@example.org", "gjett").await.problem(429, "too-many-requests");
    }
}
