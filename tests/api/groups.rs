//! Groups: mixed tickets, links of attendees, and one who comes, goes or is replaced without the others.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

fn access(opened: &Value) -> String {
    opened["access_token"].as_str().unwrap().to_owned()
}

fn kinds(app: &TestApp, email: &str) -> Vec<String> {
    outbox::mails_to(app, email)
        .into_iter()
        .map(|mail| mail.kind)
        .collect()
}

/// A hall and a screen, and a group of three with a contact who does not come.
async fn group(app: &TestApp) -> (OnSale, String, Value) {
    let sale = OnSale::of_size(app, 3).await;
    let digital = sales::ticket_type(
        app,
        &sale.event,
        json!({"name": "På nett", "attendance": "digital"}),
    )
    .await;
    let body = json!({
        "contact": {"name": "Anne Leder", "email": "leder@example.org"},
        "attendees": [
            {"ticket_type_id": sale.ticket, "name": "Kari", "email": "kari@example.org"},
            {"ticket_type_id": sale.ticket, "name": "Ola"},
            {"ticket_type_id": digital, "name": "Liv", "email": "liv@example.org"}
        ]
    });
    app.post(&sale.path(), &body).send().await.expect(202);
    let token = outbox::token(app, "leder@example.org", "confirm_registration");
    let opened = confirm(app, &token).await.expect(200);
    (sale, digital, opened)
}

fn attendee(shown: &Value, place: usize) -> String {
    format!(
        "/registration/attendees/{}",
        shown["attendees"][place]["id"].as_str().unwrap()
    )
}

