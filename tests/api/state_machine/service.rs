//! The service itself: the same steps by HTTP, and what its store says after each.

use std::collections::HashMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use kongress::clock::Instant;
use kongress::db::DbError;
use kongress::db::schema::{attendees, emails, quotas, registrations};
use kongress::ids::{AttendeeId, EventId, QuotaId, RegistrationId, TicketTypeId};
use kongress::per_backend;
use kongress::registrations::register::Rules;
use serde_json::{Value, json};

use super::model::{InLine, Kind, QUOTAS};
use crate::helpers::client::Answer;
use crate::helpers::sales::{self, confirm};
use crate::helpers::{Call, TestApp, outbox};

/// Days after which registration closes.
const OPEN_FOR: i64 = 40;

/// One registration as it is stored.
#[derive(Debug, Clone)]
pub struct StoredParty {
    pub id: RegistrationId,
    pub state: String,
    pub holds: bool,
    pub joined_at: Option<Instant>,
    pub attendees: Vec<StoredAttendee>,
}

/// One attendee as they are stored.
#[derive(Debug, Clone)]
pub struct StoredAttendee {
    pub id: AttendeeId,
    pub address: String,
    pub kind: Kind,
    pub comes: bool,
    pub wish: Option<StoredWish>,
}

#[derive(Debug, Clone)]
pub struct StoredWish {
    pub kind: Kind,
    pub joined_at: Instant,
    pub is_offered: bool,
}

/// All of an event, in the order in which it was made.
#[derive(Debug, Clone)]
pub struct Stored {
    pub parties: Vec<StoredParty>,
    /// What the counters say: held, waiting.
    pub counters: [(i64, i64); QUOTAS],
    /// Mails that offer a seat.
    pub offers: usize,
}

/// An event of its own, and who has registered for it.
pub struct Service<'a> {
    app: &'a TestApp,
    slug: String,
    event: EventId,
    quotas: Vec<QuotaId>,
    types: Vec<TicketTypeId>,
    /// Opens registrations that were confirmed.
    access: HashMap<RegistrationId, String>,
}

impl<'a> Service<'a> {
    pub async fn open(app: &'a TestApp, n: usize, sizes: [i64; QUOTAS]) -> Self {
        let day = |days: i64| (app.clock.now() + TimeDelta::days(days)).utc();
        let slug = format!("e{n}");
        let starts_on = day(2 * OPEN_FOR).date_naive().to_string();
        let dates = json!({"starts_on": starts_on, "ends_on": starts_on});
        sales::draft(app, &slug, dates).await;
        let mut quotas = Vec::new();
        for size in sizes {
            let size = Some(i32::try_from(size).unwrap());
            quotas.push(sales::quota(app, &slug, size).await);
        }
        let mut types = Vec::new();
        for kind in Kind::ALL {
            let draws_on: Vec<&String> = kind.quotas().iter().map(|n| &quotas[*n]).collect();
            let input = json!({
                "name": format!("{kind:?}"), "quotas": draws_on, "waiting_list": kind.has_line(),
                "requires_approval": kind == Kind::Guest, "max_per_registration": 50,
                "closes_at": day(OPEN_FOR).to_rfc3339(),
            });
            types.push(sales::ticket_type(app, &slug, input).await);
        }
        sales::publish(app, &slug).await;
        let shown = app
            .organiser("GET", &format!("/events/{slug}"))
            .send()
            .await
            .expect(200);
        Self {
            app,
            event: shown["id"].as_str().unwrap().parse().unwrap(),
            slug,
            quotas: quotas.iter().map(|id| id.parse().unwrap()).collect(),
            types: types.iter().map(|id| id.parse().unwrap()).collect(),
            access: HashMap::new(),
        }
    }

    fn contact(&self, address: usize) -> String {
        format!("p{address}.{}@example.org", self.slug)
    }

    /// The body of one who comes, with an address of their own that no other has.
    fn person(&self, kind: Kind) -> Value {
        let address = format!(
            "{}.{}@example.org",
            kongress::clock::new_id::<()>(),
            self.slug
        );
        json!({"ticket_type_id": self.types[kind as usize], "name": "Kari", "email": address})
    }

    fn form(&self, address: usize, kinds: &[Kind], wants_list: bool) -> Value {
        let people: Vec<Value> = kinds.iter().map(|kind| self.person(*kind)).collect();
        json!({"contact": {"name": "Kari", "email": self.contact(address)}, "attendees": people, "join_waiting_list": wants_list})
    }

    pub async fn register(&self, address: usize, kinds: &[Kind], wants_list: bool) -> Answer {
        let path = format!("/events/{}/registrations", self.slug);
        let form = self.form(address, kinds, wants_list);
        self.app.post(&path, &form).send().await
    }

