//! Mail: the outbox, the worker, and what a real mail server gets to see.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use kongress::auth::Role;
use kongress::clock::{Instant, new_id};
use kongress::db::schema::{emails, registrations};
use kongress::db::types::AsJson;
use kongress::db::{Conn, DbError};
use kongress::ids::{EmailId, EventId, RegistrationId};
use kongress::mail::outbox::{self, Settlement};
use kongress::mail::{AttendeeFacts, EmailContext, EmailKind, EventFacts, NewEmail};
use kongress::per_backend;
use kongress::text::{Email, Localized};
use serde_json::{Value, json};

use crate::helpers::smtp::{exported, free_port, python};
use crate::helpers::stores::{TestStore, unique};
use crate::helpers::{Mail, SmtpServer, Store, TestApp};

async fn event(app: &TestApp) -> EventId {
    let made = app.create("/events", &json!({"organisation": "bufdir", "slug": "dagene", "title": {"nb": "Dagene"}, "starts_on": "2027-11-11", "ends_on": "2027-11-12"})).await;
    made["id"].as_str().unwrap().parse().unwrap()
}

fn localized(text: &str) -> Localized {
    Localized([("nb".to_owned(), text.to_owned())].into())
}

fn mail_to(event_id: EventId, kind: EmailKind, to: &str) -> NewEmail {
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
            }],
            calendar_uid: Some("uid-1@kongress".into()),
            calendar_sequence: 1,
            ..EmailContext::default()
        },
        secret: Some(format!("s3cret-of_{}", to.split('@').next().unwrap())),
        dedupe_key: unique(),
    }
}

async fn enqueue(app: &TestApp, new: NewEmail) -> EmailId {
    enqueue_all(app, vec![new]).await[0]
}

async fn enqueue_all(app: &TestApp, new: Vec<NewEmail>) -> Vec<EmailId> {
    let now = app.clock.now();
    let written = app.state.db.write(move |tx| {
        new.iter()
            .map(|new| outbox::enqueue(tx, now, new))
            .collect::<Result<Vec<_>, DbError>>()
    });
    let ids = written.await.unwrap();
    app.state.mail_wakeup();
    ids
}

