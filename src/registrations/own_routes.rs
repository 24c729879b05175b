//! One's own registration, by access token.

use actix_web::{delete, get, patch, post};

use super::attendee_routes::attendee_of;
use super::cancel::{self, By};
use super::exports::Export;
use super::extract::Own;
use super::model::Registration;
use super::register::Rules;
use super::registration_input::RegistrationChange;
use super::seating::Seating;
use super::tokens::{self, Purpose};
use super::wire_bodies::Nothing;
use super::wire_own::OwnRegistration;
use super::{attendees, contact, erase, places, store};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::http::{Answer, IfMatch, MaybeJson, Patch, Reply};
use crate::ids::AttendeeId;
use crate::problem::Problem;
use crate::server::App;
use crate::tickets::{self, TicketType};

/// A registration, as its owner sees it.
pub(super) struct Found {
    pub(super) event: Event,
    pub(super) types: Vec<TicketType>,
    pub(super) registration: Registration,
    seen_by: places::Own,
}

impl Found {
    pub(super) fn read(conn: &mut Conn, own: Own) -> Result<Self, DbError> {
        let registration = store::find_by_token(conn, own.registration_id)?;
        let event = events::find_by_id(conn, registration.event_id)?;
        let types = tickets::list_all(conn, event.id)?;
        Ok(Self {
            seen_by: places::own(conn, &types, &registration, own.attendee_id)?,
            types,
            event,
            registration,
        })
    }

    /// As it is once the seats of its event are in hand, for a change that moves some.
    pub(super) fn hold(
        tx: &mut Conn,
        app: (Instant, Rules),
        own: Own,
    ) -> Result<(Seating, Self), DbError> {
        let event = store::find_by_token(tx, own.registration_id)?.event_id;
        let (now, rules) = app;
        let seating = Seating::open(tx, now, rules.of(own.attendee_id), event)?;
        Ok((seating, Self::read(tx, own)?))
    }

    pub(super) fn view(&self) -> OwnRegistration {
        OwnRegistration::new(&self.registration, &self.event, &self.seen_by)
    }
}

/// When, and by what rules.
pub(super) fn at(app: &App) -> (Instant, Rules) {
    (app.clock.now(), Rules::from(&app.config))
}

/// Read one's registration
///
/// In every state.
#[utoipa::path(operation_id = "get_registration", tag = "registration", responses((status = 200, description = "The registration", body = OwnRegistration)))]
#[get("/registration")]
pub async fn get_registration(app: App, own: Own) -> Answer {
    let found = app.db.read(move |conn| Found::read(conn, own)).await?;
    found.view().reply()
}

/// Change one's registration
///
/// Its contact, language, consents and invoice. A new address of the contact counts once it has confirmed
/// by its own mail, and the old one is told. By an attendee's own link `consents.sensitive` alone: it is
/// their yes to what is kept of the sensitive answers that they give themselves, and null or false deletes
/// those they have; all else is the contact's.
#[utoipa::path(operation_id = "update_registration", tag = "registration", request_body(content = RegistrationChange, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed registration", body = OwnRegistration), (status = 403, description = "`not-allowed`: an attendee's own link, for more than their own consent"), (status = 409, description = "`wrong-state`: it is not live any more")))]
#[patch("/registration")]
pub async fn update_registration(app: App, own: Own, if_match: IfMatch, changes: Patch) -> Answer {
    let at = at(&app);
    let found = app
        .db
        .write(move |tx| {
            let found = Found::read(tx, own)?;
            if_match.check_version(&found.view().tag()?)?;
            if let Some(attendee) = own.attendee_id {
                consent(tx, found.registration, attendee, &changes)?;
                return Found::read(tx, own).map_err(Problem::from);
            }
            let input = changes.apply(&RegistrationChange::of(&found.registration))?;
            let parsed = input.parse(&found.event, &found.registration)?;
            let about = (&found.event, found.types.as_slice());
            contact::change(tx, at, about, found.registration, &parsed)?;
            Found::read(tx, own).map_err(Problem::from)
        })
        .await?;
    app.mail_wakeup();
    found.view().reply()
}