/// Opens one attendee's own link.
async fn as_attendee(app: &TestApp, email: &str) -> Value {
    let token = outbox::token(app, email, "registration_confirmed");
    app.post("/registrations/access", &json!({"token": token}))
        .send()
        .await
        .expect(200)
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_group_of_mixed_tickets_is_one_registration(app: TestApp) {
        let (sale, _, opened) = group(&app).await;
        assert_eq!((&opened["registration"]["state"], &opened["registration"]["access"]), (&json!("confirmed"), &json!("contact")));
        assert_eq!(sale.held(&app).await, 2);
        for email in ["kari@example.org", "liv@example.org"] {
            assert_eq!(kinds(&app, email), ["registration_confirmed"]);
        }
        let own = as_attendee(&app, "kari@example.org").await;
        let shown = &own["registration"];
        assert_eq!((&shown["access"], shown["attendees"].as_array().unwrap().len(), &shown["contact"]), (&json!("attendee"), 1, &Value::Null));
        assert_eq!(shown["attendees"][0]["name"], "Kari");
        // What is not theirs is not there for them.
        let other = attendee(&opened["registration"], 1);
        let call = |method: &'static str, path: &str| app.call(method, path).bearer(&access(&own)).if_match("*");
        call("PATCH", &other).patch_json(&json!({"name": "X"})).send().await.problem(404, "not-found");
        call("POST", &format!("{other}/cancel")).send().await.problem(404, "not-found");
        call("POST", "/registration/cancel").send().await.problem(403, "not-allowed");
        call("PATCH", "/registration").patch_json(&json!({"language": "en"})).send().await.problem(403, "not-allowed");
        let changed = call("PATCH", &attendee(shown, 0)).patch_json(&json!({"name": "Kari N."})).send().await.expect(200);
        assert_eq!(changed["attendees"][0]["name"], "Kari N.");
        let export = call("GET", "/registration/export").send().await;
        assert!(export.status == 200 && !export.body.contains("Anne Leder") && !export.body.contains("Ola"), "{}", export.body);
        // Too many for the hall: nobody gets a seat.
        let hall = json!({"ticket_type_id": sale.ticket, "name": "X"});
        let two = json!({"contact": {"name": "B", "email": "b@example.org"}, "attendees": [hall, hall]});
        app.post(&sale.path(), &two).send().await.problem(409, "sold-out");
        assert_eq!(sale.held(&app).await, 2);
        sales::assert_integrity(&app);
    }

    async fn one_is_cancelled_without_the_others(app: TestApp) {
        let (sale, _, opened) = group(&app).await;
        let path = attendee(&opened["registration"], 0);
        let after = app.call("POST", &format!("{path}/cancel")).bearer(&access(&opened)).send().await.expect(200);
        assert_eq!((&after["state"], &after["attendees"][0]["state"], &after["attendees"][1]["state"]), (&json!("confirmed"), &json!("cancelled"), &json!("active")));
        assert_eq!(sale.held(&app).await, 1);
        assert_eq!(kinds(&app, "kari@example.org").last().unwrap(), "registration_cancelled");
        assert_eq!(kinds(&app, "leder@example.org").last().unwrap(), "registration_changed");
        app.call("POST", &format!("{path}/cancel")).bearer(&access(&opened)).send().await.problem(409, "wrong-state");
        for place in [1, 2] {
            let path = attendee(&opened["registration"], place);
            app.call("POST", &format!("{path}/cancel")).bearer(&access(&opened)).send().await.expect(200);
        }
        let shown = app.call("GET", "/registration").bearer(&access(&opened)).send().await.expect(200);
        assert_eq!((&shown["state"], sale.held(&app).await), (&json!("cancelled"), 0));
        sales::assert_integrity(&app);
    }

    async fn a_colleague_takes_the_seat_with_a_ticket_of_their_own(app: TestApp) {
        let (sale, _, opened) = group(&app).await;
        let own = as_attendee(&app, "kari@example.org").await;
        let path = format!("{}/replace", attendee(&opened["registration"], 0));
        let secret = &opened["registration"]["attendees"][0]["ticket_secret"];
        let bad = app.call("POST", &path).bearer(&access(&opened)).json(&json!({"name": "", "email": "x"})).send().await;
        bad.fault("/name", "invalid_name");
        bad.fault("/email", "invalid_email");
        let body = json!({"name": "Per", "email": "per@example.org"});
        let after = app.call("POST", &path).bearer(&access(&opened)).json(&body).send().await.expect(200);
        assert_eq!(after["attendees"][0]["name"], "Per");
        assert_ne!(&after["attendees"][0]["ticket_secret"], secret);
        assert_eq!((kinds(&app, "per@example.org"), sale.held(&app).await), (vec!["registration_confirmed".to_owned()], 2));
        assert_eq!(kinds(&app, "kari@example.org").last().unwrap(), "registration_cancelled");
        app.call("GET", "/registration").bearer(&access(&own)).send().await.problem(401, "not-signed-in");
        sales::assert_integrity(&app);
    }

    async fn a_group_grows_while_there_are_seats(app: TestApp) {
        let (sale, digital, opened) = group(&app).await;
        let add = async |ticket: &str, email: &str| {
            let body = json!({"ticket_type_id": ticket, "name": "Ny", "email": email});
            app.call("POST", "/registration/attendees").bearer(&access(&opened)).json(&body).send().await
        };
        let grown = add(&sale.ticket, "ny@example.org").await.expect(201);
        assert_eq!((grown["attendees"].as_array().unwrap().len(), sale.held(&app).await), (4, 3));
        assert_eq!(kinds(&app, "ny@example.org"), ["registration_confirmed"]);
        add(&sale.ticket, "til@example.org").await.problem(409, "sold-out");
        add(&digital, "til@example.org").await.expect(201);
        add("01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c", "x@example.org").await.fault("/ticket_type_id", "unknown_ticket_type");
        let body = json!({"ticket_type_id": digital, "name": "En til"});
        let once = |key: &'static str| app.call("POST", "/registration/attendees").bearer(&access(&opened)).header("idempotency-key", key).json(&body);
        once("k1").send().await.expect(201);
        let again = once("k1").send().await;
        assert_eq!(again.expect(201)["attendees"].as_array().unwrap().len(), 6);
        sales::assert_integrity(&app);
    }

    async fn a_new_address_counts_once_it_has_confirmed(app: TestApp) {
        let (_, _, opened) = group(&app).await;
        let patch = async |change: Value| app.call("PATCH", "/registration").bearer(&access(&opened)).if_match("*").patch_json(&change).send().await;
        let stale = app.call("PATCH", "/registration").bearer(&access(&opened)).if_match("\"v0-x\"").patch_json(&json!({"language": "en"})).send().await;
        stale.problem(412, "stale");
        let changed = patch(json!({"language": "en", "contact": {"name": "Anne L.", "email": "ny.leder@example.org"}})).await.expect(200);
        assert_eq!((&changed["contact"]["email"], &changed["contact"]["name"], &changed["language"]), (&json!("leder@example.org"), &json!("Anne L."), &json!("en")));
        assert_eq!(changed["new_contact"]["email"], "ny.leder@example.org");
        patch(json!({"contact": {"email": "x"}})).await.fault("/contact/email", "invalid_email");
        let token = outbox::token(&app, "ny.leder@example.org", "confirm_registration");
        let confirmed = confirm(&app, &token).await.expect(200);
        assert_eq!(confirmed["registration"]["contact"]["email"], "ny.leder@example.org");
        assert_eq!(confirmed["registration"]["new_contact"], Value::Null);
        assert_eq!(kinds(&app, "leder@example.org").last().unwrap(), "registration_changed");
        assert!(outbox::mails_to(&app, "leder@example.org").last().unwrap().secret.is_none());
        app.call("GET", "/registration").bearer(&access(&opened)).send().await.problem(401, "not-signed-in");
        confirm(&app, &token).await.problem(410, "token-used");
        sales::assert_integrity(&app);
    }

    async fn an_attendee_erases_themselves_alone(app: TestApp) {
        let (sale, _, opened) = group(&app).await;
        let own = as_attendee(&app, "kari@example.org").await;
        app.call("DELETE", "/registration").bearer(&access(&own)).if_match("*").send().await.expect(204);
        let shown = app.call("GET", "/registration").bearer(&access(&opened)).send().await.expect(200);
        assert_eq!((&shown["attendees"][0]["name"], &shown["attendees"][0]["state"], &shown["attendees"][1]["name"]), (&json!(""), &json!("cancelled"), &json!("Ola")));
        assert_eq!(sale.held(&app).await, 1);
        app.call("GET", "/registration").bearer(&access(&own)).send().await.problem(401, "not-signed-in");
        assert!(outbox::mails_to(&app, "kari@example.org").is_empty());
        sales::assert_integrity(&app);
    }
}
