//! An event with tickets on sale.

use diesel::prelude::*;
use kongress::clock::new_id;
use kongress::db::schema::registration_words;
use kongress::db::{Db, DbError};
use kongress::ids::{EventId, RegistrationId};
use kongress::per_backend;
use serde_json::{Value, json};

use super::client::Answer;
use super::{TestApp, outbox};

/// A published event with one ticket type.
pub struct OnSale {
    pub event: String,
    pub quota: String,
    pub ticket: String,
}

impl OnSale {
    /// One quota of this size, and one ticket type that draws on it.
    pub async fn with(app: &TestApp, size: Option<i32>, ticket: Value) -> Self {
        let event = draft(app, "konferansen", json!({})).await;
        let quota = quota(app, &event, size).await;
        let mut input = json!({"name": "I salen", "quotas": [quota]});
        merge(&mut input, &ticket);
        let ticket = ticket_type(app, &event, input).await;
        publish(app, &event).await;
        Self {
            event,
            quota,
            ticket,
        }
    }

    pub async fn of_size(app: &TestApp, size: i32) -> Self {
        Self::with(app, Some(size), json!({})).await
    }

    /// The body that registers one person.
    pub fn body(&self, email: &str) -> Value {
        json!({"attendees": [{"ticket_type_id": self.ticket, "name": "Kari Nordmann", "email": email}]})
    }

    pub fn path(&self) -> String {
        format!("/events/{}/registrations", self.event)
    }

    pub async fn register(&self, app: &TestApp, email: &str) -> Answer {
        app.post(&self.path(), &self.body(email)).send().await
    }

    /// Registers and confirms; the opened registration.
    pub async fn confirmed(&self, app: &TestApp, email: &str) -> Value {
        self.register(app, email).await.expect(202);
        let token = outbox::token(app, email, "confirm_registration");
        confirm(app, &token).await.expect(200)
    }

    pub async fn held(&self, app: &TestApp) -> i64 {
        held(app, &self.event, &self.quota).await
    }
}

pub fn merge(target: &mut Value, more: &Value) {
    for (key, value) in more.as_object().unwrap() {
        target[key] = value.clone();
    }
}

/// A draft that starts on 11 November 2027; its slug.
pub async fn draft(app: &TestApp, slug: &str, more: Value) -> String {
    let mut input = json!({"slug": slug, "title": {"nb": "Konferansen"}, "languages": ["nb", "en"], "starts_on": "2027-11-11", "ends_on": "2027-11-12"});
    merge(&mut input, &more);
    app.create("/events", &input).await;
    slug.to_owned()
}

pub async fn publish(app: &TestApp, event: &str) {
    app.organiser("POST", &format!("/events/{event}/publish"))
        .send()
        .await
        .expect(200);
}

pub async fn quota(app: &TestApp, event: &str, size: Option<i32>) -> String {
    let made = app
        .create(
            &format!("/events/{event}/quotas"),
            &json!({"name": "Salen", "size": size}),
        )
        .await;
    made["id"].as_str().unwrap().to_owned()
}

pub async fn ticket_type(app: &TestApp, event: &str, input: Value) -> String {
    let made = app
        .create(&format!("/events/{event}/ticket-types"), &input)
        .await;
    made["id"].as_str().unwrap().to_owned()
}

pub async fn held(app: &TestApp, event: &str, quota: &str) -> i64 {
    let path = format!("/events/{event}/quotas/{quota}");
    app.organiser("GET", &path).send().await.expect(200)["held"]
        .as_i64()
        .unwrap()
}

pub async fn confirm(app: &TestApp, token: &str) -> Answer {
    app.post("/registrations/confirm", &json!({"token": token}))
        .send()
        .await
}

/// Waits until what new registrations are found by is written.
pub async fn until_indexed(app: &TestApp) {
    for _ in 0..200 {
        let waiting = app.state.db.read(kongress::registrations::anything_waiting);
        if !waiting.await.unwrap() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("new registrations are not indexed");
}

/// Puts words into the index of an event that begin so and lead nowhere.
pub async fn crowd_of_words(app: &TestApp, event: &str, word: &'static str, count: usize) {
    let path = format!("/events/{event}");
    let event = app.organiser("GET", &path).send().await.expect(200);
    let event: EventId = event["id"].as_str().unwrap().parse().unwrap();
    let crowded = app.state.db.write(move |tx| {
        for _ in 0..count {
            let nobody: RegistrationId = new_id();
            let row = (
                registration_words::event_id.eq(event),
                registration_words::word.eq(word),
                registration_words::registration_id.eq(nobody),
            );
            per_backend!(tx, c => diesel::insert_into(registration_words::table).values(row).execute(c))?;
        }
        Ok::<_, DbError>(())
    });
    crowded.await.unwrap();
}

/// How many words of the index are this one.
pub async fn words_like(app: &TestApp, word: &'static str) -> i64 {
    let counted = app.state.db.read(move |conn| {
        let like = registration_words::table.filter(registration_words::word.eq(word));
        Ok::<i64, DbError>(per_backend!(conn, c => like.count().get_result(c))?)
    });
    counted.await.unwrap()
}

/// Counters and rows agree.
pub fn assert_integrity(app: &TestApp) {
    let findings =
        Db::write_once::<_, DbError>(&app.state.config.target, kongress::registrations::integrity);
    assert_eq!(findings.unwrap(), Vec::<String>::new());
}
