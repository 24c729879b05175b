//! One's own registration, by access token.

use actix_web::{delete, get, post};

use super::cancel::{self, By};
use super::erase;
use super::exports::Export;
use super::extract::Own;
use super::model::Registration;
use super::store;
use super::tokens::{self, Purpose};
use super::wire::OwnRegistration;
use crate::db::rows::hold_event;
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::http::{Answer, IfMatch, Reply};
use crate::problem::Problem;
use crate::server::App;
use crate::tickets::{self, TicketType};

struct Found {
    event: Event,
    types: Vec<TicketType>,
    registration: Registration,
}

impl Found {
    fn read(conn: &mut Conn, own: Own) -> Result<Self, DbError> {
        let registration = store::find_by_token(conn, own.registration_id)?;
        let event = events::find_by_id(conn, registration.event_id)?;
        Ok(Self {
            types: tickets::list_all(conn, event.id)?,
            event,
            registration,
        })
    }

    /// Under the event's row, for a change that moves seats.
    fn hold(tx: &mut Conn, own: Own) -> Result<Self, DbError> {
        let event = store::find_by_token(tx, own.registration_id)?.event_id;
        hold_event(tx, event)?;
        Self::read(tx, own)
    }

    fn view(&self) -> OwnRegistration {
        OwnRegistration::new(&self.registration, &self.event, &self.types)
    }
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

/// Cancel one's registration
///
/// Frees its seats. Possible until the event's `cancel_until`, else until it starts.
#[utoipa::path(operation_id = "cancel_registration", tag = "registration", responses((status = 200, description = "The cancelled registration", body = OwnRegistration), (status = 409, description = "`wrong-state`: it is not live any more, or it is too late")))]
#[post("/registration/cancel")]
pub async fn cancel_registration(app: App, own: Own) -> Answer {
    let now = app.clock.now();
    let found = app
        .db
        .write(move |tx| {
            let found = Found::hold(tx, own)?;
            let cancelled = cancel::cancel(tx, now, &found.event, found.registration, By::Contact)?;
            Ok::<_, Problem>(Found {
                registration: cancelled,
                ..found
            })
        })
        .await?;
    found.view().reply()
}

/// Erase oneself
///
/// Frees the seats and erases every name, address and text of this registration and of earlier ones of
/// the same address; every token ends. Counts stay.
#[utoipa::path(operation_id = "erase_registration", tag = "registration", responses((status = 204, description = "Erased")))]
#[delete("/registration")]
pub async fn erase_registration(app: App, own: Own, if_match: IfMatch) -> Answer {
    let now = app.clock.now();
    let mail_files = app
        .db
        .write(move |tx| {
            let found = Found::hold(tx, own)?;
            if_match.check_version(&found.view().tag()?)?;
            erase::erase(tx, now, &found.event, &found.registration).map_err(Problem::from)
        })
        .await?;
    app.erased(mail_files).await;
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
            let about = (&found.event, found.types.as_slice());
            Export::read(conn, now, about, &found.registration)
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
        .write(move |tx| tokens::end(tx, own.registration_id, Some(Purpose::Access)))
        .await?;
    Ok(Reply::no_content())
}