/// The mail as the log shows it.
async fn logged(app: &TestApp, id: EmailId) -> Value {
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
async fn reaches(app: &TestApp, id: EmailId, state: &str) -> Value {
    for _ in 0..300 {
        let mail = logged(app, id).await;
        if mail["state"] == state {
            return mail;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {state} within 15 s: {}", logged(app, id).await);
}

async fn secret(app: &TestApp, id: EmailId) -> Option<String> {
    let read = app.state.db.read(move |conn| {
        let found: QueryResult<Option<String>> = per_backend!(conn, c => {
            emails::table.filter(emails::id.eq(id)).select(emails::secret).first(c)
        });
        found.map_err(DbError::from)
    });
    read.await.unwrap()
}

async fn with_smtp(store: Store, url: &str) -> (TestApp, EventId) {
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

on_both_stores! {
    async fn a_mail_is_written_sent_and_logged(app: TestApp) {
        let event = event(&app).await;
        let id = enqueue(&app, mail_to(event, EmailKind::RegistrationConfirmed, "kari@example.org")).await;
        let mails = app.deliver_mail().await;
        assert_eq!(mails.len(), 1);
        let mail = &mails[0];
        assert_eq!((mail.kind.as_str(), mail.to.as_str()), ("registration_confirmed", "kari@example.org"));
        assert_eq!(mail.link(), format!("{}/registrations/manage?token=s3cret-of_kari", app.address));
        assert_eq!(mail.subject, "Du er påmeldt Dagene");
        assert!(mail.html.contains("s3cret-of_kari") && mail.ics.as_ref().unwrap().contains("UID:uid-1@kongress"));
        let logged = logged(&app, id).await;
        assert_eq!(logged["state"], "sent");
        assert_eq!(logged["attempts"], 1);
        assert_eq!(logged["to"], "kari@example.org");
        assert_eq!(logged["message_id"], format!("<{}>", mail.message_id));
        assert_eq!(logged["next_attempt_at"], json!(null));
        assert!(logged["sent_at"].is_string() && !logged.to_string().contains("s3cret"));
        assert_eq!(secret(&app, id).await, None, "blanked once it is sent");
        app.organiser("POST", &format!("/events/dagene/emails/{id}/retry")).send().await.problem(409, "wrong-state");
    }

    async fn the_same_thing_is_told_once_and_what_is_rolled_back_never(app: TestApp) {
        let event = event(&app).await;
        let new = mail_to(event, EmailKind::RegistrationLink, "kari@example.org");
        let first = enqueue(&app, new.clone()).await;
        let again = NewEmail { to: Email::parse("ola@example.org").unwrap(), ..new.clone() };
        assert_eq!(enqueue(&app, again).await, first);
        let now = app.clock.now();
        let rolled_back = app.state.db.write(move |tx| {
            outbox::enqueue(tx, now, &mail_to(event, EmailKind::RegistrationLink, "nobody@example.org"))?;
            Err::<(), _>(DbError::internal("no"))
        });
        assert!(rolled_back.await.is_err());
        let mails = app.deliver_mail().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["kari@example.org"]);
    }

    async fn a_kind_without_a_text_fails_and_can_be_retried(app: TestApp) {
        let event = event(&app).await;
        let id = enqueue(&app, mail_to(event, EmailKind::Reminder, "kari@example.org")).await;
        let failed = reaches(&app, id, "failed").await;
        assert_eq!(failed["last_reply"], "there is no text for reminder mails");
        assert_eq!(secret(&app, id).await, None, "blanked once it is given up");
        let path = format!("/events/dagene/emails/{id}/retry");
        assert_eq!(app.organiser("POST", &path).send().await.expect(200)["state"], "queued");
        reaches(&app, id, "failed").await;
    }

    async fn a_lease_of_a_dead_worker_is_taken_over(app: TestApp) {
        let event = event(&app).await;
        let now = app.clock.now();
        // Claimed in the transaction that wrote it, so that the running worker never saw it free.
        let write = app.state.db.write(move |tx| {
            outbox::enqueue(tx, now, &mail_to(event, EmailKind::RegistrationLink, "kari@example.org"))?;
            outbox::claim(tx, now, 10, &[])
        });
        let claimed = write.await.unwrap();
        assert_eq!(claimed.len(), 1);
        let dead = claimed[0].clone();
        app.advance(TimeDelta::seconds(110));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(logged(&app, dead.id).await["state"], "sending", "the lease still holds");
        app.advance(TimeDelta::seconds(20));
        let sent = reaches(&app, dead.id, "sent").await;
        assert_eq!(sent["attempts"], 1);
        assert_eq!(app.deliver_mail().await.len(), 1);
        let now = app.clock.now();
        let late = app.state.db.write(move |tx| outbox::settle(tx, now, &dead, &Settlement::Failed, None));
        assert!(!late.await.unwrap(), "a lease that was taken over settles nothing");
    }

    async fn claims_come_in_order_and_only_when_due(app: TestApp) {
        let event = event(&app).await;
        let now = app.clock.now();
        let claim = app.state.db.write(move |tx| {
            let mut ids = Vec::new();
            for n in 0..5 {
                let new = mail_to(event, EmailKind::RegistrationLink, &format!("n{n}@example.org"));
                ids.push(outbox::enqueue(tx, now + TimeDelta::seconds(n), &new)?);
            }
            let early = outbox::claim(tx, now - TimeDelta::seconds(1), 9, &[])?;
            let first = outbox::claim(tx, now + TimeDelta::seconds(3), 2, &[])?;
            let rest = outbox::claim(tx, now + TimeDelta::seconds(3), 9, &[])?;
            let retry = Settlement::Retry(now + TimeDelta::hours(1));
            outbox::settle(tx, now, &first[0], &retry, Some("452"))?;
            outbox::settle(tx, now, &first[1], &Settlement::Released, None)?;
            let again = outbox::claim(tx, now + TimeDelta::seconds(3), 9, &[])?;
            let held = outbox::claim(tx, now + TimeDelta::hours(2), 9, &[ids[0], ids[1]])?;
            let names = |list: &[outbox::Claimed]| list.iter().map(|mail| mail.to.as_str()[..2].to_owned()).collect::<Vec<_>>().join(" ");
            Ok::<_, DbError>([names(&early), names(&first), names(&rest), names(&again), names(&held)])
        });
        assert_eq!(claim.await.unwrap(), ["", "n0 n1", "n2 n3", "n1", "n2 n3 n4"]);
    }

    async fn limits_count_the_folded_address(app: TestApp) {
        let event = event(&app).await;
        let before = app.clock.now();
        let kind = EmailKind::RegistrationLink;
        enqueue_all(&app, ["Kari+a@example.org", "kari+b@EXAMPLE.org", "ola@example.org"].map(|to| mail_to(event, kind, to)).into()).await;
        let count = |event: EventId, since: Instant| {
            let key = Email::parse("kari@example.org").unwrap().limit_key();
            app.state.db.read(move |conn| outbox::count_since(conn, event, &key, since))
        };
        assert_eq!(count(event, before).await.unwrap(), 2);
        assert_eq!(count(event, before + TimeDelta::hours(1)).await.unwrap(), 0);
        assert_eq!(count(new_id(), before).await.unwrap(), 0);
    }

    async fn what_is_replaced_is_suppressed_and_who_is_erased_is_gone(app: TestApp) {
        let event = event(&app).await;
        let now = app.clock.now();
        let later = now + TimeDelta::days(1);
        let write = app.state.db.write(move |tx| {
            let (replaced, erased) = (registration(tx, event, now)?, registration(tx, event, now)?);
            let mut ids = Vec::new();
            for (whose, to, at) in [(replaced, "kari@example.org", later), (erased, "canary@example.org", later), (erased, "canary@example.org", now)] {
                let mail = NewEmail { registration_id: Some(whose), ..mail_to(event, EmailKind::ConfirmRegistration, to) };
                ids.push(outbox::enqueue(tx, at, &mail)?);
            }
            Ok::<_, DbError>((replaced, erased, ids))
        });
        let (replaced, erased, ids) = write.await.unwrap();
        app.state.mail_wakeup();
        reaches(&app, ids[2], "sent").await;
        let write = app.state.db.write(move |tx| {
            outbox::suppress(tx, replaced)?;
            outbox::erase(tx, erased)
        });
        write.await.unwrap();
        app.advance(TimeDelta::days(2));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let shown = [logged(&app, ids[0]).await, logged(&app, ids[1]).await, logged(&app, ids[2]).await];
        assert_eq!(shown.each_ref().map(|mail| mail["state"].as_str().unwrap()), ["suppressed", "suppressed", "sent"]);
        assert_eq!(shown[0]["to"], "kari@example.org");
        assert_eq!(shown[1]["to"], json!(null));
        assert_eq!(secret(&app, ids[0]).await, None);
        let dump = app.state.db.read(move |conn| {
            let rows: QueryResult<Vec<Personal>> = per_backend!(conn, c => {
                emails::table.filter(emails::registration_id.eq(erased)).select((emails::to_address, emails::to_name, emails::context)).load(c)
            });
            rows.map_err(DbError::from)
        });
        let dump = format!("{:?}", dump.await.unwrap());
        assert!(!dump.contains("canary") && !dump.contains("Åse"), "{dump}");
        assert_eq!(app.deliver_mail().await.len(), 1, "nothing more was sent");
    }

    async fn the_log_is_paged_filtered_and_the_organisations_own(app: TestApp) {
        let event = event(&app).await;
        let new: Vec<NewEmail> = (0..5).map(|n| mail_to(event, EmailKind::RegistrationLink, &format!("n{n}@example.org"))).collect();
        let ids = enqueue_all(&app, new).await;
        enqueue(&app, mail_to(event, EmailKind::EventCancelled, "last@example.org")).await;
        app.deliver_mail().await;
        let mut seen = Vec::new();
        let mut path = "/events/dagene/emails?kind=registration_link&state=sent&limit=2".to_owned();
        loop {
            let page = app.organiser("GET", &path).send().await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|mail| mail["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/events/dagene/emails?kind=registration_link&state=sent&limit=2&cursor={cursor}");
        }
        let newest_first: Vec<String> = ids.iter().rev().map(ToString::to_string).collect();
        assert_eq!(seen, newest_first);
        let get = |query: &str| app.organiser("GET", &format!("/events/dagene/emails?{query}"));
        assert_eq!(get("state=bounced").send().await.expect(200)["items"], json!([]));
        get("state=lost").send().await.fault("/state", "invalid_value");
        get("cursor=x").send().await.fault("/cursor", "invalid_cursor");
        get("limit=0").send().await.fault("/limit", "invalid_limit");
        get("to=x").send().await.problem(422, "invalid");
        let path = "/organiser/events/dagene/emails";
        app.get(path).send().await.problem(401, "not-signed-in");
        for role in [Role::Reader, Role::Editor, Role::CheckIn] {
            app.get(path).bearer(&app.token_of("bufdir", role)).send().await.problem(403, "not-allowed");
        }
        app.get(path).bearer(&app.token_of("bufdir", Role::Registrar)).send().await.expect(200);
        let foreign = app.token_of("ks", Role::Owner);
        app.get(path).bearer(&foreign).send().await.problem(404, "not-found");
        let retry = format!("{path}/{}/retry", ids[0]);
        app.call("POST", &retry).bearer(&foreign).send().await.problem(404, "not-found");
        app.organiser("POST", "/events/dagene/emails/x/retry").send().await.problem(404, "not-found");
        let unknown = format!("/events/dagene/emails/{}/retry", new_id::<()>());
        app.organiser("POST", &unknown).send().await.problem(404, "not-found");
    }

    async fn readiness_shows_what_waits(app: TestApp) {
        let event = event(&app).await;
        let later = app.clock.now() + TimeDelta::days(1);
        app.state.db.write(move |tx| outbox::enqueue(tx, later, &mail_to(event, EmailKind::RegistrationLink, "kari@example.org"))).await.unwrap();
        let ready = app.get("/health/ready").send().await.expect(200);
        assert_eq!((&ready["outbox_pending"], &ready["outbox_lag_seconds"]), (&json!(1), &json!(0)));
        app.advance(TimeDelta::days(2));
        app.deliver_mail().await;
        assert_eq!(app.get("/health/ready").send().await.expect(200)["outbox_pending"], 0);
    }
}

/// What an erased mail must not hold.
type Personal = (String, Option<String>, AsJson<Value>);

fn registration(tx: &mut Conn, event: EventId, now: Instant) -> Result<RegistrationId, DbError> {
    let id: RegistrationId = new_id();
    per_backend!(tx, c => {
        diesel::insert_into(registrations::table)
            .values((
                registrations::id.eq(id),
                registrations::event_id.eq(event),
                registrations::code.eq(id.to_string()),
                registrations::state.eq("awaiting_confirmation"),
                registrations::holds_seats.eq(false),
                registrations::language.eq("nb"),
                registrations::contact_name.eq("Kari"),
                registrations::contact_email.eq("kari@example.org"),
                registrations::consents.eq(AsJson(json!({}))),
                registrations::confirm_before.eq(now),
                registrations::calendar_sequence.eq(0),
                registrations::created_at.eq(now),
                registrations::version.eq(1),
                registrations::search_text.eq(""),
            ))
            .execute(c)
    })?;
    Ok(id)
}

#[actix_web::test]
async fn two_workers_on_one_store_send_each_mail_once() {
    let first = TestApp::spawn(Store::Postgres).await;
    let dir = first.store.dir.join("second");
    std::fs::create_dir_all(&dir).unwrap();
    let second = TestStore {
        url: first.store.url.clone(),
        dir,
    };
    let second = TestApp::spawn_on(second, &[]).await;
    let event = event(&first).await;
    let new = (0..200)
        .map(|n| {
            mail_to(
                event,
                EmailKind::RegistrationLink,
                &format!("n{n}@example.org"),
            )
        })
        .collect();
    enqueue_all(&first, new).await;
    second.state.mail_wakeup();
    let (a, b) = (first.deliver_mail().await, second.deliver_mail().await);
    let mut ids: Vec<&str> = a
        .iter()
        .chain(&b)
        .map(|mail| mail.message_id.as_str())
        .collect();
    assert_eq!(ids.len(), 200, "{} + {}", a.len(), b.len());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    assert!(
        !a.is_empty() && !b.is_empty(),
        "both work: {} + {}",
        a.len(),
        b.len()
    );
}

#[actix_web::test]
async fn a_mail_server_gets_a_whole_message() {
    let smtp = SmtpServer::start(&[]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    let id = enqueue(
        &app,
        mail_to(
            event,
            EmailKind::RegistrationConfirmed,
            "kari@høyre.example",
        ),
    )
    .await;
    let mail = smtp.wait_for(1, 15).await.remove(0);
    let raw = String::from_utf8(mail.raw.clone()).unwrap();
    for line in [
        "X-Envelope-From: noreply@kongress.example",
        "X-Envelope-To: kari@xn--hyre-gra.example",
        "X-Kongress-Kind: registration_confirmed",
        "Auto-Submitted: auto-generated",
        "Content-Language: nb",
        "MIME-Version: 1.0",
    ] {
        assert!(raw.contains(&format!("{line}\r\n")), "{line}: {raw}");
    }
    assert!(
        raw.contains("Content-Type: text/calendar; charset=utf-8; method=PUBLISH"),
        "{raw}"
    );
    assert!(mail.message_id.ends_with("@kongress.example"));
    assert_eq!(mail.token(), "s3cret-of_kari");
    let ics: icalendar::Calendar = mail.ics.unwrap().parse().unwrap();
    assert_eq!(
        ics.properties
            .iter()
            .find(|p| p.key() == "METHOD")
            .unwrap()
            .value(),
        "PUBLISH"
    );
    let sent = reaches(&app, id, "sent").await;
    assert!(
        sent["last_reply"].as_str().unwrap().contains("OK"),
        "{sent}"
    );
    assert_eq!(secret(&app, id).await, None);
    assert_eq!(smtp.mails().len(), 1, "exactly once without faults");
}

#[actix_web::test]
async fn mails_wait_for_a_server_that_is_away_and_spend_nothing() {
    let port = free_port();
    let (app, event) = with_smtp(Store::Sqlite, &format!("smtp://127.0.0.1:{port}")).await;
    let new = (0..20)
        .map(|n| {
            mail_to(
                event,
                EmailKind::RegistrationLink,
                &format!("n{n:02}@example.org"),
            )
        })
        .collect();
    let ids = enqueue_all(&app, new).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let waiting = logged(&app, ids[0]).await;
    assert_eq!(
        (&waiting["state"], &waiting["attempts"]),
        (&json!("queued"), &json!(0)),
        "{waiting}"
    );
    assert!(
        waiting["last_reply"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("refused"),
        "{waiting}"
    );
    app.get("/health/ready").send().await.expect(200);
    let smtp = SmtpServer::start_on(port, &[]);
    let mails = smtp.wait_for(20, 40).await;
    let last = reaches(&app, ids[19], "sent").await;
    assert_eq!(last["attempts"], 1);
    assert_eq!(mails[0].to, "n00@example.org", "in order");
    assert_eq!(smtp.mails().len(), 20);
}

#[actix_web::test]
async fn a_recipient_that_is_put_off_is_tried_again_after_its_pause() {
    let faulty = SmtpServer::start(&["--reject", "full@example.org=452"]);
    let port = faulty.port;
    let (app, event) = with_smtp(Store::Sqlite, &faulty.url()).await;
    let kind = EmailKind::ConfirmRegistration;
    let ids = enqueue_all(
        &app,
        vec![
            mail_to(event, kind, "full@example.org"),
            mail_to(event, kind, "kari@example.org"),
        ],
    )
    .await;
    let put_off = reaches(&app, ids[0], "retrying").await;
    assert_eq!(put_off["attempts"], 1);
    assert!(
        put_off["last_reply"].as_str().unwrap().starts_with("452 "),
        "{put_off}"
    );
    reaches(&app, ids[1], "sent").await;
    assert!(
        secret(&app, ids[0]).await.is_some(),
        "the link is still needed"
    );
    drop(faulty);
    let smtp = SmtpServer::start_on(port, &[]);
    app.advance(TimeDelta::seconds(50));
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(smtp.mails().is_empty(), "not before its pause");
    app.advance(TimeDelta::seconds(20));
    let mail = smtp.wait_for(1, 15).await.remove(0);
    assert_eq!(mail.token(), "s3cret-of_full");
    assert_eq!(reaches(&app, ids[0], "sent").await["attempts"], 2);
}

#[actix_web::test]
async fn after_eight_tries_a_mail_is_given_up() {
    let smtp = SmtpServer::start(&["--reject", "full@example.org=451"]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    let id = enqueue(
        &app,
        mail_to(event, EmailKind::RegistrationCancelled, "full@example.org"),
    )
    .await;
    for attempts in 1..8 {
        let mail = reaches(&app, id, "retrying").await;
        assert_eq!(mail["attempts"], attempts);
        app.advance(TimeDelta::hours(27));
        app.state.mail_wakeup();
        for _ in 0..100 {
            if logged(&app, id).await["attempts"] != attempts {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    assert_eq!(reaches(&app, id, "failed").await["attempts"], 8);
}

#[actix_web::test]
async fn a_refused_recipient_bounces_at_once() {
    let smtp = SmtpServer::start(&["--reject", "gone@example.org=550"]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    let kinds = [
        EmailKind::ConfirmRegistration,
        EmailKind::RegistrationCancelled,
    ];
    let ids = enqueue_all(
        &app,
        kinds
            .map(|kind| mail_to(event, kind, "gone@example.org"))
            .into(),
    )
    .await;
    let bounced = reaches(&app, ids[0], "bounced").await;
    assert_eq!(
        (&bounced["attempts"], &bounced["last_reply"]),
        (&json!(1), &json!("550 5.1.1 No such mailbox"))
    );
    assert_eq!(secret(&app, ids[0]).await, None);
    let retry = |id: EmailId| app.organiser("POST", &format!("/events/dagene/emails/{id}/retry"));
    retry(ids[0]).send().await.problem(409, "wrong-state");
    reaches(&app, ids[1], "bounced").await;
    assert_eq!(retry(ids[1]).send().await.expect(200)["attempts"], 0);
    reaches(&app, ids[1], "bounced").await;
    assert!(smtp.mails().is_empty());
}

#[actix_web::test]
async fn a_lost_reply_makes_a_second_copy_under_the_same_message_id() {
    let smtp = SmtpServer::start(&["--drop-after-data", "1"]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    let id = enqueue(
        &app,
        mail_to(event, EmailKind::ConfirmRegistration, "kari@example.org"),
    )
    .await;
    assert_eq!(reaches(&app, id, "retrying").await["attempts"], 1);
    assert_eq!(smtp.mails().len(), 1);
    app.advance(TimeDelta::seconds(10));
    let mails = smtp.wait_for(2, 15).await;
    reaches(&app, id, "sent").await;
    assert_eq!(mails[0].message_id, mails[1].message_id);
    assert_eq!(
        (mails[0].token(), mails[0].link()),
        (mails[1].token(), mails[1].link())
    );
    assert_eq!(smtp.mails().len(), 2);
}

#[actix_web::test]
async fn letters_beyond_ascii_reach_their_mailbox() {
    let smtp = SmtpServer::start(&[]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    enqueue(
        &app,
        mail_to(event, EmailKind::RegistrationLink, "bjørn.ærø@example.org"),
    )
    .await;
    let mail = smtp.wait_for(1, 15).await.remove(0);
    assert!(
        String::from_utf8_lossy(&mail.raw).contains("X-Envelope-To: bjørn.ærø@example.org\r\n")
    );
}

#[actix_web::test]
async fn tls_and_sign_in_or_nothing() {
    let (cert, key, ca) = (
        exported("KONGRESS_TEST_TLS_CERT"),
        exported("KONGRESS_TEST_TLS_KEY"),
        exported("KONGRESS_TEST_POSTGRES_CA"),
    );
    let smtp = SmtpServer::start(&["--starttls", &cert, &key, "--auth", "k@ri:p/ss:w%rd"]);
    let port = smtp.port;
    // Wrong password, unknown CA, wrong host name, STARTTLS left out: nothing goes out, nothing is spent.
    for url in [
        format!("smtp+starttls://k%40ri:wrong@localhost:{port}?ca={ca}"),
        format!("smtp+starttls://k%40ri:p%2Fss%3Aw%25rd@localhost:{port}"),
        format!("smtp+starttls://k%40ri:p%2Fss%3Aw%25rd@127.0.0.2:{port}?ca={ca}"),
        format!("smtp://localhost:{port}"),
    ] {
        let (app, event) = with_smtp(Store::Sqlite, &url).await;
        let id = enqueue(
            &app,
            mail_to(event, EmailKind::RegistrationLink, "kari@example.org"),
        )
        .await;
        let mut mail = logged(&app, id).await;
        for _ in 0..100 {
            if mail["last_reply"].is_string() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            mail = logged(&app, id).await;
        }
        assert!(mail["last_reply"].is_string(), "{url}");
        assert_eq!(mail["attempts"], 0, "{mail}");
        assert!(smtp.mails().is_empty());
        app.stop().await;
    }
    let (app, event) = with_smtp(
        Store::Sqlite,
        &format!("smtp+starttls://k%40ri:p%2Fss%3Aw%25rd@localhost:{port}?ca={ca}"),
    )
    .await;
    enqueue(
        &app,
        mail_to(event, EmailKind::RegistrationLink, "kari@example.org"),
    )
    .await;
    smtp.wait_for(1, 15).await;
    app.stop().await;
    // A server without STARTTLS is not spoken to in the clear.
    let plain = SmtpServer::start(&[]);
    let (app, event) = with_smtp(
        Store::Sqlite,
        &format!("smtp+starttls://127.0.0.1:{}?ca={ca}", plain.port),
    )
    .await;
    let id = enqueue(
        &app,
        mail_to(event, EmailKind::RegistrationLink, "kari@example.org"),
    )
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(logged(&app, id).await["attempts"], 0);
    assert!(plain.mails().is_empty());
}

/// Reads a message with Python's own parser: names of the headers, recipients, types of the parts.
fn as_python_sees(mail: &Mail) -> Value {
    const SCRIPT: &str = "
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(json.dumps({'names': [k.lower() for k in m.keys()], 'to': [a.addr_spec for a in m['to'].addresses],
  'subject': m['subject'], 'parts': [p.get_content_type() for p in m.walk()], 'defects': [str(d) for p in m.walk() for d in p.defects],
  'text': m.get_body(('plain',)).get_content()}))";
    use std::io::Write;
    let mut child = std::process::Command::new(python())
        .args(["-c", SCRIPT])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&mail.raw).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

#[actix_web::test]
async fn hostile_text_stays_within_its_place() {
    let smtp = SmtpServer::start(&[]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    let long = "x".repeat(10_000);
    let nasty = [
        "Ola\r\nBcc: evil@example.org",
        "a\rb\nc",
        "x\0y",
        "u\u{2028}v\u{2029}w",
        "\u{202e}olleh\u{2066}",
        &long,
        ".\r\n.\r\n..",
        "\r\n.\r\nMAIL FROM:<x@y.no>\r\n",
        "=?utf-8?q?a=0D=0ABcc:x?=",
        "\"quoted\" <evil@example.org>, b",
        "{{ link }}{% for x in y %}",
        "<script>alert(1)</script>",
        "BEGIN:VCALENDAR;\\,",
        "--alternative--",
        "https://evil.example/?token=x",
    ];
    for kind in [
        EmailKind::ConfirmRegistration,
        EmailKind::RegistrationConfirmed,
        EmailKind::RegistrationCancelled,
    ] {
        let new = nasty.iter().enumerate().map(|(n, text)| {
            let mut mail = mail_to(event, kind, &format!("n{n}@example.org"));
            mail.to_name = Some((*text).into());
            mail.language = "nb".into();
            let context = &mut mail.context;
            context.event.title = localized(text);
            context.event.venue = Some((*text).into());
            context.event.contact_email = Some((*text).into());
            context.event.privacy_url = Some((*text).into());
            context.contact_name = Some((*text).into());
            context.code = Some((*text).into());
            context.attendees = vec![AttendeeFacts {
                name: (*text).into(),
                ticket: localized(text),
            }];
            context.calendar_uid = Some("uid-1@kongress".into());
            mail
        });
        enqueue_all(&app, new.collect()).await;
    }
    let mails = smtp.wait_for(nasty.len() * 3, 40).await;
    assert_eq!(mails.len(), nasty.len() * 3);
    for mail in &mails {
        let seen = as_python_sees(mail);
        let mut names: Vec<&str> = seen["names"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        names.sort_unstable();
        names.retain(|name| *name != "reply-to");
        let expected = [
            "auto-submitted",
            "content-language",
            "content-type",
            "date",
            "from",
            "message-id",
            "mime-version",
            "subject",
            "to",
            "x-envelope-from",
            "x-envelope-to",
            "x-kongress-kind",
        ];
        assert_eq!(names, expected, "{seen}");
        assert_eq!(seen["defects"], json!([]), "{seen}");
        assert_eq!(seen["to"].as_array().unwrap().len(), 1);
        assert_eq!(seen["to"][0], mail.to, "{seen}");
        assert!(mail.to.ends_with("@example.org") && !mail.to.contains("evil"));
        let parts = match mail.kind.as_str() {
            "confirm_registration" => json!(["multipart/alternative", "text/plain", "text/html"]),
            "registration_confirmed" => json!([
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "text/calendar"
            ]),
            _ => json!([
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "text/calendar",
                "text/calendar"
            ]),
        };
        assert_eq!(seen["parts"], parts);
        if mail.kind != "registration_cancelled" {
            let n = mail.to.trim_end_matches("@example.org");
            assert_eq!(
                mail.token(),
                format!("s3cret-of_{n}"),
                "the first link is ours: {}",
                mail.text
            );
        }
        assert!(!mail.html.contains("<script"));
        if let Some(ics) = &mail.ics {
            assert_eq!(
                (
                    ics.matches("BEGIN:VEVENT").count(),
                    ics.matches("\r\nUID:").count()
                ),
                (1, 1),
                "{ics}"
            );
        }
    }
}

#[actix_web::test]
async fn the_service_stops_while_the_mail_server_is_away() {
    let (app, event) = with_smtp(Store::Sqlite, &format!("smtp://127.0.0.1:{}", free_port())).await;
    enqueue(
        &app,
        mail_to(event, EmailKind::RegistrationLink, "kari@example.org"),
    )
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    tokio::time::timeout(Duration::from_secs(5), app.stop())
        .await
        .unwrap();
}

#[actix_web::test]
async fn a_stalling_server_does_not_hold_up_the_end() {
    let smtp = SmtpServer::start(&["--stall-after", "data"]);
    let (app, event) = with_smtp(Store::Sqlite, &smtp.url()).await;
    let id = enqueue(
        &app,
        mail_to(event, EmailKind::RegistrationLink, "kari@example.org"),
    )
    .await;
    reaches(&app, id, "sending").await;
    let db = app.state.db.clone();
    tokio::time::timeout(Duration::from_secs(6), app.stop())
        .await
        .unwrap();
    let state: String = db
        .read(move |conn| {
            let found: QueryResult<String> = per_backend!(conn, c => emails::table.filter(emails::id.eq(id)).select(emails::state).first(c));
            found.map_err(DbError::from)
        })
        .await
        .unwrap();
    assert_eq!(state, "queued", "given back for the next start");
}
