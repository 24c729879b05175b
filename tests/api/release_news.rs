//! What a release of the programme tells those who come, and what it does to their choices.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Mail, TestApp};

const EVENT: &str = "/events/konferansen";

/// A session of these hours, in the words of the working copy; its id.
async fn session(app: &TestApp, title: &str, hours: (&str, &str), more: Value) -> String {
    let mut body = json!({"title": title, "starts_at": at(hours.0), "ends_at": at(hours.1)});
    sales::merge(&mut body, &more);
    let made = app.create(&format!("{EVENT}/sessions"), &body).await;
    made["id"].as_str().unwrap().to_owned()
}

fn at(time: &str) -> String {
    format!("2027-11-11T{time}:00+01:00")
}

async fn change(app: &TestApp, session: &str, body: Value) {
    let path = format!("{EVENT}/sessions/{session}");
    let call = app.organiser("PATCH", &path).if_match("*");
    call.patch_json(&body).send().await.expect(200);
}

async fn delete(app: &TestApp, session: &str) {
    let path = format!("{EVENT}/sessions/{session}");
    let call = app.organiser("DELETE", &path).if_match("*");
    call.send().await.expect(204);
}

async fn release(app: &TestApp, body: Value) {
    let path = format!("{EVENT}/programme/releases");
    let call = app.organiser("POST", &path).json(&body);
    call.send().await.expect(201);
}

/// Mails of this kind to this address.
async fn told(app: &TestApp, kind: &str, address: &str) -> Vec<Mail> {
    let mails = app.deliver_mail().await.into_iter();
    mails
        .filter(|mail| mail.kind == kind && mail.to == address)
        .collect()
}

/// Registers and confirms what is sent; the opened registration.
async fn confirmed(app: &TestApp, sale: &OnSale, email: &str, more: Value) -> Value {
    let mut body = sale.body(email);
    sales::merge(&mut body, &more);
    app.post(&sale.path(), &body).send().await.expect(202);
    let asked = told(app, "confirm_registration", email).await;
    confirm(app, &asked.last().unwrap().token())
        .await
        .expect(200)
}

async fn own(app: &TestApp, opened: &Value) -> Value {
    let token = opened["access_token"].as_str().unwrap();
    let call = app.call("GET", "/registration").bearer(token);
    call.send().await.expect(200)
}

/// Two workshops, not at the same time, that a group chose: Kari with an address of her own, Ola without.
async fn group(app: &TestApp) -> (OnSale, [String; 2], Value) {
    let sale = OnSale::of_size(app, 20).await;
    let sign_up = || json!({"kind": "workshop", "sign_up": {"capacity": 5}});
    let ids = [
        session(app, "Sirkel", ("10:00", "11:00"), sign_up()).await,
        session(app, "Firkant", ("12:00", "13:00"), sign_up()).await,
    ];
    release(app, json!({})).await;
    let one = |name: &str, email: Value| json!({"ticket_type_id": sale.ticket, "name": name, "email": email, "session_ids": ids});
    let group = json!({
        "contact": {"name": "Anne Leder", "email": "leder@example.org"},
        "attendees": [one("Kari", json!("kari@example.org")), one("Ola", Value::Null)]
    });
    let opened = confirmed(app, &sale, "leder@example.org", group).await;
    (sale, ids, opened)
}

