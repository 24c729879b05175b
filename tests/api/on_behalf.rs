//! Staff change a registration, or one attendee of it, on behalf; and what a move to another ticket asks.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Answer, TestApp, outbox};

/// A hall of two, a screen, and Kari in the hall, who is registered by herself.
async fn registered(app: &TestApp) -> (OnSale, String, Value) {
    let sale = OnSale::of_size(app, 2).await;
    let screen = json!({"name": "På nett", "attendance": "digital"});
    let screen = sales::ticket_type(app, &sale.event, screen).await;
    let opened = sale.confirmed(app, "kari@example.org").await;
    (sale, screen, opened["registration"].clone())
}

fn path_of(registration: &Value) -> String {
    let id = registration["id"].as_str().unwrap();
    format!("/events/konferansen/registrations/{id}")
}

fn attendee_path(registration: &Value) -> String {
    let attendee = registration["attendees"][0]["id"].as_str().unwrap();
    format!("{}/attendees/{attendee}", path_of(registration))
}

async fn patch(app: &TestApp, path: &str, change: &Value) -> Answer {
    let call = app.organiser("PATCH", path).if_match("*");
    call.patch_json(change).send().await
}

/// The newest entry of the audit.
async fn traced(app: &TestApp) -> Value {
    let path = "/events/konferansen/audit?resource=registration";
    let page = app.organiser("GET", path).send().await.expect(200);
    page["items"][0].clone()
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn staff_change_one_attendee(app: TestApp) {
        let (sale, screen, registration) = registered(&app).await;
        let path = attendee_path(&registration);
        app.organiser("PATCH", &path).patch_json(&json!({"name": "X"})).send().await.problem(428, "precondition-required");
        let stale = app.organiser("PATCH", &path).if_match("\"v1-x\"").patch_json(&json!({"name": "X"})).send().await;
        stale.problem(412, "stale");
        let read = app.organiser("GET", &path_of(&registration)).send().await;
        assert_eq!(stale.etag(), read.etag());
        let change = json!({"name": "Kari Hansen", "phone": "40612345", "ticket_type_id": screen});
        let changed = app.organiser("PATCH", &path).if_match(&read.etag()).patch_json(&change).send().await;
        let after = changed.expect(200);
        assert_eq!((&after["attendees"][0]["name"], &after["attendees"][0]["ticket_type_id"]), (&json!("Kari Hansen"), &json!(screen)));
        assert_eq!((sale.held(&app).await, after), (0, app.organiser("GET", &path_of(&registration)).send().await.expect(200)));
        let last = outbox::mails_to(&app, "kari@example.org").pop().unwrap();
        assert_eq!((last.kind.as_str(), last.secret.is_some()), ("registration_changed", true));

        let trace = traced(&app).await;
        let id = registration["attendees"][0]["id"].as_str().unwrap();
        assert_eq!((&trace["operation"], &trace["resource_id"]), (&json!("update_attendee_of_event"), &registration["id"]));
        assert_eq!(trace["before"]["attendees"][id], json!({"name": "(not kept)", "phone": null, "ticket_type_id": sale.ticket}));
        assert_eq!(trace["after"]["attendees"][id], json!({"name": "(not kept)", "phone": "(not kept)", "ticket_type_id": screen}));

        patch(&app, &path, &json!({"name": ""})).await.fault("/name", "invalid_name");
        let nobody = format!("{}/attendees/{}", path_of(&registration), registration["id"].as_str().unwrap());
        patch(&app, &nobody, &json!({"name": "X"})).await.problem(404, "not-found");
        let reader = app.token_of("bufdir", kongress::auth::Role::CheckIn);
        let call = app.call("PATCH", &format!("/organiser{path}")).bearer(&reader).if_match("*");
        call.patch_json(&json!({"name": "X"})).send().await.problem(403, "not-allowed");
        sales::assert_integrity(&app);
    }

    async fn staff_move_an_attendee_while_registration_is_closed_but_never_past_the_end(app: TestApp) {
        let (sale, screen, registration) = registered(&app).await;
        let path = attendee_path(&registration);
        let closed = json!({"closes_at": "2020-01-01T00:00:00Z"});
        for ticket in [&sale.ticket, &screen] {
            patch(&app, &format!("/events/konferansen/ticket-types/{ticket}"), &closed).await.expect(200);
        }
        patch(&app, &path, &json!({"ticket_type_id": screen})).await.expect(200);
        patch(&app, &format!("/events/konferansen/quotas/{}", sale.quota), &json!({"size": 0})).await.expect(200);
        patch(&app, &path, &json!({"ticket_type_id": sale.ticket})).await.problem(409, "sold-out");
        app.organiser("POST", "/events/konferansen/archive").send().await.expect(200);
        patch(&app, &path, &json!({"ticket_type_id": sale.ticket})).await.problem(409, "wrong-state");
        sales::assert_integrity(&app);
    }

    async fn answers_are_changed_on_behalf_and_not_kept_in_the_audit(app: TestApp) {
        let (sale, _, registration) = registered(&app).await;
        let question = json!({"label": "Mat", "kind": "text", "ticket_types": [sale.ticket]});
        let question = app.create("/events/konferansen/questions", &question).await;
        let answers = json!({"answers": [{"question_id": question["id"], "value": "Laktosefri"}]});
        let changed = patch(&app, &attendee_path(&registration), &answers).await.expect(200);
        assert_eq!(changed["attendees"][0]["answers"][0]["value"], "Laktosefri");
        let trace = traced(&app).await;
        let id = registration["attendees"][0]["id"].as_str().unwrap();
        assert_eq!(trace["after"]["attendees"][id], json!({"answers": "(not kept)"}));
        assert!(!trace.to_string().contains("Laktosefri"), "{trace}");
    }

    async fn a_change_of_the_registration_is_traced_from_what_to_what(app: TestApp) {
        let (_, _, registration) = registered(&app).await;
        let change = json!({"language": "en", "notes": "Ringte Kari.", "consents": {"news": true}, "contact": {"name": "Kari H."}});
        patch(&app, &path_of(&registration), &change).await.expect(200);
        let trace = traced(&app).await;
        let hidden = json!("(not kept)");
        for side in ["before", "after"] {
            assert_eq!((&trace[side]["notes"], &trace[side]["contact"]), (&hidden, &hidden), "{trace}");
        }
        assert_eq!((&trace["before"]["language"], &trace["after"]["language"]), (&json!("nb"), &json!("en")));
        assert_eq!((&trace["before"]["consents"]["news"], &trace["after"]["consents"]["news"]), (&json!(false), &json!(true)));
        assert!(!trace.to_string().contains("Kari"), "{trace}");
        app.organiser("POST", &format!("{}/cancel", path_of(&registration))).send().await.expect(200);
        let trace = traced(&app).await;
        assert_eq!((&trace["before"], &trace["after"]), (&json!({"state": "confirmed"}), &json!({"state": "cancelled"})));
    }

    async fn a_move_asks_what_the_other_ticket_asks(app: TestApp) {
        let (sale, screen, registration) = registered(&app).await;
        let ask = async |input: Value| app.create("/events/konferansen/questions", &input).await["id"].clone();
        let link = ask(json!({"label": "Skjerm", "kind": "text", "required": true, "ticket_types": [screen]})).await;
        let hall = ask(json!({"label": "Mat", "kind": "text", "required": true, "ticket_types": [sale.ticket]})).await;
        let token = outbox::token(&app, "kari@example.org", "registration_confirmed");
        let opened = app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        let access = opened["access_token"].as_str().unwrap();
        let path = format!("/registration/attendees/{}", registration["attendees"][0]["id"].as_str().unwrap());
        let change = async |body: Value| app.call("PATCH", &path).bearer(access).if_match("*").patch_json(&body).send().await;
        // What was asked after they came is not asked of who stays.
        change(json!({"name": "Kari N."})).await.expect(200);
        change(json!({"ticket_type_id": screen})).await.fault("/answers", "required");
        patch(&app, &attendee_path(&registration), &json!({"ticket_type_id": screen, "if_full": "wait"})).await.fault("/answers", "required");
        assert_eq!(sale.held(&app).await, 1, "nothing was changed");
        let answer = |id: &Value| json!([{"question_id": id, "value": "Ja"}]);
        change(json!({"ticket_type_id": screen, "answers": answer(&hall)})).await.fault("/answers/0/question_id", "not_asked");
        let moved = change(json!({"ticket_type_id": screen, "answers": answer(&link)})).await.expect(200);
        assert_eq!((&moved["attendees"][0]["ticket_type_id"], sale.held(&app).await), (&json!(screen), 0));
        // And back: what the hall asks was never answered.
        change(json!({"ticket_type_id": sale.ticket})).await.fault("/answers", "required");
        sales::assert_integrity(&app);
    }
}
