//! Cancellations, waiting parties and newcomers all at once, and every step of it afterwards.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use futures_util::future::join_all;
use kongress::db::schema::registrations;
use kongress::db::{Db, DbError};
use kongress::per_backend;
use serde_json::{Value, json};

use crate::helpers::crowd::ONE_RUSH;
use crate::helpers::journal::{self, Entry};
use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Answer, Call, Store, TestApp, outbox};
use crate::instances::beside;

/// As many hold one, and as many parties wait for them.
const SEATS: i32 = 200;

fn party(sale: &OnSale, email: &str, size: usize) -> Value {
    let one = json!({"ticket_type_id": sale.ticket, "name": "Kari"});
    json!({"contact": {"name": "Kari", "email": email}, "attendees": vec![one; size], "join_waiting_list": true})
}

/// Asks again while the store is busy, as one is told to.
async fn patiently<'a>(call: impl Fn() -> Call<'a>) -> Answer {
    loop {
        let answer = call().send().await;
        if answer.status != 503 {
            return answer;
        }
        assert!(!answer.header("retry-after").is_empty());
    }
}

/// All of these register at once, and then all confirm; what came of each.
async fn all_join(apps: &[&TestApp], sale: &OnSale, parties: &[(String, usize)]) -> Vec<Value> {
    let places = || parties.iter().zip(apps.iter().cycle());
    let calls = places().map(|((email, size), app)| async move {
        let body = party(sale, email, *size);
        let registered = patiently(|| app.post(&sale.path(), &body)).await;
        registered.expect(202);
    });
    join_all(calls).await;
    let tokens = outbox::tokens(apps[0], "confirm_registration");
    let calls = places().map(|((email, _), app)| {
        let body = json!({"token": tokens[email]});
        async move {
            let confirmed = patiently(|| app.post("/registrations/confirm", &body)).await;
            confirmed.expect(200)
        }
    });
    join_all(calls).await
}

/// Everybody who ever stood in line, in order: address and state.
fn line(app: &TestApp) -> Vec<(String, String)> {
    Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
        Ok(per_backend!(conn, c => {
            registrations::table
                .filter(registrations::joined_at.is_not_null())
                .order(registrations::joined_at)
                .select((registrations::contact_email, registrations::state))
                .load(c)?
        }))
    })
    .unwrap()
}

/// What happened, one change after the other.
struct Replay<'a> {
    sizes: &'a BTreeMap<String, i32>,
    /// Seats that are held by what has happened until now.
    held: i32,
    holders: BTreeSet<&'a str>,
    /// Who waits, in order.
    line: Vec<&'a str>,
    /// Who was offered seats, and how many mails told them.
    offers: BTreeMap<&'a str, usize>,
}

impl<'a> Replay<'a> {
    fn of(journal: &'a [Entry], sizes: &'a BTreeMap<String, i32>) -> Self {
        let mut replay = Self {
            sizes,
            held: 0,
            holders: BTreeSet::new(),
            line: Vec::new(),
            offers: BTreeMap::new(),
        };
        for entry in journal {
            match entry.what.as_str() {
                "registration" => replay.change(entry),
                "quota" => replay.count(entry),
                "seat_offered" => *replay.offers.get_mut(&*entry.who).unwrap() += 1,
                _ => {}
            }
        }
        replay
    }

    fn free(&self) -> i32 {
        SEATS - self.held
    }

    fn change(&mut self, entry: &'a Entry) {
        let who = entry.who.as_str();
        if entry.holds && self.holders.insert(who) {
            self.seat(who);
        }
        if !entry.holds && self.holders.remove(who) {
            self.held -= self.sizes[who];
        }
        self.line.retain(|one| *one != who);
        match entry.state.as_str() {
            "waiting_list" => self.line.push(who),
            "offered" => assert_eq!(self.offers.insert(who, 0), None, "{who} is offered twice"),
            _ => {}
        }
    }

    /// Who takes seats goes before nobody who waits longer, or waits at all, and fits what is free.
    fn seat(&mut self, who: &str) {
        let (size, free) = (self.sizes[who], self.free());
        assert!(size <= free, "{who} takes {size} of {free}");
        let longer = self.line.iter().take_while(|one| **one != who);
        for one in longer {
            let needs = self.sizes[*one];
            assert!(needs > free, "{who} goes before {one}: {needs} of {free}");
        }
        self.held += size;
    }

    /// A transaction ends: its counter says what its rows do.
    fn count(&self, entry: &Entry) {
        assert_eq!(entry.held, self.held);
        self.rest();
    }

    /// Nothing is free that somebody waits for.
    fn rest(&self) {
        let free = self.free();
        let fits = self.line.iter().find(|one| self.sizes[**one] <= free);
        assert_eq!(fits, None, "waits although {free} are free");
    }
}

