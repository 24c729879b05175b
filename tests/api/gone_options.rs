//! An option that is gone while a party waits: the party is offered its seats all the same, and told.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Mail, TestApp};

async fn newest(app: &TestApp, kind: &str, address: &str) -> Mail {
    let mails = app.deliver_mail().await.into_iter();
    let mut fitting = mails.filter(|mail| mail.kind == kind && mail.to == address);
    fitting.next_back().unwrap()
}

async fn ask(app: &TestApp, sale: &OnSale, more: Value) -> String {
    let mut input = json!({"label": "Middag", "kind": "single_choice", "options": [{"key": "fish", "label": "Fisk", "limit": 1}, {"key": "meat", "label": "Kjøtt"}]});
    sales::merge(&mut input, &more);
    let path = format!("/events/{}/questions", sale.event);
    let made = app.create(&path, &input).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn confirmed(app: &TestApp, sale: &OnSale, email: &str, more: Value) -> Value {
    let mut body = sale.body(email);
    sales::merge(&mut body["attendees"][0], &more);
    sales::merge(
        &mut body,
        &json!({"join_waiting_list": true, "consents": {"sensitive": true}}),
    );
    app.post(&sale.path(), &body).send().await.expect(202);
    let token = newest(app, "confirm_registration", email).await.token();
    sales::confirm(app, &token).await.expect(200)
}

async fn cancel(app: &TestApp, opened: &Value) {
    let access = opened["access_token"].as_str().unwrap();
    let call = app.call("POST", "/registration/cancel").bearer(access);
    call.send().await.expect(200);
}

on_both_stores! {
    async fn a_party_whose_option_is_full_is_offered_its_seat(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true})).await;
        let screen = sales::ticket_type(&app, &sale.event, json!({"name": "På nett", "attendance": "digital"})).await;
        let dinner = ask(&app, &sale, json!({"required": true})).await;
        let also = ask(&app, &sale, json!({"label": "Turer", "kind": "multiple_choice"})).await;
        let diet = ask(&app, &sale, json!({"label": "Kost", "sensitive": true, "options": [{"key": "halal", "label": "Hemmelig", "limit": 1}]})).await;
        let with = |dinner_is: &str, more: Value| {
            let mut answers = vec![json!({"question_id": dinner, "value": dinner_is})];
            answers.extend(more.as_array().unwrap().clone());
            json!(answers)
        };
        let all = json!([{"question_id": also, "value": ["fish", "meat"]}, {"question_id": diet, "value": "halal"}]);
        let first = confirmed(&app, &sale, "a@example.org", json!({"answers": with("meat", json!([]))})).await;
        let waiting = confirmed(&app, &sale, "b@example.org", json!({"answers": with("fish", all.clone())})).await;
        assert_eq!(waiting["registration"]["state"], "waiting_list");
        confirmed(&app, &sale, "c@example.org", json!({"ticket_type_id": screen, "answers": with("fish", all)})).await;
        cancel(&app, &first).await;

        let offer = newest(&app, "seat_offered", "b@example.org").await;
        for line in ["kan ikke lenger velges", "- Kari Nordmann: Middag (Fisk)", "- Kari Nordmann: Turer (Fisk)", "- Kari Nordmann: Kost"] {
            assert!(offer.text.contains(line), "{line}: {}", offer.text);
        }
        assert!(!offer.text.contains("Kost (") && !offer.text.contains("Hemmelig") && !offer.html.contains("Hemmelig"), "{}", offer.text);
        sales::assert_integrity(&app);
        // What had to be answered does not stand in the way of the seat, and is answered anew.
        let opened = app.post("/registrations/accept-offer", &json!({"token": offer.token()})).send().await.expect(200);
        let attendee = &opened["registration"]["attendees"][0];
        assert_eq!(attendee["answers"].as_array().unwrap().len(), 1, "{attendee}");
        assert_eq!(attendee["answers"][0]["value"], json!(["meat"]));
        let path = format!("/registration/attendees/{}", attendee["id"].as_str().unwrap());
        let change = |body: Value| app.call("PATCH", &path).bearer(opened["access_token"].as_str().unwrap()).if_match("*").patch_json(&body);
        change(json!({"phone": "+47 406 12 345"})).send().await.expect(200);
        change(json!({"answers": with("fish", json!([]))})).send().await.problem(409, "option-full");
        change(json!({"answers": with("meat", json!([]))})).send().await.expect(200);
        sales::assert_integrity(&app);
    }

    async fn an_option_taken_off_does_not_keep_who_waits_waiting(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true})).await;
        let dinner = ask(&app, &sale, json!({})).await;
        let first = confirmed(&app, &sale, "a@example.org", json!({})).await;
        let fish = json!({"answers": [{"question_id": dinner, "value": "fish"}]});
        confirmed(&app, &sale, "b@example.org", fish).await;
        let path = format!("/events/{}/questions/{dinner}", sale.event);
        let less = json!({"options": [{"key": "meat", "label": "Kjøtt"}]});
        app.organiser("PATCH", &path).if_match("*").patch_json(&less).send().await.expect(200);
        cancel(&app, &first).await;
        let offer = newest(&app, "seat_offered", "b@example.org").await;
        assert!(offer.text.contains("- Kari Nordmann: Middag") && !offer.text.contains("Middag ("), "{}", offer.text);
        app.post("/registrations/accept-offer", &json!({"token": offer.token()})).send().await.expect(200);
        sales::assert_integrity(&app);
    }

    async fn a_change_of_seats_keeps_the_options_that_are_held(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true})).await;
        let screen = sales::ticket_type(&app, &sale.event, json!({"name": "På nett", "attendance": "digital"})).await;
        let dinner = ask(&app, &sale, json!({})).await;
        let first = confirmed(&app, &sale, "a@example.org", json!({})).await;
        let fish = json!({"ticket_type_id": screen, "answers": [{"question_id": dinner, "value": "fish"}]});
        let second = confirmed(&app, &sale, "b@example.org", fish).await;
        let path = format!("/registration/attendees/{}", second["registration"]["attendees"][0]["id"].as_str().unwrap());
        let wish = json!({"ticket_type_id": sale.ticket, "if_full": "wait"});
        app.call("PATCH", &path).bearer(second["access_token"].as_str().unwrap()).if_match("*").patch_json(&wish).send().await.expect(200);
        // Fewer than there are: who holds one keeps it.
        let question = format!("/events/{}/questions/{dinner}", sale.event);
        let fewer = json!({"options": [{"key": "fish", "label": "Fisk", "limit": 0}]});
        app.organiser("PATCH", &question).if_match("*").patch_json(&fewer).send().await.expect(200);
        cancel(&app, &first).await;
        let offer = newest(&app, "seat_offered", "b@example.org").await;
        let opened = app.post("/registrations/accept-offer", &json!({"token": offer.token()})).send().await.expect(200);
        let attendee = &opened["registration"]["attendees"][0];
        assert_eq!((&attendee["ticket_type_id"], &attendee["answers"][0]["value"]), (&json!(sale.ticket), &json!("fish")));
        sales::assert_integrity(&app);
    }
}
