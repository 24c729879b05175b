//! Where a line ends or an offer is no more, and what is said of it twice or not at all.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{MAIL_WAITS, TestApp, outbox};
use crate::waiting_list::{accept, access, cancel, hall, joins, kinds, own, party, state, until};

async fn change(app: &TestApp, path: &str, body: &Value) -> Value {
    let call = app.organiser("PATCH", path).if_match("*");
    call.patch_json(body).send().await.expect(200)
}

async fn change_own(app: &TestApp, opened: &Value, path: &str, body: &Value) -> Value {
    let call = app.call("PATCH", path).bearer(&access(opened));
    call.if_match("*").patch_json(body).send().await.expect(200)
}

on_both_stores! { with [MAIL_WAITS]
    async fn an_offer_ends_with_a_close_that_was_moved(app: TestApp) {
        let sale = hall(&app, 1).await;
        let holder = joins(&app, &sale, "a@example.org", 1).await;
        let offered = joins(&app, &sale, "b@example.org", 1).await;
        cancel(&app, &holder).await;
        assert_eq!(state(&app, &offered).await, "offered");
        let closes_at = (app.clock.now() - chrono::TimeDelta::seconds(1)).utc().to_rfc3339();
        change(&app, &format!("/events/{}/ticket-types/{}", sale.event, sale.ticket), &json!({"closes_at": closes_at})).await;
        accept(&app, "b@example.org").await.problem(410, "expired");
        until(&app, &offered, "expired").await;
        assert_eq!(kinds(&app, "b@example.org").last().unwrap(), "offer_expired");
        assert_eq!(sale.held(&app).await, 0);
        sales::assert_integrity(&app);
    }

    async fn who_waits_for_what_has_no_limit_any_more_is_offered_it(app: TestApp) {
        let sale = hall(&app, 1).await;
        joins(&app, &sale, "a@example.org", 1).await;
        let waits = joins(&app, &sale, "b@example.org", 2).await;
        change(&app, &format!("/events/{}/ticket-types/{}", sale.event, sale.ticket), &json!({"quotas": []})).await;
        assert_eq!(state(&app, &waits).await, "offered");
        sales::assert_integrity(&app);
    }

    async fn a_party_waits_only_where_every_ticket_that_is_full_has_a_line(app: TestApp) {
        let sale = hall(&app, 1).await;
        let lineless = sales::ticket_type(&app, &sale.event, json!({"name": "Presse", "quotas": [sale.quota]})).await;
        joins(&app, &sale, "a@example.org", 1).await;
        let mut both = party(&sale, "b@example.org", 1);
        both["attendees"].as_array_mut().unwrap().push(json!({"ticket_type_id": lineless, "name": "Ola Nordmann"}));
        let refused = app.post(&sale.path(), &both).send().await.problem(409, "sold-out");
        assert!(refused.to_string().contains(&lineless), "{refused}");
        assert_eq!(app.post(&sale.path(), &party(&sale, "c@example.org", 1)).send().await.expect(202)["leads_to"], "waiting_list");
    }

    async fn every_link_that_was_mailed_to_confirm_opens_it(app: TestApp) {
        let sale = OnSale::of_size(&app, 9).await;
        sale.register(&app, "kari@example.org").await.expect(202);
        let first = outbox::token(&app, "kari@example.org", "confirm_registration");
        // Who asks for a link before confirming gets the one that confirms.
        app.post("/registrations/link", &json!({"event": sale.event, "email": "kari@example.org"})).send().await.expect(202);
        outbox::until(&app, "kari@example.org", "confirm_registration", 2).await;
        let second = outbox::token(&app, "kari@example.org", "confirm_registration");
        assert_ne!(first, second);
        confirm(&app, &first).await.expect(200);
        let again = confirm(&app, &second).await.expect(200);
        assert_eq!(again["registration"]["state"], "confirmed");
        assert_eq!(kinds(&app, "kari@example.org").len(), 3, "confirmed once");
    }

    async fn what_changes_nothing_is_told_to_nobody(app: TestApp) {
        let sale = OnSale::of_size(&app, 9).await;
        let opened = sale.confirmed(&app, "kari@example.org").await;
        let told = || outbox::mails_to(&app, "kari@example.org").len();
        let before = told();
        let tag = app.call("GET", "/registration").bearer(&access(&opened)).send().await.etag();
        change_own(&app, &opened, "/registration", &json!({})).await;
        let attendee = format!("/registration/attendees/{}", opened["registration"]["attendees"][0]["id"].as_str().unwrap());
        change_own(&app, &opened, &attendee, &json!({"name": "Kari Nordmann"})).await;
        assert_eq!((told(), app.call("GET", "/registration").bearer(&access(&opened)).send().await.etag()), (before, tag));
        change_own(&app, &opened, &attendee, &json!({"name": "Kari Hansen"})).await;
        assert_eq!(told(), before + 1);
    }

    async fn a_new_address_is_asked_once_whatever_else_is_changed(app: TestApp) {
        let sale = OnSale::of_size(&app, 9).await;
        let opened = sale.confirmed(&app, "kari@example.org").await;
        change_own(&app, &opened, "/registration", &json!({"contact": {"email": "ny@example.org"}})).await;
        let token = outbox::token(&app, "ny@example.org", "confirm_registration");
        change_own(&app, &opened, "/registration", &json!({"invoice": {"reference": "4711"}})).await;
        assert_eq!(kinds(&app, "ny@example.org"), ["confirm_registration"]);
        let moved = confirm(&app, &token).await.expect(200);
        assert_eq!((&moved["registration"]["contact"]["email"], &moved["registration"]["invoice"]["reference"]), (&json!("ny@example.org"), &json!("4711")));
        assert_eq!(own(&app, &moved).await["state"], "confirmed");
    }
}
