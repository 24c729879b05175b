//! The attendees of one's own registration: by the contact's access all of them, by an attendee's own
//! only that one.

use actix_web::{patch, post, web};

use super::attendee_input::{self, AttendeeChange, ColleagueInput, ParsedChange};
use super::attendees;
use super::cancel::By;
use super::extract::Own;
use super::input::AttendeeInput;
use super::model::{Attendee, Registration};
use super::moves;
use super::own_routes::{Found, at};
use super::refusal::Refusal;
use super::wire_bodies::Nothing;
use super::wire_own::OwnRegistration;
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::Event;
use crate::faults::Faults;
use crate::http::{Answer as HttpAnswer, IfMatch, Json, MaybeJson, Patch, Reply};
use crate::idempotency::{Effect, Once};
use crate::ids::AttendeeId;
use crate::problem::Problem;
use crate::server::App;
use crate::tickets::questions::Answer;
use crate::tickets::{Form, TicketType};

/// The attendee that a path names, if the one who asks may know of them.
fn named(own: Own, id: &str) -> Result<AttendeeId, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    match own.attendee_id {
        Some(only) if only != id => Err(Problem::not_found()),
        _ => Ok(id),
    }
}

/// Add an attendee
///
/// By the rules of registering: the group grows only while there is a seat, or while it waits as a whole.
/// The contact's alone.
#[utoipa::path(operation_id = "add_attendee", tag = "registration", request_body = AttendeeInput, responses((status = 201, description = "The registration with the new attendee", body = OwnRegistration), (status = 403, description = "`not-allowed`: an attendee's own link"), (status = 409, description = "`sold-out`, `session-full`, `municipality-taken`, `registration-closed`, `wrong-state`: nothing was stored")))]
#[post("/registration/attendees")]
pub async fn add_attendee(app: App, own: Own, once: Once, body: Json<AttendeeInput>) -> HttpAnswer {
    own.require_contact()?;
    let at = at(&app);
    let added = once
        .with(&body)
        .run(&app.db, at.0, move |tx| {
            let (seating, found) = Found::hold(tx, at, own)?;
            let form = Form::read(tx, &found.event, at.0, &[])?;
            let asked = form.asked(&found.event);
            let parsed = attendee_input::parse(&body.value, &found.types, asked)?;
            consents_to(found.registration.consents.sensitive, &parsed.answers, &[])?;
            attendees::add(tx, seating, found.registration, &parsed)?;
            let view = Found::read(tx, own)?.view();
            let reply = Reply::created("/api/v1/registration", &view)?.etag(view.tag()?);
            Ok(Effect {
                reply,
                kept: None,
                registration: Some(own.registration_id),
            })
        })
        .await;
    app.mail_wakeup();
    added
}

/// Change an attendee
///
/// What they said of themselves, their sessions, and their ticket type: another one is exchanged for the
/// one they have in one step, or waited for with `if_full: wait` while they keep it. Another address gets a
/// mail with a ticket and a link of its own; the links that went to the one before open nothing any more,
/// nor does the access that they gave.
#[utoipa::path(operation_id = "update_attendee", tag = "registration", params(("attendee" = AttendeeId, Path, description = "Id")), request_body(content = AttendeeChange, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed registration", body = OwnRegistration), (status = 409, description = "`sold-out`, `session-full`, `municipality-taken`, `registration-closed`, `wrong-state`: nothing was changed")))]
#[patch("/registration/attendees/{attendee}")]
pub async fn update_attendee(
    app: App,
    own: Own,
    path: web::Path<String>,
    if_match: IfMatch,
    changes: Patch,
) -> HttpAnswer {
    let (at, id) = (at(&app), named(own, &path)?);
    let found = app
        .db
        .write(move |tx| {
            let (seating, found) = Found::hold(tx, at, own)?;
            if_match.check_version(&found.view().tag()?)?;
            let attendee = attendee_of(&found.registration, id)?;
            let about = (&found.event, found.types.as_slice());
            let by = Answering::of(own, &found.registration, attendee);
            let parsed = parsed_change(tx, at.0, about, (attendee, by), &changes)?;
            moves::change(tx, seating, found.registration, id, (&parsed, By::Contact))?;
            Found::read(tx, own).map_err(Problem::from)
        })
        .await?;
    app.mail_wakeup();
    found.view().reply()
}

