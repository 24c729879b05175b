//! The waiting list: who gets a free seat, offers, deadlines, and hall ↔ digital beside it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::helpers::client::Answer;
use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

/// One hall of this size whose ticket type has a waiting list.
pub async fn hall(app: &TestApp, size: i32) -> OnSale {
    OnSale::with(app, Some(size), json!({"waiting_list": true})).await
}

/// The body that registers a party, which would rather wait than have no seat.
pub fn party(sale: &OnSale, email: &str, size: usize) -> Value {
    let one = json!({"ticket_type_id": sale.ticket, "name": "Kari Nordmann"});
    json!({"contact": {"name": "Kari Nordmann", "email": email}, "attendees": vec![one; size], "join_waiting_list": true})
}

/// Registers a party and confirms its address; the opened registration.
pub async fn joins(app: &TestApp, sale: &OnSale, email: &str, size: usize) -> Value {
    app.post(&sale.path(), &party(sale, email, size))
        .send()
        .await
        .expect(202);
    let token = outbox::token(app, email, "confirm_registration");
    confirm(app, &token).await.expect(200)
}

pub fn access(opened: &Value) -> String {
    opened["access_token"].as_str().unwrap().to_owned()
}

pub async fn own(app: &TestApp, opened: &Value) -> Value {
    let read = app
        .call("GET", "/registration")
        .bearer(&access(opened))
        .send()
        .await;
    read.expect(200)
}

pub async fn state(app: &TestApp, opened: &Value) -> String {
    own(app, opened).await["state"].as_str().unwrap().to_owned()
}

pub async fn cancel(app: &TestApp, opened: &Value) {
    let call = app
        .call("POST", "/registration/cancel")
        .bearer(&access(opened));
    call.send().await.expect(200);
}

pub async fn accept(app: &TestApp, email: &str) -> Answer {
    let token = outbox::token(app, email, "seat_offered");
    app.post("/registrations/accept-offer", &json!({"token": token}))
        .send()
        .await
}

async fn decline(app: &TestApp, email: &str) -> Answer {
    let token = outbox::token(app, email, "seat_offered");
    app.post("/registrations/decline-offer", &json!({"token": token}))
        .send()
        .await
}

pub fn kinds(app: &TestApp, email: &str) -> Vec<String> {
    outbox::mails_to(app, email)
        .into_iter()
        .map(|mail| mail.kind)
        .collect()
}

