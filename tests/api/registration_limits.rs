//! Limits on mails per address and on guessing.

use chrono::TimeDelta;
use serde_json::json;

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{MAIL_WAITS, Store, TestApp, outbox};

/// With limits, and with mails that stay in the outbox, where their links are read.
fn limited() -> Vec<&'static str> {
    [&["--rate-limit", "on"], MAIL_WAITS].concat()
}

/// Mails that registering caused, to an address with and without a tag.
fn caused(app: &TestApp, name: &str) -> usize {
    let tags = [
        String::new(),
        "+0".into(),
        "+1".into(),
        "+2".into(),
        "+3".into(),
    ];
    let addresses = tags.iter().map(|tag| format!("{name}{tag}@example.org"));
    let mails = addresses.flat_map(|address| outbox::mails_to(app, &address));
    mails
        .filter(|mail| ["confirm_registration", "already_registered"].contains(&mail.kind.as_str()))
        .count()
}

async fn mails_per_address(store: Store) {
    let app = TestApp::spawn_with(store, &limited()).await;
    let sale = OnSale::of_size(&app, 100).await;
    sale.confirmed(&app, "known@example.org").await;
    // Links to what is known count apart: they must not tell who is known.
    let link = json!({"event": "konferansen", "email": "known@example.org"});
    for n in 1..=7 {
        app.post("/registrations/link", &link)
            .send()
            .await
            .expect(202);
        outbox::until(&app, "known@example.org", "registration_link", n.min(5)).await;
    }
    sale.register(&app, "other@example.org").await.expect(202);
    for address in ["known", "other"] {
        for n in 0..4 {
            let tagged = if address == "other" {
                format!("{address}+{n}@example.org")
            } else {
                format!("{address}@example.org")
            };
            sale.register(&app, &tagged).await.expect(202);
        }
        // The limit is reached: the answer is the same, nothing is made, no mail goes.
        let (before, held) = (caused(&app, address), sale.held(&app).await);
        assert_eq!(before, 5, "{address}");
        sale.register(&app, &format!("{address}@example.org"))
            .await
            .expect(202);
        assert_eq!(
            (caused(&app, address), sale.held(&app).await),
            (5, held),
            "{address}"
        );
    }
    app.advance(TimeDelta::hours(1));
    for _ in 0..6 {
        sale.register(&app, "known@example.org").await.expect(202);
    }
    assert_eq!(caused(&app, "known"), 10);
    app.advance(TimeDelta::hours(1));
    sale.register(&app, "known@example.org").await.expect(202);
    assert_eq!(caused(&app, "known"), 10, "ten a day");
    sales::assert_integrity(&app);
}

async fn guessing_is_slow(store: Store) {
    let app = TestApp::spawn_with(store, &limited()).await;
    let sale = OnSale::of_size(&app, 100).await;
    let opened = sale.confirmed(&app, "a@example.org").await;
    for _ in 0..3 {
        confirm(&app, "kgc_guess").await.problem(404, "not-found");
        app.post("/registrations/access", &json!({"token": "kgm_guess"}))
            .send()
            .await
            .problem(404, "not-found");
        app.call("GET", "/registration")
            .bearer("kga_guess")
            .send()
            .await
            .problem(401, "not-signed-in");
    }
    confirm(&app, "kgc_guess").await.problem(404, "not-found");
    confirm(&app, "kgc_guess")
        .await
        .problem(429, "too-many-requests");
    app.call("GET", "/registration")
        .bearer("kga_guess")
        .send()
        .await
        .problem(429, "too-many-requests");
    app.call("GET", "/registration")
        .bearer(opened["access_token"].as_str().unwrap())
        .send()
        .await
        .expect(200);
}

