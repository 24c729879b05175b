//! The waiting list against a simple model: random steps, and after each the same states, the same seats.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use kongress::db::schema::{quotas, registrations};
use kongress::db::{Db, DbError};
use kongress::per_backend;
use kongress::registrations::register::Rules;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

/// Steps of one run; there is one run per store.
const STEPS: usize = 1_500;

/// A small generator that needs nothing but its seed, so that a run can be run again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> Option<&'a str> {
        let n = from.len();
        (n > 0).then(|| from[self.below(n)])
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Party {
    size: i64,
    state: &'static str,
    holds: bool,
    place: usize,
}

/// What ought to be.
#[derive(Debug, Default)]
struct Model {
    size: i64,
    parties: BTreeMap<String, Party>,
    places: usize,
}

impl Model {
    fn held(&self) -> i64 {
        let holders = self.parties.values().filter(|party| party.holds);
        holders.map(|party| party.size).sum()
    }

    fn with_state(&self, state: &str) -> Vec<&str> {
        let parties = self.parties.iter();
        let found = parties.filter(|(_, party)| party.state == state);
        found.map(|(email, _)| email.as_str()).collect()
    }

    fn set(&mut self, email: &str, state: &'static str, holds: bool) {
        let party = self.parties.get_mut(email).unwrap();
        (party.state, party.holds) = (state, holds);
    }

    /// The earliest whole party that fits, until nobody does.
    fn promote(&mut self) {
        let mut line: Vec<(usize, String)> = self
            .parties
            .iter()
            .filter(|(_, party)| party.state == "waiting_list")
            .map(|(email, party)| (party.place, email.clone()))
            .collect();
        line.sort();
        for (_, email) in line {
            if self.held() + self.parties[&email].size <= self.size {
                self.set(&email, "offered", true);
            }
        }
    }

    fn register(&mut self, email: &str, size: i64) {
        let party = Party {
            size,
            state: "awaiting_confirmation",
            holds: self.held() + size <= self.size,
            place: 0,
        };
        self.parties.insert(email.to_owned(), party);
    }

    fn confirm(&mut self, email: &str) {
        let party = self.parties[email].clone();
        if party.holds || self.held() + party.size <= self.size {
            self.set(email, "confirmed", true);
        } else {
            self.places += 1;
            self.parties.get_mut(email).unwrap().place = self.places;
            self.set(email, "waiting_list", false);
        }
    }

    fn end(&mut self, email: &str, state: &'static str) {
        self.set(email, state, false);
        self.promote();
    }

    fn let_time_pass(&mut self) {
        for party in self.parties.values_mut() {
            match party.state {
                "awaiting_confirmation" => party.holds = false,
                "offered" => (party.state, party.holds) = ("offer_expired", false),
                _ => {}
            }
        }
        self.promote();
    }
}

/// Any party in this state.
fn one_of(dice: &mut Dice, model: &Model, state: &str) -> Option<String> {
    dice.pick(&model.with_state(state)).map(str::to_owned)
}

/// State and seats by address, and what the counter says, read beside the service.
fn stored(app: &TestApp) -> (BTreeMap<String, (String, bool)>, i64) {
    let target = &app.state.config.target;
    Db::write_once::<_, DbError>(target, |conn| {
        Ok(per_backend!(conn, c => {
            let rows: Vec<(String, String, bool)> = registrations::table
                .select((registrations::contact_email, registrations::state, registrations::holds_seats))
                .load(c)?;
            let held: Vec<i32> = quotas::table.select(quotas::held).load(c)?;
            let rows = rows.into_iter().map(|(email, state, holds)| (email, (state, holds)));
            (rows.collect(), held.into_iter().map(i64::from).sum())
        }))
    })
    .unwrap()
}

async fn answer(app: &TestApp, email: &str, what: &str) {
    let token = outbox::token(app, email, "seat_offered");
    let call = app.post(
        &format!("/registrations/{what}-offer"),
        &json!({"token": token}),
    );
    call.send().await.expect(200);
}

async fn cancel(app: &TestApp, sale: &OnSale, email: &str) {
    let list = app.organiser(
        "GET",
        &format!("/events/{}/registrations?q={email}", sale.event),
    );
    let list = list.send().await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let found: Vec<&Value> = items
        .filter(|one| one["contact"]["email"] == email)
        .collect();
    let id = found[0]["id"].as_str().unwrap();
    let path = format!("/events/{}/registrations/{id}/cancel", sale.event);
    app.organiser("POST", &path).send().await.expect(200);
}

