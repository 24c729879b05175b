//! Mails about a group: who has a ticket of their own hears of what becomes of it, calendars follow, and
//! tickets can be read at the door.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::mail::Mail;
use crate::helpers::sales::{self, OnSale, confirm};

const CONTACT: &str = "leder@example.org";
const KARI: &str = "kari@example.org";

async fn mails_to(app: &TestApp, address: &str) -> Vec<Mail> {
    let mut mails = app.deliver_mail().await;
    mails.retain(|mail| mail.to == address);
    mails
}

async fn last_to(app: &TestApp, address: &str) -> Mail {
    mails_to(app, address).await.pop().unwrap()
}

fn kinds(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.kind.as_str()).collect()
}

/// Kari, who has an address of her own, Ola, who has none, and Liv, who comes on screen.
struct Group {
    sale: OnSale,
    digital: String,
    access: String,
    shown: Value,
}

impl Group {
    async fn confirmed(app: &TestApp) -> Self {
        let sale = OnSale::of_size(app, 3).await;
        let online = json!({"name": "På nett", "attendance": "digital"});
        let digital = sales::ticket_type(app, &sale.event, online).await;
        let body = json!({
            "contact": {"name": "Anne Leder", "email": CONTACT},
            "attendees": [
                {"ticket_type_id": sale.ticket, "name": "Kari", "email": KARI},
                {"ticket_type_id": sale.ticket, "name": "Ola"},
                {"ticket_type_id": digital, "name": "Liv", "email": "liv@example.org"}
            ]
        });
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = last_to(app, CONTACT).await.token();
        let opened = confirm(app, &token).await.expect(200);
        // What is not sent when all is called off is never sent.
        app.deliver_mail().await;
        Self {
            sale,
            digital,
            access: opened["access_token"].as_str().unwrap().to_owned(),
            shown: opened["registration"].clone(),
        }
    }

    fn path(&self, place: usize) -> String {
        let id = self.shown["attendees"][place]["id"].as_str().unwrap();
        format!("/registration/attendees/{id}")
    }

    async fn patch(&self, app: &TestApp, place: usize, change: &Value) -> Value {
        let call = app.call("PATCH", &self.path(place)).bearer(&self.access);
        call.if_match("*")
            .patch_json(change)
            .send()
            .await
            .expect(200)
    }

    fn secret(&self, place: usize) -> String {
        let secret = &self.shown["attendees"][place]["ticket_secret"];
        secret.as_str().unwrap().to_owned()
    }
}

/// The UID and the SEQUENCE of the entry that comes with a mail, and whether it takes one away.
fn entry(mail: &Mail) -> (String, u32, bool) {
    let ics = mail
        .ics
        .as_deref()
        .unwrap_or_else(|| panic!("no entry: {}", mail.text));
    let value = |name: &str| {
        let mut lines = ics.lines().filter_map(|line| line.strip_prefix(name));
        lines.next().unwrap().trim().to_owned()
    };
    let sequence = value("SEQUENCE:").parse().unwrap();
    (value("UID:"), sequence, value("METHOD:") == "CANCEL")
}

/// The last entry takes away the one before it.
fn is_taken_away(mails: &[Mail]) {
    let [.., before, last] = mails else {
        panic!("{mails:?}")
    };
    let ((uid, sequence, _), (same, higher, cancels)) = (entry(before), entry(last));
    assert!(
        cancels && uid == same && higher > sequence,
        "{uid} {sequence} {same} {higher}"
    );
}

