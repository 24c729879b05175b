//! Limits on mails per address and on guessing.

use chrono::TimeDelta;
use serde_json::json;

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{MAIL_WAITS, Store, TestApp, outbox};

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
    // Mails wait, so that their tokens can be read however fast the sender is.
    let flags = ["--rate-limit", "on", MAIL_WAITS[0], MAIL_WAITS[1]];
    let app = TestApp::spawn_with(store, &flags).await;
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
    let app = TestApp::spawn_with(store, &["--rate-limit", "on"]).await;
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
