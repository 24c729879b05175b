//! Letters to put into the outbox, and how they fare.

use std::time::Duration;

use diesel::prelude::*;
use kongress::clock::Instant;
use kongress::db::schema::emails;
use kongress::db::{Conn, DbError};
use kongress::ids::{EmailId, EventId};
use kongress::mail::outbox;
use kongress::mail::{AttendeeFacts, EmailContext, EmailKind, EventFacts, NewEmail};
use kongress::per_backend;
use kongress::text::{Email, Localized};
use serde_json::{Value, json};

use super::stores::unique;
use super::{Store, TestApp};

pub async fn event(app: &TestApp) -> EventId {
    let made = app.create("/events", &json!({"organisation": "bufdir", "slug": "dagene", "title": {"nb": "Dagene"}, "starts_on": "2027-11-11", "ends_on": "2027-11-12"})).await;
    made["id"].as_str().unwrap().parse().unwrap()
}

pub fn localized(text: &str) -> Localized {
    Localized([("nb".to_owned(), text.to_owned())].into())
}

pub fn mail_to(event_id: EventId, kind: EmailKind, to: &str) -> NewEmail {
    NewEmail {
        event_id,
        registration_id: None,
        kind,
        to_name: Some("Åse Ærø".into()),
        to: Email::parse(to).unwrap(),
        language: "nb".into(),
        context: EmailContext {
            event: EventFacts {
                title: localized("Dagene"),
                default_language: "nb".into(),
                starts_on: Some("2027-11-11".into()),
                ends_on: Some("2027-11-12".into()),
                timezone: "Europe/Oslo".into(),
                venue: Some("Kongressenteret".into()),
                slug: "dagene".into(),
                ..EventFacts::default()
            },
            attendees: vec![AttendeeFacts {
                name: "Åse Ærø".into(),
                ticket: localized("I salen"),
                ..AttendeeFacts::default()
            }],
            calendar_uid: Some("uid-1@kongress".into()),
            calendar_sequence: 1,
            ..EmailContext::default()
        },
        secret: Some(format!("s3cret-of_{}", to.split('@').next().unwrap())),
        tickets: Vec::new(),
        dedupe_key: unique(),
    }
}

pub async fn enqueue(app: &TestApp, new: NewEmail) -> EmailId {
    enqueue_all(app, vec![new]).await[0]
}

/// Writes a mail within a transaction; its id, or that of the mail that is there already.
pub fn write_mail(tx: &mut Conn, now: Instant, new: &NewEmail) -> Result<EmailId, DbError> {
    outbox::enqueue_all(tx, now, std::slice::from_ref(new))?;
    Ok(per_backend!(tx, c => {
        emails::table.filter(emails::dedupe_key.eq(&new.dedupe_key)).select(emails::id).first(c)
    })?)
}

pub async fn enqueue_all(app: &TestApp, new: Vec<NewEmail>) -> Vec<EmailId> {
    let now = app.clock.now();
    let written = app.state.db.write(move |tx| {
        new.iter()
            .map(|new| write_mail(tx, now, new))
            .collect::<Result<Vec<_>, DbError>>()
    });
    let ids = written.await.unwrap();
    app.state.mail_wakeup();
    ids
}

/// The mail as the log shows it.
pub async fn logged(app: &TestApp, id: EmailId) -> Value {
    let list = app
        .organiser("GET", "/events/dagene/emails?limit=200")
        .send()
        .await
        .expect(200);
    let items = list["items"].as_array().unwrap().clone();
    items
        .into_iter()
        .find(|item| item["id"] == id.to_string())
        .unwrap()
}

/// Waits until the log shows this state.
pub async fn reaches(app: &TestApp, id: EmailId, state: &str) -> Value {
    for _ in 0..300 {
        let mail = logged(app, id).await;
        if mail["state"] == state {
            return mail;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {state} within 15 s: {}", logged(app, id).await);
}

pub async fn secret(app: &TestApp, id: EmailId) -> Option<String> {
    let read = app.state.db.read(move |conn| {
        let found: QueryResult<Option<String>> = per_backend!(conn, c => {
            emails::table.filter(emails::id.eq(id)).select(emails::secret).first(c)
        });
        found.map_err(DbError::from)
    });
    read.await.unwrap()
}

pub async fn with_smtp(store: Store, url: &str) -> (TestApp, EventId) {
    let app = TestApp::spawn_with(
        store,
        &[
            "--smtp-url",
            url,
            "--mail-from",
            "Kongress <noreply@kongress.example>",
        ],
    )
    .await;
    let event = event(&app).await;
    (app, event)
}
