//! Where faults of a document are told, and what the published description says may be sent.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::contract::document;
use crate::imports::{XML, draft, event, fixture, put, release, text};

const AT: &str = "/schedule/conference/days/0/rooms/Salen/0";

/// A schedule of one session with this change.
fn schedule(change: &Value) -> Value {
    let mut slot = json!({
        "guid": "0f8fad5b-d9cb-469f-a165-70867728950e", "id": 1, "date": "2027-11-08T09:00:00+01:00", "duration": "00:30", "title": "Økt", "persons": []
    });
    json_patch(&mut slot, change);
    json!({"schedule": {"conference": {"days": [{"rooms": {"Salen": [slot]}}]}}})
}

fn json_patch(slot: &mut Value, change: &Value) {
    let slot = slot.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        slot.remove(name);
        if !value.is_null() {
            slot.insert(name.clone(), value.clone());
        }
    }
}

/// The places of all faults, below the session.
async fn places(app: &TestApp, change: &Value) -> Vec<String> {
    let body = schedule(change).to_string().into_bytes();
    let refused = put(app, "konf", "application/json", &body).await;
    let faults = refused.problem(422, "invalid")["errors"].clone();
    let faults = faults.as_array().unwrap().iter();
    let place = |fault: &Value| fault["pointer"].as_str().unwrap().replace(AT, "");
    let mut places: Vec<String> = faults.map(place).collect();
    places.sort();
    places
}

on_both_stores! {
    async fn faults_are_told_where_they_come_from_and_all_together(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let long = "x".repeat(301);
        let cases = [
            (json!({"end": "2027-11-08T08:00:00+01:00"}), vec!["/end"]),
            (json!({"end": "2027-11-08T09:00:00+01:00", "duration": null}), vec!["/end"]),
            (json!({"title": long}), vec!["/title"]),
            (json!({"type": long}), vec!["/type"]),
            (json!({"track": long}), vec!["/track"]),
            (json!({"room": long}), vec!["/room"]),
            (json!({"guid": "x", "title": ""}), vec!["/guid", "/title"]),
            (json!({"guid": null, "duration": "lenge", "title": "", "language": "norsk!"}), vec!["/duration", "/guid", "/language", "/title"]),
            (json!({"date": null, "end": "2027-11-08T08:00:00+01:00", "title": null}), vec!["/date", "/title"]),
            (json!({"date": "i morgen", "persons": [{"public_name": "http://x"}, {"name": "http://y"}]}), vec!["/date", "/persons/0/public_name", "/persons/1/name"]),
            (json!({"duration": "x", "attachments": [{"url": "javascript:x"}], "abstract": "x".repeat(200_000)}), vec!["/abstract", "/attachments/0/url", "/duration"]),
        ];
        for (change, expected) in cases {
            assert_eq!(places(&app, &change).await, expected, "{change}");
        }
        // The same twice has one guid too many, and what else is wrong with it.
        let mut twice = schedule(&json!({}));
        let slots = twice["schedule"]["conference"]["days"][0]["rooms"]["Salen"].as_array_mut().unwrap();
        slots.push(slots[0].clone());
        slots[1]["title"] = json!("");
        let refused = put(&app, "konf", "application/json", twice.to_string().as_bytes()).await;
        refused.fault("/schedule/conference/days/0/rooms/Salen/1/guid", "duplicate");
        refused.fault("/schedule/conference/days/0/rooms/Salen/1/title", "required");
        // An event without dates has no sessions with times, whichever way the format says them.
        app.create("/events", &json!({"slug": "udatert", "title": "Konferansen"})).await;
        let body = schedule(&json!({"end": "2027-11-08T10:00:00+01:00"})).to_string().into_bytes();
        let refused = put(&app, "udatert", "application/json", &body).await;
        refused.fault(&format!("{AT}/date"), "event_undated");
        refused.fault(&format!("{AT}/end"), "event_undated");
        assert_eq!(draft(&app, "konf").await.json()["days"], json!([]));
    }

    async fn what_the_description_lists_is_taken(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let body = &document()["paths"]["/api/v1/organiser/events/{event}/programme"]["put"]["requestBody"];
        let content = body["content"].as_object().unwrap();
        let fits = |media_type: &str, sent: &[u8]| {
            let schema = json!({"allOf": [content[media_type]["schema"]], "components": document()["components"]});
            let sent: Value = serde_json::from_slice(sent).unwrap();
            jsonschema::draft202012::new(&schema).unwrap().is_valid(&sent)
        };
        put(&app, "konf", "application/json", &fixture()).await.expect(200);
        release(&app, "konf").await;
        let (json, xml) = (text(&app, "/events/konf/schedule.json").await, text(&app, "/events/konf/schedule.xml").await);
        let own = draft(&app, "konf").await.body;
        for media_type in content.keys() {
            let sent = if media_type.ends_with("xml") { &xml } else { &json };
            put(&app, "konf", media_type, sent.as_bytes()).await.expect(200);
        }
        assert!(content.contains_key(XML) && content.contains_key("text/xml"), "{content:?}");
        for sent in [fixture(), json.into_bytes(), own.into_bytes()] {
            assert!(fits("application/json", &sent), "{}", String::from_utf8_lossy(&sent[..80]));
        }
        for wrong in [json!({"schedule": {}}), json!({"days": []}), json!({})] {
            assert!(!fits("application/json", wrong.to_string().as_bytes()), "{wrong}");
        }
    }
}
