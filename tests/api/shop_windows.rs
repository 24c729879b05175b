//! What search engines and calendars are told of an event as a whole.

use serde_json::{Value, json};

use crate::exports::as_python_sees;
use crate::helpers::{TestApp, sales};

async fn drawn(app: &TestApp, event: &str) -> Value {
    let answer = app
        .get(&format!("/events/{event}/programme.jsonld"))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

on_both_stores! {
    async fn what_needs_a_code_is_offered_to_nobody(app: TestApp) {
        let price = json!({"amount": 125_000, "currency": "NOK"});
        let sale = sales::OnSale::with(&app, Some(10), json!({"name": "Hemmelig", "price": price, "access_code_required": true})).await;
        let path = format!("/events/{}/programme.jsonld", sale.event);
        let shown = app.get(&path).send().await;
        assert!(!shown.body.contains("Hemmelig") && !shown.body.contains("1250"), "{}", shown.body);
        let drawn_now = drawn(&app, &sale.event).await;
        assert_eq!((&drawn_now["offers"], &drawn_now["isAccessibleForFree"]), (&json!(null), &json!(null)));
        sales::ticket_type(&app, &sale.event, json!({"name": "Åpen", "quotas": [sale.quota]})).await;
        let open = drawn(&app, &sale.event).await;
        let names: Vec<&Value> = open["offers"].as_array().unwrap().iter().map(|offer| &offer["name"]).collect();
        assert_eq!((names, &open["isAccessibleForFree"]), (vec![&json!("Åpen")], &json!(true)));
    }

    async fn what_is_held_on_screens_is_online(app: TestApp) {
        for (slug, more, place) in [
            ("nb", json!({"format": "digital"}), "På nett"),
            ("nn", json!({"format": "digital", "languages": ["nn"], "default_language": "nn"}), "På nett"),
            ("en", json!({"format": "digital", "languages": ["en"], "default_language": "en"}), "Online"),
            ("side", json!({"format": "digital", "website_url": "https://dialog.example.org/"}), "https://dialog.example.org/"),
            ("sal", json!({"format": "digital", "venue": {"name": "Kongressenteret"}}), "Kongressenteret"),
            ("begge", json!({"format": "hybrid"}), "Kunngjøres"),
        ] {
            let mut event = json!({"slug": slug, "title": "Dialog", "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
            sales::merge(&mut event, &more);
            app.create("/events", &event).await;
            app.create(&format!("/events/{slug}/sessions"), &json!({"title": "Hei", "starts_at": "2027-11-11T09:00:00+01:00"})).await;
            app.create(&format!("/events/{slug}/programme/releases"), &json!({})).await;
            sales::publish(&app, slug).await;
            let file = app.get(&format!("/events/{slug}/programme.ics")).send().await;
            let seen = as_python_sees(&file.body);
            assert_eq!(seen["entries"][0]["location"], place, "{slug}: {}", file.body);
        }
    }
}