on_both_stores! {
    async fn confirmed_registrations_are_told_what_is_new_to_them(app: TestApp) {
        let sale = OnSale::of_size(&app, 20).await;
        let screen = sales::ticket_type(&app, &sale.event, json!({"name": "På nett", "attendance": "digital"})).await;
        let room = app.create(&format!("{EVENT}/rooms"), &json!({"name": {"nb": "Storsalen", "en": "Main hall"}})).await;
        let opening = session(&app, "Åpning", ("09:00", "10:00"), json!({"room_id": room["id"]})).await;
        let talk = session(&app, "Foredrag", ("10:00", "11:00"), json!({})).await;
        let workshop = session(&app, "Verksted", ("12:00", "13:00"), json!({"sign_up": {"capacity": 5}})).await;
        let gone = session(&app, "Panel", ("13:00", "14:00"), json!({})).await;
        release(&app, json!({"notify": true})).await;
        let one = |email: &str, ticket: &str, sessions: Value| json!([{"ticket_type_id": ticket, "name": "Kari", "email": email, "session_ids": sessions}]);
        confirmed(&app, &sale, "a@example.org", json!({})).await;
        confirmed(&app, &sale, "b@example.org", json!({"language": "en", "attendees": one("b@example.org", &sale.ticket, json!([workshop]))})).await;
        confirmed(&app, &sale, "c@example.org", json!({"language": "nn", "attendees": one("c@example.org", &screen, json!([]))})).await;
        sale.register(&app, "d@example.org").await.expect(202);
        let kind = "programme_changed";
        let counts = async || {
            let mut counts = Vec::new();
            for name in ["a", "b", "c", "d"] {
                counts.push(told(&app, kind, &format!("{name}@example.org")).await.len());
            }
            counts
        };
        assert_eq!(counts().await, [0, 0, 0, 0], "the first release is no change");

        change(&app, &opening, json!({"starts_at": at("09:30"), "ends_at": at("10:30")})).await;
        change(&app, &workshop, json!({"starts_at": at("15:00"), "ends_at": at("16:00")})).await;
        change(&app, &talk, json!({"title": "Foredraget"})).await;
        delete(&app, &gone).await;
        session(&app, "Avslutning", ("16:00", "16:30"), json!({})).await;
        release(&app, json!({"notify": true, "note": {"nb": "Vi beklager."}})).await;
        assert_eq!(counts().await, [1, 1, 1, 0]);
        let mail = told(&app, kind, "a@example.org").await.pop().unwrap();
        for line in [
            "Utgår:\n- Panel: torsdag 11. november 2027 kl. 13.00–14.00",
            "Flyttet:\n- Åpning: torsdag 11. november 2027 kl. 09.00–10.00, Storsalen → torsdag 11. november 2027 kl. 09.30–10.30, Storsalen",
            "Nytt:\n- Avslutning: torsdag 11. november 2027 kl. 16.00–16.30",
            "Endret:\n- Foredraget: torsdag 11. november 2027 kl. 10.00–11.00",
            "Fra arrangøren: Vi beklager.",
        ] {
            assert!(mail.text.replace("\r\n", "\n").contains(line), "{line}: {}", mail.text);
        }
        assert!(!mail.text.contains("Verksted"), "{}", mail.text);
        assert_eq!(mail.ics, None, "the days of the event are as they were");
        app.post("/registrations/access", &json!({"token": mail.token()})).send().await.expect(200);
        let english = told(&app, kind, "b@example.org").await.pop().unwrap();
        assert!(english.text.contains("- Verksted: Thursday 11 November 2027 at 12:00–13:00 (Norwegian time) → Thursday"), "{}", english.text);
        assert!(english.text.contains("Main hall"), "{}", english.text);
        let nynorsk = told(&app, kind, "c@example.org").await.pop().unwrap();
        assert!(nynorsk.text.contains("Flytta:") && nynorsk.subject.contains("Endringar"), "{}", nynorsk.text);

        change(&app, &opening, json!({"title": "Velkommen"})).await;
        release(&app, json!({"notify": false})).await;
        assert_eq!(counts().await, [1, 1, 1, 0], "nobody asked for it");
        change(&app, &workshop, json!({"title": "Et verksted"})).await;
        release(&app, json!({"notify": true})).await;
        assert_eq!(counts().await, [1, 2, 1, 0], "it concerns who chose it");
    }

    async fn choices_that_a_release_moves_to_one_time_are_kept_and_told(app: TestApp) {
        let (_, ids, opened) = group(&app).await;
        change(&app, &ids[1], json!({"starts_at": at("10:30"), "ends_at": at("11:30")})).await;
        assert_eq!(own(&app, &opened).await["attendees"][0]["overlapping_session_ids"], json!([]), "it is not released");
        release(&app, json!({})).await;
        let (kind, kari, leader) = ("registration_changed", "kari@example.org", "leder@example.org");
        let [mail] = told(&app, kind, kari).await.try_into().unwrap();
        for line in ["- Kari: Sirkel (torsdag 11. november 2027 kl. 10.00–11.00)", "- Kari: Firkant (torsdag 11. november 2027 kl. 10.30–11.30)"] {
            assert!(mail.text.contains(line), "{}", mail.text);
        }
        assert!(!mail.text.contains("Var det ikke du"), "{}", mail.text);
        let [to_leader] = told(&app, kind, leader).await.try_into().unwrap();
        assert!(to_leader.text.contains("- Ola: Firkant") && !to_leader.text.contains("- Kari: Firkant"), "{}", to_leader.text);
        let shown = own(&app, &opened).await;
        for attendee in [&shown["attendees"][0], &shown["attendees"][1]] {
            assert_eq!((&attendee["session_ids"], &attendee["overlapping_session_ids"]), (&json!(ids), &json!(ids)));
        }
        let id = shown["id"].as_str().unwrap();
        let seen = app.organiser("GET", &format!("{EVENT}/registrations/{id}")).send().await.expect(200);
        assert_eq!(seen["attendees"][0]["overlapping_session_ids"], json!(ids));
        let listed = app.organiser("GET", &format!("{EVENT}/registrations")).send().await.expect(200);
        assert_eq!(listed["items"][0]["attendees"][1]["overlapping_session_ids"], json!(ids));
        sales::assert_integrity(&app);

        // She chooses by the link of the mail, and nobody is told twice.
        let access = app.post("/registrations/access", &json!({"token": mail.token()})).send().await.expect(200);
        let path = format!("/registration/attendees/{}", shown["attendees"][0]["id"].as_str().unwrap());
        let choose = app.call("PATCH", &path).bearer(access["access_token"].as_str().unwrap()).if_match("*");
        let chosen = choose.patch_json(&json!({"session_ids": [ids[0]]})).send().await.expect(200);
        assert_eq!(chosen["attendees"][0]["overlapping_session_ids"], json!([]));
        let before = (told(&app, kind, kari).await.len(), told(&app, kind, leader).await.len());
        session(&app, "Annet", ("14:00", "15:00"), json!({})).await;
        release(&app, json!({})).await;
        assert_eq!((told(&app, kind, kari).await.len(), told(&app, kind, leader).await.len()), before);
        sales::assert_integrity(&app);
    }

    async fn one_mail_tells_the_contact_of_both(app: TestApp) {
        let (_, ids, _) = group(&app).await;
        change(&app, &ids[1], json!({"starts_at": at("10:30"), "ends_at": at("11:30")})).await;
        release(&app, json!({"notify": true})).await;
        let [mail] = told(&app, "programme_changed", "leder@example.org").await.try_into().unwrap();
        assert!(mail.text.contains("Flyttet:") && mail.text.contains("- Ola: Firkant"), "{}", mail.text);
        assert!(told(&app, "registration_changed", "leder@example.org").await.is_empty());
        assert_eq!(told(&app, "registration_changed", "kari@example.org").await.len(), 1);
    }

    async fn what_a_release_removes_is_nobodys_choice(app: TestApp) {
        let (sale, ids, opened) = group(&app).await;
        let other = confirmed(&app, &sale, "b@example.org", json!({"attendees": [{"ticket_type_id": sale.ticket, "name": "B", "email": "b@example.org", "session_ids": ids}]})).await;
        app.call("POST", "/registration/cancel").bearer(other["access_token"].as_str().unwrap()).send().await.expect(200);
        delete(&app, &ids[1]).await;
        assert_eq!(own(&app, &opened).await["attendees"][0]["session_ids"], json!(ids), "it is still released");
        // It comes back as it was, with those who chose it.
        app.organiser("POST", &format!("{EVENT}/programme/restore")).json(&json!({"version": 1})).send().await.expect(200);
        sales::assert_integrity(&app);
        delete(&app, &ids[1]).await;
        let before = app.call("GET", "/registration").bearer(opened["access_token"].as_str().unwrap()).send().await;
        release(&app, json!({})).await;
        let after = app.call("GET", "/registration").bearer(opened["access_token"].as_str().unwrap()).send().await;
        assert_ne!(before.etag(), after.etag());
        for (who, count) in [(own(&app, &opened).await, 2), (own(&app, &other).await, 1)] {
            for attendee in who["attendees"].as_array().unwrap() {
                assert_eq!(attendee["session_ids"], json!([ids[0]]));
            }
            assert_eq!(who["attendees"].as_array().unwrap().len(), count);
        }
        let kind = "registration_changed";
        let [kari] = told(&app, kind, "kari@example.org").await.try_into().unwrap();
        assert!(kari.text.contains("tatt ut av programmet") && kari.text.contains("- Kari: Firkant"), "{}", kari.text);
        let [leader] = told(&app, kind, "leder@example.org").await.try_into().unwrap();
        assert!(leader.text.contains("- Ola: Firkant"), "{}", leader.text);
        assert!(told(&app, kind, "b@example.org").await.is_empty(), "who does not come is not told");
        sales::assert_integrity(&app);
    }
}
