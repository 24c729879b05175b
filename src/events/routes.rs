//! The organiser's events.

use actix_web::{delete, get, patch, post, web};
use serde_json::json;

use super::actions::{self, Owner};
use super::held::{Held, hold};
use super::input::EventInput;
use super::model::{Event, EventState, Transition};
use super::public_routes::EventQuery;
use super::store;
use super::wire::EventView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::http::{Answer, IfMatch, Json, ListOf, Patch, Query, Reply};
use crate::idempotency::Once;
use crate::ids::{EventId, SlugOr};
use crate::problem::Problem;
use crate::server::App;

/// The organiser's event that a path names.
///
/// # Errors
/// 404 also for an event of another organisation.
pub fn owned(conn: &mut Conn, who: &Organiser, key: &str) -> Result<Event, Problem> {
    store::find_owned(conn, who.organisation_id, &SlugOr::parse(key))?
        .ok_or_else(Problem::not_found)
}

/// The organiser's event that a path names, held for an edit of what is in it.
///
/// # Errors
/// As [`owned`]; 409 once it is archived.
pub fn held(tx: &mut Conn, who: &Organiser, key: &str) -> Result<Held, Problem> {
    let event = owned(tx, who, key)?;
    Ok(hold(tx, event.id)?)
}

/// The id of the organiser's event that a path names, for a handler that tells of a change after
/// its transaction.
///
/// # Errors
/// As [`owned`].
pub async fn owned_id(app: &App, who: &Organiser, key: &str) -> Result<EventId, Problem> {
    let (who, key) = (who.clone(), key.to_owned());
    app.db
        .read(move |conn| owned(conn, &who, &key).map(|event| event.id))
        .await
}

/// The event itself, as the audit names it.
#[must_use]
pub fn subject(event: &Event) -> Subject {
    Subject::of(event.id, Resource::Event, event.id)
}

/// Notes in the audit that an event moved along its life.
///
/// # Errors
/// The store's failure.
pub fn trace_state(
    tx: &mut Conn,
    who: &Organiser,
    before: EventState,
    event: &Event,
) -> Result<(), DbError> {
    let state = |state: EventState| json!({ "state": state });
    audit::changed(
        tx,
        who,
        &subject(event),
        &state(before),
        &state(event.state),
    )
}

/// The organiser's view of an event.
///
/// # Errors
/// 500 when it can't be serialised.
pub fn reply(event: &Event, now: Instant) -> Answer {
    Ok(Reply::ok(&EventView::new(event, now))?.etag(event.tag(now)))
}

/// List the organisation's events
///
/// In every state; by date, undated ones last.
#[utoipa::path(operation_id = "list_own_events", tag = "events", params(EventQuery), responses((status = 200, description = "A page of events", body = ListOf<EventView>)))]
#[get("/organiser/events")]
pub async fn list_own_events(app: App, who: Organiser, query: Query<EventQuery>) -> Answer {
    who.require(Area::Events, Access::Read)?;
    let now = app.clock.now();
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| {
            let filter = query.0.filter(conn, now, Some(who.organisation_id))?;
            store::list(conn, &filter, &keyset).map_err(Problem::from)
        })
        .await?;
    Reply::page(page.map(|event| EventView::new(&event, now)))
}

/// Make an event
///
/// It starts as a draft that only its organisers see. The slug is derived from the title when it is
/// not given; a slug is unique over all events.
#[utoipa::path(operation_id = "create_event", tag = "events", request_body = EventInput, responses((status = 201, description = "The event", body = EventView), (status = 409, description = "`slug-taken`")))]
#[post("/organiser/events")]
pub async fn create_event(app: App, who: Organiser, once: Once, body: Json<EventInput>) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let (now, owner) = (app.clock.now(), Owner::from(&who));
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = actions::create_event(tx, now, &owner, &body.value)?;
            audit::created(tx, &who, &subject(&event), &EventInput::of(&event))?;
            let location = format!("/api/v1/organiser/events/{}", event.id);
            let reply = Reply::created(location, &EventView::new(&event, now))?;
            Ok(reply.etag(event.tag(now)).into())
        })
        .await
}

/// Read an event
#[utoipa::path(operation_id = "get_own_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The event", body = EventView)))]
#[get("/organiser/events/{event}")]
pub async fn get_own_event(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Events, Access::Read)?;
    let event = app.db.read(move |conn| owned(conn, &who, &path)).await?;
    reply(&event, app.clock.now())
}

/// Change an event
#[utoipa::path(operation_id = "update_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), request_body(content = EventInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed event", body = EventView), (status = 409, description = "`slug-taken`")))]
#[patch("/organiser/events/{event}")]
pub async fn update_event(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
    patch: Patch,
) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let now = app.clock.now();
    let owner = Owner::from(&who);
    let event = app
        .db
        .write(move |tx| {
            let current = owned(tx, &who, &path)?;
            if_match.check_version(&current.tag(now))?;
            let before = EventInput::of(&current);
            let input = patch.apply(&before)?;
            let changed = actions::update_event(tx, now, &owner, &current, &input)?;
            let after = EventInput::of(&changed);
            audit::changed(tx, &who, &subject(&changed), &before, &after)?;
            Ok::<_, Problem>(changed)
        })
        .await?;
    app.event_changed(event.id).await;
    reply(&event, now)
}

/// Delete an event
///
/// Only a draft without registrations.
#[utoipa::path(operation_id = "delete_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), responses((status = 204, description = "Deleted"), (status = 409, description = "`wrong-state`, `in-use`")))]
#[delete("/organiser/events/{event}")]
pub async fn delete_event(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let current = owned(tx, &who, &path)?;
            if_match.check_version(&current.tag(now))?;
            actions::delete_event(tx, &current)?;
            let before = EventInput::of(&current);
            audit::deleted(tx, &who, &subject(&current), &before).map_err(Problem::from)
        })
        .await?;
    Ok(Reply::no_content())
}

async fn change_state(app: &App, who: Organiser, key: String, transition: Transition) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let now = app.clock.now();
    let event = app
        .db
        .write(move |tx| {
            let current = owned(tx, &who, &key)?;
            let event = actions::change_state(tx, now, &current, transition)?;
            trace_state(tx, &who, current.state, &event)?;
            Ok::<_, Problem>(event)
        })
        .await?;
    app.event_changed(event.id).await;
    reply(&event, now)
}

/// Publish an event
///
/// From draft: anybody can read it from now on.
#[utoipa::path(operation_id = "publish_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The event", body = EventView), (status = 409, description = "`wrong-state`: the state does not lead there")))]
#[post("/organiser/events/{event}/publish")]
pub async fn publish_event(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    change_state(&app, who, path.into_inner(), Transition::Publish).await
}

/// Archive an event
///
/// From published: programme and tickets are locked; video, mail and erasure stay open.
#[utoipa::path(operation_id = "archive_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The event", body = EventView), (status = 409, description = "`wrong-state`: the state does not lead there")))]
#[post("/organiser/events/{event}/archive")]
pub async fn archive_event(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    change_state(&app, who, path.into_inner(), Transition::Archive).await
}
