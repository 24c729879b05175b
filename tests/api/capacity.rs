//! Seats are never oversold: rushes, last seats, deadlines.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::stores::execute;
use crate::helpers::{Store, TestApp, outbox};
use crate::instances::beside;

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

/// Everybody at once; the statuses.
async fn rush(app: &TestApp, sale: &OnSale, people: usize) -> Vec<u16> {
    let calls = (0..people).map(|n| async move {
        let answer = sale.register(app, &format!("person{n}@example.org")).await;
        if answer.status == 409 {
            assert_eq!(
                answer.problem(409, "sold-out")["ticket_type_id"],
                sale.ticket.as_str()
            );
        }
        answer.status
    });
    join_all(calls).await
}

/// Waits for a real sweep, at most two seconds.
async fn until_held(app: &TestApp, sale: &OnSale, expected: i64) {
    for _ in 0..20 {
        if sale.held(app).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!(
        "{} seats are held after two seconds, not {expected}",
        sale.held(app).await
    );
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn two_hundred_clients_for_twenty_seats(app: TestApp) {
        let sale = OnSale::of_size(&app, 20).await;
        let statuses = rush(&app, &sale, 200).await;
        assert_eq!((count(&statuses, 202), count(&statuses, 409)), (20, 180));
        assert_eq!(sale.held(&app).await, 20);
        sales::assert_integrity(&app);
        let list = app.organiser("GET", &format!("/events/{}/registrations?limit=200", sale.event)).send().await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 20);
    }

    async fn the_last_seat_goes_to_one(app: TestApp) {
        let sale = OnSale::of_size(&app, 0).await;
        let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
        for round in 1..=20 {
            app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"size": round})).send().await.expect(200);
            let calls = (0..8).map(|n| { let email = format!("r{round}n{n}@example.org"); let (app, sale) = (&app, &sale); async move { sale.register(app, &email).await.status } });
            let statuses = join_all(calls).await;
            assert_eq!((count(&statuses, 202), count(&statuses, 409)), (1, 7), "round {round}");
        }
        sales::assert_integrity(&app);
    }

    async fn fifty_times_the_same_address_is_one_registration(app: TestApp) {
        let sale = OnSale::of_size(&app, 500).await;
        let spellings = ["åse@example.org", "ÅSE@example.org", "A\u{30a}se@EXAMPLE.org", "åSe@Example.Org", "a\u{30a}SE@example.org"];
        let calls = (0..50).map(|n| sale.register(&app, spellings[n % 5]));
        let answers = join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.status == 202), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        assert_eq!(sale.held(&app).await, 1);
        let waiting = app.organiser("GET", &format!("/events/{}/registrations?state=awaiting_confirmation", sale.event)).send().await.expect(200);
        assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
        sales::assert_integrity(&app);
    }

    async fn fifty_times_the_same_key_is_one_effect(app: TestApp) {
        let sale = OnSale::of_size(&app, 500).await;
        let (path, body) = (sale.path(), sale.body("a@example.org"));
        let calls = (0..50).map(|_| app.post(&path, &body).header("idempotency-key", "once").send());
        let answers = join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.status == 202 && answer.body == answers[0].body));
        assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replayed") == "true").count(), 49);
        assert_eq!((sale.held(&app).await, outbox::mails_to(&app, "a@example.org").len()), (1, 1));
        app.post(&path, &sale.body("b@example.org")).header("idempotency-key", "once").send().await.problem(422, "idempotency-key-reused");
    }

    async fn a_quota_is_shared_and_all_quotas_count(app: TestApp) {
        let event = sales::draft(&app, "konferansen", json!({})).await;
        let (house, hall) = (sales::quota(&app, &event, Some(3)).await, sales::quota(&app, &event, Some(2)).await);
        let seated = sales::ticket_type(&app, &event, json!({"name": "Salen", "quotas": [house, hall]})).await;
        let standing = sales::ticket_type(&app, &event, json!({"name": "Galleriet", "quotas": [house]})).await;
        sales::publish(&app, &event).await;
        let register = async |ticket: &str, name: &str| app.post("/events/konferansen/registrations", &json!({"attendees": [{"ticket_type_id": ticket, "name": "A", "email": format!("{name}@example.org")}]})).send().await;
        register(&seated, "a").await.expect(202);
        register(&seated, "b").await.expect(202);
        assert_eq!(register(&seated, "c").await.problem(409, "sold-out")["ticket_type_id"], seated.as_str());
        assert_eq!((sales::held(&app, &event, &house).await, sales::held(&app, &event, &hall).await), (2, 2), "a refused claim leaves nothing");
        register(&standing, "c").await.expect(202);
        register(&standing, "d").await.problem(409, "sold-out");
        sales::assert_integrity(&app);
    }

    async fn whoever_changes_the_ticket_gives_the_first_seat_back(app: TestApp) {
        let event = sales::draft(&app, "konferansen", json!({})).await;
        let (hall, screen) = (sales::quota(&app, &event, Some(5)).await, sales::quota(&app, &event, Some(5)).await);
        let seated = sales::ticket_type(&app, &event, json!({"name": "Salen", "quotas": [hall]})).await;
        let digital = sales::ticket_type(&app, &event, json!({"name": "Skjermen", "attendance": "digital", "quotas": [screen]})).await;
        sales::publish(&app, &event).await;
        for ticket in [&seated, &digital, &seated, &digital] {
            app.post("/events/konferansen/registrations", &json!({"attendees": [{"ticket_type_id": ticket, "name": "A", "email": "a@example.org"}]})).send().await.expect(202);
            sales::assert_integrity(&app);
        }
        assert_eq!((sales::held(&app, &event, &hall).await, sales::held(&app, &event, &screen).await), (0, 1));
    }

    async fn municipalities_have_one_seat_each_in_a_crowd(app: TestApp) {
        let sale = OnSale::with(&app, Some(100), json!({"unique_by": "municipality"})).await;
        let calls = (0..40).map(|n| {
            let mut body = sale.body(&format!("p{n}@example.org"));
            let number = ["0301", "3222", "4601", "5501"][n % 4];
            body["attendees"][0]["municipality_numbers"] = json!([number]);
            let (app, path) = (&app, sale.path());
            async move { app.post(&path, &body).send().await.status }
        });
        let statuses = join_all(calls).await;
        assert_eq!((count(&statuses, 202), count(&statuses, 409)), (4, 36), "{statuses:?}");
        assert_eq!(sale.held(&app).await, 4);
        sales::assert_integrity(&app);
    }

    async fn a_party_fits_whole_or_not_at_all(app: TestApp) {
        let sale = OnSale::with(&app, Some(3), json!({"min_per_registration": 2, "max_per_registration": 4})).await;
        let party = |size: usize, email: &str| {
            let attendees: Vec<_> = (0..size).map(|n| json!({"ticket_type_id": sale.ticket, "name": format!("Gjest {n}")})).collect();
            json!({"contact": {"name": "Kari", "email": email}, "attendees": attendees, "join_waiting_list": true})
        };
        app.post(&sale.path(), &party(1, "a@example.org")).send().await.fault("/attendees", "out_of_range");
        app.post(&sale.path(), &party(5, "a@example.org")).send().await.fault("/attendees", "out_of_range");
        app.post(&sale.path(), &party(4, "a@example.org")).send().await.problem(409, "sold-out");
        app.post(&sale.path(), &party(3, "a@example.org")).send().await.expect(202);
        assert_eq!(sale.held(&app).await, 3);
        assert_eq!(app.get("/events/konferansen/tickets").send().await.expect(200)["items"][0]["availability"], "sold_out");
    }

    async fn unconfirmed_seats_are_free_again_in_two_seconds(app: TestApp) {
        let sale = OnSale::of_size(&app, 1).await;
        sale.register(&app, "late@example.org").await.expect(202);
        sale.register(&app, "other@example.org").await.problem(409, "sold-out");
        app.advance(TimeDelta::hours(2));
        until_held(&app, &sale, 0).await;
        sales::assert_integrity(&app);
        // Still unconfirmed, and late: the seat is free, so it is theirs.
        let opened = confirm(&app, &outbox::token(&app, "late@example.org", "confirm_registration")).await.expect(200);
        assert_eq!((&opened["registration"]["state"], &opened["registration"]["holds_seats"]), (&json!("confirmed"), &json!(true)));
        assert_eq!(sale.held(&app).await, 1);
        sales::assert_integrity(&app);
    }

    async fn confirming_too_late_is_told(app: TestApp) {
        let sale = OnSale::of_size(&app, 1).await;
        sale.register(&app, "late@example.org").await.expect(202);
        let token = outbox::token(&app, "late@example.org", "confirm_registration");
        app.advance(TimeDelta::hours(2));
        until_held(&app, &sale, 0).await;
        sale.register(&app, "other@example.org").await.expect(202);
        confirm(&app, &token).await.problem(410, "expired");
        confirm(&app, &token).await.problem(410, "expired");
        let expired = app.organiser("GET", &format!("/events/{}/registrations?state=expired", sale.event)).send().await.expect(200);
        assert_eq!(expired["items"][0]["contact"]["email"], "late@example.org");
        assert_eq!(sale.held(&app).await, 1);
        sales::assert_integrity(&app);
    }

    async fn late_groups_get_all_seats_or_none(app: TestApp) {
        let event = sales::draft(&app, "konferansen", json!({})).await;
        let (house, hall) = (sales::quota(&app, &event, Some(9)).await, sales::quota(&app, &event, Some(1)).await);
        let ticket = sales::ticket_type(&app, &event, json!({"name": "Salen", "quotas": [house, hall]})).await;
        sales::publish(&app, &event).await;
        let sale = OnSale { event: event.clone(), quota: hall.clone(), ticket };
        sale.register(&app, "late@example.org").await.expect(202);
        app.advance(TimeDelta::hours(2));
        until_held(&app, &sale, 0).await;
        sale.register(&app, "other@example.org").await.expect(202);
        confirm(&app, &outbox::token(&app, "late@example.org", "confirm_registration")).await.problem(410, "expired");
        assert_eq!((sales::held(&app, &event, &house).await, sales::held(&app, &event, &hall).await), (1, 1), "nothing is left claimed");
        sales::assert_integrity(&app);
    }

    async fn registering_cancelling_and_confirming_at_once_keeps_count(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let people = (0..24).map(|n| { let (app, sale) = (&app, &sale); async move {
            let email = format!("p{}@example.org", n % 8);
            if sale.register(app, &email).await.status != 202 {
                return;
            }
            let Some(token) = outbox::mails_to(app, &email).into_iter().rev().find(|mail| mail.kind == "confirm_registration" && mail.secret.is_some()) else { return };
            let answer = confirm(app, &token.secret.unwrap()).await;
            assert!(matches!(answer.status, 200 | 410), "{}", answer.body);
            if answer.status == 200 && n % 2 == 0 {
                let access = answer.json()["access_token"].as_str().unwrap().to_owned();
                let answer = app.call("POST", "/registration/cancel").bearer(&access).send().await;
                assert!(matches!(answer.status, 200 | 409), "{}", answer.body);
            }
        }});
        join_all(people).await;
        assert!(sale.held(&app).await <= 5);
        sales::assert_integrity(&app);
    }
}

