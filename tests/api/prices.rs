//! What a seat costs is what was asked when it was taken.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

fn nok(amount: i64) -> Value {
    json!({"amount": amount, "currency": "NOK"})
}

async fn costs_now(app: &TestApp, event: &str, ticket: &str, price: Value) {
    let path = format!("/events/{event}/ticket-types/{ticket}");
    let change = app.organiser("PATCH", &path).if_match("*");
    let change = change.patch_json(&json!({"price": price}));
    change.send().await.expect(200);
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_price_that_changes_changes_nothing_that_was_agreed(app: TestApp) {
        let sale = OnSale::with(&app, Some(10), json!({"price": nok(25_000), "waiting_list": true})).await;
        let digital = json!({"name": "På nett", "attendance": "digital", "price": nok(5_000)});
        let digital = sales::ticket_type(&app, &sale.event, digital).await;
        sale.register(&app, "kari@example.org").await.expect(202);
        costs_now(&app, &sale.event, &sale.ticket, nok(40_000)).await;
        costs_now(&app, &sale.event, &digital, nok(8_000)).await;
        let token = outbox::token(&app, "kari@example.org", "confirm_registration");
        let opened = confirm(&app, &token).await.expect(200);
        let shown = &opened["registration"];
        assert_eq!((&shown["total"], &shown["attendees"][0]["price"]), (&nok(25_000), &nok(25_000)));
        let access = opened["access_token"].as_str().unwrap();
        let call = |method: &str, path: &str| app.call(method, &format!("/registration{path}")).bearer(access).if_match("*");
        // Who comes later pays what it costs then, and a colleague takes over what was paid.
        let ola = json!({"ticket_type_id": sale.ticket, "name": "Ola", "email": "ola@example.org"});
        let grown = call("POST", "/attendees").json(&ola).send().await.expect(201);
        assert_eq!(grown["total"], nok(65_000));
        let [kari, ola] = [0, 1].map(|n| format!("/attendees/{}", grown["attendees"][n]["id"].as_str().unwrap()));
        let liv = json!({"name": "Liv", "email": "liv@example.org"});
        let replaced = call("POST", &format!("{kari}/replace")).json(&liv).send().await;
        replaced.expect(200);
        // So does who moves, and who is called off is not paid for.
        let moved = call("PATCH", &kari).patch_json(&json!({"ticket_type_id": digital})).send().await.expect(200);
        assert_eq!((&moved["total"], &moved["attendees"][0]["price"]), (&nok(48_000), &nok(8_000)));
        let left = call("POST", &format!("{ola}/cancel")).send().await.expect(200);
        assert_eq!(left["total"], nok(8_000));
        let path = format!("/events/{}/registrations/{}", sale.event, left["id"].as_str().unwrap());
        assert_eq!(app.organiser("GET", &path).send().await.expect(200)["total"], nok(8_000));
        // A registration is paid in one currency, whatever tickets cost by now.
        costs_now(&app, &sale.event, &sale.ticket, json!({"amount": 4_000, "currency": "EUR"})).await;
        let per = json!({"ticket_type_id": sale.ticket, "name": "Per"});
        let mixed = call("POST", "/attendees").json(&per).send().await;
        assert_eq!(mixed.problem(422, "invalid")["errors"][0]["code"], "mixed_currencies");
        let alone = call("PATCH", &kari).patch_json(&json!({"ticket_type_id": sale.ticket})).send().await.expect(200);
        assert_eq!(alone["total"]["currency"], "EUR");
        costs_now(&app, &sale.event, &sale.ticket, Value::Null).await;
        assert_eq!(call("GET", "").send().await.expect(200)["total"]["amount"], 4_000);
        sales::assert_integrity(&app);
    }

    async fn an_offered_seat_costs_what_it_cost_when_it_was_asked_for(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"price": nok(25_000), "waiting_list": true})).await;
        let digital = json!({"name": "På nett", "attendance": "digital", "price": nok(5_000)});
        let digital = sales::ticket_type(&app, &sale.event, digital).await;
        let holder = sale.confirmed(&app, "holder@example.org").await;
        let one = |name: &str| json!({"ticket_type_id": digital, "name": name, "email": format!("{name}@example.org")});
        let body = json!({"attendees": [one("ola"), one("liv")]});
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = outbox::token(&app, "ola@example.org", "confirm_registration");
        let opened = confirm(&app, &token).await.expect(200);
        let own = |opened: &Value, method: &str, path: &str| app.call(method, &format!("/registration{path}")).bearer(opened["access_token"].as_str().unwrap()).if_match("*");
        let path = format!("/attendees/{}", opened["registration"]["attendees"][0]["id"].as_str().unwrap());
        let wait = json!({"ticket_type_id": sale.ticket, "if_full": "wait"});
        let waits = own(&opened, "PATCH", &path).patch_json(&wait).send().await.expect(200);
        assert_eq!(waits["total"], nok(10_000));
        // Neither a price nor a currency that comes later is anything they said yes to.
        costs_now(&app, &sale.event, &sale.ticket, json!({"amount": 4_000, "currency": "EUR"})).await;
        own(&opened, "PATCH", &path).patch_json(&wait).send().await.expect(200);
        own(&holder, "POST", "/cancel").send().await.expect(200);
        let token = outbox::token(&app, "ola@example.org", "seat_offered");
        let accepted = app.post("/registrations/accept-offer", &json!({"token": token})).send().await.expect(200);
        assert_eq!(accepted["registration"]["total"], nok(25_000), "as they see it: of themselves");
        sales::assert_integrity(&app);
    }

    async fn nothing_to_pay_is_the_same_in_every_currency(app: TestApp) {
        let sale = OnSale::with(&app, Some(10), json!({"price": nok(0)})).await;
        let euro = json!({"name": "På nett", "price": {"amount": 500, "currency": "EUR"}});
        let euro = sales::ticket_type(&app, &sale.event, euro).await;
        let body = json!({"attendees": [{"ticket_type_id": sale.ticket, "name": "Ola", "email": "ola@example.org"}, {"ticket_type_id": euro, "name": "Liv"}]});
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = outbox::token(&app, "ola@example.org", "confirm_registration");
        let opened = confirm(&app, &token).await.expect(200);
        assert_eq!(opened["registration"]["total"], json!({"amount": 500, "currency": "EUR"}));
    }
}