/// Those that share a transaction count, too.
async fn mails_per_address_in_a_crowd(store: Store) {
    let app = TestApp::spawn_with(store, &limited()).await;
    let sale = OnSale::of_size(&app, 100).await;
    let calls = (0..30).map(|_| sale.register(&app, "other@example.org"));
    for answer in futures_util::future::join_all(calls).await {
        answer.expect(202);
    }
    assert_eq!(caused(&app, "other"), 5);
    assert_eq!(sale.held(&app).await, 1);
    sales::assert_integrity(&app);
}

/// Whose address an attendee is given was never asked, so a contact can't have it written to without end.
/// What would be one mail too many is refused rather than left untold, and another registration is not
/// concerned.
async fn mails_per_address_of_an_attendee(store: Store) {
    let app = TestApp::spawn_with(store, &limited()).await;
    let sale = OnSale::with(&app, Some(100), json!({"max_per_registration": 50})).await;
    let opened = sale.confirmed(&app, "contact@example.org").await;
    let token = opened["access_token"].as_str().unwrap();
    let told = |address: &str, kind: &str| {
        let mails = outbox::mails_to(&app, address).into_iter();
        mails.filter(|mail| mail.kind == kind).count()
    };
    let colleague = |n: usize| json!({"ticket_type_id": sale.ticket, "name": "Kari", "email": format!("kari+{n}@example.org")});
    let add = || {
        let call = app.call("POST", "/registration/attendees");
        call.bearer(token).json(&colleague(0))
    };
    for n in 0..20 {
        let added = add().send().await.expect(201);
        let id = added["attendees"][n + 1]["id"].as_str().unwrap().to_owned();
        let path = format!("/registration/attendees/{id}/cancel");
        let call = app.call("POST", &path).bearer(token).if_match("*");
        call.send().await.expect(200);
    }
    let refused = add().send().await;
    refused.problem(429, "too-many-requests");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3601).contains(&seconds), "{seconds}");
    assert_eq!(sale.held(&app).await, 1, "nothing was changed");
    for kind in ["registration_confirmed", "registration_cancelled"] {
        assert_eq!(told("kari+0@example.org", kind), 20, "{kind}");
    }
    // Whoever else registers them has their ticket sent, all those of one office too.
    let body = json!({"contact": {"name": "Ola", "email": "ola@example.org"}, "attendees": (1..31).map(colleague).collect::<Vec<_>>()});
    app.post(&sale.path(), &body).send().await.expect(202);
    let token = outbox::token(&app, "ola@example.org", "confirm_registration");
    confirm(&app, &token).await.expect(200);
    for n in 1..31 {
        let address = format!("kari+{n}@example.org");
        assert_eq!(told(&address, "registration_confirmed"), 1);
    }
    app.advance(TimeDelta::hours(1));
    add().send().await.expect(201);
    // Staff may do what they have to.
    let id = &opened["registration"]["id"];
    let path = format!(
        "/events/{}/registrations/{}",
        sale.event,
        id.as_str().unwrap()
    );
    let shown = app.organiser("GET", &path).send().await.expect(200);
    let last = shown["attendees"][21]["id"].as_str().unwrap();
    for n in 0..22 {
        let call = app.organiser("PATCH", &format!("{path}/attendees/{last}"));
        let call = call
            .if_match("*")
            .patch_json(&json!({"position": n.to_string()}));
        call.send().await.expect(200);
    }
    assert_eq!(told("kari+0@example.org", "registration_changed"), 22);
    sales::assert_integrity(&app);
}