/// Hand an attendee's seat to a colleague
///
/// The colleague gets a ticket and a link of their own; those of the one before end. An attendee hands over
/// their own seat by their own link, which ends with it.
#[utoipa::path(operation_id = "replace_attendee", tag = "registration", params(("attendee" = AttendeeId, Path, description = "Id")), request_body = ColleagueInput, responses((status = 200, description = "The changed registration", body = OwnRegistration), (status = 409, description = "`municipality-taken`, `wrong-state`: nothing was changed")))]
#[post("/registration/attendees/{attendee}/replace")]
pub async fn replace_attendee(
    app: App,
    own: Own,
    path: web::Path<String>,
    body: Json<ColleagueInput>,
) -> HttpAnswer {
    let (at, id) = (at(&app), named(own, &path)?);
    let found = app
        .db
        .write(move |tx| {
            let (seating, found) = Found::hold(tx, at, own)?;
            let form = Form::read(tx, &found.event, at.0, &[])?;
            let asked = form.asked(&found.event);
            let before = attendee_of(&found.registration, id)?;
            let parsed = body.value.parse(before, &found.types, asked)?;
            // Of a colleague who has said nothing themselves yet, it is the contact's yes.
            consents_to(found.registration.consents.sensitive, &parsed.answers, &[])?;
            attendees::replace(tx, seating, found.registration, id, &parsed)?;
            Found::read(tx, own).map_err(Problem::from)
        })
        .await?;
    app.mail_wakeup();
    match own.attendee_id {
        None => found.view().reply(),
        Some(_) => found.view().without_tickets().reply(),
    }
}

/// Cancel an attendee
///
/// Frees their seat, which goes to who waits; with the last one the registration is cancelled. Possible
/// until the event's `cancel_until`, else until it starts. The body is absent, or an empty object.
#[utoipa::path(operation_id = "cancel_attendee", tag = "registration", request_body = Option<Nothing>, params(("attendee" = AttendeeId, Path, description = "Id")), responses((status = 200, description = "The changed registration", body = OwnRegistration), (status = 409, description = "`wrong-state`: they are cancelled, or it is too late")))]
#[post("/registration/attendees/{attendee}/cancel")]
pub async fn cancel_attendee(
    app: App,
    own: Own,
    path: web::Path<String>,
    _: MaybeJson<Nothing>,
) -> HttpAnswer {
    let (at, id) = (at(&app), named(own, &path)?);
    let found = app
        .db
        .write(move |tx| {
            let (seating, found) = Found::hold(tx, at, own)?;
            attendees::cancel(tx, seating, found.registration, id, By::Contact)?;
            Found::read(tx, own).map_err(Problem::from)
        })
        .await?;
    app.mail_wakeup();
    found.view().reply()
}

/// Who answers for an attendee.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answering {
    /// Whether they see all of the attendee's answers.
    pub(super) sees_all: bool,
    /// Whether they said yes to what is kept of sensitive answers they give.
    pub(super) consents: bool,
}

impl Answering {
    /// By an access: the attendee with their own consent, or the contact with theirs.
    fn of(own: Own, registration: &Registration, attendee: &Attendee) -> Self {
        match own.attendee_id {
            Some(_) => Self {
                sees_all: true,
                consents: attendee.sensitive_consent,
            },
            None => Self {
                sees_all: registration.is_contacts_own(attendee),
                consents: registration.consents.sensitive,
            },
        }
    }
}

/// What a patch makes of an attendee, parsed; who does not see all of their answers leaves those that are
/// sensitive as they are.
pub(super) fn parsed_change(
    tx: &mut Conn,
    now: Instant,
    (event, types): (&Event, &[TicketType]),
    (attendee, by): (&Attendee, Answering),
    changes: &Patch,
) -> Result<ParsedChange, Problem> {
    let input: AttendeeChange = changes.apply(&AttendeeChange::of(attendee))?;
    let form = Form::read(tx, event, now, &[])?;
    // What they don't see is nothing they could say again, nor find out by guessing.
    let mut seen = attendee.clone();
    seen.answers.retain(|one| by.sees_all || !one.sensitive);
    let mut parsed = input.parse(&seen, types, form.asked(event))?;
    consents_to(by.consents, &parsed.attendee.answers, &seen.answers)?;
    if !by.sees_all {
        let given = parsed.attendee.answers;
        parsed.attendee.answers = attendee_input::with_unseen(given, &attendee.answers);
    }
    Ok(parsed)
}

/// Sensitive answers are kept only with a consent of their own; those that stay were given with one.
fn consents_to(consents: bool, answers: &[Answer], before: &[Answer]) -> Result<(), Problem> {
    let stays = |answer: &Answer| {
        let mut before = before.iter();
        before.any(|one| one.question_id == answer.question_id && one.value == answer.value)
    };
    let mut new = answers.iter().filter(|answer| !stays(answer));
    if consents || !new.any(|answer| answer.sensitive) {
        return Ok(());
    }
    let detail = "Say yes to consents.sensitive with PATCH /registration first.";
    Err(Faults::one("/answers", "needs_consent", detail).into())
}

/// The attendee of a registration with this id.
pub(super) fn attendee_of(
    registration: &Registration,
    id: AttendeeId,
) -> Result<&Attendee, Problem> {
    let mut attendees = registration.attendees.iter();
    let found = attendees.find(|one| one.id == id);
    found.ok_or_else(|| Refusal::NoAttendee.into())
}
