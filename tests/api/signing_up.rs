//! Parallel sessions with a capacity: chosen at registration or later.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

/// An event with three workshops, the first two at the same time; their ids.
async fn workshops(app: &TestApp) -> (OnSale, Vec<String>) {
    let sale = OnSale::of_size(app, 20).await;
    let mut ids = Vec::new();
    for (title, hour, capacity) in [("En", 10, 1), ("To", 10, 5), ("Tre", 12, 5)] {
        let body = json!({"title": title, "kind": "workshop", "starts_at": format!("2027-11-11T{hour}:00:00+01:00"), "ends_at": format!("2027-11-11T{}:00:00+01:00", hour + 1), "sign_up": {"capacity": capacity}});
        let made = app
            .create(&format!("/events/{}/sessions", sale.event), &body)
            .await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    release(app, &sale).await;
    (sale, ids)
}

async fn release(app: &TestApp, sale: &OnSale) {
    let path = format!("/events/{}/programme/releases", sale.event);
    app.organiser("POST", &path)
        .json(&json!({}))
        .send()
        .await
        .expect(201);
}

fn choosing(sale: &OnSale, email: &str, sessions: &[&String]) -> Value {
    let mut body = sale.body(email);
    body["attendees"][0]["session_ids"] = json!(sessions);
    body
}

async fn confirmed(app: &TestApp, sale: &OnSale, email: &str, sessions: &[&String]) -> Value {
    app.post(&sale.path(), &choosing(sale, email, sessions))
        .send()
        .await
        .expect(202);
    confirm(app, &outbox::token(app, email, "confirm_registration"))
        .await
        .expect(200)
}

async fn availability(app: &TestApp) -> Vec<Value> {
    let form = app
        .get("/events/konferansen/registration-form")
        .send()
        .await
        .expect(200);
    let sessions = form["sessions"].as_array().unwrap().iter();
    sessions.map(|one| one["availability"].clone()).collect()
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn places_in_sessions_are_held_like_seats(app: TestApp) {
        let (sale, ids) = workshops(&app).await;
        app.post(&sale.path(), &choosing(&sale, "a@example.org", &[&ids[0], &ids[1]])).send().await.fault("/attendees/0/session_ids/1", "overlapping_sessions");
        let opened = confirmed(&app, &sale, "a@example.org", &[&ids[0], &ids[2]]).await;
        assert_eq!(opened["registration"]["attendees"][0]["session_ids"], json!([ids[0], ids[2]]));
        assert_eq!(availability(&app).await, ["sold_out", "few_left", "few_left"]);
        let full = app.post(&sale.path(), &choosing(&sale, "b@example.org", &[&ids[0]])).send().await;
        let problem = full.problem(409, "session-full");
        assert_eq!((&problem["session_id"], &problem["sessions_left"]), (&json!(ids[0]), &json!([ids[1], ids[2]])));
        assert_eq!(sale.held(&app).await, 1, "nothing of it was stored");
        let other = confirmed(&app, &sale, "b@example.org", &[]).await;
        let path = format!("/registration/attendees/{}", other["registration"]["attendees"][0]["id"].as_str().unwrap());
        let choose = async |ids: Value| app.call("PATCH", &path).bearer(other["access_token"].as_str().unwrap()).if_match("*").patch_json(&json!({"session_ids": ids})).send().await;
        choose(json!([ids[0]])).await.problem(409, "session-full");
        choose(json!([ids[1], ids[0]])).await.fault("/session_ids/1", "overlapping_sessions");
        choose(json!([ids[1]])).await.expect(200);
        sales::assert_integrity(&app);
        app.call("POST", "/registration/cancel").bearer(opened["access_token"].as_str().unwrap()).send().await.expect(200);
        choose(json!([ids[0]])).await.expect(200);
        assert_eq!(availability(&app).await[0], "sold_out");
        sales::assert_integrity(&app);
    }

    async fn one_place_goes_to_one(app: TestApp) {
        let (sale, ids) = workshops(&app).await;
        let calls = (0..12).map(|n| { let body = choosing(&sale, &format!("p{n}@example.org"), &[&ids[0]]); let (app, path) = (&app, sale.path()); async move { app.post(&path, &body).send().await.status } });
        let statuses = futures_util::future::join_all(calls).await;
        assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [202, 409].contains(status)), "{statuses:?}");
        sales::assert_integrity(&app);
    }
}
