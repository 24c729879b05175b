//! What mails say of a registration: where it stands, what was chosen, what it costs, where to go, and who
//! it is from.

use serde_json::{Value, json};

use crate::helpers::mail::Mail;
use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Call, TestApp};

const ANNE: &str = "anne@example.org";
const KARI: &str = "kari@example.org";

async fn last_to(app: &TestApp, address: &str) -> Mail {
    let mut mails = app.deliver_mail().await;
    mails.retain(|mail| mail.to == address);
    let mut last = mails.pop().unwrap();
    last.text = last.text.replace("\r\n", "\n");
    last
}

async fn last_says(app: &TestApp, address: &str, kind: &str, said: &[&str]) -> Mail {
    let mail = last_to(app, address).await;
    assert_eq!(mail.kind, kind, "{}", mail.text);
    for text in said {
        assert!(mail.text.contains(text), "{text}: {}", mail.text);
    }
    mail
}

/// Registers and confirms by the link in the mail; the opened registration.
async fn confirmed(app: &TestApp, sale: &OnSale, address: &str, body: &Value) -> Value {
    app.post(&sale.path(), body).send().await.expect(202);
    let token = last_to(app, address).await.token();
    let opened = confirm(app, &token).await.expect(200);
    app.deliver_mail().await;
    opened
}

fn own<'a>(app: &'a TestApp, opened: &Value, method: &str, path: &str) -> Call<'a> {
    let access = opened["access_token"].as_str().unwrap();
    let call = app.call(method, &format!("/registration{path}"));
    call.bearer(access).if_match("*")
}

fn attendee(opened: &Value, place: usize) -> String {
    let id = &opened["registration"]["attendees"][place]["id"];
    format!("/attendees/{}", id.as_str().unwrap())
}

async fn rename(app: &TestApp, opened: &Value) {
    let change = json!({"name": "Kari N."});
    let call = own(app, opened, "PATCH", &attendee(opened, 0)).patch_json(&change);
    call.send().await.expect(200);
}

async fn change_event(app: &TestApp, change: &Value) {
    let call = app.organiser("PATCH", "/events/konferansen").if_match("*");
    call.patch_json(change).send().await.expect(200);
}

/// A hall of this size for 1250 kroner, and a screen for 500, at an event with a venue.
async fn hybrid(app: &TestApp, size: i32) -> (OnSale, String) {
    let nok = |amount: i32| json!({"amount": amount, "currency": "NOK"});
    let hall = json!({"price": nok(125_000), "waiting_list": true});
    let sale = OnSale::with(app, Some(size), hall).await;
    let online = json!({"name": "På nett", "attendance": "digital", "price": nok(50_000)});
    let digital = sales::ticket_type(app, &sale.event, online).await;
    change_event(
        app,
        &json!({"format": "hybrid", "venue": {"name": "Kongressenteret"}}),
    )
    .await;
    (sale, digital)
}

/// Anne in the hall, and Kari, who has an address of her own, by this ticket.
fn party(sale: &OnSale, ticket: &str) -> Value {
    json!({
        "contact": {"name": "Anne Leder", "email": ANNE},
        "attendees": [
            {"ticket_type_id": ticket, "name": "Kari", "email": KARI},
            {"ticket_type_id": sale.ticket, "name": "Anne Leder", "email": ANNE, "organisation": "Lørenskog kommune"}
        ]
    })
}

