//! The organiser's registrations: those that staff make, answer, note on and send mails of again.

use actix_web::{patch, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::input::{ConsentsInput, ContactInput, InvoiceInput};
use super::organiser_routes::{found, subject, trace_state, view};
use super::own_routes::at;
use super::registration_input::RegistrationChange;
use super::seating::Seating;
use super::staff_input::{StaffRegistrationInput, notes_of};
use super::wire::RegistrationView;
use super::{contact, staff, traces};
use crate::audit;
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::owned;
use crate::faults::Faults;
use crate::http::{Answer, IfMatch, Json, MaybeJson, Patch, Reply};
use crate::idempotency::{Effect, Once};
use crate::ids::RegistrationId;
use crate::problem::Problem;
use crate::server::App;
use crate::text;
use crate::tickets::{self, Form};

/// Why it was refused.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// Stands in the mail; 1–200 characters in one line.
    #[schema(example = "Konferansen er for ansatte i barnevernet.")]
    pub reason: Option<String>,
}

/// Changes of a registration by staff.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffChange {
    /// What staff noted; nobody else sees it. At most 5000 characters.
    #[schema(example = "Ringte 3. november: kommer for kollegaen.")]
    pub notes: Option<String>,
    /// Whom to write to. A new address counts once it has confirmed, and the old one is told.
    pub contact: Option<ContactInput>,
    /// Language of the mails: nb, nn, en or one of the event's.
    #[schema(example = "nb")]
    pub language: Option<String>,
    /// What is said yes or no to.
    pub consents: Option<ConsentsInput>,
    /// Whom to bill.
    pub invoice: Option<InvoiceInput>,
}

/// Which mail was sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resent {
    /// Its kind.
    kind: crate::mail::EmailKind,
}

/// Approve a registration
///
/// Its seats are theirs; the contact is told, and each attendee with an own address.
#[utoipa::path(operation_id = "approve_registration", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id")), responses((status = 200, description = "The confirmed registration", body = RegistrationView), (status = 409, description = "`wrong-state`: it does not wait for approval")))]
#[post("/organiser/events/{event}/registrations/{registration}/approve")]
pub async fn approve_registration(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let at = at(&app);
    let view = app
        .db
        .write(move |tx| {
            let event = owned(tx, &who, &path.0)?.id;
            let seating = Seating::open(tx, at.0, at.1, event)?;
            let (event, registration) = found(tx, &who, &path)?;
            let before = registration.state;
            let approved = staff::approve(tx, seating, registration)?;
            trace_state(tx, &who, before, &approved)?;
            view(tx, &event, &approved)
        })
        .await?;
    app.mail_wakeup();
    view.reply()
}

/// Reject a registration
///
/// Its seats go to those who wait; the contact is told, with the reason. Without a body there is none.
#[utoipa::path(operation_id = "reject_registration", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id")), request_body = Option<Rejection>, responses((status = 200, description = "The rejected registration", body = RegistrationView), (status = 409, description = "`wrong-state`: it does not wait for approval")))]
#[post("/organiser/events/{event}/registrations/{registration}/reject")]
pub async fn reject_registration(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    MaybeJson(body): MaybeJson<Rejection>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let mut faults = Faults::new();
    let reason = body.value.reason.as_deref();
    let reason = faults.take_optional("/reason", reason, |text| text::line(text, 200));
    faults.finish(Some(()))?;
    let at = at(&app);
    let view = app
        .db
        .write(move |tx| {
            let event = owned(tx, &who, &path.0)?.id;
            let seating = Seating::open(tx, at.0, at.1, event)?;
            let (event, registration) = found(tx, &who, &path)?;
            let before = registration.state;
            let rejected = staff::reject(tx, seating, registration, reason.clone())?;
            trace_state(tx, &who, before, &rejected)?;
            view(tx, &event, &rejected)
        })
        .await?;
    app.mail_wakeup();
    view.reply()
}

