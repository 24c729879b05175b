//! What anybody reads of tickets: what is on sale, and what a form needs.

use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::access_codes::AccessCode;
use super::access_codes::model::find_working;
use super::consents::consents;
use super::form::Form;
use super::model::{self, Availability, Quota, SignUpSession, TicketType};
use super::questions::Question;
use super::questions::wire::QuestionView;
use super::wire::{RegistrationForm, SignUpView, TicketTypeView, TicketView};
use super::{quotas, sign_up, store};
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::{self, Event};
use crate::faults::Faults;
use crate::http::edge::Caller;
use crate::http::wire::Moment;
use crate::http::{Caching, Document, ListOf, Published, Query};
use crate::ids::SlugOr;
use crate::problem::{Kind, Problem};
use crate::server::{App, AppState};

/// How tickets are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// Shows what this access code opens too. Absent or empty: only what is for everybody.
    #[param(example = "")]
    access_code: Option<String>,
}

struct OnSale {
    event: Event,
    types: Vec<TicketType>,
    quotas: Vec<Quota>,
    sessions: Vec<SignUpSession>,
    form: Form,
}

impl OnSale {
    fn find(
        conn: &mut Conn,
        key: &str,
        query: &TicketQuery,
        now: Instant,
    ) -> Result<Self, Problem> {
        let event =
            events::find_public(conn, &SlugOr::parse(key))?.ok_or_else(Problem::not_found)?;
        let typed = query.access_code.as_deref();
        let typed = typed.filter(|code| !code.trim().is_empty());
        let form = Form::read(conn, &event, now, typed.as_slice())?;
        let code = typed.map(|typed| usable(&form, typed)).transpose()?;
        let mut types = store::list_all(conn, event.id)?;
        types.retain(|ticket| {
            !ticket.access_code_required || code.is_some_and(|code| code.opens(ticket.id))
        });
        Ok(Self {
            types,
            quotas: quotas::list_all(conn, event.id)?,
            sessions: sign_up::released_sessions_with_sign_up(conn, event.id)?,
            form,
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

    /// What the shown ticket types are asked.
    fn questions(&self) -> Vec<QuestionView> {
        let today = self.form.asked(&self.event).today;
        let asked = |question: &&Question| self.types.iter().any(|one| question.asks(one.id));
        let questions = self.form.questions.iter().filter(asked);
        questions
            .map(|question| QuestionView::on(question, today))
            .collect()
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
        let questions = self.questions();
        let asks_sensitive = questions.iter().any(QuestionView::is_sensitive);
        RegistrationForm {
            opens_at: Moment::maybe(window.opens_at, event.timezone),
            closes_at: Moment::maybe(window.closes_at, event.timezone),
            open: window.open,
            ticket_types: self.tickets(now),
            questions,
            consents: consents(event, asks_sensitive),
            sessions: self.sessions.iter().map(sign_up).collect(),
        }
    }
}

/// The code that was typed, if one more registration may use it.
fn usable<'a>(form: &'a Form, typed: &str) -> Result<&'a AccessCode, Faults> {
    let refused = |code, detail: String| Faults::one("/access_code", code, detail);
    let code = find_working(&form.codes, typed, form.now)
        .map_err(|fault| refused(fault.code, fault.detail))?;
    if !code.is_free() {
        let detail = "The access code is used as often as it may be.";
        return Err(refused("access_code_used_up", detail.to_owned()));
    }
    Ok(code)
}

/// Counts access codes that do not exist, so that guessing is slow.
#[must_use]
pub fn slow_guessing(app: &AppState, request: &HttpRequest, problem: Problem) -> Problem {
    let mut faults = problem.faults().iter();
    if !faults.any(|fault| fault.code == "unknown_access_code") {
        return problem;
    }
    match app.limits.failure(Caller::of(request).client) {
        Ok(()) => problem,
        Err(seconds) => Problem::new(
            Kind::TooManyRequests,
            "Too many unknown access codes from this client.",
        )
        .retry_after(seconds),
    }
}

/// List tickets
///
/// Ticket types by position, each with its availability: `few_left` is at most a tenth of the seats,
/// or at most five. A ticket type is as available as the fullest of its quotas. Those that need an access
/// code are shown only with one that opens them.
#[utoipa::path(operation_id = "list_tickets", tag = "public", params(("event" = String, Path, description = "Id or slug"), TicketQuery), responses((status = 200, description = "All ticket types", body = ListOf<TicketView>)))]
#[get("/events/{event}/tickets")]
pub async fn list_tickets(
    app: App,
    path: web::Path<String>,
    query: Query<TicketQuery>,
    request: HttpRequest,
) -> Published {
    app.recent
        .answer(&request, Caching::Brief, move |conn, now| {
            Document::of(&ListOf {
                items: OnSale::find(conn, &path, &query.0, now)?.tickets(now),
                next_cursor: None,
            })
        })
        .await
        .map_err(|problem| slow_guessing(&app, &request, problem))
}

/// Read the registration form
///
/// All that a form needs: what is on sale, what to ask, and what to ask consent for. Ticket types that
/// need an access code are shown only with one that opens them.
#[utoipa::path(operation_id = "get_registration_form", tag = "public", params(("event" = String, Path, description = "Id or slug"), TicketQuery), responses((status = 200, description = "The form", body = RegistrationForm)))]
#[get("/events/{event}/registration-form")]
pub async fn get_registration_form(
    app: App,
    path: web::Path<String>,
    query: Query<TicketQuery>,
    request: HttpRequest,
) -> Published {
    app.recent
        .answer(&request, Caching::Brief, move |conn, now| {
            Document::of(&OnSale::find(conn, &path, &query.0, now)?.form(now))
        })
        .await
        .map_err(|problem| slow_guessing(&app, &request, problem))
}