    fn organiser(&self, method: &str, path: &str) -> Call<'_> {
        let path = format!("/events/{}{path}", self.slug);
        self.app.organiser(method, &path)
    }

    pub async fn register_by_staff(&mut self, address: usize, kinds: &[Kind]) -> Answer {
        let form = self.form(address, kinds, false);
        let answer = self
            .organiser("POST", "/registrations")
            .json(&form)
            .send()
            .await;
        if answer.status == 201 {
            let token = outbox::token(self.app, &self.contact(address), "registration_confirmed");
            let body = json!({"token": token});
            let opened = self.app.post("/registrations/access", &body).send().await;
            self.keep_access(&opened);
        }
        answer
    }

    fn keep_access(&mut self, opened: &Answer) {
        let opened = opened.expect(200);
        let id = opened["registration"]["id"].as_str().unwrap().parse();
        let token = opened["access_token"].as_str().unwrap();
        self.access.insert(id.unwrap(), token.to_owned());
    }

    pub async fn confirm(&mut self, address: usize) -> Answer {
        let token = outbox::token(self.app, &self.contact(address), "confirm_registration");
        let answer = confirm(self.app, &token).await;
        if answer.status == 200 {
            self.keep_access(&answer);
        }
        answer
    }

    /// What staff do with a registration: `approve`, `reject`, `cancel`.
    pub async fn answer(&self, party: &StoredParty, what: &str) -> Answer {
        let call = self.organiser("POST", &format!("/registrations/{}/{what}", party.id));
        let call = if what == "reject" {
            call.json(&json!({}))
        } else {
            call
        };
        call.send().await
    }

    /// `accept` or `decline`, by the link in the mail to this party's contact or attendee.
    pub async fn answer_offer(
        &self,
        (address, party): (usize, &StoredParty),
        attendee: Option<usize>,
        what: &str,
    ) -> Answer {
        let address = match attendee {
            Some(place) => party.attendees[place].address.clone(),
            None => self.contact(address),
        };
        let token = outbox::token(self.app, &address, "seat_offered");
        let path = format!("/registrations/{what}-offer");
        self.app.post(&path, &json!({"token": token})).send().await
    }

    fn own(&self, party: &StoredParty, method: &str, path: &str) -> Call<'_> {
        let call = self.app.call(method, &format!("/registration{path}"));
        call.bearer(&self.access[&party.id]).if_match("*")
    }

    pub async fn cancel(&self, party: &StoredParty) -> Answer {
        self.own(party, "POST", "/cancel").send().await
    }

    pub async fn add(&self, party: &StoredParty, kind: Kind) -> Answer {
        let body = self.person(kind);
        self.own(party, "POST", "/attendees")
            .json(&body)
            .send()
            .await
    }

    fn attendee(&self, party: &StoredParty, place: usize, method: &str, rest: &str) -> Call<'_> {
        let path = format!("/attendees/{}{rest}", party.attendees[place].id);
        self.own(party, method, &path)
    }

    pub async fn switch(&self, party: &StoredParty, place: usize, to: Kind, waits: bool) -> Answer {
        let if_full = if waits { "wait" } else { "refuse" };
        let body = json!({"ticket_type_id": self.types[to as usize], "if_full": if_full});
        let call = self.attendee(party, place, "PATCH", "");
        call.patch_json(&body).send().await
    }

    pub async fn give_up(&self, party: &StoredParty, place: usize) -> Answer {
        let call = self.attendee(party, place, "PATCH", "");
        call.patch_json(&json!({"waiting_for": null})).send().await
    }

    pub async fn cancel_one(&self, party: &StoredParty, place: usize) -> Answer {
        self.attendee(party, place, "POST", "/cancel").send().await
    }

    pub async fn replace(&self, party: &StoredParty, place: usize) -> Answer {
        let mut body = self.person(Kind::Hall);
        body.as_object_mut().unwrap().remove("ticket_type_id");
        let call = self.attendee(party, place, "POST", "/replace");
        call.json(&body).send().await
    }

    pub async fn resize(&self, quota: usize, size: i64) -> Answer {
        let call = self.organiser("PATCH", &format!("/quotas/{}", self.quotas[quota]));
        let body = json!({"size": size});
        call.if_match("*").patch_json(&body).send().await
    }

    /// Moves the clock, and does what is due.
    pub async fn pass(&self, hours: u32) {
        let app = self.app;
        app.advance(TimeDelta::hours(i64::from(hours)));
        let (now, rules, db) = (
            app.clock.now(),
            Rules::from(&app.state.config),
            &app.state.db,
        );
        let due = || db.read(move |conn| kongress::registrations::anything_due(conn, now));
        while due().await.unwrap() {
            let swept = db.write(move |tx| kongress::registrations::sweep(tx, now, rules));
            swept.await.unwrap();
        }
    }

    /// Moves the clock to where registration is over.
    pub async fn close(&self) {
        self.pass(u32::try_from(OPEN_FOR * 24).unwrap()).await;
        let (now, db) = (self.app.clock.now(), &self.app.state.db);
        while db
            .write(move |tx| kongress::registrations::expire_closed(tx, now))
            .await
            .unwrap()
            > 0
        {}
    }

    fn kind(&self, id: TicketTypeId) -> Kind {
        let mut kinds = Kind::ALL.into_iter();
        kinds.find(|kind| self.types[*kind as usize] == id).unwrap()
    }

    pub async fn stored(&self) -> Stored {
        type Party = (RegistrationId, String, bool, Option<Instant>);
        type Attendee = (
            AttendeeId,
            RegistrationId,
            Option<String>,
            TicketTypeId,
            String,
            Option<TicketTypeId>,
            Option<Instant>,
            Option<Instant>,
        );
        type Counter = (QuotaId, i32, i32);
        let event = self.event;
        let read = self.app.state.db.read(move |conn| {
            Ok::<(Vec<Party>, Vec<Attendee>, Vec<Counter>, i64), DbError>(per_backend!(conn, c => {
                let parties = registrations::table.filter(registrations::event_id.eq(event)).order(registrations::id)
                    .select((registrations::id, registrations::state, registrations::holds_seats, registrations::joined_at)).load(c)?;
                let people = attendees::table.filter(attendees::event_id.eq(event)).order(attendees::position)
                    .select((attendees::id, attendees::registration_id, attendees::email, attendees::ticket_type_id, attendees::state, attendees::waiting_for, attendees::joined_at, attendees::offer_expires_at)).load(c)?;
                let counters = quotas::table.filter(quotas::event_id.eq(event)).select((quotas::id, quotas::held, quotas::waiting)).load(c)?;
                let offers = emails::table.filter(emails::event_id.eq(event)).filter(emails::kind.eq("seat_offered")).count().get_result(c)?;
                (parties, people, counters, offers)
            }))
        });
        let (parties, people, counters, offers) = read.await.unwrap();
        let mut of: HashMap<RegistrationId, Vec<StoredAttendee>> = HashMap::new();
        for (id, party, address, kind, state, waiting_for, joined_at, offer) in people {
            of.entry(party).or_default().push(StoredAttendee {
                id,
                address: address.unwrap(),
                kind: self.kind(kind),
                comes: state == "active",
                wish: waiting_for.map(|wanted| StoredWish {
                    kind: self.kind(wanted),
                    joined_at: joined_at.unwrap(),
                    is_offered: offer.is_some(),
                }),
            });
        }
        let party = |(id, state, holds, joined_at): Party| StoredParty {
            id,
            state,
            holds,
            joined_at,
            attendees: of.remove(&id).unwrap_or_default(),
        };
        Stored {
            parties: parties.into_iter().map(party).collect(),
            counters: std::array::from_fn(|n| {
                let (_, held, waiting) = counters
                    .iter()
                    .find(|(id, ..)| *id == self.quotas[n])
                    .unwrap();
                (i64::from(*held), i64::from(*waiting))
            }),
            offers: usize::try_from(offers).unwrap(),
        }
    }
}

