//! A session that fills while a party waits: its offer says so, and so does the registration.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Mail, TestApp};

async fn newest(app: &TestApp, kind: &str, address: &str) -> Mail {
    let mails = app.deliver_mail().await.into_iter();
    let mut fitting = mails.filter(|mail| mail.kind == kind && mail.to == address);
    fitting.next_back().unwrap()
}

async fn confirmed(app: &TestApp, sale: &OnSale, email: &str, body: &Value) -> Value {
    app.post(&sale.path(), body).send().await.expect(202);
    let token = newest(app, "confirm_registration", email).await.token();
    sales::confirm(app, &token).await.expect(200)
}

on_both_stores! {
    async fn the_offer_says_what_filled_up(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true})).await;
        let screen = sales::ticket_type(&app, &sale.event, json!({"name": "På nett", "attendance": "digital"})).await;
        let mut ids = Vec::new();
        for (title, hour) in [("Sirkel", 10), ("Firkant", 12)] {
            let body = json!({"title": title, "starts_at": format!("2027-11-11T{hour}:00:00+01:00"), "ends_at": format!("2027-11-11T{hour}:45:00+01:00"), "sign_up": {"capacity": 1}});
            ids.push(app.create("/events/konferansen/sessions", &body).await["id"].clone());
        }
        app.organiser("POST", "/events/konferansen/programme/releases").json(&json!({})).send().await.expect(201);
        let first = confirmed(&app, &sale, "a@example.org", &sale.body("a@example.org")).await;
        let mut waits = sale.body("b@example.org");
        sales::merge(&mut waits, &json!({"join_waiting_list": true}));
        waits["attendees"][0]["session_ids"] = json!(ids);
        let waiting = confirmed(&app, &sale, "b@example.org", &waits).await;
        assert_eq!(waiting["registration"]["state"], "waiting_list");
        assert_eq!(waiting["registration"]["attendees"][0]["lost_session_ids"], json!([]));
        let takes = json!({"attendees": [{"ticket_type_id": screen, "name": "C", "email": "c@example.org", "session_ids": [ids[0]]}]});
        confirmed(&app, &sale, "c@example.org", &takes).await;
        app.call("POST", "/registration/cancel").bearer(first["access_token"].as_str().unwrap()).send().await.expect(200);

        let offer = newest(&app, "seat_offered", "b@example.org").await;
        assert!(offer.text.contains("ble fulle i mellomtiden") && offer.text.contains("- Kari Nordmann: Sirkel (torsdag"), "{}", offer.text);
        assert!(!offer.text.contains("Firkant"), "{}", offer.text);
        let opened = app.post("/registrations/accept-offer", &json!({"token": offer.token()})).send().await.expect(200);
        let attendee = &opened["registration"]["attendees"][0];
        assert_eq!((&attendee["session_ids"], &attendee["lost_session_ids"]), (&json!([ids[1]]), &json!([ids[0]])));
        let mail = newest(&app, "registration_confirmed", "b@example.org").await;
        assert!(mail.text.contains("- Kari Nordmann: Sirkel"), "{}", mail.text);
        let path = format!("/registration/attendees/{}", attendee["id"].as_str().unwrap());
        let choose = app.call("PATCH", &path).bearer(opened["access_token"].as_str().unwrap()).if_match("*");
        let chosen = choose.patch_json(&json!({"session_ids": []})).send().await.expect(200);
        assert_eq!(chosen["attendees"][0]["lost_session_ids"], json!([]), "they have chosen anew");
        sales::assert_integrity(&app);
    }
}