on_both_stores! {
    async fn a_ticket_is_a_code_that_is_read_at_the_door(app: TestApp) {
        let group = Group::confirmed(&app).await;
        // The contact has those of who has no address; on screen nobody is let in.
        let to_contact = last_to(&app, CONTACT).await;
        assert_eq!((to_contact.kind.as_str(), to_contact.codes()), ("registration_confirmed", vec![group.secret(1)]));
        assert!(to_contact.html.contains("cid:ticket-1") && to_contact.text.contains("QR"));
        assert!(!String::from_utf8_lossy(&to_contact.raw).contains(&group.secret(1)));
        assert_eq!(last_to(&app, KARI).await.codes(), [group.secret(0)]);
        let on_screen = last_to(&app, "liv@example.org").await;
        assert!(on_screen.codes().is_empty() && !on_screen.text.contains("QR"));
        // A colleague without an address has a ticket of their own, which the contact gets.
        let body = json!({"name": "Per"});
        let replaced = app.call("POST", &format!("{}/replace", group.path(0))).bearer(&group.access).json(&body).send().await.expect(200);
        let secret = replaced["attendees"][0]["ticket_secret"].as_str().unwrap().to_owned();
        assert_eq!(last_to(&app, CONTACT).await.codes(), [secret, group.secret(1)]);
        assert!(last_to(&app, KARI).await.codes().is_empty());
    }

    async fn whoever_has_a_ticket_hears_that_all_is_called_off(app: TestApp) {
        let group = Group::confirmed(&app).await;
        app.call("POST", "/registration/cancel").bearer(&group.access).send().await.expect(200);
        for address in [CONTACT, KARI, "liv@example.org"] {
            let mails = mails_to(&app, address).await;
            assert_eq!(mails.last().unwrap().kind, "registration_cancelled", "{address}");
            is_taken_away(&mails);
        }
    }

    async fn and_that_the_event_is(app: TestApp) {
        let group = Group::confirmed(&app).await;
        // Who left before is not told again.
        app.call("POST", &format!("{}/cancel", group.path(2))).bearer(&group.access).send().await.expect(200);
        app.organiser("POST", &format!("/events/{}/cancel", group.sale.event)).send().await.expect(200);
        for address in [CONTACT, KARI] {
            let mails = mails_to(&app, address).await;
            assert_eq!(mails.last().unwrap().kind, "event_cancelled", "{address}");
            is_taken_away(&mails);
        }
        let gone = mails_to(&app, "liv@example.org").await;
        assert_eq!(kinds(&gone), ["registration_confirmed", "registration_cancelled"]);
        is_taken_away(&gone);
    }

    async fn every_change_brings_the_calendar_up_to_date(app: TestApp) {
        let group = Group::confirmed(&app).await;
        for name in ["Kari A.", "Kari B."] {
            group.patch(&app, 0, &json!({"name": name})).await;
        }
        for address in [CONTACT, KARI] {
            let mails = mails_to(&app, address).await;
            let entries: Vec<_> = mails.iter().filter(|mail| mail.ics.is_some()).map(entry).collect();
            assert_eq!(entries.len(), 3, "{address}");
            assert!(entries.windows(2).all(|two| two[0].0 == two[1].0 && two[0].1 < two[1].1), "{entries:?}");
        }
    }

    async fn an_attendee_hears_what_others_change_of_them(app: TestApp) {
        let group = Group::confirmed(&app).await;
        group.patch(&app, 0, &json!({"ticket_type_id": group.digital})).await;
        let last = last_to(&app, KARI).await;
        assert_eq!(last.kind, "registration_changed");
        assert!(last.text.contains("Kari: På nett") && !last.text.contains("Ola"), "{}", last.text);
        let id = group.shown["id"].as_str().unwrap();
        let base = format!("/events/{}/registrations/{id}", group.sale.event);
        let attendee = group.shown["attendees"][0]["id"].as_str().unwrap();
        let call = app.organiser("PATCH", &format!("{base}/attendees/{attendee}")).if_match("*");
        call.patch_json(&json!({"ticket_type_id": group.sale.ticket})).send().await.expect(200);
        assert!(last_to(&app, KARI).await.text.contains("Kari: I salen"));
        // What is of others only is not theirs to hear.
        let before = mails_to(&app, KARI).await.len();
        group.patch(&app, 1, &json!({"name": "Ole"})).await;
        assert_eq!(mails_to(&app, KARI).await.len(), before);
    }

    async fn a_corrected_address_takes_the_ticket_along(app: TestApp) {
        let group = Group::confirmed(&app).await;
        let wrong = last_to(&app, KARI).await.token();
        let own = app.post("/registrations/access", &json!({"token": wrong})).send().await.expect(200);
        let right = "kari.nordmann@example.org";
        group.patch(&app, 0, &json!({"email": right})).await;
        // What went to the wrong address opens nothing any more, and tells nothing new.
        app.post("/registrations/access", &json!({"token": wrong})).send().await.problem(404, "not-found");
        app.call("GET", "/registration").bearer(own["access_token"].as_str().unwrap()).send().await.problem(401, "not-signed-in");
        let left = last_to(&app, KARI).await;
        assert!(left.text.contains("hører ikke lenger til") && !left.text.contains("://") && !left.text.contains(right), "{}", left.text);
        assert!(left.codes().is_empty() && left.ics.is_none());
        let ticket = last_to(&app, right).await;
        assert_eq!((ticket.kind.as_str(), ticket.codes()), ("registration_confirmed", vec![group.secret(0)]));
        let link = json!({"event": group.sale.event, "email": right});
        app.post("/registrations/link", &link).send().await.expect(202);
        crate::helpers::outbox::until(&app, right, "registration_link", 1).await;
        let opened = app.post("/registrations/access", &json!({"token": ticket.token()})).send().await.expect(200);
        assert_eq!(opened["registration"]["attendees"][0]["email"], right);
        // Whoever had no address gets a ticket with one.
        group.patch(&app, 1, &json!({"email": "ola@example.org"})).await;
        assert_eq!(last_to(&app, "ola@example.org").await.codes(), [group.secret(1)]);
        assert!(last_to(&app, CONTACT).await.codes().is_empty());
    }

    async fn a_lost_mail_is_sent_again_to_who_has_a_ticket(app: TestApp) {
        let group = Group::confirmed(&app).await;
        let link = json!({"event": group.sale.event, "email": "KARI@example.org"});
        app.post("/registrations/link", &link).send().await.expect(202);
        crate::helpers::outbox::until(&app, KARI, "registration_link", 1).await;
        let token = last_to(&app, KARI).await.token();
        let opened = app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        assert_eq!((&opened["registration"]["access"], &opened["registration"]["attendees"][0]["name"]), (&json!("attendee"), &json!("Kari")));
        let id = group.shown["id"].as_str().unwrap();
        app.organiser("POST", &format!("/events/{}/registrations/{id}/resend", group.sale.event)).send().await.expect(200);
        for address in [CONTACT, KARI, "liv@example.org"] {
            assert_eq!(last_to(&app, address).await.kind, "registration_confirmed", "{address}");
        }
        // Nobody else's address leads anywhere.
        let none = json!({"event": group.sale.event, "email": "ola@example.org"});
        app.post("/registrations/link", &none).send().await.expect(202);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(mails_to(&app, "ola@example.org").await.is_empty());
    }

    async fn another_contact_is_asked_for_the_address_and_nothing_else(app: TestApp) {
        let group = Group::confirmed(&app).await;
        let change = json!({"contact": {"email": "ny@example.org"}});
        app.call("PATCH", "/registration").bearer(&group.access).if_match("*").patch_json(&change).send().await.expect(200);
        let asked = last_to(&app, "ny@example.org").await;
        assert_eq!(asked.kind, "confirm_registration");
        assert!(asked.text.contains("kontakt for en påmelding") && !asked.text.contains("plassene") && !asked.text.contains("Ola"), "{}", asked.text);
        assert!(last_to(&app, CONTACT).await.text.contains("En annen e-postadresse er ført opp"));
        confirm(&app, &asked.token()).await.expect(200);
        let left = last_to(&app, CONTACT).await;
        assert!(left.text.contains("hører ikke lenger til") && left.codes().is_empty(), "{}", left.text);
        assert_eq!(last_to(&app, "ny@example.org").await.codes(), [group.secret(1)]);
    }
}
