//! One's own registration: read, cancel, erase, export, sign out.

use chrono::TimeDelta;
use diesel::prelude::*;
use kongress::db::Conn;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

fn access(opened: &Value) -> String {
    opened["access_token"].as_str().unwrap().to_owned()
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// Whether a word stands anywhere in the store: on `SQLite` byte by byte, in the file and its log as they
/// lie there; on `PostgreSQL` in any row.
fn is_stored(app: &TestApp, word: &str) -> bool {
    let mut conn = app.state.config.target.connect().unwrap();
    match &mut conn {
        Conn::Sqlite(_) => std::fs::read_dir(&app.store.dir).unwrap().any(|file| {
            let path = file.unwrap().path();
            let bytes = if path.is_file() {
                std::fs::read(path).unwrap()
            } else {
                Vec::new()
            };
            bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes())
        }),
        Conn::Pg(c) => {
            let tables: Vec<Text> = diesel::sql_query(
                "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'",
            )
            .load(c)
            .unwrap();
            tables.iter().any(|table| {
                let rows: Vec<Text> =
                    diesel::sql_query(format!("SELECT t::text AS text FROM {} t", table.text))
                        .load(c)
                        .unwrap();
                rows.iter().any(|row| row.text.contains(word))
            })
        }
    }
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn it_is_read_with_its_token_alone(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let opened = sale.confirmed(&app, "a@example.org").await;
        let read = app.call("GET", "/registration").bearer(&access(&opened)).send().await;
        assert_eq!(read.expect(200), opened["registration"]);
        assert_eq!(read.expect(200)["event"]["slug"], "konferansen");
        let known = app.call("GET", "/registration").bearer(&access(&opened)).header("if-none-match", &read.etag()).send().await;
        assert_eq!(known.status, 304);
        app.get("/registration").send().await.problem(401, "not-signed-in");
        for foreign in [app.token.clone(), "kga_unknown".into(), outbox::token(&app, "a@example.org", "registration_confirmed"), outbox::token(&app, "a@example.org", "confirm_registration")] {
            for (method, path) in [("GET", "/registration"), ("POST", "/registration/cancel"), ("GET", "/registration/export"), ("POST", "/registration/sign-out"), ("DELETE", "/registration")] {
                app.call(method, path).bearer(&foreign).if_match("*").send().await.problem(401, "not-signed-in");
            }
        }
        app.organiser("GET", "/me").bearer(&access(&opened)).send().await.problem(401, "not-signed-in");
        app.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
        app.call("GET", "/registration").bearer(&access(&opened)).send().await.expect(200);
        app.advance(TimeDelta::minutes(1));
        app.call("GET", "/registration").bearer(&access(&opened)).send().await.problem(401, "not-signed-in");
    }

    async fn cancelling_frees_the_seats(app: TestApp) {
        let sale = OnSale::of_size(&app, 1).await;
        let opened = sale.confirmed(&app, "a@example.org").await;
        sale.register(&app, "b@example.org").await.problem(409, "sold-out");
        let cancelled = app.call("POST", "/registration/cancel").bearer(&access(&opened)).send().await.expect(200);
        assert_eq!((&cancelled["state"], &cancelled["holds_seats"]), (&json!("cancelled"), &json!(false)));
        assert!(cancelled["cancelled_at"].is_string());
        app.call("POST", "/registration/cancel").bearer(&access(&opened)).send().await.problem(409, "wrong-state");
        let last = outbox::mails_to(&app, "a@example.org").pop().unwrap();
        assert_eq!((last.kind.as_str(), last.secret), ("registration_cancelled", None));
        assert_eq!(app.call("GET", "/registration").bearer(&access(&opened)).send().await.expect(200)["state"], "cancelled");
        sale.register(&app, "b@example.org").await.expect(202);
        sale.register(&app, "a@example.org").await.problem(409, "sold-out");
        sales::assert_integrity(&app);
    }

    async fn cancelling_has_its_time(app: TestApp) {
        let sale = OnSale::of_size(&app, 9).await;
        let path = format!("/events/{}", sale.event);
        let soon = (app.clock.now().utc() + TimeDelta::hours(1)).to_rfc3339();
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"cancel_until": soon})).send().await.expect(200);
        let opened = sale.confirmed(&app, "a@example.org").await;
        app.advance(TimeDelta::hours(1));
        app.call("POST", "/registration/cancel").bearer(&access(&opened)).send().await.problem(409, "wrong-state");
        // The organiser still may.
        let id = opened["registration"]["id"].as_str().unwrap();
        app.organiser("POST", &format!("/events/{}/registrations/{id}/cancel", sale.event)).send().await.expect(200);
        assert_eq!(sale.held(&app).await, 0);
    }

    async fn signing_out_ends_every_access(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let opened = sale.confirmed(&app, "a@example.org").await;
        let link = json!({"token": outbox::token(&app, "a@example.org", "registration_confirmed")});
        let second = app.post("/registrations/access", &link).send().await.expect(200);
        app.call("POST", "/registration/sign-out").bearer(&access(&second)).send().await.expect(204);
        for ended in [&opened, &second] {
            app.call("GET", "/registration").bearer(&access(ended)).send().await.problem(401, "not-signed-in");
        }
        app.post("/registrations/access", &link).send().await.expect(200);
    }

    async fn the_export_is_everything(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        sale.register(&app, "a@example.org").await.expect(202);
        let opened = sale.confirmed(&app, "a@example.org").await;
        let export = app.call("GET", "/registration/export").bearer(&access(&opened)).send().await.expect(200);
        assert_eq!(export["registration"], opened["registration"]);
        assert_eq!(export["earlier"][0]["state"], "expired");
        let kinds: Vec<_> = export["mails"].as_array().unwrap().iter().map(|mail| mail["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["confirm_registration", "confirm_registration", "registration_confirmed"]);
        let purposes: Vec<_> = export["tokens"].as_array().unwrap().iter().map(|token| token["purpose"].as_str().unwrap()).collect();
        assert_eq!(purposes, ["confirm", "manage", "access"]);
    }

    async fn an_erased_person_is_nowhere(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let email = "kanarifugl@example.org";
        let body = json!({
            "contact": {"name": "Kanarifugl Hansen", "email": email, "phone": "+4799887766"},
            "attendees": [{"ticket_type_id": sale.ticket, "name": "Kanarifugl Hansen", "email": email, "phone": "+4799887766", "organisation": "Kanarifugl AS", "position": "Kanarifugl"}],
            "invoice": {"organisation_number": "974760673", "reference": "Kanarifugl", "email": email}, "reference": "Kanarifugl"
        });
        for key in ["first", "second"] {
            app.post(&sale.path(), &body).header("idempotency-key", key).send().await.expect(202);
        }
        let token = outbox::token(&app, email, "confirm_registration");
        let opened = confirm(&app, &token).await.expect(200);
        app.post(&sale.path(), &body).header("idempotency-key", "third").send().await.expect(202);
        app.post("/registrations/link", &json!({"event": "konferansen", "email": email})).send().await.expect(202);
        outbox::until(&app, email, "registration_link", 1).await;
        let manage = outbox::token(&app, email, "registration_link");
        assert!(is_stored(&app, "anarifugl") && is_stored(&app, "99887766"));
        let own = app.call("GET", "/registration").bearer(&access(&opened)).send().await;
        app.call("DELETE", "/registration").bearer(&access(&opened)).send().await.problem(428, "precondition-required");
        let stale = app.call("DELETE", "/registration").bearer(&access(&opened)).if_match("\"v1-x\"").send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), own.etag());
        app.call("DELETE", "/registration").bearer(&access(&opened)).if_match(&own.etag()).send().await.expect(204);
        for word in ["anarifugl", "99887766", &manage, opened["registration"]["attendees"][0]["ticket_secret"].as_str().unwrap()] {
            assert!(!is_stored(&app, word), "{word}");
        }
        assert_eq!(sale.held(&app).await, 0);
        app.call("GET", "/registration").bearer(&access(&opened)).send().await.problem(401, "not-signed-in");
        confirm(&app, &token).await.problem(404, "not-found");
        app.post("/registrations/access", &json!({"token": manage})).send().await.problem(404, "not-found");
        // Counts stay.
        let list = app.organiser("GET", &format!("/events/{}/registrations", sale.event)).send().await.expect(200);
        let states: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["expired", "cancelled"]);
        assert_eq!(list["items"][1]["contact"], Value::Null);
        // And they may come back.
        sale.register(&app, email).await.expect(202);
        sales::assert_integrity(&app);
    }

    async fn erasing_others_leaves_this_one(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let (first, second) = (sale.confirmed(&app, "a@example.org").await, sale.confirmed(&app, "b@example.org").await);
        app.call("DELETE", "/registration").bearer(&access(&first)).if_match("*").send().await.expect(204);
        assert_eq!(app.call("GET", "/registration").bearer(&access(&second)).send().await.expect(200), second["registration"]);
        assert_eq!(sale.held(&app).await, 1);
        assert_eq!(outbox::mails_to(&app, "b@example.org").len(), 2);
    }
}
