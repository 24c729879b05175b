//! Bodies that may be left out, what is named by a slug, and answers that say what is true.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

async fn opened(app: &TestApp, sale: &OnSale, body: &Value, email: &str) -> Value {
    app.post(&sale.path(), body).send().await.expect(202);
    let token = outbox::token(app, email, "confirm_registration");
    confirm(app, &token).await.expect(200)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// One seat, taken, and somebody who waits for it.
async fn full(app: &TestApp) -> (OnSale, Value) {
    let sale = OnSale::with(app, Some(1), json!({"waiting_list": true})).await;
    let first = sale.confirmed(app, "a@example.org").await;
    let mut waits = sale.body("b@example.org");
    waits["join_waiting_list"] = json!(true);
    opened(app, &sale, &waits, "b@example.org").await;
    (sale, first)
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_body_that_says_nothing_may_be_left_out(app: TestApp) {
        let sale = OnSale::with(&app, Some(5), json!({"requires_approval": true})).await;
        let waiting = sale.confirmed(&app, "a@example.org").await;
        let path = format!("/events/konferansen/registrations/{}/reject", text(&waiting["registration"]["id"]));
        let reject = || app.organiser("POST", &path);
        reject().json(&json!({"why": "x"})).send().await.fault("/why", "unknown_field");
        reject().bytes("text/plain", b"x".to_vec()).send().await.problem(415, "unsupported-media-type");
        assert_eq!(reject().send().await.expect(200)["state"], "rejected");
        let second = sale.confirmed(&app, "b@example.org").await;
        let reasoned = format!("/events/konferansen/registrations/{}/reject", text(&second["registration"]["id"]));
        app.organiser("POST", &reasoned).json(&json!({"reason": "Fullt"})).send().await.expect(200);

        let third = sale.confirmed(&app, "c@example.org").await;
        let one = format!("/registration/attendees/{}/cancel", text(&third["registration"]["attendees"][0]["id"]));
        for path in ["/registration/cancel", &one] {
            let cancel = || app.call("POST", path).bearer(text(&third["access_token"]));
            cancel().json(&json!({"x": 1})).send().await.fault("/x", "unknown_field");
            cancel().bytes("text/plain", b"x".to_vec()).send().await.problem(415, "unsupported-media-type");
        }
        let cancel = || app.call("POST", "/registration/cancel").bearer(text(&third["access_token"]));
        assert_eq!(cancel().json(&json!({})).send().await.expect(200)["state"], "cancelled");
        let fourth = sale.confirmed(&app, "d@example.org").await;
        app.call("POST", "/registration/cancel").bearer(text(&fourth["access_token"])).send().await.expect(200);
    }

    async fn a_session_is_named_by_its_slug_too(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let workshop = json!({"title": "Verksted; del 1", "slug": "verksted", "starts_at": "2027-11-11T10:00:00+01:00", "ends_at": "2027-11-11T11:00:00+01:00", "sign_up": {"capacity": 5}});
        let id = app.create("/events/konferansen/sessions", &workshop).await["id"].clone();
        app.create("/events/konferansen/sessions", &json!({"title": "Foredrag", "slug": "foredrag"})).await;
        app.organiser("POST", "/events/konferansen/programme/releases").json(&json!({})).send().await.expect(201);
        let mut body = sale.body("a@example.org");
        for unknown in ["foredrag", "finnes-ikke"] {
            body["attendees"][0]["session_ids"] = json!([unknown]);
            app.post(&sale.path(), &body).send().await.fault("/attendees/0/session_ids/0", "unknown_session");
        }
        body["attendees"][0]["session_ids"] = json!(["verksted", id]);
        body["attendees"].as_array_mut().unwrap().push(json!({"ticket_type_id": sale.ticket, "name": "Ola"}));
        let own = opened(&app, &sale, &body, "a@example.org").await;
        assert_eq!(own["registration"]["attendees"][0]["session_ids"], json!([id]));
        let path = format!("/registration/attendees/{}", text(&own["registration"]["attendees"][1]["id"]));
        let change = |body: Value| app.call("PATCH", &path).bearer(text(&own["access_token"])).if_match("*").patch_json(&body).send();
        assert_eq!(change(json!({"session_ids": ["verksted"]})).await.expect(200)["attendees"][1]["session_ids"], json!([id]));
        change(json!({"session_ids": []})).await.expect(200);

        // Who comes to it is a list, and a file with a row for each of them.
        sale.confirmed(&app, "b@example.org").await;
        for key in ["verksted", text(&id)] {
            let list = app.organiser("GET", &format!("/events/konferansen/registrations?session={key}")).send().await.expect(200);
            assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["id"]), (1, &own["registration"]["id"]));
            let searched = app.organiser("GET", &format!("/events/konferansen/registrations?q=kari&session={key}")).send().await.expect(200);
            assert_eq!(searched["items"].as_array().unwrap().len(), 1);
            let file = app.organiser("GET", &format!("/events/konferansen/registrations.csv?session={key}")).send().await;
            let rows: Vec<&str> = file.body.lines().collect();
            assert!(rows.len() == 2 && rows[1].contains(",a@example.org,") && rows[1].contains("\"Verksted; del 1\""), "{}", file.body);
        }
        let all = app.organiser("GET", "/events/konferansen/registrations.csv").send().await;
        assert!(all.body.lines().count() == 4 && all.body.contains(",checked_in_at,sessions,"), "{}", all.body);
        for path in ["registrations", "registrations.csv", "registrations.xlsx"] {
            app.organiser("GET", &format!("/events/konferansen/{path}?session=foredrag")).send().await.fault("/session", "unknown_session");
        }
        app.call("POST", "/registration/cancel").bearer(text(&own["access_token"])).send().await.expect(200);
        let nobody = app.organiser("GET", "/events/konferansen/registrations?session=verksted").send().await.expect(200);
        assert_eq!(nobody["items"], json!([]), "who is cancelled does not come");
        sales::assert_integrity(&app);
    }

    async fn an_offer_that_is_over_or_answered_says_so(app: TestApp) {
        let (sale, first) = full(&app).await;
        app.call("POST", "/registration/cancel").bearer(text(&first["access_token"])).send().await.expect(200);
        let token = outbox::token(&app, "b@example.org", "seat_offered");
        let link = json!({"token": token});
        app.post("/registrations/accept-offer", &link).send().await.expect(200);
        let again = app.post("/registrations/decline-offer", &link).send().await.problem(410, "token-used");
        assert_eq!(again["detail"], "The offer was answered before.");
        let path = "/registrations/offer";
        let form = format!("token={token}&answer=decline&lang=en").into_bytes();
        let page = app.call("POST", path).at_root(path).header("accept", "text/html").bytes("application/x-www-form-urlencoded", form).send().await;
        assert!(page.status == 410 && page.body.contains("This offer was answered before.") && !page.body.contains("confirmed before"), "{}", page.body);

        let mut waits = sale.body("c@example.org");
        waits["join_waiting_list"] = json!(true);
        opened(&app, &sale, &waits, "c@example.org").await;
        let seated = app.organiser("GET", "/events/konferansen/registrations?q=b@example.org").send().await.expect(200);
        let path = format!("/events/konferansen/registrations/{}/cancel", text(&seated["items"][0]["id"]));
        app.organiser("POST", &path).send().await.expect(200);
        let token = outbox::token(&app, "c@example.org", "seat_offered");
        app.advance(TimeDelta::hours(49));
        let late = app.post("/registrations/accept-offer", &json!({"token": token})).send().await.problem(410, "expired");
        assert_eq!(late["detail"], "The offer was not answered in time, or was withdrawn.");
    }

    async fn a_contact_who_comes_has_one_address(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let mut body = sale.body("kari@example.org");
        body["attendees"].as_array_mut().unwrap().push(json!({"ticket_type_id": sale.ticket, "name": "Ola", "email": "ola@example.org"}));
        let own = opened(&app, &sale, &body, "kari@example.org").await;
        let change = json!({"contact": {"email": "ny@example.org"}});
        let asked = app.call("PATCH", "/registration").bearer(text(&own["access_token"])).if_match("*").patch_json(&change).send().await.expect(200);
        assert_eq!(asked["attendees"][0]["email"], "kari@example.org", "not before it has confirmed");
        let token = outbox::token(&app, "ny@example.org", "confirm_registration");
        let moved = confirm(&app, &token).await.expect(200)["registration"].clone();
        let emails = moved["attendees"].as_array().unwrap().iter().map(|one| text(&one["email"]));
        assert_eq!(emails.collect::<Vec<_>>(), ["ny@example.org", "ola@example.org"]);
    }

    async fn staff_note_at_once_why_they_registered_somebody(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let mut body = sale.body("kari@example.org");
        body["notes"] = json!("Ringte.\nKommer for kollegaen.");
        let path = format!("/organiser{}", sale.path());
        app.post(&sale.path(), &body).send().await.fault("/notes", "unknown_field");
        let made = app.call("POST", &path).bearer(&app.token).json(&body).send().await.expect(201);
        assert_eq!(made["notes"], "Ringte.\nKommer for kollegaen.");
        let token = outbox::token(&app, "kari@example.org", "registration_confirmed");
        let own = app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        assert!(own["registration"].get("notes").is_none());
        let mut long = sale.body("ola@example.org");
        long["notes"] = json!("x".repeat(5001));
        app.call("POST", &path).bearer(&app.token).json(&long).send().await.fault("/notes", "invalid_text");
        long["notes"] = json!(" ");
        assert_eq!(app.call("POST", &path).bearer(&app.token).json(&long).send().await.expect(201)["notes"], "");
    }

    async fn a_ticket_type_says_what_its_maker_should_know(app: TestApp) {
        let sale = OnSale::with(&app, Some(5), json!({"requires_approval": true})).await;
        let path = format!("/events/konferansen/ticket-types/{}", sale.ticket);
        assert_eq!(app.organiser("GET", &path).send().await.expect(200)["warnings"], json!([]));
        let both = app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"waiting_list": true})).send().await.expect(200);
        assert!(text(&both["warnings"][0]).contains("without your yes"), "{both}");
        let public = app.get("/events/konferansen/tickets").send().await.expect(200);
        assert!(!public.to_string().contains("warnings"), "{public}");
        for unknown in ["XXQ", "XXX", "nok", "HRK"] {
            let price = json!({"price": {"amount": 100, "currency": unknown}});
            app.organiser("PATCH", &path).if_match("*").patch_json(&price).send().await.fault("/price/currency", "invalid_currency");
        }
        let euro = json!({"price": {"amount": 100, "currency": "EUR"}});
        app.organiser("PATCH", &path).if_match("*").patch_json(&euro).send().await.expect(200);
    }
}
