//! An attendee erases themselves: mail to them ends, and mail to the others goes on without their name.

use diesel::prelude::*;
use kongress::db::schema::emails;
use kongress::db::{Db, DbError};
use kongress::per_backend;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

/// The state and the whole content of every mail to this address.
fn stored(app: &TestApp, address: &str) -> Vec<(String, String, bool)> {
    let rows: Vec<(String, kongress::db::types::AsJson<Value>, Option<String>)> =
        Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
            Ok(per_backend!(conn, c => {
                emails::table
                    .filter(emails::to_address.eq(address))
                    .order(emails::id)
                    .select((emails::state, emails::context, emails::secret))
                    .load(c)
            })?)
        })
        .unwrap();
    let row =
        |(state, context, secret): (String, kongress::db::types::AsJson<Value>, Option<String>)| {
            (state, context.0.to_string(), secret.is_some())
        };
    rows.into_iter().map(row).collect()
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn only_mail_to_who_is_erased_is_suppressed(app: TestApp) {
        let sale = OnSale::of_size(&app, 9).await;
        let one = |name: &str, email: &str| json!({"ticket_type_id": sale.ticket, "name": name, "email": email});
        let body = json!({
            "contact": {"name": "Anne Leder", "email": "leder@example.org"},
            "attendees": [one("Kanarifugl", "kanari@example.org"), one("Kanarifugl", "navnesoster@example.org"), one("Liv", "liv@example.org")]
        });
        app.post(&sale.path(), &body).send().await.expect(202);
        let opened = confirm(&app, &outbox::token(&app, "leder@example.org", "confirm_registration")).await.expect(200);
        let token = outbox::token(&app, "kanari@example.org", "registration_confirmed");
        let own = app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        let theirs = || {
            let both = [stored(&app, "liv@example.org"), stored(&app, "navnesoster@example.org")].concat();
            assert!(both.iter().all(|(state, ..)| state != "suppressed"), "{both:?}");
            both.into_iter().map(|(_, context, has_link)| (context, has_link)).collect::<Vec<_>>()
        };
        let before = theirs();
        app.call("DELETE", "/registration").bearer(own["access_token"].as_str().unwrap()).if_match("*").send().await.expect(204);

        assert!(stored(&app, "kanari@example.org").is_empty());
        let [erased] = stored(&app, "").try_into().unwrap();
        assert_eq!((erased.0.as_str(), erased.1.contains("anarifugl"), erased.2), ("suppressed", false, false));
        assert_eq!(theirs(), before);
        assert_eq!(before.len(), 2);
        let to_contact = stored(&app, "leder@example.org");
        assert_eq!(to_contact.len(), 3, "confirm, confirmed, changed");
        for (state, context, has_link) in &to_contact {
            assert!(state != "suppressed" && *has_link, "{to_contact:?}");
            assert_eq!(context.matches("anarifugl").count(), 1, "the namesake stays: {context}");
        }
        let shown = app.call("GET", "/registration").bearer(opened["access_token"].as_str().unwrap()).send().await.expect(200);
        assert_eq!((&shown["attendees"][0]["name"], &shown["attendees"][1]["name"]), (&json!(""), &json!("Kanarifugl")));
        sales::assert_integrity(&app);
    }
}