async fn let_time_pass(app: &TestApp) {
    app.advance(TimeDelta::hours(49));
    let (now, rules) = (app.clock.now(), Rules::from(&app.state.config));
    let db = &app.state.db;
    while db
        .read(move |conn| kongress::registrations::anything_due(conn, now))
        .await
        .unwrap()
    {
        db.write(move |tx| kongress::registrations::sweep(tx, now, rules))
            .await
            .unwrap();
    }
}

/// One random step in the service and in the model; what it was.
async fn step(
    app: &TestApp,
    sale: &OnSale,
    model: &mut Model,
    dice: &mut Dice,
    n: usize,
) -> String {
    let kind = dice.below(20);
    match kind {
        0..=7 => {
            let (email, size) = (format!("p{n}@example.org"), dice.below(4) + 1);
            let one = json!({"ticket_type_id": sale.ticket, "name": "Kari"});
            let body = json!({"contact": {"name": "Kari", "email": email}, "attendees": vec![one; size], "join_waiting_list": true});
            app.post(&sale.path(), &body).send().await.expect(202);
            model.register(&email, i64::try_from(size).unwrap());
            if kind > 0 {
                let token = outbox::token(app, &email, "confirm_registration");
                confirm(app, &token).await.expect(200);
                model.confirm(&email);
            }
            format!("registers {size}, confirms: {}", kind > 0)
        }
        8..=9 => match one_of(dice, model, "awaiting_confirmation") {
            Some(email) => {
                let token = outbox::token(app, &email, "confirm_registration");
                confirm(app, &token).await.expect(200);
                model.confirm(&email);
                format!("{email} confirms late")
            }
            None => String::new(),
        },
        10..=13 => {
            let live: Vec<&str> = ["confirmed", "confirmed", "waiting_list", "offered"]
                .iter()
                .flat_map(|state| model.with_state(state))
                .collect();
            let Some(email) = dice.pick(&live).map(str::to_owned) else {
                return String::new();
            };
            cancel(app, sale, &email).await;
            model.end(&email, "cancelled");
            format!("{email} is cancelled")
        }
        14..=16 => match one_of(dice, model, "offered") {
            Some(email) if kind < 16 => {
                answer(app, &email, "accept").await;
                model.set(&email, "confirmed", true);
                format!("{email} accepts")
            }
            Some(email) => {
                answer(app, &email, "decline").await;
                model.end(&email, "cancelled");
                format!("{email} declines")
            }
            None => String::new(),
        },
        17..=18 => {
            model.size = i64::try_from(dice.below(16)).unwrap();
            let path = format!("/events/{}/quotas/{}", sale.event, sale.quota);
            let call = app.organiser("PATCH", &path).if_match("*");
            call.patch_json(&json!({"size": model.size}))
                .send()
                .await
                .expect(200);
            model.promote();
            format!("resized to {}", model.size)
        }
        // Rarely: the event starts within a year.
        _ if n.is_multiple_of(3) => {
            let_time_pass(app).await;
            model.let_time_pass();
            "time passes".into()
        }
        _ => String::new(),
    }
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn random_steps_lead_where_a_simple_model_says(app: TestApp) {
        let seed = u64::from(std::process::id()) + 88_172_645_463_325_252;
        println!("seed {seed}");
        let sale = OnSale::with(&app, Some(8), json!({"waiting_list": true})).await;
        let (mut model, mut dice) = (Model { size: 8, ..Model::default() }, Dice(seed));
        let mut most = 8;
        for n in 0..STEPS {
            let done = step(&app, &sale, &mut model, &mut dice, n).await;
            let (states, held) = stored(&app);
            let expected: BTreeMap<String, (String, bool)> = model.parties.iter().map(|(email, party)| (email.clone(), (party.state.to_owned(), party.holds))).collect();
            let differs: Vec<_> = expected.iter().filter(|(email, party)| states.get(*email) != Some(party)).map(|(email, party)| (email, party, states.get(email))).collect();
            assert!(differs.is_empty(), "seed {seed}, step {n} ({done}): {differs:?}");
            assert_eq!((held, states.len()), (model.held(), expected.len()), "seed {seed}, step {n} ({done})");
            // Never more than there is, unless the hall was made smaller than what is held.
            assert!(held <= model.size || held <= most, "seed {seed}, step {n} ({done}): {held} of {}", model.size);
            most = held.max(model.size);
            if n.is_multiple_of(50) {
                sales::assert_integrity(&app);
            }
        }
        sales::assert_integrity(&app);
    }
}
