//! The organiser's ticket types.

use actix_web::{delete, get, post, web};

use super::actions;
use super::input::TicketTypeInput;
use super::model::TicketType;
use super::store;
use super::wire::TicketTypeView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::etag::of_version;
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Query, Reply};
use crate::idempotency::Once;
use crate::ids::TicketTypeId;
use crate::problem::Problem;
use crate::server::App;

/// What the audit calls it.
#[must_use]
pub fn subject(event: &Event, ticket: &TicketType) -> Subject {
    Subject::of(event.id, Resource::TicketType, ticket.id)
}

/// The event and its ticket type that a path names.
///
/// # Errors
/// 404.
pub fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, ticket): &(String, String),
) -> Result<(Event, TicketType), Problem> {
    let event = owned(conn, who, event)?;
    let id = ticket.parse().map_err(|_| Problem::not_found())?;
    let ticket = store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, ticket))
}

/// The answer, with its tag.
///
/// # Errors
/// 500 when it can't be serialised.
pub fn reply(event: &Event, ticket: &TicketType) -> Answer {
    Ok(Reply::ok(&TicketTypeView::for_organiser(ticket, event))?.etag(of_version(ticket.version)))
}

/// List ticket types
///
/// By position.
#[utoipa::path(operation_id = "list_ticket_types", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of ticket types", body = ListOf<TicketTypeView>)))]
#[get("/organiser/events/{event}/ticket-types")]
pub async fn list_ticket_types(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let keyset = query.0.keyset()?;
    let (event, page) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let page = store::list(conn, event.id, &keyset)?;
            Ok::<_, Problem>((event, page))
        })
        .await?;
    Reply::page(page.map(|ticket| TicketTypeView::for_organiser(&ticket, &event)))
}

/// Make a ticket type
#[utoipa::path(operation_id = "create_ticket_type", tag = "tickets", params(("event" = String, Path, description = "Id or slug")), request_body = TicketTypeInput, responses((status = 201, description = "The ticket type", body = TicketTypeView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/ticket-types")]
pub async fn create_ticket_type(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<TicketTypeInput>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    let (caller, key) = (who.clone(), path.clone());
    let answer = once
        .with(&body)
        .run(&app.db, now, move |tx| {
            let event = owned(tx, &who, &path)?;
            let ticket = actions::create_ticket_type(tx, now, &event, &body.value)?;
            let written = TicketTypeInput::of(&ticket);
            audit::created(tx, &who, &subject(&event, &ticket), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/ticket-types/{}",
                event.id, ticket.id
            );
            let reply = Reply::created(location, &TicketTypeView::for_organiser(&ticket, &event))?;
            Ok(reply.etag(of_version(ticket.version)).into())
        })
        .await?;
    let event = app.db.read(move |conn| owned(conn, &caller, &key)).await?;
    app.event_changed(event.id).await;
    Ok(answer)
}

/// Read a ticket type
#[utoipa::path(operation_id = "get_ticket_type", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("ticket_type" = TicketTypeId, Path, description = "Id")), responses((status = 200, description = "The ticket type", body = TicketTypeView)))]
#[get("/organiser/events/{event}/ticket-types/{ticket_type}")]
pub async fn get_ticket_type(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let (event, ticket) = app.db.read(move |conn| found(conn, &who, &path)).await?;
    reply(&event, &ticket)
}

/// Delete a ticket type
///
/// Only one that nobody has registered for.
#[utoipa::path(operation_id = "delete_ticket_type", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("ticket_type" = TicketTypeId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: somebody has registered for it; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/ticket-types/{ticket_type}")]
pub async fn delete_ticket_type(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    let event = app
        .db
        .write(move |tx| {
            let (event, current) = found(tx, &who, &path)?;
            if_match.check(&of_version(current.version))?;
            actions::delete_ticket_type(tx, now, &event, &current)?;
            let before = TicketTypeInput::of(&current);
            audit::deleted(tx, &who, &subject(&event, &current), &before)?;
            Ok::<_, Problem>(event.id)
        })
        .await?;
    app.event_changed(event).await;
    Ok(Reply::no_content())
}
