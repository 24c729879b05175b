//! Quotas, ticket types, and what the public sees of them.

use chrono::TimeDelta;
use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale};

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn quotas_are_made_changed_and_deleted(app: TestApp) {
        let event = sales::draft(&app, "a", json!({})).await;
        let quotas = format!("/events/{event}/quotas");
        let made = app.organiser("POST", &quotas).json(&json!({"name": {"nb": "Salen"}, "size": 600})).send().await;
        let quota = made.expect(201);
        assert_eq!((quota["held"].as_i64(), quota["waiting"].as_i64(), &quota["warning"]), (Some(0), Some(0), &Value::Null));
        let path = format!("{quotas}/{}", quota["id"].as_str().unwrap());
        assert_eq!(app.organiser("GET", &path).send().await.etag(), made.etag());
        let unlimited = app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"size": null})).send().await;
        assert_eq!(unlimited.expect(200)["size"], Value::Null);
        let stale = app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"size": 1})).send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), unlimited.etag());
        app.organiser("DELETE", &path).send().await.problem(428, "precondition-required");
        let list = app.organiser("GET", &quotas).send().await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        for (bad, pointer, code) in [
            (json!({"name": {"nb": "a"}, "size": -1}), "/size", "out_of_range"),
            (json!({"name": {"nb": "a"}, "size": "many"}), "/size", "invalid_type"),
            (json!({"name": {"nb": "a"}, "held": 3}), "/held", "unknown_field"),
            (json!({"name": {"de": "a"}}), "/name/de", "unknown_language"),
            (json!({"name": "   "}), "/name", "required"),
        ] {
            app.organiser("POST", &quotas).json(&bad).send().await.fault(pointer, code);
        }
        app.organiser("DELETE", &path).if_match("*").send().await.expect(204);
        app.organiser("GET", &path).send().await.problem(404, "not-found");
    }

    async fn ticket_types_have_all_their_fields(app: TestApp) {
        let event = sales::draft(&app, "a", json!({"format": "digital"})).await;
        let quota = sales::quota(&app, &event, Some(5)).await;
        let types = format!("/events/{event}/ticket-types");
        let made = app.organiser("POST", &types).json(&json!({
            "name": {"nb": "I salen"}, "description": "**Hele** dagen", "attendance": "in_person",
            "price": {"amount": 125_000, "currency": "NOK"}, "opens_at": "2027-08-01T09:00:00+02:00", "closes_at": null,
            "min_per_registration": 2, "max_per_registration": 50, "waiting_list": true, "unique_by": "municipality", "quotas": [quota]
        })).send().await;
        let ticket = made.expect(201);
        assert_eq!(ticket["price"], json!({"amount": 125_000, "currency": "NOK"}));
        assert_eq!(ticket["description_html"]["nb"], "<p><strong>Hele</strong> dagen</p>\n");
        assert_eq!(ticket["opens_at"], "2027-08-01T09:00:00+02:00");
        assert_eq!((&ticket["waiting_list"], &ticket["unique_by"], &ticket["quotas"]), (&json!(true), &json!("municipality"), &json!([quota])));
        let second = app.create(&types, &json!({"name": "På skjerm"})).await;
        assert_eq!((second["position"].as_i64(), second["attendance"].as_str()), (Some(1), Some("digital")));
        assert_eq!((second["min_per_registration"].as_i64(), second["max_per_registration"].as_i64()), (Some(1), Some(10)));
        let path = format!("{types}/{}", ticket["id"].as_str().unwrap());
        let changed = app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"position": 7, "quotas": [], "price": null})).send().await.expect(200);
        assert_eq!((&changed["quotas"], &changed["price"], &changed["unique_by"]), (&json!([]), &Value::Null, &json!("municipality")));
        let list = app.organiser("GET", &types).send().await.expect(200);
        assert_eq!(list["items"][0]["id"], second["id"], "by position");
        for (bad, pointer, code) in [
            (json!({"max_per_registration": 51}), "/max_per_registration", "out_of_range"),
            (json!({"min_per_registration": 0}), "/min_per_registration", "out_of_range"),
            (json!({"min_per_registration": 3, "max_per_registration": 2}), "/max_per_registration", "out_of_range"),
            (json!({"closes_at": "2027-07-01T00:00:00Z", "opens_at": "2027-08-01T00:00:00Z"}), "/closes_at", "ends_before_start"),
            (json!({"opens_at": "2027-08-01"}), "/opens_at", "invalid_instant"),
            (json!({"price": {"amount": -1, "currency": "NOK"}}), "/price/amount", "out_of_range"),
            (json!({"price": {"amount": 1, "currency": "kr"}}), "/price/currency", "invalid_currency"),
            (json!({"quotas": [quota, quota]}), "/quotas/1", "duplicate"),
            (json!({"quotas": ["01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c"]}), "/quotas/0", "unknown_quota"),
            (json!({"unique_by": "person"}), "/unique_by", "invalid_value"),
        ] {
            let mut input = json!({"name": "x"});
            sales::merge(&mut input, &bad);
            app.organiser("POST", &types).json(&input).send().await.fault(pointer, code);
        }
        let quota_path = format!("/events/{event}/quotas/{quota}");
        app.organiser("DELETE", &quota_path).if_match("*").send().await.expect(204);
        app.organiser("DELETE", &path).if_match("*").send().await.expect(204);
    }

    async fn what_is_in_use_stays(app: TestApp) {
        let sale = OnSale::of_size(&app, 3).await;
        let quota = format!("/events/{}/quotas/{}", sale.event, sale.quota);
        let ticket = format!("/events/{}/ticket-types/{}", sale.event, sale.ticket);
        app.organiser("DELETE", &quota).if_match("*").send().await.problem(409, "in-use");
        sale.register(&app, "a@example.org").await.expect(202);
        app.organiser("DELETE", &ticket).if_match("*").send().await.problem(409, "in-use");
        app.organiser("PATCH", &ticket).if_match("*").patch_json(&json!({"unique_by": "municipality"})).send().await.problem(409, "in-use");
        // Seats that are held move with the quotas, where they fit.
        let small = sales::quota(&app, &sale.event, Some(0)).await;
        let other = sales::quota(&app, &sale.event, Some(1)).await;
        app.organiser("PATCH", &ticket).if_match("*").patch_json(&json!({"quotas": [sale.quota, small]})).send().await.problem(409, "in-use");
        app.organiser("PATCH", &ticket).if_match("*").patch_json(&json!({"quotas": [other]})).send().await.expect(200);
        assert_eq!((sale.held(&app).await, sales::held(&app, &sale.event, &other).await), (0, 1));
        sales::assert_integrity(&app);
        sale.register(&app, "b@example.org").await.problem(409, "sold-out");
        app.organiser("POST", &format!("/events/{}/archive", sale.event)).send().await.expect(200);
        app.organiser("PATCH", &quota).if_match("*").patch_json(&json!({"size": 9})).send().await.problem(409, "wrong-state");
    }

    async fn a_quota_may_be_made_smaller_than_what_is_held(app: TestApp) {
        let sale = OnSale::of_size(&app, 2).await;
        sale.register(&app, "a@example.org").await.expect(202);
        sale.register(&app, "b@example.org").await.expect(202);
        let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
        let read = app.organiser("GET", &path).send().await;
        let smaller = app.organiser("PATCH", &path).if_match(&read.etag()).patch_json(&json!({"size": 1})).send().await.expect(200);
        assert_eq!((smaller["size"].as_i64(), smaller["held"].as_i64()), (Some(1), Some(2)));
        assert!(smaller["warning"].as_str().unwrap().contains("2 seats are held"));
        assert_eq!(smaller["warnings"], json!([smaller["warning"]]));
        sale.register(&app, "c@example.org").await.problem(409, "sold-out");
        let before = app.organiser("GET", &path).send().await;
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"size": 3})).send().await.expect(200);
        sale.register(&app, "c@example.org").await.expect(202);
        assert_ne!(app.organiser("GET", &path).send().await.etag(), before.etag());
    }

    async fn an_edit_passes_while_seats_come_and_go(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
        let read = app.organiser("GET", &path).send().await;
        sale.register(&app, "a@example.org").await.expect(202);
        assert_ne!(app.organiser("GET", &path).send().await.etag(), read.etag(), "GET is honest about what is held");
        app.organiser("PATCH", &path).if_match(&read.etag()).patch_json(&json!({"size": 6})).send().await.expect(200);
        app.organiser("PATCH", &path).if_match(&read.etag()).patch_json(&json!({"size": 7})).send().await.problem(412, "stale");
    }

    async fn the_public_sees_what_is_on_sale(app: TestApp) {
        let event = sales::draft(&app, "konferansen", json!({"terms_url": "https://example.org/terms"})).await;
        app.get("/events/konferansen/tickets").send().await.problem(404, "not-found");
        app.get("/events/konferansen/registration-form").send().await.problem(404, "not-found");
        let types = format!("/events/{event}/ticket-types");
        for (size, more, position) in [(Some(100), json!({}), 0), (Some(5), json!({}), 1), (Some(0), json!({"waiting_list": true}), 2), (None, json!({"opens_at": "2027-10-01T00:00:00Z"}), 3)] {
            let quota = sales::quota(&app, &event, size).await;
            let mut input = json!({"name": "x", "quotas": [quota], "position": position});
            sales::merge(&mut input, &more);
            app.create(&types, &input).await;
        }
        sales::publish(&app, &event).await;
        let availability = async || {
            let list = app.get("/events/konferansen/tickets").send().await;
            assert_eq!(list.header("cache-control"), "public, max-age=5");
            let items = list.expect(200)["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["availability"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(availability().await, ["available", "few_left", "waiting_list", "not_yet"]);
        let form = app.get("/events/konferansen/registration-form?access_code=").send().await.expect(200);
        assert_eq!((&form["open"], &form["opens_at"], &form["closes_at"]), (&json!(true), &Value::Null, &json!("2027-11-11T00:00:00+01:00")));
        assert_eq!(form["consents"][0]["key"], "terms");
        assert_eq!(form["consents"][0]["required"], true);
        assert_eq!(form["consents"][1]["text"]["en"], "My name and workplace may be on the list of participants.");
        assert_eq!((form["consents"][1]["text"].as_object().unwrap().len(), form["ticket_types"].as_array().unwrap().len()), (2, 4));
        app.get("/events/konferansen/tickets?access_code=x").send().await.fault("/access_code", "unknown_access_code");
        app.get("/events/konferansen/tickets?code=x").send().await.fault("/code", "unknown_field");
        // At its start the event closes what has no end of its own.
        app.advance(TimeDelta::days(800));
        assert_eq!(availability().await, ["closed"; 4]);
        assert_eq!(app.get("/events/konferansen/registration-form").send().await.expect(200)["open"], false);
    }

    async fn cancelled_and_archived_events_are_closed(app: TestApp) {
        let sale = OnSale::of_size(&app, 20).await;
        let availability = async || app.get("/events/konferansen/tickets").send().await.expect(200)["items"][0]["availability"].clone();
        assert_eq!(availability().await, "available");
        for (there, closed) in [("archive", "closed"), ("reopen", "available"), ("cancel", "closed")] {
            app.organiser("POST", &format!("/events/{}/{there}", sale.event)).send().await.expect(200);
            assert_eq!(availability().await, closed);
        }
        sale.register(&app, "a@example.org").await.problem(409, "registration-closed");
    }

    async fn nobody_else_sees_or_changes_them(app: TestApp) {
        let sale = OnSale::of_size(&app, 1).await;
        let foreign = app.token_of("ks", Role::Owner);
        let reader = app.token_of("bufdir", Role::Reader);
        let base = format!("/organiser/events/{}", sale.event);
        for path in ["quotas".to_owned(), format!("quotas/{}", sale.quota), "ticket-types".to_owned(), format!("ticket-types/{}", sale.ticket), "registrations".to_owned()] {
            let path = format!("{base}/{path}");
            app.call("GET", &path).bearer(&foreign).send().await.problem(404, "not-found");
            app.call("GET", &path).bearer(&reader).send().await.problem(403, "not-allowed");
            app.call("GET", &path).send().await.problem(401, "not-signed-in");
        }
        let path = format!("{base}/quotas/{}", sale.quota);
        app.call("PATCH", &path).bearer(&foreign).if_match("*").patch_json(&json!({"size": 9})).send().await.problem(404, "not-found");
        app.call("DELETE", &path).bearer(&foreign).if_match("*").send().await.problem(404, "not-found");
        // A quota of another event of the same organisation is not this one's either.
        let other = sales::draft(&app, "another", json!({})).await;
        app.organiser("GET", &format!("/events/{other}/quotas/{}", sale.quota)).send().await.problem(404, "not-found");
        app.organiser("POST", &format!("/events/{other}/ticket-types")).json(&json!({"name": "x", "quotas": [sale.quota]})).send().await.fault("/quotas/0", "unknown_quota");
        app.organiser("GET", &format!("/events/{other}/quotas/nonsense")).send().await.problem(404, "not-found");
    }

    async fn a_draft_goes_with_its_tickets(app: TestApp) {
        let event = sales::draft(&app, "a", json!({})).await;
        let quota = sales::quota(&app, &event, Some(1)).await;
        sales::ticket_type(&app, &event, json!({"name": "x", "quotas": [quota]})).await;
        app.organiser("DELETE", "/events/a").if_match("*").send().await.expect(204);
        app.organiser("GET", "/events/a").send().await.problem(404, "not-found");
    }
}
