//! An event that is reopened offers what was freed while it was closed.

use serde_json::json;

use crate::helpers::outbox;
use crate::helpers::sales::{self, OnSale, confirm};

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn seats_that_were_freed_are_offered_in_the_same_moment(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true})).await;
        let holder = sale.confirmed(&app, "a@example.org").await;
        let mut body = sale.body("b@example.org");
        sales::merge(&mut body, &json!({"join_waiting_list": true}));
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = outbox::token(&app, "b@example.org", "confirm_registration");
        let waits = confirm(&app, &token).await.expect(200);
        let kinds = || outbox::mails_to(&app, "b@example.org").into_iter().map(|mail| mail.kind).collect::<Vec<_>>();
        let post = async |verb: &str| app.organiser("POST", &format!("/events/{}/{verb}", sale.event)).send().await.expect(200);
        post("archive").await;
        app.call("POST", "/registration/cancel").bearer(holder["access_token"].as_str().unwrap()).send().await.expect(200);
        assert_eq!(kinds().last().unwrap(), "waiting_list_joined", "an archived event offers nothing");
        post("reopen").await;
        assert_eq!(kinds().last().unwrap(), "seat_offered");
        let shown = app.call("GET", "/registration").bearer(waits["access_token"].as_str().unwrap()).send().await.expect(200);
        assert_eq!((&shown["state"], sale.held(&app).await), (&json!("offered"), 1));
        sales::assert_integrity(&app);
    }
}