/// What an attendee changes by their own link: whether their own sensitive answers are kept.
fn consent(
    tx: &mut Conn,
    registration: Registration,
    attendee: AttendeeId,
    changes: &Patch,
) -> Result<(), Problem> {
    let before = attendee_of(&registration, attendee)?;
    let input: RegistrationChange = changes.apply(&RegistrationChange::of_attendee(before))?;
    let yes = input.own_consent()?;
    Ok(contact::consent(tx, registration, attendee, yes)?)
}

/// Cancel one's registration
///
/// Frees its seats, which go to those who wait. Possible until the event's `cancel_until`, else until it
/// starts. The contact's alone. Nothing is to be said with it: the body is absent, or an empty object.
#[utoipa::path(operation_id = "cancel_registration", tag = "registration", request_body = Option<Nothing>, responses((status = 200, description = "The cancelled registration", body = OwnRegistration), (status = 403, description = "`not-allowed`: an attendee's own link"), (status = 409, description = "`wrong-state`: it is not live any more, or it is too late")))]
#[post("/registration/cancel")]
pub async fn cancel_registration(app: App, own: Own, _: MaybeJson<Nothing>) -> Answer {
    own.require_contact()?;
    let at = at(&app);
    let found = app
        .db
        .write(move |tx| {
            let (seating, found) = Found::hold(tx, at, own)?;
            cancel::cancel(tx, seating, found.registration, By::Contact)?;
            Found::read(tx, own).map_err(Problem::from)
        })
        .await?;
    app.mail_wakeup();
    found.view().reply()
}

/// Erase oneself
///
/// Frees the seats and erases every name, address and text of this registration and of earlier ones of
/// the same address; every token ends. Counts stay. By an attendee's own link, that attendee alone.
///
/// Nobody is mailed, as no address is kept to write to: cancel first, and erase once they are told, where
/// colleagues have tickets of their own.
#[utoipa::path(operation_id = "erase_registration", tag = "registration", responses((status = 204, description = "Erased")))]
#[delete("/registration")]
pub async fn erase_registration(app: App, own: Own, if_match: IfMatch) -> Answer {
    let at = at(&app);
    let mail_files = app
        .db
        .write(move |tx| {
            let (seating, found) = Found::hold(tx, at, own)?;
            if_match.check_version(&found.view().tag()?)?;
            let erased = match own.attendee_id {
                None => erase::erase(tx, seating, &found.registration),
                Some(one) => attendees::erase(tx, seating, found.registration, one),
            };
            erased.map_err(Problem::from)
        })
        .await?;
    app.erased(mail_files).await;
    app.mail_wakeup();
    Ok(Reply::no_content())
}

/// Export what is held on oneself
#[utoipa::path(operation_id = "export_registration", tag = "registration", responses((status = 200, description = "All that is held", body = Export)))]
#[get("/registration/export")]
pub async fn export_registration(app: App, own: Own) -> Answer {
    let now = app.clock.now();
    let export = app
        .db
        .read(move |conn| {
            let found = Found::read(conn, own)?;
            Export::read(conn, now, &found.event, &found.registration, &found.seen_by)
        })
        .await?;
    Reply::ok(&export)
}

/// End every access to one's registration
///
/// Links in mails still open it.
#[utoipa::path(operation_id = "sign_out_of_registration", tag = "registration", responses((status = 204, description = "Every access token has ended")))]
#[post("/registration/sign-out")]
pub async fn sign_out_of_registration(app: App, own: Own) -> Answer {
    app.db
        .write(move |tx| match own.attendee_id {
            None => tokens::end(tx, own.registration_id, Some(Purpose::Access)),
            Some(attendee) => tokens::end_accesses_of(tx, attendee),
        })
        .await?;
    Ok(Reply::no_content())
}