/// Many may share an address: a request for links is a few mails, and who got none comes next.
async fn links_of_a_shared_address(store: Store) {
    let app = TestApp::spawn_with(store, &limited()).await;
    let sale = OnSale::with(&app, Some(100), json!({"max_per_registration": 50})).await;
    let name = |n: usize| format!("Person {n}");
    let one = |n: usize| json!({"ticket_type_id": sale.ticket, "name": name(n), "email": "post@example.org"});
    let body = json!({"contact": {"name": "Ola", "email": "ola@example.org"}, "attendees": (0..8).map(one).collect::<Vec<_>>()});
    app.post(&sale.path(), &body).send().await.expect(202);
    let token = outbox::token(&app, "ola@example.org", "confirm_registration");
    confirm(&app, &token).await.expect(200);
    let link = json!({"event": sale.event, "email": "post@example.org"});
    for expected in [5, 10] {
        app.post("/registrations/link", &link)
            .send()
            .await
            .expect(202);
        outbox::until(&app, "post@example.org", "registration_link", expected).await;
        app.advance(TimeDelta::hours(1));
    }
    let mut names = std::collections::BTreeSet::new();
    for mail in outbox::mails_to(&app, "post@example.org") {
        if mail.kind == "registration_link" {
            let token = json!({"token": mail.secret});
            let opened = app.post("/registrations/access", &token).send().await;
            let shown = &opened.expect(200)["registration"]["attendees"][0];
            names.insert(shown["name"].as_str().unwrap().to_owned());
        }
    }
    let all: Vec<String> = (0..8).map(name).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), all);
}

/// An address that may not be asked now is refused, or it would never be.
async fn a_new_address_is_asked_or_refused(store: Store) {
    let app = TestApp::spawn_with(store, &limited()).await;
    let sale = OnSale::of_size(&app, 100).await;
    let opened = sale.confirmed(&app, "contact@example.org").await;
    for _ in 0..5 {
        sale.register(&app, "new@example.org").await.expect(202);
    }
    let change = json!({"contact": {"email": "new@example.org"}});
    let token = opened["access_token"].as_str().unwrap();
    let own = |method: &str| {
        let call = app.call(method, "/registration");
        call.bearer(token).if_match("*")
    };
    let refused = own("PATCH").patch_json(&change).send().await;
    refused.problem(429, "too-many-requests");
    let shown = own("GET").send().await.expect(200);
    assert_eq!(shown["new_contact"], serde_json::Value::Null);
    // Staff were asked to, and know why.
    let id = shown["id"].as_str().unwrap();
    let path = format!("/events/{}/registrations/{id}", sale.event);
    let call = app.organiser("PATCH", &path).if_match("*");
    let changed = call.patch_json(&change).send().await.expect(200);
    assert_eq!(changed["new_contact"]["email"], "new@example.org");
}

#[actix_web::test]
async fn a_new_address_is_asked_or_refused_sqlite() {
    a_new_address_is_asked_or_refused(Store::Sqlite).await;
}

#[actix_web::test]
async fn a_new_address_is_asked_or_refused_postgres() {
    a_new_address_is_asked_or_refused(Store::Postgres).await;
}

#[actix_web::test]
async fn links_of_a_shared_address_sqlite() {
    links_of_a_shared_address(Store::Sqlite).await;
}

#[actix_web::test]
async fn links_of_a_shared_address_postgres() {
    links_of_a_shared_address(Store::Postgres).await;
}

#[actix_web::test]
async fn mails_per_address_of_an_attendee_sqlite() {
    mails_per_address_of_an_attendee(Store::Sqlite).await;
}

#[actix_web::test]
async fn mails_per_address_of_an_attendee_postgres() {
    mails_per_address_of_an_attendee(Store::Postgres).await;
}

#[actix_web::test]
async fn mails_per_address_in_a_crowd_sqlite() {
    mails_per_address_in_a_crowd(Store::Sqlite).await;
}

#[actix_web::test]
async fn mails_per_address_in_a_crowd_postgres() {
    mails_per_address_in_a_crowd(Store::Postgres).await;
}

#[actix_web::test]
async fn mails_per_address_sqlite() {
    mails_per_address(Store::Sqlite).await;
}

#[actix_web::test]
async fn mails_per_address_postgres() {
    mails_per_address(Store::Postgres).await;
}

#[actix_web::test]
async fn guessing_is_slow_sqlite() {
    guessing_is_slow(Store::Sqlite).await;
}

#[actix_web::test]
async fn guessing_is_slow_postgres() {
    guessing_is_slow(Store::Postgres).await;
}