/// Register somebody
///
/// Made by staff and confirmed at once; also while registration is closed, but never past what there is.
/// `notes` are for staff alone.
#[utoipa::path(operation_id = "create_registration_of_event", tag = "tickets", params(("event" = String, Path, description = "Id or slug")), request_body = StaffRegistrationInput, responses((status = 201, description = "The registration", body = RegistrationView), (status = 409, description = "`sold-out`, `session-full`, `municipality-taken`, `wrong-state`: nothing was stored")))]
#[post("/organiser/events/{event}/registrations")]
pub async fn create_registration_of_event(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<StaffRegistrationInput>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let at = at(&app);
    let made = once
        .with(&body)
        .run(&app.db, at.0, move |tx| {
            let event = owned(tx, &who, &path)?;
            let types = tickets::list_all(tx, event.id)?;
            let (input, notes) = body.value.clone().split();
            let form = Form::read(tx, &event, at.0, input.typed_code().as_slice())?;
            let submission = input.parse(&event, &types, &form)?;
            let notes = notes_of(notes.as_deref())?;
            let made = staff::create(tx, at, &event, (&submission, notes))?;
            let after = json!({"state": made.state});
            audit::created(tx, &who, &subject(&made), &after)?;
            let place = format!(
                "/api/v1/organiser/events/{}/registrations/{}",
                event.id, made.id
            );
            let shown = view(tx, &event, &made)?;
            let reply = Reply::created(place, &shown)?.etag(shown.tag()?);
            Ok(Effect {
                reply,
                kept: None,
                registration: Some(made.id),
            })
        })
        .await;
    app.mail_wakeup();
    made
}

/// Change a registration on behalf of its contact
///
/// Its contact, language, consents and invoice, of which the contact is told; and notes, which only staff
/// see.
#[utoipa::path(operation_id = "update_registration_of_event", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id")), request_body(content = StaffChange, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed registration", body = RegistrationView), (status = 409, description = "`wrong-state`: it is not live any more; notes can be changed")))]
#[patch("/organiser/events/{event}/registrations/{registration}")]
pub async fn update_registration_of_event(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let at = at(&app);
    let view = app
        .db
        .write(move |tx| {
            let (event, mut registration) = found(tx, &who, &path)?;
            if_match.check_version(&view(tx, &event, &registration)?.tag()?)?;
            let before = RegistrationChange::of(&registration);
            let written = StaffChange::new(before.clone(), &registration.notes);
            let input: StaffChange = changes.apply(&written)?;
            let (notes, change) = input.split();
            let notes = notes_of(notes.as_deref())?;
            staff::note(tx, &mut registration, &notes)?;
            if change != before {
                let parsed = change.parse(&event, &registration)?;
                let types = tickets::list_all(tx, event.id)?;
                let about = (&event, types.as_slice());
                let at = (at.0, at.1.unlimited());
                registration = contact::change(tx, at, about, registration, &parsed)?;
            }
            let after = RegistrationChange::of(&registration);
            let after = StaffChange::new(after, &registration.notes);
            traces::changed(tx, &who, &registration, (&json!(written), &json!(after)))?;
            view(tx, &event, &registration)
        })
        .await?;
    app.mail_wakeup();
    view.reply()
}

/// Send the mail of a registration again
///
/// The one that its state calls for, with a fresh link: to confirm, to answer an offer, or to open it.
#[utoipa::path(operation_id = "resend_registration", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id")), responses((status = 200, description = "Which mail is on its way", body = Resent), (status = 409, description = "`wrong-state`: it is not live any more")))]
#[post("/organiser/events/{event}/registrations/{registration}/resend")]
pub async fn resend_registration(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    let kind = app
        .db
        .write(move |tx| {
            let (event, registration) = found(tx, &who, &path)?;
            let types = tickets::list_all(tx, event.id)?;
            let kind = staff::resend(tx, now, (&event, &types), &registration)?;
            audit::created(tx, &who, &subject(&registration), &json!({"resent": kind}))?;
            Ok::<_, Problem>(kind)
        })
        .await?;
    app.mail_wakeup();
    Reply::ok(&Resent { kind })
}

impl StaffChange {
    fn new(change: RegistrationChange, notes: &str) -> Self {
        Self {
            notes: Some(notes.to_owned()),
            contact: change.contact,
            language: change.language,
            consents: change.consents,
            invoice: change.invoice,
        }
    }

    fn split(self) -> (Option<String>, RegistrationChange) {
        let change = RegistrationChange {
            contact: self.contact,
            language: self.language,
            consents: self.consents,
            invoice: self.invoice,
        };
        (self.notes, change)
    }
}
