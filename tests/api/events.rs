//! Organisations, series and events.

use serde_json::json;

on_both_stores! {
    async fn an_event_goes_through_its_life(app: TestApp) {
        app.create("/series", &json!({"organisation": "bufdir", "slug": "barnevernskonferansen", "title": {"nb": "Barnevernskonferansen"}, "languages": ["nb", "en"]})).await;
        let made = app
            .organiser("POST", "/events")
            .json(&json!({
                "organisation": "bufdir", "series_id": "barnevernskonferansen", "slug": "barnevernskonferansen-2027",
                "title": {"nb": "Barnevernskonferansen 2027"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11",
                "timezone": "Europe/Oslo", "format": "hybrid", "languages": ["nb", "en"], "default_language": "nb",
                "venue": {"name": "Kongressenteret", "municipality_number": "0301"},
                "organisers": [{"name": "Bufdir", "role": "host"}, {"name": "Bufetat", "role": "host"}, {"name": "KS", "role": "host"}]
            }))
            .send()
            .await;
        let event = made.expect(201);
        assert_eq!(event["state"], "draft");
        assert_eq!(made.header("location"), format!("/api/v1/organiser/events/{}", event["id"].as_str().unwrap()));
        let path = "/events/barnevernskonferansen-2027";
        let patched = app.organiser("PATCH", path).if_match(&made.etag()).patch_json(&json!({"subtitle": "Sammen", "venue": null})).send().await.expect(200);
        assert_eq!(patched["subtitle"], json!({"nb": "Sammen"}));
        assert_eq!(patched["venue"], json!(null));
        let stale = app.organiser("PATCH", path).if_match(&made.etag()).patch_json(&json!({"subtitle": null})).send().await;
        stale.problem(412, "stale");
        let current = app.organiser("GET", path).send().await;
        assert_eq!(stale.etag(), current.etag());
        app.organiser("PATCH", path).patch_json(&json!({})).send().await.problem(428, "precondition-required");
        app.get("/events").send().await.expect(200)["items"].as_array().unwrap().is_empty().then_some(()).unwrap();
        app.organiser("POST", "/events/barnevernskonferansen-2027/publish").send().await.expect(200);
        app.organiser("POST", "/events/barnevernskonferansen-2027/publish").send().await.problem(409, "wrong-state");
        assert_eq!(app.get("/events?phase=upcoming&series=barnevernskonferansen&q=KONFERANSEN").send().await.expect(200)["items"][0]["slug"], "barnevernskonferansen-2027");
        assert_eq!(app.get("/series/barnevernskonferansen").send().await.expect(200)["events"][0]["slug"], "barnevernskonferansen-2027");
    }

    async fn a_language_stays_while_something_is_written_in_it(app: TestApp) {
        app.create("/events", &json!({"slug": "konf", "title": {"nb": "Konferansen", "en": "The conference"}, "languages": ["nb", "en"], "starts_on": "2027-11-11", "ends_on": "2027-11-11"})).await;
        app.create("/events/konf/sessions", &json!({"title": {"nb": "Bare norsk"}})).await;
        app.create("/events/konf/questions", &json!({"label": {"en": "Diet"}, "kind": "single_choice", "options": [{"key": "none", "label": {"nb": "Ingen"}}]})).await;
        let change = async |body: &serde_json::Value| app.organiser("PATCH", "/events/konf").if_match("*").patch_json(body).send().await;
        let without = json!({"title": {"nb": null}, "languages": ["en"], "default_language": "en"});
        let refused = change(&without).await;
        refused.fault("/languages", "language_in_use");
        assert!(refused.body.contains("sessions, options of questions"), "{}", refused.body);
        app.organiser("PATCH", "/events/konf/sessions/bare-norsk").if_match("*").patch_json(&json!({"title": {"nb": null, "en": "English only"}})).send().await.expect(200);
        change(&without).await.fault("/languages", "language_in_use");
        change(&json!({"languages": ["nb", "en", "nn"]})).await.expect(200);
        change(&json!({"title": {"nb": "K", "NB": "L"}})).await.fault("/title/nb", "duplicate");
    }
}
