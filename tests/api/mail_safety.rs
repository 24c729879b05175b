//! Mail stays private, within its lines, and out of the way of stopping.

use std::time::Duration;

use diesel::prelude::*;
use kongress::db::DbError;
use kongress::db::schema::emails;
use kongress::mail::{AttendeeFacts, EmailKind, RegistrarFacts};
use kongress::per_backend;
use serde_json::{Value, json};

use crate::helpers::letters::{
    enqueue, enqueue_all, localized, logged, mail_to, reaches, with_smtp,
};
use crate::helpers::smtp::{exported, free_port, python};
use crate::helpers::{Mail, SmtpServer, Store};

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
                waits_for: Some(localized(text)),
                ..AttendeeFacts::default()
            }];
            context.registered_by = Some(RegistrarFacts {
                name: (*text).into(),
                organisation: Some((*text).into()),
            });
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
