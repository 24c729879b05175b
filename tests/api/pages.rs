//! The pages behind the links in mails, and `/dev/mail`.

use kongress::mail::{EmailContext, EmailKind, EventFacts, NewEmail};
use kongress::text::Email;
use serde_json::json;

use crate::helpers::letters::write_mail;
use crate::helpers::mail::Mail;
use crate::helpers::sales::{OnSale, confirm};
use crate::helpers::{Answer, Call, Store, TestApp};

const FORM: &str = "application/x-www-form-urlencoded";

fn page<'a>(app: &'a TestApp, method: &str, path: &str) -> Call<'a> {
    app.call(method, path)
        .at_root(path)
        .header("accept", "text/html,application/xhtml+xml")
}

async fn last_to(app: &TestApp, address: &str) -> Mail {
    let mut mails = app.deliver_mail().await;
    mails.retain(|mail| mail.to == address);
    mails.pop().unwrap()
}

#[track_caller]
fn is_closed(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'sha256-",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!answer.body.contains("<script") && !answer.body.contains("src="));
    assert_eq!(answer.body.matches("<h1>").count(), 1);
}

on_both_stores! {
    async fn a_link_leads_to_one_button(app: TestApp) {
        for (path, nb, nn) in [
            ("/registrations/confirm", "Bekreft påmeldingen", "Stadfest påmeldinga"),
            ("/registrations/manage", "Vis påmeldingen", "Vis påmeldinga"),
        ] {
            let answer = page(&app, "GET", &format!("{path}?token=t0k-en_&utm_source=mail")).send().await;
            is_closed(&answer, 200);
            assert!(answer.body.contains("<html lang=\"nb\">") && answer.body.contains(nb), "{}", answer.body);
            assert!(answer.body.contains(&format!("<form method=\"post\" action=\"{path}\">")));
            assert!(answer.body.contains("name=\"token\" value=\"t0k-en_\""));
            let nynorsk = page(&app, "GET", &format!("{path}?token=t")).header("accept-language", "nn").send().await;
            assert!(nynorsk.body.contains(nn) && nynorsk.header("content-language") == "nn");
            let english = page(&app, "GET", &format!("{path}?token=t&lang=en")).header("accept-language", "nn").send().await;
            assert!(english.body.contains("<html lang=\"en\">"));
            let bare = page(&app, "GET", path).send().await;
            is_closed(&bare, 404);
            app.call("GET", path).at_root(path).send().await.problem(404, "not-found");
            let hostile = page(&app, "GET", &format!("{path}?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).send().await;
            is_closed(&hostile, 200);
            let head = page(&app, "HEAD", &format!("{path}?token=t")).send().await;
            assert_eq!((head.status, head.body.as_str()), (200, ""));
            page(&app, "DELETE", path).send().await.problem(405, "method-not-allowed");
        }
    }

    async fn a_page_speaks_as_its_mail_does(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let mut body = sale.body("a@example.org");
        body["language"] = json!("nn");
        app.post(&sale.path(), &body).send().await.expect(202);
        for path in ["/registrations/confirm", "/registrations/manage"] {
            let token = last_to(&app, "a@example.org").await.token();
            let open = async |query: &str| {
                let call = page(&app, "GET", &format!("{path}?token={query}")).header("accept-language", "en").send().await;
                call.header("content-language").to_owned()
            };
            assert_eq!(open(&token).await, "nn");
            assert_eq!(open(&format!("{token}&lang=nb")).await, "nb", "what is chosen counts");
            assert_eq!(open(&format!("{token}&lang=xx")).await, "nn");
            assert_eq!(open("unknown").await, "en");
            if path == "/registrations/confirm" {
                confirm(&app, &token).await.expect(200);
            }
        }
    }

    async fn what_cannot_be_undone_is_asked_twice(app: TestApp) {
        let path = "/registrations/manage";
        for (action, question) in [("cancel", "Cancel the registration?"), ("erase", "Erase the data about you?")] {
            let body = format!("token=t&action={action}&lang=en");
            let answer = page(&app, "POST", path).bytes(FORM, body.into_bytes()).send().await;
            is_closed(&answer, 200);
            assert!(answer.body.contains(question), "{}", answer.body);
            assert!(answer.body.contains("name=\"confirmed\" value=\"yes\"") && answer.body.contains("No, go back"));
        }
    }

    async fn a_page_is_in_one_language_and_shows_the_place_in_line(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true, "name": {"nb": "I salen", "en": "In the hall"}})).await;
        app.organiser("PATCH", "/events/konferansen").if_match("*").patch_json(&json!({"title": {"nb": "Konferansen", "en": "The conference"}})).send().await.expect(200);
        sale.register(&app, "a@example.org").await.expect(202);
        let waits = |email: &str| {
            let one = json!({"ticket_type_id": sale.ticket, "name": "Kari", "email": email});
            json!({"attendees": [one], "join_waiting_list": true, "language": "nb"})
        };
        for email in ["b@example.org", "c@example.org"] {
            app.post(&sale.path(), &waits(email)).send().await.expect(202);
            let token = last_to(&app, email).await.token();
            confirm(&app, &token).await.expect(200);
        }
        let link = json!({"event": "konferansen", "email": "c@example.org"});
        app.post("/registrations/link", &link).send().await.expect(202);
        crate::helpers::outbox::until(&app, "c@example.org", "registration_link", 1).await;
        let body = format!("token={}&action=show&lang=en", last_to(&app, "c@example.org").await.token());
        let shown = page(&app, "POST", "/registrations/manage").bytes(FORM, body.into_bytes()).send().await;
        is_closed(&shown, 200);
        for text in ["<h1>The conference</h1>", "You are number 2 in line.", "11–12 November 2027", "Kari: In the hall"] {
            assert!(shown.body.contains(text), "{text}: {}", shown.body);
        }
    }

    async fn forms_are_read_strictly(app: TestApp) {
        let path = "/registrations/manage";
        let post = |body: &str| app.call("POST", path).at_root(path).bytes(FORM, body.as_bytes().to_vec());
        post("token=t&action=burn").send().await.fault("/action", "invalid_value");
        post("token=t&action=show&extra=1").send().await.problem(422, "invalid");
        post("token=t&token=u&action=show").send().await.fault("/token", "duplicate_key");
        is_closed(&post("action=show").header("accept", "text/html").send().await, 404);
        app.call("POST", path).at_root(path).json(&json!({"token": "t", "action": "show"})).send().await.problem(415, "unsupported-media-type");
        let large = format!("token={}&action=show", "x".repeat(300_000));
        post(&large).send().await.problem(413, "body-too-large");
    }

    async fn a_person_is_told_of_a_bad_form_in_the_language_of_the_page(app: TestApp) {
        for path in ["/registrations/manage", "/registrations/confirm"] {
            let post = |body: &str| page(&app, "POST", path).header("accept-language", "nb").bytes(FORM, body.as_bytes().to_vec());
            let large = format!("lang=nn&token={}&action=show", "x".repeat(300_000));
            for (body, status, lang, title) in [
                ("token=t&action=burn&lang=nn", 422, "nn", "Skjemaet kunne ikkje lesast"),
                ("lang=en&token=t&action=show&extra=1", 422, "en", "The form could not be read"),
                ("token=t&token=u", 422, "nb", "Skjemaet kunne ikke leses"),
                ("token=%ff%00&lang=xx", 422, "nb", "Skjemaet kunne ikke leses"),
                (&large, 413, "nb", "Skjemaet kunne ikke leses"),
            ] {
                let answer = post(body).send().await;
                is_closed(&answer, status);
                assert_eq!(answer.header("content-language"), lang, "{path}");
                assert!(answer.body.contains(title) && !answer.body.contains("burn"), "{}", answer.body);
            }
            let json = page(&app, "POST", path).json(&json!({"token": "t"})).send().await;
            is_closed(&json, 415);
        }
    }

    async fn sent_mails_can_be_read_in_a_browser(app: TestApp) {
        is_closed(&page(&app, "GET", "/dev/mail").send().await, 200);
        let made = app.create("/events", &json!({"organisation": "bufdir", "slug": "dagene", "title": {"nb": "Dagene"}})).await;
        let event_id = made["id"].as_str().unwrap().parse().unwrap();
        let now = app.clock.now();
        let write = app.state.db.write(move |tx| {
            let mut ids = Vec::new();
            for n in 0..2 {
                let new = NewEmail {
                    event_id, registration_id: None, kind: EmailKind::ConfirmRegistration, to_name: Some("<b>Åse</b>".into()),
                    to: Email::parse(&format!("n{n}@example.org")).unwrap(), language: "nn".into(),
                    context: EmailContext { event: EventFacts { timezone: "Europe/Oslo".into(), ..EventFacts::default() }, ..EmailContext::default() },
                    secret: Some("s3cret".into()), tickets: Vec::new(), dedupe_key: format!("n{n}"),
                };
                ids.push(write_mail(tx, now + chrono::TimeDelta::microseconds(n), &new)?);
            }
            Ok::<_, kongress::db::DbError>(ids)
        });
        let ids = write.await.unwrap();
        app.deliver_mail().await;
        let list = page(&app, "GET", "/dev/mail").send().await;
        is_closed(&list, 200);
        let (newest, oldest) = (list.body.find("n1@example.org").unwrap(), list.body.find("n0@example.org").unwrap());
        assert!(newest < oldest && list.body.contains("&lt;b&gt;Åse&lt;"), "{}", list.body);
        let (_, from) = list.body.split_once("href=\"/dev/mail/").unwrap();
        let name = from.split('"').next().unwrap();
        assert!(name.ends_with(&ids[1].to_string()));
        let one = page(&app, "GET", &format!("/dev/mail/{name}")).send().await;
        is_closed(&one, 200);
        assert!(one.body.contains("/registrations/confirm?token=s3cret") && one.body.contains("Stadfest påmeldinga"), "{}", one.body);
        let source = app.get(&format!("/dev/mail/{name}/source")).send().await;
        assert!(source.status == 200 && source.body.contains("X-Kongress-Kind: confirm_registration\r\n"));
        for bad in ["nothing", "..%2fkongress", "%2e%2e", ".part", "a%00b"] {
            app.get(&format!("/dev/mail/{bad}")).send().await.problem(404, "not-found");
            app.get(&format!("/dev/mail/{bad}/source")).send().await.problem(404, "not-found");
        }
    }
}

#[actix_web::test]
async fn without_the_switch_there_is_no_dev_mail() {
    let app = TestApp::spawn_with(Store::Sqlite, &["--dev-mail", "off"]).await;
    for path in ["/dev/mail", "/dev/mail/x", "/dev/mail/x/source"] {
        app.get(path).send().await.problem(404, "not-found");
    }
}
