//! Hall ↔ digital for more than one: who asks again, who takes an offer otherwise, and who takes over.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Call, TestApp, outbox};

/// A hall of one seat, taken by one, and two colleagues on screen.
struct Hybrid<'a> {
    app: &'a TestApp,
    sale: OnSale,
    digital: String,
    holder: Value,
    group: Value,
}

impl<'a> Hybrid<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let sale = OnSale::with(app, Some(1), json!({"waiting_list": true})).await;
        let digital = json!({"name": "På nett", "attendance": "digital"});
        let digital = sales::ticket_type(app, &sale.event, digital).await;
        let holder = sale.confirmed(app, "holder@example.org").await;
        let one = |name: &str| json!({"ticket_type_id": digital, "name": name, "email": format!("{name}@example.org")});
        let body = json!({"contact": {"name": "Anne", "email": "anne@example.org"}, "attendees": [one("kari"), one("ola")]});
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = outbox::token(app, "anne@example.org", "confirm_registration");
        let group = confirm(app, &token).await.expect(200);
        Self {
            app,
            sale,
            digital,
            holder,
            group,
        }
    }

    fn own<'b>(&'b self, opened: &Value, method: &str, path: &str) -> Call<'b> {
        let access = opened["access_token"].as_str().unwrap();
        let path = format!("/registration{path}");
        self.app.call(method, &path).bearer(access).if_match("*")
    }

    fn attendee(&self, place: usize, method: &str, rest: &str) -> Call<'_> {
        let id = &self.group["registration"]["attendees"][place]["id"];
        let path = format!("/attendees/{}{rest}", id.as_str().unwrap());
        self.own(&self.group, method, &path)
    }

    async fn asks(&self, place: usize, ticket: &str) -> Value {
        let change = json!({"ticket_type_id": ticket, "if_full": "wait"});
        let call = self.attendee(place, "PATCH", "").patch_json(&change);
        call.send().await.expect(200)["attendees"][place].clone()
    }

    /// The seat in the hall is free for whoever waits.
    async fn free(&self) {
        let call = self.own(&self.holder, "POST", "/cancel");
        call.send().await.expect(200);
    }

    async fn attendees(&self) -> Value {
        let read = self.own(&self.group, "GET", "").send().await;
        read.expect(200)["attendees"].clone()
    }
}

