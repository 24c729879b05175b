//! Answers to offers of seats, and the line as the organiser sees it.

use std::sync::Arc;

use actix_web::{HttpRequest, get, post, web};

use super::line::{self, Place};
use super::model::Registration;
use super::offers;
use super::places::{Line, Own};
use super::register::Rules;
use super::routes::count_unknown;
use super::store;
use super::timetable::Timetable;
use super::wire::RegistrationView;
use super::wire_bodies::{Declined, TokenBody};
use super::wire_own::{OpenedView, OwnRegistration, WaitingView};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::wire::Moment;
use crate::http::{Answer, Json, ListOf, PageQuery, Query, Reply};
use crate::page::{Keyset, Page};
use crate::problem::Problem;
use crate::server::App;
use crate::tickets;

/// Accept offered seats
///
/// By the token of the mailed link, once, until `offer_expires_at`. For an attendee who waits beside a
/// seat they have, the two are exchanged.
#[utoipa::path(operation_id = "accept_offer", tag = "registration", request_body = TokenBody, responses((status = 200, description = "The registration, and the token that opens it", body = OpenedView), (status = 404, description = "`not-found`: there is no such link"), (status = 409, description = "`wrong-state`: it was cancelled meanwhile"), (status = 410, description = "`token-used`, `expired`")))]
#[post("/registrations/accept-offer")]
pub async fn accept_offer(app: App, request: HttpRequest, body: Json<TokenBody>) -> Answer {
    let (now, rules) = (app.clock.now(), Rules::from(&app.config));
    let opened = app
        .db
        .write(move |tx| offers::accept(tx, now, rules, &body.value.token))
        .await
        .map_err(|stop| count_unknown(&app, &request, stop.into()))?;
    app.mail_wakeup();
    Reply::ok(&OpenedView::from(opened))
}

/// Decline offered seats
///
/// They go to the next in line in the same moment.
#[utoipa::path(operation_id = "decline_offer", tag = "registration", request_body = TokenBody, responses((status = 200, description = "The registration", body = Declined), (status = 404, description = "`not-found`: there is no such link"), (status = 409, description = "`wrong-state`: it was cancelled meanwhile"), (status = 410, description = "`token-used`, `expired`")))]
#[post("/registrations/decline-offer")]
pub async fn decline_offer(app: App, request: HttpRequest, body: Json<TokenBody>) -> Answer {
    let (now, rules) = (app.clock.now(), Rules::from(&app.config));
    let opened = app
        .db
        .write(move |tx| offers::decline(tx, now, rules, &body.value.token))
        .await
        .map_err(|stop| count_unknown(&app, &request, stop.into()))?;
    app.mail_wakeup();
    Reply::ok(&Declined {
        registration: OwnRegistration::new(&opened.registration, &opened.event, &opened.own),
    })
}

fn page_of(
    conn: &mut Conn,
    event: &Event,
    keyset: &Keyset<Place>,
) -> Result<Page<WaitingView>, Problem> {
    let types = tickets::list_all(conn, event.id)?;
    let line = Line::of_event(conn, event.id, &types)?;
    let most = usize::try_from(keyset.fetch()).unwrap_or(0);
    let waiting: Vec<line::Waiting> = line.behind(keyset.after).take(most).cloned().collect();
    let page = Page::cut(waiting, keyset, |one| one.place);
    let mut found: Vec<(line::Waiting, Registration)> = Vec::with_capacity(page.items.len());
    for one in page.items {
        if let Some(registration) = store::find(conn, event.id, one.place.1)? {
            found.push((one, registration));
        }
    }
    let shown: Vec<&Registration> = found.iter().map(|(_, registration)| registration).collect();
    let timetable = Arc::new(Timetable::read(conn, event.id, &shown)?);
    let view = |(one, registration): &(line::Waiting, Registration)| {
        let (joined_at, id, attendee_id) = one.place;
        let own = Own {
            attendee: None,
            position: line.position(id),
            timetable: Arc::clone(&timetable),
        };
        WaitingView {
            registration: RegistrationView::new(registration, event, &own),
            position: line.position_of(one),
            joined_at: Moment::new(joined_at, event.timezone),
            attendee_id,
        }
    };
    let items = found.iter().map(view).collect();
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

/// Read the waiting list
///
/// Whoever waits, in their order: whole registrations, and attendees who wait beside a seat they have.
#[utoipa::path(operation_id = "list_waiting", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of those who wait", body = ListOf<WaitingView>)))]
#[get("/organiser/events/{event}/waiting-list")]
pub async fn list_waiting(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            page_of(conn, &event, &keyset)
        })
        .await?;
    Reply::page(page)
}
