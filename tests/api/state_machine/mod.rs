//! Registrations against a simple model: random steps, and after each the same states, the same seats, the
//! same line. What fails is made as short as it can be.

mod model;
mod rules;
mod service;
mod steps;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use self::model::{Kind, Led, Model, QUOTAS, leads};
use self::service::{Service, Stored};
use self::steps::{Step, step};
use crate::helpers::sales;
use crate::helpers::{MAIL_WAITS, Store, TestApp};

/// Runs in a round, of so many steps each, each at an event of its own; on both stores.
const RUNS: u32 = 30;
const STEPS: usize = 100;
const MOST_ROUNDS: u8 = 4;
const SIZES: [i64; QUOTAS] = [8, 4, 2];

/// A run on its way.
struct Run<'a> {
    service: Service<'a>,
    model: Model,
    stored: Stored,
    addresses: usize,
    /// What led where.
    led: BTreeSet<Led>,
}

impl Run<'_> {
    fn pick<T: Copy>(index: Index, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| *index.get(from))
    }

    fn in_state(&self, index: Index, state: &str) -> Option<usize> {
        let parties = self.model.parties.iter().enumerate();
        let found: Vec<usize> = parties
            .filter(|(_, one)| one.state == state)
            .map(|(n, _)| n)
            .collect();
        Self::pick(index, &found)
    }

    fn live(&self, index: Index) -> Option<usize> {
        let parties = self.model.parties.iter().enumerate();
        let found: Vec<usize> = parties
            .filter(|(_, one)| one.is_live())
            .map(|(n, _)| n)
            .collect();
        Self::pick(index, &found)
    }

    async fn register(&mut self, kinds: &[Kind], waits: bool) {
        let address = self.addresses;
        self.addresses += 1;
        let expected = self.model.register(address, kinds, waits);
        let answer = self.service.register(address, kinds, waits).await;
        assert_eq!(answer.status, expected, "{}", answer.body);
    }

    /// Takes a step in the model and in the service, which answers as expected.
    async fn take(&mut self, step: &Step) {
        if self.try_step(step).await.is_none() {
            self.register(&[Kind::Hall], true).await;
        }
    }

    /// `None`: there is nobody to try it with.
    async fn try_step(&mut self, step: &Step) -> Option<()> {
        let (model, service) = (&mut self.model, &mut self.service);
        let (expected, answer) = match step {
            Step::Register(kinds, waits) => {
                self.register(kinds, *waits).await;
                return Some(());
            }
            Step::RegisterAgain(who, kinds, waits) => {
                let address = (self.addresses > 0).then(|| who.index(self.addresses))?;
                (
                    model.register(address, kinds, *waits),
                    service.register(address, kinds, *waits).await,
                )
            }
            Step::RegisterByStaff(kinds) => {
                self.addresses += 1;
                let address = self.addresses - 1;
                (
                    model.register_by_staff(address, kinds),
                    service.register_by_staff(address, kinds).await,
                )
            }
            Step::Resize(quota, size) => {
                model.resize(*quota, *size);
                (200, service.resize(*quota, *size).await)
            }
            Step::Pass(hours) => {
                // Longer than this, and what opens a registration ends.
                (model.hour < 24 * 25).then_some(())?;
                model.pass(*hours);
                service.pass(*hours).await;
                return Some(());
            }
            _ => return self.try_with_one(step).await,
        };
        assert_eq!(answer.status, expected, "{}", answer.body);
        Some(())
    }

    /// A step that somebody who is there takes.
    async fn try_with_one(&mut self, step: &Step) -> Option<()> {
        let (expected, answer) = match step {
            Step::Confirm(who) => {
                let n = self.in_state(*who, "awaiting_confirmation")?;
                let address = self.model.parties[n].address;
                (self.model.confirm(n), self.service.confirm(address).await)
            }
            Step::Cancel(who) => {
                let n = self.live(*who)?;
                let party = &self.stored.parties[n];
                // Who has not confirmed can't open it.
                let by_staff = self.model.parties[n].state == "awaiting_confirmation";
                let answer = if by_staff {
                    self.service.answer(party, "cancel").await
                } else {
                    self.service.cancel(party).await
                };
                (self.model.cancel(n), answer)
            }
            Step::Approve(who) => {
                let n = self.in_state(*who, "awaiting_approval")?;
                (
                    self.model.approve(n),
                    self.service
                        .answer(&self.stored.parties[n], "approve")
                        .await,
                )
            }
            Step::Reject(who) => {
                let n = self.in_state(*who, "awaiting_approval")?;
                (
                    self.model.reject(n),
                    self.service.answer(&self.stored.parties[n], "reject").await,
                )
            }
            Step::Anything(who, what) => {
                let n = (!self.model.parties.is_empty())
                    .then(|| who.index(self.model.parties.len()))?;
                let expected = match *what {
                    "approve" => self.model.approve(n),
                    "reject" => self.model.reject(n),
                    _ => self.model.cancel(n),
                };
                (
                    expected,
                    self.service.answer(&self.stored.parties[n], what).await,
                )
            }
            Step::Accept(who) | Step::Decline(who) => {
                let one = Self::pick(*who, &self.model.offered())?;
                let party = (
                    self.model.parties[one.0].address,
                    &self.stored.parties[one.0],
                );
                let what = if matches!(step, Step::Accept(_)) {
                    "accept"
                } else {
                    "decline"
                };
                let answer = self.service.answer_offer(party, one.1, what).await;
                if what == "accept" {
                    self.model.accept(one);
                } else {
                    self.model.decline(one);
                }
                (200, answer)
            }
            _ => return self.try_with_attendee(step).await,
        };
        assert_eq!(answer.status, expected, "{}", answer.body);
        Some(())
    }

    /// A step of an attendee of a registration that may be changed.
    async fn try_with_attendee(&mut self, step: &Step) -> Option<()> {
        let (Step::Switch(who, ..)
        | Step::AskAgain(who, _)
        | Step::GiveUp(who)
        | Step::Add(who, _)
        | Step::CancelOne(who)
        | Step::Replace(who)) = step
        else {
            return None;
        };
        let mut attendees = self.model.attendees();
        if matches!(step, Step::GiveUp(_) | Step::AskAgain(..)) {
            attendees.retain(|(n, place)| self.model.parties[*n].attendees[*place].wish.is_some());
        }
        let (n, place) = Self::pick(*who, &attendees)?;
        let party = &self.stored.parties[n];
        let (expected, answer) = match step {
            Step::Switch(_, to, waits) => (
                self.model.switch((n, place), *to, *waits),
                self.service.switch(party, place, *to, *waits).await,
            ),
            Step::AskAgain(_, waits) => {
                let wish = self.model.parties[n].attendees[place].wish.as_ref();
                let to = wish?.kind;
                (
                    self.model.switch((n, place), to, *waits),
                    self.service.switch(party, place, to, *waits).await,
                )
            }
            Step::GiveUp(_) => {
                self.model.decline((n, Some(place)));
                (200, self.service.give_up(party, place).await)
            }
            Step::Add(_, kind) => (
                self.model.add(n, *kind),
                self.service.add(party, *kind).await,
            ),
            Step::CancelOne(_) => {
                self.model.cancel_one((n, place));
                (200, self.service.cancel_one(party, place).await)
            }
            _ => {
                self.model.replace((n, place));
                (200, self.service.replace(party, place).await)
            }
        };
        assert_eq!(answer.status, expected, "{}", answer.body);
        Some(())
    }

    /// Holds what is stored against the model, and against what must never be.
    async fn check(&mut self) {
        let now = self.service.stored().await;
        assert_eq!(now.parties.len(), self.model.parties.len());
        for (n, (found, expected)) in now.parties.iter().zip(&self.model.parties).enumerate() {
            assert_eq!(
                (found.state.as_str(), found.holds),
                (expected.state, expected.holds),
                "party {n}"
            );
            let found: Vec<_> = found
                .attendees
                .iter()
                .map(|one| {
                    (
                        one.kind,
                        one.comes,
                        one.wish.as_ref().map(|wish| (wish.kind, wish.is_offered)),
                    )
                })
                .collect();
            let expected: Vec<_> = expected
                .attendees
                .iter()
                .map(|one| {
                    (
                        one.kind,
                        one.comes,
                        one.wish
                            .as_ref()
                            .map(|wish| (wish.kind, wish.offered_until.is_some())),
                    )
                })
                .collect();
            assert_eq!(found, expected, "party {n}");
        }
        for (n, (before, after)) in self.stored.parties.iter().zip(&now.parties).enumerate() {
            if before.state != after.state {
                let led = (before.state.clone(), after.state.clone());
                assert!(leads().contains(&led), "party {n}: {led:?}");
                self.led.insert(led);
            }
        }
        assert_eq!(now.line(), self.model.line());
        assert_eq!(now.offers, self.model.offers, "every offer is mailed, once");
        assert_eq!(now.counters, now.counted(), "counters and rows");
        let (held, waiting) = (self.model.held(), self.model.waiting());
        assert_eq!(
            now.counters,
            std::array::from_fn(|quota| (held[quota], waiting[quota]))
        );
        for quota in 0..QUOTAS {
            let (before, after, size) = (
                self.stored.counters[quota].0,
                now.counters[quota].0,
                self.model.sizes[quota],
            );
            // Made smaller than what is held, nothing new is.
            assert!(
                after <= size || after <= before,
                "quota {quota}: {after} of {size}, {before} before"
            );
        }
        self.stored = now;
    }
}