fn is_offered(attendee: &Value) -> bool {
    attendee["waiting_for"]["offer_expires_at"].is_string()
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn who_asks_again_keeps_their_place(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        let first = hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.asks(1, &hybrid.sale.ticket).await;
        let again = hybrid.asks(0, &hybrid.sale.ticket).await;
        assert_eq!(again["waiting_for"], first["waiting_for"]);
        hybrid.free().await;
        let now = hybrid.attendees().await;
        assert!(is_offered(&now[0]) && !is_offered(&now[1]), "{now}");
        sales::assert_integrity(&app);
    }

    async fn what_is_offered_is_taken_by_asking_for_it_too(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.asks(1, &hybrid.sale.ticket).await;
        hybrid.free().await;
        let moved = hybrid.asks(0, &hybrid.sale.ticket).await;
        assert_eq!((&moved["ticket_type_id"], &moved["waiting_for"]), (&json!(hybrid.sale.ticket), &Value::Null));
        assert_eq!(hybrid.sale.held(&app).await, 1);
        let token = outbox::token(&app, "kari@example.org", "seat_offered");
        app.post("/registrations/accept-offer", &json!({"token": token})).send().await.problem(410, "expired");
        sales::assert_integrity(&app);
    }

    async fn what_one_gives_up_goes_to_the_next_of_the_same_group(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        let third = sales::ticket_type(&app, &hybrid.sale.event, json!({"name": "Galleriet"})).await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.asks(1, &hybrid.sale.ticket).await;
        hybrid.free().await;
        hybrid.asks(0, &third).await;
        let now = hybrid.attendees().await;
        assert_eq!((&now[0]["ticket_type_id"], &now[0]["waiting_for"]), (&json!(third), &Value::Null));
        assert!(is_offered(&now[1]) && now[1]["ticket_type_id"] == hybrid.digital, "{now}");
        sales::assert_integrity(&app);
    }

    async fn a_colleague_takes_over_what_is_offered(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.free().await;
        let before = outbox::token(&app, "kari@example.org", "seat_offered");
        let colleague = json!({"name": "Liv", "email": "liv@example.org"});
        hybrid.attendee(0, "POST", "/replace").json(&colleague).send().await.expect(200);
        app.post("/registrations/accept-offer", &json!({"token": before})).send().await.problem(404, "not-found");
        let token = outbox::token(&app, "liv@example.org", "seat_offered");
        let opened = app.post("/registrations/accept-offer", &json!({"token": token})).send().await.expect(200);
        let seated = &opened["registration"]["attendees"][0];
        assert_eq!((&seated["name"], &seated["ticket_type_id"]), (&json!("Liv"), &json!(hybrid.sale.ticket)));
        sales::assert_integrity(&app);
    }

    async fn who_let_an_exchange_run_out_is_told(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.free().await;
        app.advance(chrono::TimeDelta::hours(48));
        outbox::until(&app, "kari@example.org", "offer_expired", 1).await;
        let others = ["anne@example.org", "ola@example.org"].map(|one| outbox::mails_to(&app, one));
        assert!(others.iter().flatten().all(|mail| mail.kind != "offer_expired"), "nobody else waited");
        let now = hybrid.attendees().await;
        assert_eq!((&now[0]["ticket_type_id"], &now[0]["waiting_for"]), (&json!(hybrid.digital), &Value::Null));
        sales::assert_integrity(&app);
    }

    async fn a_shared_address_is_told_that_it_left_once_nobody_has_it(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let one = |name: &str| json!({"ticket_type_id": sale.ticket, "name": name, "email": "post@example.org"});
        let body = json!({"contact": {"name": "Anne", "email": "anne@example.org"}, "attendees": [one("Kari"), one("Ola")]});
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = outbox::token(&app, "anne@example.org", "confirm_registration");
        let opened = confirm(&app, &token).await.expect(200);
        for (place, told) in [(0, 0), (1, 1)] {
            let path = format!("/registration/attendees/{}", opened["registration"]["attendees"][place]["id"].as_str().unwrap());
            let change = json!({"email": format!("own{place}@example.org")});
            let call = app.call("PATCH", &path).bearer(opened["access_token"].as_str().unwrap()).if_match("*");
            call.patch_json(&change).send().await.expect(200);
            let mails = outbox::mails_to(&app, "post@example.org");
            assert_eq!(mails.iter().filter(|mail| mail.kind == "registration_changed").count(), told);
        }
    }

    async fn who_ends_a_wish_and_moves_leaves_what_was_offered_to_the_next(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        let third = sales::ticket_type(&app, &hybrid.sale.event, json!({"name": "Galleriet"})).await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.asks(1, &hybrid.sale.ticket).await;
        hybrid.free().await;
        let change = json!({"ticket_type_id": third, "waiting_for": null});
        let moved = hybrid.attendee(0, "PATCH", "").patch_json(&change).send().await.expect(200);
        let all = &moved["attendees"];
        assert_eq!((&all[0]["ticket_type_id"], &all[0]["waiting_for"]), (&json!(third), &Value::Null));
        assert!(is_offered(&all[1]), "{all}");
        sales::assert_integrity(&app);
    }

    async fn staff_see_what_their_change_freed(app: TestApp) {
        let hybrid = Hybrid::open(&app).await;
        let third = sales::ticket_type(&app, &hybrid.sale.event, json!({"name": "Galleriet"})).await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.free().await;
        hybrid.asks(0, &hybrid.sale.ticket).await;
        hybrid.asks(1, &hybrid.sale.ticket).await;
        let shown = &hybrid.group["registration"];
        let path = format!("/events/{}/registrations/{}", hybrid.sale.event, shown["id"].as_str().unwrap());
        let kari = format!("{path}/attendees/{}", shown["attendees"][0]["id"].as_str().unwrap());
        let call = app.organiser("PATCH", &kari).if_match("*");
        let changed = call.patch_json(&json!({"ticket_type_id": third})).send().await;
        assert!(is_offered(&changed.expect(200)["attendees"][1]), "{}", changed.body);
        assert_eq!(changed.etag(), app.organiser("GET", &path).send().await.etag());
        sales::assert_integrity(&app);
    }
}