impl Stored {
    /// Everybody who waits, the earliest first.
    pub fn line(&self) -> Vec<InLine> {
        let mut line = Vec::new();
        for (n, party) in self.parties.iter().enumerate() {
            if party.state == "waiting_list" {
                line.push((party.joined_at.unwrap(), (n, None)));
            }
            for (place, one) in party.attendees.iter().enumerate() {
                let waits = one.wish.as_ref().filter(|wish| !wish.is_offered);
                line.extend(waits.map(|wish| (wish.joined_at, (n, Some(place)))));
            }
        }
        line.sort_unstable();
        line.into_iter().map(|(_, who)| who).collect()
    }

    /// Seats that the rows hold and wait for, by quota: what the counters ought to say.
    pub fn counted(&self) -> [(i64, i64); QUOTAS] {
        let mut counted = [(0, 0); QUOTAS];
        for party in &self.parties {
            for one in party.attendees.iter().filter(|one| one.comes) {
                let wish = one.wish.as_ref();
                let beside = wish
                    .filter(|wish| wish.is_offered)
                    .map_or(&[][..], |wish| wish.kind.quotas());
                let waits = wish
                    .filter(|wish| !wish.is_offered)
                    .map_or(&[][..], |wish| wish.kind.quotas());
                for (quota, (held, waiting)) in counted.iter_mut().enumerate() {
                    let has = one.kind.quotas().contains(&quota);
                    *held += i64::from(party.holds && (has || beside.contains(&quota)));
                    *waiting +=
                        i64::from(waits.contains(&quota) || (has && party.state == "waiting_list"));
                }
            }
        }
        counted
    }
}
