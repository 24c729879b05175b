//! The organiser's registrations.

use std::sync::Arc;

use actix_web::{get, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::cancel::{self, By};
use super::listing::{self, Filter, RegistrationKey};
use super::model::{Registration, RegistrationState};
use super::own_routes::at;
use super::places::{self, Line, Own};
use super::seating::Seating;
use super::store;
use super::timetable::Timetable;
use super::wire::RegistrationView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::{Conn, DbError};
use crate::events::{Event, routes::owned};
use crate::faults::Faults;
use crate::http::{Answer, ListOf, Query, Reply, keyset};
use crate::ids::{EventId, RegistrationId, SessionId, TicketTypeId};
use crate::page::Keyset;
use crate::problem::Problem;
use crate::server::App;
use crate::tickets::{self, TicketType, sign_up};

/// Filters of lists of registrations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistrationQuery {
    /// Where the registration is.
    pub(super) state: Option<RegistrationState>,
    /// Id of a ticket type that one of its attendees has.
    #[param(value_type = Option<TicketTypeId>)]
    pub(super) ticket_type: Option<String>,
    /// Id or slug of a session that takes sign-up, which one of its attendees comes to.
    pub(super) session: Option<String>,
    /// Beginnings of words of the code, a name or the contact's address, with space between them; all of them.
    #[param(example = "nordm kari@")]
    pub(super) q: Option<String>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub(super) limit: Option<String>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

impl RegistrationQuery {
    fn keyset(&self) -> Result<Keyset<RegistrationKey>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }

    pub(super) fn filter(
        &self,
        conn: &mut Conn,
        event: EventId,
        types: &[TicketType],
    ) -> Result<Filter, Problem> {
        let known = |id: &String| {
            types
                .iter()
                .map(|ticket| ticket.id)
                .find(|known| known.to_string() == id.to_lowercase())
        };
        let ticket_type = self.ticket_type.as_ref().and_then(known);
        if self.ticket_type.is_some() && ticket_type.is_none() {
            let detail = "The ticket type is one of this event's.";
            return Err(Faults::one("/ticket_type", "unknown_ticket_type", detail).into());
        }
        let session = match &self.session {
            None => None,
            Some(key) => Some(session(conn, event, key)?),
        };
        Ok(Filter {
            state: self.state,
            ticket_type,
            session,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
        })
    }
}

/// The session with sign-up that a query names.
fn session(conn: &mut Conn, event: EventId, key: &str) -> Result<SessionId, Problem> {
    let named = sign_up::find(conn, event, key)?;
    named.ok_or_else(|| {
        let detail = "The session is one of this event that takes sign-up.";
        Faults::one("/session", "unknown_session", detail).into()
    })
}

/// The organiser's view of a registration that was read or changed.
pub(super) fn view(
    conn: &mut Conn,
    event: &Event,
    registration: &Registration,
) -> Result<RegistrationView, Problem> {
    let types = tickets::list_all(conn, event.id)?;
    let own = places::own(conn, &types, registration, None)?;
    Ok(RegistrationView::new(registration, event, &own).with_notes(registration))
}

/// The event and its registration that a path names.
pub(super) fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, registration): &(String, String),
) -> Result<(Event, Registration), Problem> {
    let event = owned(conn, who, event)?;
    let id = registration.parse().map_err(|_| Problem::not_found())?;
    let registration = store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, registration))
}

/// Notes in the audit that a registration moved along its life; of the people in it, nothing.
pub(super) fn trace_state(
    tx: &mut Conn,
    who: &Organiser,
    before: RegistrationState,
    registration: &Registration,
) -> Result<(), DbError> {
    let state = |state: RegistrationState| json!({ "state": state });
    let after = state(registration.state);
    audit::changed(tx, who, &subject(registration), &state(before), &after)
}

/// What the audit calls a registration.
pub(super) fn subject(registration: &Registration) -> Subject {
    let (event, id) = (registration.event_id, registration.id);
    Subject::of(event, Resource::Registration, id)
}

/// List registrations
///
/// In the order they were made (`created_at`, `id`).
#[utoipa::path(operation_id = "list_registrations", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), RegistrationQuery), responses((status = 200, description = "A page of registrations", body = ListOf<RegistrationView>)))]
#[get("/organiser/events/{event}/registrations")]
pub async fn list_registrations(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<RegistrationQuery>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let types = tickets::list_all(conn, event.id)?;
            let filter = query.0.filter(conn, event.id, &types)?;
            let page = listing::list(conn, event.id, &filter, &keyset)?;
            let shown: Vec<&Registration> = page.items.iter().collect();
            let line = Line::read(conn, &types, &shown)?;
            let timetable = Arc::new(Timetable::read(conn, event.id, &shown)?);
            Ok::<_, Problem>(page.map(|one| {
                let position = line.position(one.id);
                let own = Own {
                    attendee: None,
                    position,
                    timetable: Arc::clone(&timetable),
                };
                RegistrationView::new(&one, &event, &own).with_notes(&one)
            }))
        })
        .await?;
    Reply::page(page)
}

/// Read a registration
#[utoipa::path(operation_id = "get_registration_of_event", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id")), responses((status = 200, description = "The registration", body = RegistrationView)))]
#[get("/organiser/events/{event}/registrations/{registration}")]
pub async fn get_registration_of_event(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let view = app
        .db
        .read(move |conn| {
            let (event, registration) = found(conn, &who, &path)?;
            view(conn, &event, &registration)
        })
        .await?;
    view.reply()
}

/// Cancel a registration
///
/// In any live state, at any time: frees its seats and tells its contact.
#[utoipa::path(operation_id = "cancel_registration_of_event", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id")), responses((status = 200, description = "The cancelled registration", body = RegistrationView), (status = 409, description = "`wrong-state`: it is not live any more")))]
#[post("/organiser/events/{event}/registrations/{registration}/cancel")]
pub async fn cancel_registration_of_event(
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
            let cancelled = cancel::cancel(tx, seating, registration, By::Organiser)?;
            trace_state(tx, &who, before, &cancelled)?;
            view(tx, &event, &cancelled)
        })
        .await?;
    app.mail_wakeup();
    view.reply()
}
