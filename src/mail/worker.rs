//! Sends what waits in the outbox: four mails at a time, woken after commits and twice a second.
//!
//! A mail server that can't be reached makes the whole worker wait: nothing is spent, one mail is
//! tried as a probe after 1 s, 2 s, … 30 s, and the first that gets through opens the lanes again.
//! At the end, mails under way are finished; those that take longer are given back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::lease_store;
use super::outbox::{self, Claimed, Settlement};
use super::transport::Outcome;
use super::{message, schedule};
use crate::clock::new_id;
use crate::db::DbError;
use crate::ids::{EmailId, WorkerId};
use crate::server::App;

/// Mails under way at the same time.
const LANES: usize = 4;
/// How often the outbox is looked at when nobody calls.
const POLL: Duration = Duration::from_millis(500);
/// How often the leases of what is under way are made longer: three times before they run out.
const RENEW: Duration = Duration::from_secs(5);
/// How long mails under way may take when the service ends.
const LAST_WORDS: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often a note is tried when the store is busy. After that the lease runs out and the mail
/// goes again, under its `Message-ID`.
const NOTES: u32 = 4;

/// Whether the mail server can be reached.
#[derive(Debug, Clone, Copy)]
enum Weather {
    Fair,
    /// Not since `pause` ago; the next probe goes then.
    Away {
        pause: Duration,
        until: Instant,
    },
}

/// What a lane says of the way to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Report {
    Reached,
    Unreachable,
}

/// The mails in hand, by the lane that each is in.
type Held = Rc<RefCell<HashMap<Id, Claimed>>>;

struct Worker {
    app: App,
    id: WorkerId,
    lanes: JoinSet<Report>,
    held: Held,
    probe: Option<Id>,
    weather: Weather,
}

/// Works until it is told to stop.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let id = new_id();
    let held = Held::default();
    let renewing = tokio::task::spawn_local(renew_leases(app.clone(), id, Rc::clone(&held)));
    let mut worker = Worker {
        app,
        id,
        lanes: JoinSet::new(),
        held,
        probe: None,
        weather: Weather::Fair,
    };
    while !*stopped.borrow() {
        if let Err(error) = worker.fill().await {
            tracing::warn!(%error, "the outbox can't be read");
            sleep(POLL).await;
        }
        worker.wait(&mut stopped).await;
    }
    worker.end().await;
    renewing.abort();
}

/// As long as the worker lives, so do the leases of what it has in hand; one that died holds up no mail for
/// long.
async fn renew_leases(app: App, id: WorkerId, held: Held) {
    loop {
        sleep(RENEW).await;
        let (now, mails) = (app.clock.now(), in_hand(&held));
        if mails.is_empty() {
            continue;
        }
        let renewed = app
            .db
            .write(move |tx| lease_store::renew(tx, now, id, &mails));
        if let Err(error) = renewed.await {
            tracing::warn!(%error, "the leases of mails under way may run out");
        }
    }
}

fn in_hand(held: &Held) -> Vec<EmailId> {
    held.borrow().values().map(|mail| mail.id).collect()
}

impl Worker {
    /// Starts as many mails as there are lanes free.
    async fn fill(&mut self) -> Result<(), DbError> {
        let free = match self.weather {
            Weather::Fair => LANES.saturating_sub(self.lanes.len()),
            Weather::Away { until, .. } => {
                usize::from(self.lanes.is_empty() && Instant::now() >= until)
            }
        };
        if free == 0 {
            return Ok(());
        }
        let claimed = self.claim(free).await?;
        if let Weather::Away { pause, .. } = self.weather
            && claimed.is_empty()
        {
            // Nothing to probe with: look again soon.
            let until = Instant::now() + POLL;
            self.weather = Weather::Away { pause, until };
        }
        for mail in claimed {
            let lane = self
                .lanes
                .spawn_local(deliver(self.app.clone(), mail.clone()));
            if matches!(self.weather, Weather::Away { .. }) {
                self.probe = Some(lane.id());
            }
            self.held.borrow_mut().insert(lane.id(), mail);
        }
        Ok(())
    }

    async fn claim(&self, n: usize) -> Result<Vec<Claimed>, DbError> {
        let now = self.app.clock.now();
        let n = i64::try_from(n).unwrap_or(1);
        let holding = in_hand(&self.held);
        let seen = holding.clone();
        // Looking costs the writer nothing; most looks find nothing.
        let due = self
            .app
            .db
            .read(move |conn| outbox::due(conn, now, 1, &seen))
            .await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let id = self.id;
        let claimed = self
            .app
            .db
            .write(move |tx| outbox::claim(tx, now, id, n, &holding));
        claimed.await
    }