/// All steps of one run; what led where.
async fn run(app: &TestApp, n: usize, steps: &[Step]) -> BTreeSet<Led> {
    let service = Service::open(app, n, SIZES).await;
    let stored = service.stored().await;
    let model = Model::of(SIZES);
    let mut run = Run {
        service,
        model,
        stored,
        addresses: 0,
        led: BTreeSet::new(),
    };
    for step in steps {
        run.take(step).await;
        run.check().await;
    }
    run.model.close();
    run.service.close().await;
    run.check().await;
    run.service
        .register(run.addresses, &[Kind::Hall], true)
        .await
        .problem(409, "registration-closed");
    sales::assert_integrity(app);
    run.led
}

/// Rounds of runs, until all has been tried that may be: chance leaves something out now and then.
fn random_steps(store: Store) {
    let seed = std::process::id();
    println!("seed {seed}");
    let system = actix_web::rt::System::new();
    let app = system.block_on(TestApp::spawn_with(store, MAIL_WAITS));
    let (runs, led) = (Cell::new(0), RefCell::new(BTreeSet::new()));
    for round in 0..MOST_ROUNDS {
        let failure = runner(seed, round)
            .run(&vec(step(), STEPS), |steps| {
                runs.set(runs.get() + 1);
                led.borrow_mut()
                    .extend(system.block_on(run(&app, runs.get(), &steps)));
                Ok(())
            })
            .err();
        if let Some(failure) = failure {
            panic!("seed {seed}: {failure}");
        }
        if *led.borrow() == leads() {
            break;
        }
    }
    system.block_on(async move { drop(app) });
    assert_eq!(led.into_inner(), leads(), "seed {seed}: not all was tried");
}

fn runner(seed: u32, round: u8) -> TestRunner {
    let config = Config {
        cases: RUNS,
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_be_bytes());
    bytes[4] = round;
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

mod random_steps_lead_where_a_simple_model_says {
    use super::*;

    #[test]
    fn sqlite() {
        random_steps(Store::Sqlite);
    }

    #[test]
    fn postgres() {
        random_steps(Store::Postgres);
    }
}
