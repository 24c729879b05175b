//! What the pages ask of the registrations, and what they need to hear back.

use super::pages::{Person, Shown};
use super::words::EVENT_CANCELLED;
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::{Event, EventState, Format};
use crate::http::edge::Caller;
use crate::mail::wording::Tongue;
use crate::problem::{Kind, Problem};
use crate::registrations::confirm::{self, Confirmed, Opened};
use crate::registrations::desk::{self, Key};
use crate::registrations::extract;
use crate::registrations::mails;
use crate::registrations::model::{Attendee, Registration, RegistrationState, may_cancel};
use crate::registrations::offers;
use crate::registrations::register::Rules;
use crate::registrations::tokens::Purpose;
use crate::server::App;
use crate::tickets::Attendance;

/// What somebody wants done.
#[derive(Clone, PartialEq, Eq)]
pub enum Wish {
    /// Confirm the address: the token of a `confirm` link.
    Confirm(String),
    /// Take the offered seats: the token of an offer's link.
    Accept(String),
    /// Leave them to the next in line.
    Decline(String),
    /// See the registration.
    Show(Key),
    /// Cancel it: frees the seats.
    Cancel(Key),
    /// Erase the person.
    Erase(Key),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Here it is; `access_token` is for the next step.
    Shown {
        /// What the page shows.
        registration: Shown,
        /// Acts on this registration.
        access_token: String,
    },
    /// The registration is cancelled.
    Cancelled,
    /// The person is erased; these are the files of their mails.
    Erased(Vec<String>),
    /// It was confirmed too late: the seats have gone to others.
    TooLate,
}

/// The language of the registration that a link of one of these purposes leads to, so that its page speaks
/// as its mail does; `None` where it leads to none.
pub async fn language(app: &App, purposes: &'static [Purpose], secret: String) -> Option<Tongue> {
    let read = app
        .db
        .read(move |conn| mails::language(conn, purposes, &secret));
    // A page in the language of the browser is better than none.
    Tongue::known(&read.await.ok().flatten()?)
}

/// Does what was wished, by the registrations' own actions. What is shown then is in the language of the
/// page.
///
/// # Errors
/// Their refusals: 404 for an unknown token, 410 for one that has expired or was used, 409 where the
/// state does not lead there.
pub async fn perform(
    app: &App,
    caller: &Caller,
    tongue: Tongue,
    wish: Wish,
) -> Result<Done, Problem> {
    let now = app.clock.now();
    let rules = Rules::from(&app.config);
    let done = app
        .db
        .write(move |tx| fulfil(tx, (now, rules), tongue, &wish))
        .await;
    app.mail_wakeup();
    if let Ok(Done::Erased(mail_files)) = &done {
        app.erased(mail_files.clone()).await;
    }
    match done {
        Err(problem) if problem.kind() == Kind::NotFound => {
            Err(extract::unknown(app, caller, problem))
        }
        done => done,
    }
}

fn fulfil(
    tx: &mut Conn,
    (now, rules): (Instant, Rules),
    tongue: Tongue,
    wish: &Wish,
) -> Result<Done, Problem> {
    let shown = |opened: &Opened| shown(opened, now, tongue);
    match wish {
        Wish::Confirm(token) => match confirm::confirm(tx, now, rules, token)? {
            Confirmed::Yes(opened) => Ok(shown(&opened)),
            Confirmed::TooLate => Ok(Done::TooLate),
        },
        Wish::Accept(token) => Ok(shown(&offers::accept(tx, now, rules, token)?)),
        Wish::Decline(token) => Ok(shown(&offers::decline(tx, now, rules, token)?)),
        Wish::Show(key) => Ok(shown(&desk::show(tx, now, key)?)),
        Wish::Cancel(key) => {
            desk::cancel(tx, (now, rules), key)?;
            Ok(Done::Cancelled)
        }
        Wish::Erase(key) => {
            let mail_files = desk::erase(tx, (now, rules), key)?;
            Ok(Done::Erased(mail_files))
        }
    }
}

fn shown(opened: &Opened, now: Instant, tongue: Tongue) -> Done {
    let (event, registration) = (&opened.event, &opened.registration);
    let (language, default) = (tongue.tag(), event.languages.default.as_str());
    let ticket = |id| {
        let found = opened.types.iter().find(|known| known.id == id);
        found.map(|known| known.name.best(language, default).to_owned())
    };
    let person = |attendee: &Attendee| Person {
        name: attendee.name.clone(),
        ticket: ticket(attendee.ticket_type_id).unwrap_or_default(),
        waits_for: attendee
            .waiting_for
            .and_then(|wish| ticket(wish.ticket_type_id)),
    };
    let days = event.dates.map(|dates| (dates.starts_on, dates.ends_on));
    let registration = Shown {
        title: event.title.best(language, default).to_owned(),
        dates: tongue.dates(days),
        venue: place(opened, tongue),
        code: Some(registration.code.clone()),
        state: state(event, registration),
        position: opened.own.position,
        attendees: opened.seen_attendees().map(person).collect(),
        can_cancel: registration.state.is_live() && may_cancel(event, now),
    };
    Done::Shown {
        registration,
        access_token: opened.access_token.reveal().to_owned(),
    }
}

/// Where those who are seen are to be: before a screen where each of them has a seat there.
fn place(opened: &Opened, tongue: Tongue) -> Option<String> {
    let digital = |attendee: &Attendee| {
        let mut types = opened.types.iter();
        let ticket = types.find(|known| known.id == attendee.ticket_type_id);
        ticket.is_some_and(|known| known.attendance == Attendance::Digital)
    };
    let mut seen = opened.seen_attendees().filter(|one| one.comes()).peekable();
    let on_screen = seen.peek().is_some() && seen.all(digital);
    if opened.event.format == Format::Digital || on_screen {
        return Some(tongue.online().to_owned());
    }
    let venue = opened.event.venue.as_ref();
    venue.map(|venue| venue.name.clone())
}

/// The state of a registration. What ended with the event says so.
fn state(event: &Event, registration: &Registration) -> String {
    let is_cancelled = registration.state == RegistrationState::Cancelled;
    if is_cancelled && event.state == EventState::Cancelled {
        return EVENT_CANCELLED.to_owned();
    }
    registration.state.to_string()
}
