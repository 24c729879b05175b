//! Mails about registrations as files: what they carry, and what is left of them.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::mail::Mail;
use crate::helpers::sales::{OnSale, confirm};

async fn mails_to(app: &TestApp, address: &str) -> Vec<Mail> {
    let mails = app.deliver_mail().await;
    mails
        .into_iter()
        .filter(|mail| mail.to == address)
        .collect()
}

/// Registers and confirms by the link in the file.
async fn confirmed(app: &TestApp, sale: &OnSale, address: &str) -> Value {
    sale.register(app, address).await.expect(202);
    let token = mails_to(app, address).await.pop().unwrap().token();
    confirm(app, &token).await.expect(200)
}

on_both_stores! {
    async fn only_a_confirmed_registration_has_an_entry_to_take_away(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        for address in ["a@example.org", "b@example.org"] {
            confirmed(&app, &sale, address).await;
        }
        for address in ["c@example.org", "d@example.org"] {
            sale.register(&app, address).await.expect(202);
        }
        let base = format!("/events/{}", sale.event);
        for address in ["b%40example.org", "d%40example.org"] {
            let found = app.organiser("GET", &format!("{base}/registrations?q={address}")).send().await.expect(200);
            let id = found["items"][0]["id"].as_str().unwrap();
            app.organiser("POST", &format!("{base}/registrations/{id}/cancel")).send().await.expect(200);
        }
        app.organiser("POST", &format!("{base}/cancel")).send().await.expect(200);
        for (address, kind, had_entry) in [
            ("a@example.org", "event_cancelled", true),
            ("b@example.org", "registration_cancelled", true),
            ("c@example.org", "event_cancelled", false),
            ("d@example.org", "registration_cancelled", false),
        ] {
            let last = mails_to(&app, address).await.pop().unwrap();
            assert_eq!((last.kind.as_str(), last.ics.is_some()), (kind, had_entry), "{address}");
            assert_eq!(String::from_utf8_lossy(&last.raw).contains("text/calendar"), had_entry, "{address}");
            assert!(last.ics.is_none_or(|ics| ics.contains("METHOD:CANCEL")));
        }
    }

    async fn erasing_a_person_deletes_their_mails(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let opened = confirmed(&app, &sale, "kanarifugl@example.org").await;
        confirmed(&app, &sale, "b@example.org").await;
        let link = json!({"event": "konferansen", "email": "kanarifugl@example.org"});
        app.post("/registrations/link", &link).send().await.expect(202);
        crate::helpers::outbox::until(&app, "kanarifugl@example.org", "registration_link", 1).await;
        assert_eq!(mails_to(&app, "kanarifugl@example.org").await.len(), 3);
        let access = opened["access_token"].as_str().unwrap();
        app.call("DELETE", "/registration").bearer(access).if_match("*").send().await.expect(204);
        assert_eq!(mails_to(&app, "kanarifugl@example.org").await.len(), 0);
        assert_eq!(mails_to(&app, "b@example.org").await.len(), 2);
    }

    async fn a_page_that_erases_deletes_them_too(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let opened = confirmed(&app, &sale, "kanarifugl@example.org").await;
        assert_eq!(mails_to(&app, "kanarifugl@example.org").await.len(), 2);
        let access = opened["access_token"].as_str().unwrap();
        let form = format!("access={access}&action=erase&confirmed=yes&lang=nb");
        let path = "/registrations/manage";
        let answer = app.call("POST", path).at_root(path).bytes("application/x-www-form-urlencoded", form.into_bytes());
        assert_eq!(answer.send().await.status, 200);
        assert_eq!(mails_to(&app, "kanarifugl@example.org").await.len(), 0);
    }
}