/// Two workshops one can sign up for; their ids.
async fn workshops(app: &TestApp, sale: &OnSale) -> [String; 2] {
    let mut ids = Vec::new();
    for (title, hour) in [("Rollespill", 10), ("Samtaler", 12)] {
        let body = json!({
            "title": {"nb": title, "en": format!("{title} in English")}, "kind": "workshop", "sign_up": {"capacity": 5},
            "starts_at": format!("2027-11-11T{hour}:00:00+01:00"), "ends_at": format!("2027-11-11T{hour}:45:00+01:00")
        });
        let path = format!("/events/{}/sessions", sale.event);
        let made = app.create(&path, &body).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/events/{}/programme/releases", sale.event);
    let release = app.organiser("POST", &path).json(&json!({}));
    release.send().await.expect(201);
    ids.try_into().unwrap()
}

on_both_stores! {
    async fn who_will_wait_confirms_a_place_in_the_line(app: TestApp) {
        let (sale, _) = hybrid(&app, 1).await;
        let one = |email: &str| json!({"attendees": [{"ticket_type_id": sale.ticket, "name": "Kari", "email": email}], "join_waiting_list": true});
        confirmed(&app, &sale, ANNE, &one(ANNE)).await;
        app.post(&sale.path(), &one(KARI)).send().await.expect(202);
        let mail = last_says(&app, KARI, "confirm_registration", &["en plass på ventelisten"]).await;
        assert!(!mail.text.contains("innen"), "{}", mail.text);
    }

    async fn a_change_says_where_one_stands(app: TestApp) {
        let (sale, _) = hybrid(&app, 1).await;
        let holder = confirmed(&app, &sale, "a@example.org", &sale.body("a@example.org")).await;
        let mut waits = sale.body(KARI);
        waits["join_waiting_list"] = json!(true);
        let opened = confirmed(&app, &sale, KARI, &waits).await;
        rename(&app, &opened).await;
        let mail = last_says(&app, KARI, "registration_changed", &["Venter på plass:\n- Kari N.: I salen"]).await;
        assert!(!mail.text.contains("Påmeldt:") && mail.ics.is_none(), "{}", mail.text);
        own(&app, &holder, "POST", "/cancel").send().await.expect(200);
        last_says(&app, KARI, "seat_offered", &["1\u{a0}250\u{a0}kr"]).await;
        own(&app, &opened, "PATCH", "").patch_json(&json!({"contact": {"phone": "+4722334455"}})).send().await.expect(200);
        let mail = last_says(&app, KARI, "registration_changed", &["Har tilbud om plass:", "Tilbudet om plass står til "]).await;
        assert!(!mail.text.contains("Påmeldt:"), "{}", mail.text);
    }

    async fn what_was_chosen_and_what_it_costs_is_told(app: TestApp) {
        let (sale, digital) = hybrid(&app, 5).await;
        let [first, second] = workshops(&app, &sale).await;
        let mut body = party(&sale, &digital);
        body["attendees"][0]["session_ids"] = json!([second, first]);
        body["language"] = json!("en");
        app.post(&sale.path(), &body).send().await.expect(202);
        let kari = "- Kari: På nett (online), NOK\u{a0}500\n  - Rollespill in English (Thursday 11 November 2027 at 10:00–10:45 (Norwegian time))\n  - Samtaler in English (";
        let all = [kari, "- Anne Leder: I salen, NOK\u{a0}1,250\nTotal: NOK\u{a0}1,750\n"];
        let token = last_says(&app, ANNE, "confirm_registration", &all).await.token();
        let opened = confirm(&app, &token).await.expect(200);
        last_says(&app, ANNE, "registration_confirmed", &all).await;
        let to_kari = last_says(&app, KARI, "registration_confirmed", &["- Kari: På nett, NOK\u{a0}500\n  - Rollespill in English ("]).await;
        assert!(!to_kari.text.contains("Total") && !to_kari.text.contains("1,250"), "{}", to_kari.text);
        // Also where nothing else changed.
        own(&app, &opened, "PATCH", &attendee(&opened, 0)).patch_json(&json!({"session_ids": [second]})).send().await.expect(200);
        for address in [ANNE, KARI] {
            let mail = last_says(&app, address, "registration_changed", &["  - Samtaler in English (Thursday 11 November 2027 at 12:00–12:45"]).await;
            assert!(!mail.text.contains("Rollespill"), "{}", mail.text);
            assert!(mail.html.contains("<strong>Samtaler in English</strong>"), "{}", mail.html);
        }
        let invoice = json!({"invoice": {"reference": "PO 12", "email": "faktura@example.org"}});
        own(&app, &opened, "PATCH", "").patch_json(&invoice).send().await.expect(200);
        last_says(&app, ANNE, "registration_changed", &["Invoice: reference PO 12, to faktura@example.org\n"]).await;
        rename(&app, &opened).await;
        assert!(!last_to(&app, KARI).await.text.contains("Invoice"));
    }

    async fn what_is_waited_for_stands_beside_the_seat_one_has(app: TestApp) {
        let (sale, digital) = hybrid(&app, 1).await;
        let opened = confirmed(&app, &sale, ANNE, &party(&sale, &digital)).await;
        let wish = json!({"ticket_type_id": sale.ticket, "if_full": "wait"});
        own(&app, &opened, "PATCH", &attendee(&opened, 0)).patch_json(&wish).send().await.expect(200);
        for (address, online) in [(ANNE, " (digitalt)"), (KARI, "")] {
            let line = format!("- Kari: På nett{online}, 500\u{a0}kr\n  Venter på: I salen\n");
            last_says(&app, address, "registration_changed", &[&line]).await;
        }
        let access = opened["access_token"].as_str().unwrap();
        let path = "/registrations/manage";
        let form = format!("access={access}&action=show&lang=nn").into_bytes();
        let page = app.call("POST", path).at_root(path).bytes("application/x-www-form-urlencoded", form).send().await;
        assert!(page.status == 200 && page.body.contains("Kari: På nett<br>Ventar på: I salen<"), "{}", page.body);
    }

    async fn who_sits_before_a_screen_is_sent_to_no_hall(app: TestApp) {
        let (sale, digital) = hybrid(&app, 5).await;
        let opened = confirmed(&app, &sale, ANNE, &party(&sale, &digital)).await;
        let all = last_says(&app, ANNE, "registration_confirmed", &["Hvor: Kongressenteret\n", "På nett (digitalt)"]).await;
        assert!(all.ics.unwrap().contains("LOCATION:Kongressenteret"));
        let own_mail = last_says(&app, KARI, "registration_confirmed", &["Hvor: Digitalt\n"]).await;
        assert!(own_mail.ics.unwrap().contains("LOCATION:Digitalt") && !own_mail.text.contains("Kongressenteret"));
        own(&app, &opened, "PATCH", &attendee(&opened, 0)).patch_json(&json!({"ticket_type_id": sale.ticket})).send().await.expect(200);
        let moved = last_says(&app, KARI, "registration_changed", &["Hvor: Kongressenteret\n"]).await;
        assert!(moved.ics.unwrap().contains("LOCATION:Kongressenteret"));
        change_event(&app, &json!({"format": "digital"})).await;
        rename(&app, &opened).await;
        last_says(&app, ANNE, "registration_changed", &["Hvor: Digitalt\n"]).await;
    }

    async fn a_file_is_promised_only_where_there_is_one(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        confirmed(&app, &sale, "a@example.org", &sale.body("a@example.org")).await;
        last_says(&app, "a@example.org", "registration_confirmed", &["Kalenderfilen"]).await;
        change_event(&app, &json!({"starts_on": null, "ends_on": null, "cancel_until": "2027-11-01T12:00:00+01:00"})).await;
        confirmed(&app, &sale, "b@example.org", &sale.body("b@example.org")).await;
        let until = "Du kan melde deg av selv til mandag 1. november 2027 kl. 12.00.";
        let undated = last_says(&app, "b@example.org", "registration_confirmed", &[until, "Her kan du se påmeldingen"]).await;
        assert!(undated.ics.is_none() && !undated.text.contains("Kalenderfilen"), "{}", undated.text);
    }

    async fn a_ticket_says_who_it_is_from(app: TestApp) {
        let (sale, digital) = hybrid(&app, 5).await;
        confirmed(&app, &sale, ANNE, &party(&sale, &digital)).await;
        let by = "Anne Leder (Lørenskog kommune) har meldt deg på.";
        last_says(&app, KARI, "registration_confirmed", &[by]).await;
        assert!(!last_to(&app, ANNE).await.text.contains("har meldt deg på"));
    }

    async fn a_cancellation_says_what_became_of_the_seat(app: TestApp) {
        let (sale, digital) = hybrid(&app, 1).await;
        let opened = confirmed(&app, &sale, ANNE, &party(&sale, &digital)).await;
        let mut waits = sale.body("b@example.org");
        waits["join_waiting_list"] = json!(true);
        let waiting = confirmed(&app, &sale, "b@example.org", &waits).await;
        own(&app, &waiting, "POST", "/cancel").send().await.expect(200);
        let waited = last_says(&app, "b@example.org", "registration_cancelled", &["står ikke lenger på venteliste", "Gjelder:\n- Kari Nordmann"]).await;
        assert!(!waited.text.contains("frigitt"), "{}", waited.text);
        let replace = format!("{}/replace", attendee(&opened, 0));
        own(&app, &opened, "POST", &replace).json(&json!({"name": "Per"})).send().await.expect(200);
        let gone = last_says(&app, KARI, "registration_cancelled", &["overført til en kollega"]).await;
        assert!(!gone.text.contains("frigitt") && !gone.text.contains("velkommen til å melde deg på igjen"), "{}", gone.text);
        assert!(gone.ics.unwrap().contains("METHOD:CANCEL"));
        // Who left before is not told of once more.
        own(&app, &opened, "POST", &format!("{}/cancel", attendee(&opened, 0))).send().await.expect(200);
        own(&app, &opened, "POST", "/cancel").send().await.expect(200);
        let last = last_says(&app, ANNE, "registration_cancelled", &["plassen er frigitt", "Ikke lenger påmeldt:\n- Anne Leder: I salen\n\n"]).await;
        assert!(!last.text.contains("Per"), "{}", last.text);
    }

    async fn a_page_of_a_cancelled_registration_does_not_call_the_event_off(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let path = "/registrations/manage";
        let shown = async |opened: &Value, lang: &str| {
            let access = opened["access_token"].as_str().unwrap();
            let form = format!("access={access}&action=show&lang={lang}").into_bytes();
            app.call("POST", path).at_root(path).bytes("application/x-www-form-urlencoded", form).send().await.body
        };
        let one = confirmed(&app, &sale, "a@example.org", &sale.body("a@example.org")).await;
        let other = confirmed(&app, &sale, "b@example.org", &sale.body("b@example.org")).await;
        own(&app, &one, "POST", "/cancel").send().await.expect(200);
        for (lang, said) in [("nb", "Du er avmeldt."), ("nn", "Du er avmeld."), ("en", "The registration is cancelled.")] {
            let page = shown(&one, lang).await;
            assert!(page.contains(said) && !page.contains("avlyst"), "{page}");
        }
        app.organiser("POST", "/events/konferansen/cancel").send().await.expect(200);
        let page = shown(&other, "nb").await;
        assert!(page.contains("Arrangementet er avlyst."), "{page}");
    }
}
