//! What anybody reads of tickets: what is on sale, and what a form needs.

use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::consents::consents;
use super::model::{self, Availability, Quota, SignUpSession, TicketType};
use super::wire::{RegistrationForm, SignUpView, TicketTypeView, TicketView};
use super::{quotas, sign_up, store};
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::{self, Event};
use crate::faults::Faults;
use crate::http::wire::Moment;
use crate::http::{Caching, Document, ListOf, Published, Query};
use crate::ids::SlugOr;
use crate::problem::Problem;
use crate::server::App;

/// How tickets are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// Not available yet: absent or empty.
    #[param(example = "")]
    access_code: Option<String>,
}

impl TicketQuery {
    fn check(&self) -> Result<(), Problem> {
        if self.access_code.as_deref().unwrap_or_default().is_empty() {
            return Ok(());
        }
        Err(Faults::one(
            "/access_code",
            "not_available",
            "Access codes are not available yet.",
        )
        .into())
    }
}

struct OnSale {
    event: Event,
    types: Vec<TicketType>,
    quotas: Vec<Quota>,
    sessions: Vec<SignUpSession>,
}

impl OnSale {
    fn find(conn: &mut Conn, key: &str) -> Result<Self, Problem> {
        let event =
            events::find_public(conn, &SlugOr::parse(key))?.ok_or_else(Problem::not_found)?;
        Ok(Self {
            types: store::list_all(conn, event.id)?,
            quotas: quotas::list_all(conn, event.id)?,
            sessions: sign_up::released_sessions_with_sign_up(conn, event.id)?,
            event,
        })
    }

    fn tickets(&self, now: Instant) -> Vec<TicketView> {
        let view = |ticket: &TicketType| TicketView {
            ticket_type: TicketTypeView::new(ticket, &self.event),
            availability: ticket.availability(&self.event, &self.quotas, now),
        };
        self.types.iter().map(view).collect()
    }

    fn form(&self, now: Instant) -> RegistrationForm {
        let event = &self.event;
        let window = model::registration_window(event, &self.types, now);
        let sale = match (window.open, window.opens_at) {
            (true, _) => None,
            (false, Some(start)) if now < start => Some(Availability::NotYet),
            (false, _) => Some(Availability::Closed),
        };
        let sign_up = |session: &SignUpSession| SignUpView {
            id: session.id,
            availability: sale.unwrap_or_else(|| session.availability()),
        };
        RegistrationForm {
            opens_at: Moment::maybe(window.opens_at, event.timezone),
            closes_at: Moment::maybe(window.closes_at, event.timezone),
            open: window.open,
            ticket_types: self.tickets(now),
            questions: Vec::new(),
            consents: consents(event),
            sessions: self.sessions.iter().map(sign_up).collect(),
        }
    }
}

/// List tickets
///
/// Ticket types by position, each with its availability: `few_left` is at most a tenth of the seats,
/// or at most five. A ticket type is as available as the fullest of its quotas.
#[utoipa::path(operation_id = "list_tickets", tag = "public", params(("event" = String, Path, description = "Id or slug"), TicketQuery), responses((status = 200, description = "All ticket types", body = ListOf<TicketView>)))]
#[get("/events/{event}/tickets")]
pub async fn list_tickets(
    app: App,
    path: web::Path<String>,
    query: Query<TicketQuery>,
    request: HttpRequest,
) -> Published {
    query.0.check()?;
    app.recent
        .answer(&request, Caching::Brief, move |conn, now| {
            Document::of(&ListOf {
                items: OnSale::find(conn, &path)?.tickets(now),
                next_cursor: None,
            })
        })
        .await
}

/// Read the registration form
///
/// All that a form needs: what is on sale, what to ask, and what to ask consent for.
#[utoipa::path(operation_id = "get_registration_form", tag = "public", params(("event" = String, Path, description = "Id or slug"), TicketQuery), responses((status = 200, description = "The form", body = RegistrationForm)))]
#[get("/events/{event}/registration-form")]
pub async fn get_registration_form(
    app: App,
    path: web::Path<String>,
    query: Query<TicketQuery>,
    request: HttpRequest,
) -> Published {
    query.0.check()?;
    app.recent
        .answer(&request, Caching::Brief, move |conn, now| {
            Document::of(&OnSale::find(conn, &path)?.form(now))
        })
        .await
}