    /// Until a lane is free, somebody calls, or it is time to look.
    async fn wait(&mut self, stopped: &mut watch::Receiver<bool>) {
        let next_probe = match self.weather {
            Weather::Fair => None,
            Weather::Away { until, .. } => Some(until),
        };
        let fair = next_probe.is_none();
        tokio::select! {
            Some(done) = self.lanes.join_next_with_id() => self.note(done),
            () = self.app.mail_waiting(), if fair => {}
            () = sleep_until(next_probe.unwrap_or_else(Instant::now)), if !fair && self.lanes.is_empty() => {}
            () = sleep(POLL), if fair => self.app.mailer.tidy(),
            _ = stopped.changed() => {}
        }
    }

    fn note(&mut self, done: Result<(Id, Report), JoinError>) {
        let (lane, report) = match done {
            Ok((lane, report)) => (lane, report),
            Err(error) => {
                tracing::error!(%error, "a mail ended badly; its lease will run out");
                (error.id(), Report::Reached)
            }
        };
        self.held.borrow_mut().remove(&lane);
        let probed = self.probe.take_if(|probe| *probe == lane).is_some();
        self.weather = match (report, self.weather) {
            (Report::Reached, Weather::Fair) => Weather::Fair,
            (Report::Reached, Weather::Away { .. }) => {
                tracing::info!("the mail server can be reached again");
                Weather::Fair
            }
            (Report::Unreachable, Weather::Fair) => away(FIRST_PAUSE),
            (Report::Unreachable, Weather::Away { pause, .. }) if probed => {
                away((pause * 2).min(LONGEST_PAUSE))
            }
            // Lanes that were under way when the trouble began add nothing to it.
            (Report::Unreachable, same) => same,
        };
    }

    /// Finishes what is under way, and gives back what takes too long.
    async fn end(mut self) {
        let all = async {
            while let Some(done) = self.lanes.join_next_with_id().await {
                if let Ok((lane, _)) = done {
                    self.held.borrow_mut().remove(&lane);
                }
            }
        };
        let finished = timeout(LAST_WORDS, all).await;
        self.lanes.abort_all();
        if finished.is_ok() {
            return;
        }
        for mail in self.held.take().into_values() {
            settle(&self.app, &mail, &Settlement::Released, None).await;
        }
    }
}

fn away(pause: Duration) -> Weather {
    Weather::Away {
        pause,
        until: Instant::now() + pause,
    }
}

/// One mail: written, handed over, settled.
async fn deliver(app: App, mail: Claimed) -> Report {
    crate::fault::point("after-mail-claim");
    let written = message::write(
        &mail,
        &app.config.mail_from,
        &app.config.public_url,
        app.clock.now(),
    );
    let (outcome, handed_over) = match written {
        Ok(letter) => (app.mailer.send(letter).await, true),
        Err(error) => (Outcome::Unwritable(error.to_string()), false),
    };
    crate::fault::point("after-mail-handover");
    let now = app.clock.now();
    let jitter = mail.message_id.bytes().fold(0, u8::wrapping_add);
    let settlement = schedule::settlement(&outcome, mail.attempts, now, jitter);
    tell(&mail, &outcome);
    settle(&app, &mail, &settlement, Some(outcome.reply())).await;
    if handed_over && matches!(outcome, Outcome::Unreachable(_)) {
        Report::Unreachable
    } else {
        Report::Reached
    }
}

/// Ids only: a mail server's reply may name the recipient.
fn tell(mail: &Claimed, outcome: &Outcome) {
    let (id, kind) = (mail.id, mail.kind);
    match outcome {
        Outcome::Accepted(_) => tracing::debug!(%id, %kind, "mail sent"),
        Outcome::Deferred(_) => tracing::info!(%id, %kind, "mail put off by the mail server"),
        Outcome::Interrupted(_) => tracing::warn!(%id, %kind, "the connection broke within a mail"),
        Outcome::Rejected(_) => tracing::info!(%id, %kind, "mail bounced"),
        Outcome::Unwritable(cause) => tracing::error!(%id, %kind, cause, "mail can't be written"),
        Outcome::Unreachable(cause) => {
            tracing::warn!(cause, "the mail server can't be reached; mail waits");
        }
    }
}

async fn settle(app: &App, mail: &Claimed, settlement: &Settlement, reply: Option<&str>) {
    for _ in 0..NOTES {
        let (now, reply) = (app.clock.now(), reply.map(str::to_owned));
        let (mail, settlement) = (mail.clone(), settlement.clone());
        let id = mail.id;
        let noted = app
            .db
            .write(move |tx| outbox::settle(tx, now, &mail, &settlement, reply.as_deref()))
            .await;
        match noted {
            Ok(true) => return,
            Ok(false) => {
                tracing::info!(%id, "a mail was suppressed or taken over while it was sent");
                return;
            }
            Err(error) => tracing::warn!(%id, %error, "what came of a mail is not noted yet"),
        }
        sleep(POLL).await;
    }
}
