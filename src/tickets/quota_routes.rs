//! The organiser's quotas.

use actix_web::{delete, get, post, web};

use super::actions;
use super::input::QuotaInput;
use super::model::Quota;
use super::quotas;
use super::wire::QuotaView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Query, Reply};
use crate::idempotency::Once;
use crate::ids::QuotaId;
use crate::problem::Problem;
use crate::server::App;

/// What the audit calls it.
#[must_use]
pub fn subject(event: &Event, quota: &Quota) -> Subject {
    Subject::of(event.id, Resource::Quota, quota.id)
}

/// The event and its quota that a path names.
///
/// # Errors
/// 404.
pub fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, quota): &(String, String),
) -> Result<(Event, Quota), Problem> {
    let event = owned(conn, who, event)?;
    let id = quota.parse().map_err(|_| Problem::not_found())?;
    let quota = quotas::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, quota))
}

/// The answer, with its tag.
///
/// # Errors
/// 500 when it can't be serialised.
pub fn reply(quota: &Quota) -> Answer {
    Ok(Reply::ok(&QuotaView::from(quota))?.etag(quota.tag()))
}

/// List quotas
///
/// In the order they were made.
#[utoipa::path(operation_id = "list_quotas", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of quotas", body = ListOf<QuotaView>)))]
#[get("/organiser/events/{event}/quotas")]
pub async fn list_quotas(
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
            quotas::list(conn, event.id, &keyset).map_err(Problem::from)
        })
        .await?;
    Reply::page(page.map(|quota| QuotaView::from(&quota)))
}

/// Make a quota
#[utoipa::path(operation_id = "create_quota", tag = "tickets", params(("event" = String, Path, description = "Id or slug")), request_body = QuotaInput, responses((status = 201, description = "The quota", body = QuotaView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/quotas")]
pub async fn create_quota(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<QuotaInput>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = owned(tx, &who, &path)?;
            let quota = actions::create_quota(tx, now, &event, &body.value)?;
            audit::created(tx, &who, &subject(&event, &quota), &QuotaInput::of(&quota))?;
            let location = format!("/api/v1/organiser/events/{}/quotas/{}", event.id, quota.id);
            let reply = Reply::created(location, &QuotaView::from(&quota))?;
            Ok(reply.etag(quota.tag()).into())
        })
        .await
}

/// Read a quota
///
/// Its `ETag` changes with what is held; `If-Match` compares only the version that organisers change.
#[utoipa::path(operation_id = "get_quota", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("quota" = QuotaId, Path, description = "Id")), responses((status = 200, description = "The quota", body = QuotaView)))]
#[get("/organiser/events/{event}/quotas/{quota}")]
pub async fn get_quota(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let (_, quota) = app.db.read(move |conn| found(conn, &who, &path)).await?;
    reply(&quota)
}

/// Delete a quota
///
/// Only one that no ticket type draws on.
#[utoipa::path(operation_id = "delete_quota", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("quota" = QuotaId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: a ticket type draws on it; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/quotas/{quota}")]
pub async fn delete_quota(
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
            if_match.check_version(&current.tag())?;
            actions::delete_quota(tx, now, &event, &current)?;
            let before = QuotaInput::of(&current);
            audit::deleted(tx, &who, &subject(&event, &current), &before)?;
            Ok::<_, Problem>(event.id)
        })
        .await?;
    app.event_changed(event).await;
    Ok(Reply::no_content())
}