/// So many parties with addresses of this kind, sized in turn from 1 to the largest.
fn named(kind: &str, count: usize, largest: usize) -> Vec<(String, usize)> {
    let one = |n| (format!("{kind}{n}@example.org"), n % largest + 1);
    (0..count).map(one).collect()
}

async fn cancel(app: &TestApp, opened: &Value) {
    let access = opened["access_token"].as_str().unwrap();
    let call = || app.call("POST", "/registration/cancel").bearer(access);
    patiently(call).await.expect(200);
}

fn all_are(opened: &[Value], state: &str) -> bool {
    let mut opened = opened.iter();
    opened.all(|one| one["registration"]["state"] == state)
}

async fn seats_for_those_who_wait(apps: &[&TestApp]) {
    let _turn = ONE_RUSH.lock().await;
    let app = apps[0];
    let sale = OnSale::with(app, Some(SEATS), json!({"waiting_list": true})).await;
    journal::keep(app);
    let (holding, parties, come) = (
        named("holder", 200, 1),
        named("waits", 200, 5),
        named("new", 100, 3),
    );
    let holders = all_join(apps, &sale, &holding).await;
    assert!(all_are(&holders, "confirmed"));
    assert!(all_are(
        &all_join(apps, &sale, &parties).await,
        "waiting_list"
    ));
    let cancels = holders.iter().zip(apps.iter().cycle());
    let cancels = join_all(cancels.map(|(one, app)| cancel(app, one)));
    futures_util::future::join(cancels, all_join(apps, &sale, &come)).await;
    sales::assert_integrity(app);
    let held = sale.held(app).await;
    assert!(held <= i64::from(SEATS), "{held}");
    let line = line(app);
    let offered = line.iter().filter(|(_, state)| state == "offered");
    let offered = offered.count();
    assert!(offered > 0);
    let all = [holding, parties, come].concat().into_iter();
    let sizes: BTreeMap<String, i32> = all
        .map(|(who, size)| (who, i32::try_from(size).unwrap()))
        .collect();
    let journal = journal::read(app);
    let replay = Replay::of(&journal, &sizes);
    assert_eq!(i64::from(replay.held), held);
    replay.rest();
    assert_eq!(replay.offers.len(), offered);
    assert!(replay.offers.values().all(|mails| *mails == 1));
    let waiting = line.iter().filter(|(_, state)| state == "waiting_list");
    let waiting: Vec<&str> = waiting.map(|(who, _)| who.as_str()).collect();
    assert_eq!(replay.line, waiting, "who waits is where they were");
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn what_is_freed_goes_to_those_who_wait(app: TestApp) {
        seats_for_those_who_wait(&[&app]).await;
    }
}

#[actix_web::test]
async fn at_two_instances_too() {
    let one = TestApp::spawn_with(Store::Postgres, crate::helpers::MAIL_WAITS).await;
    let two = beside(&one, crate::helpers::MAIL_WAITS).await;
    seats_for_those_who_wait(&[&one, &two]).await;
}

/// What a journal would hold of parties of one that wait, the first of whom came first.
fn a_line_of(waiting: &[&str]) -> (Vec<Entry>, BTreeMap<String, i32>) {
    let journal = waiting.iter().map(|who| step(who, "waiting_list", false));
    let sizes = waiting.iter().map(|who| ((*who).to_owned(), 1));
    (journal.collect(), sizes.collect())
}

fn step(who: &str, state: &str, holds: bool) -> Entry {
    Entry {
        what: "registration".into(),
        who: who.into(),
        state: state.into(),
        holds,
        held: 0,
    }
}

fn counted(held: i32) -> Entry {
    Entry {
        what: "quota".into(),
        held,
        ..step("", "", false)
    }
}

/// The negative controls: a replay of what must not happen says so.
#[test]
#[should_panic(expected = "second goes before first")]
fn a_replay_sees_who_is_passed_over() {
    let (mut journal, sizes) = a_line_of(&["first", "second"]);
    journal.push(step("second", "offered", true));
    Replay::of(&journal, &sizes);
}

#[test]
#[should_panic(expected = "newcomer goes before first")]
fn a_replay_sees_a_newcomer_in_front() {
    let (mut journal, mut sizes) = a_line_of(&["first"]);
    sizes.insert("newcomer".into(), 1);
    journal.push(step("newcomer", "confirmed", true));
    Replay::of(&journal, &sizes);
}

#[test]
#[should_panic(expected = "waits although 199 are free")]
fn a_replay_sees_what_is_left_free() {
    let (mut journal, sizes) = a_line_of(&["first", "second"]);
    journal.push(step("first", "offered", true));
    journal.push(counted(1));
    Replay::of(&journal, &sizes);
}

#[test]
#[should_panic(expected = "first is offered twice")]
fn a_replay_sees_a_second_offer() {
    let (mut journal, sizes) = a_line_of(&["first"]);
    let offered = || step("first", "offered", true);
    journal.extend([offered(), step("first", "waiting_list", false), offered()]);
    Replay::of(&journal, &sizes);
}
