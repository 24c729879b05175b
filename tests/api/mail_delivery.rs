//! What a real mail server gets to see, and what becomes of a mail when the server balks.

use std::time::Duration;

use chrono::TimeDelta;
use kongress::ids::EmailId;
use kongress::mail::EmailKind;
use serde_json::json;

use crate::helpers::letters::{
    enqueue, enqueue_all, event, logged, mail_to, reaches, secret, with_smtp,
};
use crate::helpers::smtp::free_port;
use crate::helpers::stores::TestStore;
use crate::helpers::{SmtpServer, Store, TestApp};

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