/// Waits for a real sweep, at most two seconds.
pub async fn until(app: &TestApp, opened: &Value, expected: &str) {
    for _ in 0..20 {
        if state(app, opened).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!(
        "{} after two seconds, not {expected}",
        state(app, opened).await
    );
}

async fn quota(app: &TestApp, sale: &OnSale) -> (i64, i64) {
    let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
    let shown = app.organiser("GET", &path).send().await.expect(200);
    (
        shown["held"].as_i64().unwrap(),
        shown["waiting"].as_i64().unwrap(),
    )
}

async fn resize(app: &TestApp, sale: &OnSale, size: i32) -> Value {
    let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
    let call = app.organiser("PATCH", &path).if_match("*");
    call.patch_json(&json!({"size": size}))
        .send()
        .await
        .expect(200)
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn who_waits_is_offered_what_is_freed_in_that_moment(app: TestApp) {
        let sale = hall(&app, 1).await;
        let holder = joins(&app, &sale, "a@example.org", 1).await;
        assert_eq!(holder["registration"]["state"], "confirmed");
        let accepted = app.post(&sale.path(), &party(&sale, "b@example.org", 1)).send().await.expect(202);
        assert_eq!(accepted["leads_to"], "waiting_list");
        app.post(&sale.path(), &sale.body("nolist@example.org")).send().await.problem(409, "sold-out");
        assert_eq!(quota(&app, &sale).await, (1, 0), "it counts from the confirmation");
        let waits = confirm(&app, &outbox::token(&app, "b@example.org", "confirm_registration")).await.expect(200);
        let next = joins(&app, &sale, "c@example.org", 1).await;
        assert_eq!((&waits["registration"]["state"], &waits["registration"]["holds_seats"], &waits["registration"]["waiting_position"]), (&json!("waiting_list"), &json!(false), &json!(1)));
        assert_eq!(next["registration"]["waiting_position"], 2);
        assert_eq!(quota(&app, &sale).await, (1, 2));
        assert_eq!(app.get("/events/konferansen/tickets").send().await.expect(200)["items"][0]["availability"], "waiting_list");
        let list = app.organiser("GET", &format!("/events/{}/waiting-list?limit=1", sale.event)).send().await.expect(200);
        assert_eq!((&list["items"][0]["id"], &list["items"][0]["position"], &list["items"][0]["contact"]["email"]), (&waits["registration"]["id"], &json!(1), &json!("b@example.org")));
        let rest = app.organiser("GET", &format!("/events/{}/waiting-list?cursor={}", sale.event, list["next_cursor"].as_str().unwrap())).send().await.expect(200);
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]["id"]), (1, &next["registration"]["id"]));

        cancel(&app, &holder).await;
        let offered = own(&app, &waits).await;
        assert_eq!((&offered["state"], &offered["holds_seats"], &offered["waiting_position"]), (&json!("offered"), &json!(true), &Value::Null));
        assert!(offered["offer_expires_at"].is_string());
        assert_eq!(own(&app, &next).await["waiting_position"], 1);
        assert_eq!(quota(&app, &sale).await, (1, 1));
        assert_eq!(kinds(&app, "b@example.org"), ["confirm_registration", "waiting_list_joined", "seat_offered"]);
        assert!(outbox::mails_to(&app, "b@example.org")[1].secret.is_none());
        let opened = accept(&app, "b@example.org").await.expect(200);
        assert_eq!(opened["registration"]["state"], "confirmed");
        assert!(opened["registration"]["offer_expires_at"].is_null() && opened["access_token"].is_string());
        accept(&app, "b@example.org").await.problem(410, "token-used");
        assert_eq!(kinds(&app, "b@example.org").last().unwrap(), "registration_confirmed");
        // An accepted offer that is cancelled frees the seat for the next.
        cancel(&app, &opened).await;
        assert_eq!(state(&app, &next).await, "offered");
        sales::assert_integrity(&app);
    }

    async fn the_earliest_whole_party_that_fits(app: TestApp) {
        let sale = hall(&app, 3).await;
        let holder = joins(&app, &sale, "a@example.org", 2).await;
        let single = joins(&app, &sale, "b@example.org", 1).await;
        let three = joins(&app, &sale, "c@example.org", 3).await;
        let two = joins(&app, &sale, "d@example.org", 2).await;
        let one = joins(&app, &sale, "e@example.org", 1).await;
        assert_eq!(quota(&app, &sale).await, (3, 6));
        cancel(&app, &single).await;
        assert_eq!((state(&app, &three).await, state(&app, &two).await, state(&app, &one).await), ("waiting_list".into(), "waiting_list".into(), "offered".into()));
        assert_eq!(own(&app, &three).await["waiting_position"], 1, "passed over, it keeps its place");
        cancel(&app, &holder).await;
        assert_eq!((state(&app, &three).await, state(&app, &two).await), ("waiting_list".into(), "offered".into()));
        decline(&app, "d@example.org").await.expect(200);
        assert_eq!(state(&app, &two).await, "cancelled");
        assert_eq!(kinds(&app, "d@example.org").last().unwrap(), "registration_cancelled");
        decline(&app, "d@example.org").await.problem(410, "token-used");
        accept(&app, "d@example.org").await.problem(410, "token-used");
        decline(&app, "e@example.org").await.expect(200);
        assert_eq!(state(&app, &three).await, "offered");
        assert_eq!(quota(&app, &sale).await, (3, 0));
        sales::assert_integrity(&app);
    }

    async fn a_newcomer_takes_only_what_nobody_who_waits_would_fit(app: TestApp) {
        let sale = hall(&app, 2).await;
        let holder = joins(&app, &sale, "a@example.org", 2).await;
        joins(&app, &sale, "b@example.org", 2).await;
        resize(&app, &sale, 3).await;
        assert_eq!(app.post(&sale.path(), &party(&sale, "new@example.org", 1)).send().await.expect(202)["leads_to"], "confirmed", "nobody who waits fits one seat");
        let fresh = joins(&app, &sale, "new@example.org", 1).await;
        assert_eq!(fresh["registration"]["state"], "confirmed");
        cancel(&app, &holder).await;
        assert_eq!(app.post(&sale.path(), &party(&sale, "late@example.org", 1)).send().await.expect(202)["leads_to"], "waiting_list");
        sales::assert_integrity(&app);
    }

    async fn offers_run_out_and_go_to_the_next(app: TestApp) {
        let sale = hall(&app, 1).await;
        let holder = joins(&app, &sale, "a@example.org", 1).await;
        let first = joins(&app, &sale, "b@example.org", 1).await;
        let second = joins(&app, &sale, "c@example.org", 1).await;
        cancel(&app, &holder).await;
        app.advance(TimeDelta::hours(48) - TimeDelta::minutes(1));
        assert_eq!(state(&app, &first).await, "offered");
        app.advance(TimeDelta::minutes(1));
        accept(&app, "b@example.org").await.problem(410, "expired");
        until(&app, &first, "offer_expired").await;
        assert_eq!((state(&app, &second).await, quota(&app, &sale).await), ("offered".into(), (1, 0)));
        assert_eq!(kinds(&app, "b@example.org").last().unwrap(), "offer_expired");
        accept(&app, "c@example.org").await.expect(200);
        sales::assert_integrity(&app);
    }

    async fn more_seats_are_offered_and_fewer_are_not(app: TestApp) {
        let sale = hall(&app, 1).await;
        joins(&app, &sale, "a@example.org", 1).await;
        let mut waiting = Vec::new();
        for n in 0..4 {
            waiting.push(joins(&app, &sale, &format!("w{n}@example.org"), 1).await);
        }
        let shown = resize(&app, &sale, 3).await;
        assert_eq!((shown["held"].as_i64(), shown["waiting"].as_i64()), (Some(3), Some(2)));
        resize(&app, &sale, 1).await;
        cancel(&app, &waiting[0]).await;
        assert_eq!(state(&app, &waiting[2]).await, "waiting_list", "three are held where there is one");
        resize(&app, &sale, 4).await;
        assert_eq!((state(&app, &waiting[2]).await, state(&app, &waiting[3]).await), ("offered".into(), "offered".into()));
        sales::assert_integrity(&app);
    }

    async fn nothing_is_offered_after_the_close(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true, "closes_at": "2027-11-01T00:00:00Z"})).await;
        let holder = joins(&app, &sale, "a@example.org", 1).await;
        let first = joins(&app, &sale, "b@example.org", 1).await;
        let second = joins(&app, &sale, "c@example.org", 1).await;
        let close: kongress::clock::Instant = chrono::DateTime::parse_from_rfc3339("2027-11-01T00:00:00Z").unwrap().into();
        app.advance(close - app.clock.now() - TimeDelta::hours(1));
        cancel(&app, &holder_again(&app, &holder).await).await;
        // Before the close: what is not sent yet of a registration that ends is not sent any more.
        let (first, second) = (opened_again(&app, &first).await, opened_again(&app, &second).await);
        let offer = own(&app, &first).await;
        assert_eq!((&offer["state"], &offer["offer_expires_at"]), (&json!("offered"), &json!("2027-11-01T01:00:00+01:00")), "not longer than the line is open");
        app.advance(TimeDelta::hours(1));
        until(&app, &first, "expired").await;
        until(&app, &second, "expired").await;
        assert!(kinds(&app, "c@example.org").contains(&"offer_expired".to_owned()));
        assert_eq!(quota(&app, &sale).await, (0, 0));
        sales::assert_integrity(&app);
    }

    async fn one_moves_between_hall_and_screen(app: TestApp) {
        let sale = hall(&app, 1).await;
        let screen = sales::quota(&app, &sale.event, Some(5)).await;
        let digital = sales::ticket_type(&app, &sale.event, json!({"name": "På nett", "attendance": "digital", "quotas": [screen]})).await;
        let holder = joins(&app, &sale, "a@example.org", 1).await;
        let mut body = sale.body("b@example.org");
        body["attendees"][0]["ticket_type_id"] = json!(digital);
        app.post(&sale.path(), &body).send().await.expect(202);
        let viewer = confirm(&app, &outbox::token(&app, "b@example.org", "confirm_registration")).await.expect(200);
        let path = format!("/registration/attendees/{}", viewer["registration"]["attendees"][0]["id"].as_str().unwrap());
        let patch = async |change: Value| app.call("PATCH", &path).bearer(&access(&viewer)).if_match("*").patch_json(&change).send().await;
        app.call("PATCH", &path).bearer(&access(&viewer)).patch_json(&json!({"name": "X"})).send().await.problem(428, "precondition-required");
        patch(json!({"ticket_type_id": sale.ticket})).await.problem(409, "sold-out");
        patch(json!({"ticket_type_id": sale.ticket, "if_full": "refuse"})).await.problem(409, "sold-out");
        let waits = patch(json!({"ticket_type_id": sale.ticket, "if_full": "wait"})).await.expect(200);
        let one = &waits["attendees"][0];
        assert_eq!((&one["ticket_type_id"], &one["waiting_for"]["ticket_type_id"], &one["waiting_for"]["offer_expires_at"]), (&json!(digital), &json!(sale.ticket), &Value::Null));
        assert_eq!((quota(&app, &sale).await, sales::held(&app, &sale.event, &screen).await), ((1, 1), 1));
        let later = joins(&app, &sale, "c@example.org", 1).await;
        let list = app.organiser("GET", &format!("/events/{}/waiting-list", sale.event)).send().await.expect(200);
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["attendee_id"]), (2, &one["id"]));
        // The wish is given up, and made again behind who came meanwhile.
        assert!(patch(json!({"waiting_for": null})).await.expect(200)["attendees"][0]["waiting_for"].is_null());
        patch(json!({"ticket_type_id": sale.ticket, "if_full": "wait"})).await.expect(200);
        cancel(&app, &holder).await;
        assert_eq!(state(&app, &later).await, "offered");
        decline(&app, "c@example.org").await.expect(200);
        let offered = own(&app, &viewer).await;
        assert!(offered["attendees"][0]["waiting_for"]["offer_expires_at"].is_string() && offered["state"] == "confirmed");
        assert_eq!((quota(&app, &sale).await, sales::held(&app, &sale.event, &screen).await), ((1, 0), 1), "both seats are held");
        sales::assert_integrity(&app);
        let swapped = accept(&app, "b@example.org").await.expect(200);
        assert_eq!((&swapped["registration"]["attendees"][0]["ticket_type_id"], &swapped["registration"]["attendees"][0]["waiting_for"]), (&json!(sale.ticket), &Value::Null));
        assert_eq!((quota(&app, &sale).await, sales::held(&app, &sale.event, &screen).await), ((1, 0), 0));
        // And back, which frees the hall.
        patch(json!({"ticket_type_id": digital})).await.expect(200);
        assert_eq!((quota(&app, &sale).await, sales::held(&app, &sale.event, &screen).await), ((0, 0), 1));
        sales::assert_integrity(&app);
    }

    async fn a_late_confirmation_stands_behind_who_waits(app: TestApp) {
        let sale = hall(&app, 1).await;
        app.post(&sale.path(), &sale.body("late@example.org")).send().await.expect(202);
        let waits = joins(&app, &sale, "b@example.org", 1).await;
        app.advance(TimeDelta::hours(2));
        until(&app, &waits, "offered").await;
        confirm(&app, &outbox::token(&app, "late@example.org", "confirm_registration")).await.problem(410, "expired");
        sales::assert_integrity(&app);
    }

    async fn the_pages_ask_before_an_offer_is_answered(app: TestApp) {
        let sale = hall(&app, 1).await;
        let holder = joins(&app, &sale, "a@example.org", 1).await;
        joins(&app, &sale, "b@example.org", 1).await;
        cancel(&app, &holder).await;
        let token = outbox::token(&app, "b@example.org", "seat_offered");
        for (language, word) in [("nb", "Ja takk"), ("nn", "Vil du ha plassen"), ("en", "Decline")] {
            let path = format!("/registrations/offer?token={token}&lang={language}");
            let page = app.call("GET", &path).at_root(&path).send().await;
            assert!(page.status == 200 && page.body.contains(word), "{}", page.body);
        }
        let answer = format!("token={token}&answer=accept&lang=nb");
        let page = app.call("POST", "").at_root("/registrations/offer").bytes("application/x-www-form-urlencoded", answer.into_bytes()).send().await;
        assert!(page.status == 200 && page.body.contains("Velkommen"), "{}", page.body);
        assert_eq!(kinds(&app, "b@example.org").last().unwrap(), "registration_confirmed");
    }

    async fn approval_holds_the_seat_until_somebody_answers(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"requires_approval": true, "waiting_list": true})).await;
        assert_eq!(sale.register(&app, "a@example.org").await.expect(202)["leads_to"], "awaiting_approval");
        let opened = confirm(&app, &outbox::token(&app, "a@example.org", "confirm_registration")).await.expect(200);
        assert_eq!((&opened["registration"]["state"], &opened["registration"]["holds_seats"]), (&json!("awaiting_approval"), &json!(true)));
        assert_eq!(kinds(&app, "a@example.org").last().unwrap(), "approval_pending");
        sale.register(&app, "b@example.org").await.problem(409, "sold-out");
        let waits = joins(&app, &sale, "b@example.org", 1).await;
        let path = |of: &Value, rest: &str| format!("/events/{}/registrations/{}{rest}", sale.event, of["registration"]["id"].as_str().unwrap());
        app.organiser("POST", &path(&waits, "/approve")).send().await.problem(409, "wrong-state");
        app.organiser("POST", &path(&opened, "/reject")).json(&json!({"reason": "a\nb"})).send().await.fault("/reason", "invalid_text");
        let rejected = app.organiser("POST", &path(&opened, "/reject")).json(&json!({"reason": "For ansatte."})).send().await.expect(200);
        assert_eq!((&rejected["state"], kinds(&app, "a@example.org").last().unwrap().as_str()), (&json!("rejected"), "registration_rejected"));
        assert_eq!(state(&app, &waits).await, "offered");
        decline(&app, "b@example.org").await.expect(200);
        sale.register(&app, "c@example.org").await.expect(202);
        let asked = confirm(&app, &outbox::token(&app, "c@example.org", "confirm_registration")).await.expect(200);
        let approved = app.organiser("POST", &path(&asked, "/approve")).send().await.expect(200);
        assert_eq!((&approved["state"], kinds(&app, "c@example.org").last().unwrap().as_str()), (&json!("confirmed"), "registration_confirmed"));
        app.organiser("POST", &path(&asked, "/approve")).send().await.problem(409, "wrong-state");
        sales::assert_integrity(&app);
    }

    async fn staff_register_note_and_send_again(app: TestApp) {
        let sale = hall(&app, 2).await;
        let path = format!("/events/{}/registrations", sale.event);
        let made = app.organiser("POST", &path).json(&sale.body("a@example.org")).send().await;
        let shown = made.expect(201);
        assert_eq!((&shown["state"], kinds(&app, "a@example.org")), (&json!("confirmed"), vec!["registration_confirmed".to_owned()]));
        app.organiser("POST", &path).json(&sale.body("a@example.org")).send().await.problem(409, "wrong-state");
        let one = format!("{path}/{}", shown["id"].as_str().unwrap());
        app.organiser("PATCH", &one).patch_json(&json!({"notes": "x"})).send().await.problem(428, "precondition-required");
        let noted = app.organiser("PATCH", &one).if_match(&made.etag()).patch_json(&json!({"notes": "Ringte i går."})).send().await.expect(200);
        assert_eq!(noted["notes"], "Ringte i går.");
        app.organiser("PATCH", &one).if_match(&made.etag()).patch_json(&json!({"notes": "y"})).send().await.problem(412, "stale");
        assert_eq!(app.organiser("POST", &format!("{one}/resend")).send().await.expect(200)["kind"], "registration_confirmed");
        let token = outbox::token(&app, "a@example.org", "registration_confirmed");
        let opened = app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        assert!(opened["registration"]["notes"].is_null(), "notes are staff's");
        app.organiser("POST", &path).json(&party(&sale, "b@example.org", 2)).send().await.problem(409, "sold-out");
        sales::assert_integrity(&app);
    }
}

/// Access tokens end after thirty days; the link in the mail opens the registration again.
async fn opened_again(app: &TestApp, opened: &Value) -> Value {
    let email = opened["registration"]["contact"]["email"].as_str().unwrap();
    let body = json!({"event": "konferansen", "email": email});
    let before = kinds(app, email)
        .iter()
        .filter(|kind| *kind == "registration_link")
        .count();
    app.post("/registrations/link", &body)
        .send()
        .await
        .expect(202);
    outbox::until(app, email, "registration_link", before + 1).await;
    let token = outbox::token(app, email, "registration_link");
    let access = app.post("/registrations/access", &json!({"token": token}));
    access.send().await.expect(200)
}

async fn holder_again(app: &TestApp, opened: &Value) -> Value {
    opened_again(app, opened).await
}