/// Two services on one store: who wins a seat is decided in the store alone.
#[actix_web::test]
async fn two_instances_share_twenty_seats() {
    let one = TestApp::spawn(Store::Postgres).await;
    let two = beside(&one, &[]).await;
    let sale = OnSale::of_size(&one, 20).await;
    let calls = (0..120).map(|n| {
        let app = if n % 2 == 0 { &one } else { &two };
        let email = format!("person{n}@example.org");
        let sale = &sale;
        async move { sale.register(app, &email).await.status }
    });
    let statuses = join_all(calls).await;
    assert_eq!((count(&statuses, 202), count(&statuses, 409)), (20, 100));
    // The same address at both is one registration.
    let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
    let larger = one.organiser("PATCH", &path).if_match("*");
    larger
        .patch_json(&json!({"size": 100}))
        .send()
        .await
        .expect(200);
    let calls = (0..20).map(|n| {
        let app = if n % 2 == 0 { &one } else { &two };
        sale.register(app, "a@example.org")
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.status == 202));
    assert_eq!(sale.held(&one).await, 21);
    sales::assert_integrity(&one);
}

/// The check that the others rely on sees what it should.
#[actix_web::test]
async fn drift_is_found() {
    for store in [Store::Sqlite, Store::Postgres] {
        let app = TestApp::spawn(store).await;
        let sale = OnSale::of_size(&app, 20).await;
        sale.register(&app, "a@example.org").await.expect(202);
        sales::assert_integrity(&app);
        let mut conn = app.state.config.target.connect().unwrap();
        execute(&mut conn, "UPDATE quotas SET held = held + 1");
        execute(&mut conn, "UPDATE registrations SET state = 'expired'");
        let findings = kongress::registrations::integrity(&mut conn).unwrap();
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("says 2 seats are held, but 1 attendees hold one"));
    }
}
