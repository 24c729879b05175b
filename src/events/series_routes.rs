//! The organiser's series.

use super::actions::{self, Owner};
use super::series::{self, Series};
use super::series_input::SeriesInput;
use super::touch_events_of;
use super::wire::SeriesView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::ids::SlugOr;
use crate::problem::Problem;
use crate::server::App;
use actix_web::{delete, get, patch, post, web};

impl From<&Organiser> for Owner {
    fn from(organiser: &Organiser) -> Self {
        Self {
            id: organiser.organisation_id,
            slug: organiser.organisation_slug.clone(),
        }
    }
}

fn found(conn: &mut Conn, owner: &Owner, key: &str) -> Result<Series, Problem> {
    series::find(conn, Some(owner.id), &SlugOr::parse(key))?.ok_or_else(Problem::not_found)
}

fn subject(series: &Series) -> Subject {
    Subject::of_organisation(Resource::Series, series.id)
}

fn reply(series: &Series) -> Answer {
    Ok(Reply::ok(&SeriesView::from(series))?.etag(etag::of_version(series.version)))
}

/// List the organisation's series
///
/// By slug.
#[utoipa::path(operation_id = "list_own_series", tag = "events", params(PageQuery), responses((status = 200, description = "A page of series", body = ListOf<SeriesView>)))]
#[get("/organiser/series")]
pub async fn list_own_series(app: App, who: Organiser, query: Query<PageQuery>) -> Answer {
    who.require(Area::Events, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| series::list(conn, Some(who.organisation_id), &keyset))
        .await?;
    Reply::page(page.map(|series| SeriesView::from(&series)))
}

/// Make a series
///
/// The slug is derived from the title when it is not given.
#[utoipa::path(operation_id = "create_series", tag = "events", request_body = SeriesInput, responses((status = 201, description = "The series", body = SeriesView), (status = 409, description = "`slug-taken`")))]
#[post("/organiser/series")]
pub async fn create_series(
    app: App,
    who: Organiser,
    once: Once,
    body: Json<SeriesInput>,
) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let (now, owner) = (app.clock.now(), Owner::from(&who));
    let effect = once.with(&body);
    effect
        .run(&app.db, now, move |tx| {
            let series = actions::create_series(tx, now, &owner, &body.value)?;
            let written = SeriesInput::of(&series, &owner.slug);
            audit::created(tx, &who, &subject(&series), &written)?;
            let location = format!("/api/v1/organiser/series/{}", series.id);
            let reply = Reply::created(location, &SeriesView::from(&series))?;
            Ok(reply.etag(etag::of_version(series.version)).into())
        })
        .await
}

/// Read a series
#[utoipa::path(operation_id = "get_own_series", tag = "events", params(("series" = String, Path, description = "Id or slug")), responses((status = 200, description = "The series", body = SeriesView)))]
#[get("/organiser/series/{series}")]
pub async fn get_own_series(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Events, Access::Read)?;
    let owner = Owner::from(&who);
    let series = app.db.read(move |conn| found(conn, &owner, &path)).await?;
    reply(&series)
}

/// Change a series
#[utoipa::path(operation_id = "update_series", tag = "events", params(("series" = String, Path, description = "Id or slug")), request_body(content = SeriesInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed series", body = SeriesView), (status = 409, description = "`slug-taken`")))]
#[patch("/organiser/series/{series}")]
pub async fn update_series(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
    patch: Patch,
) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let (now, owner) = (app.clock.now(), Owner::from(&who));
    let (series, events) = app
        .db
        .write(move |tx| {
            let current = found(tx, &owner, &path)?;
            if_match.check(&etag::of_version(current.version))?;
            let before = SeriesInput::of(&current, &owner.slug);
            let changed = actions::update_series(tx, &owner, &current, &patch.apply(&before)?)?;
            let after = SeriesInput::of(&changed, &owner.slug);
            audit::changed(tx, &who, &subject(&changed), &before, &after)?;
            let events = touch_events_of(tx, changed.id, now)?;
            Ok::<_, Problem>((changed, events))
        })
        .await?;
    for event in events {
        app.event_changed(event).await;
    }
    reply(&series)
}

/// Delete a series
///
/// Only one without events.
#[utoipa::path(operation_id = "delete_series", tag = "events", params(("series" = String, Path, description = "Id or slug")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: the series has events")))]
#[delete("/organiser/series/{series}")]
pub async fn delete_series(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let owner = Owner::from(&who);
    app.db
        .write(move |tx| {
            let current = found(tx, &owner, &path)?;
            if_match.check(&etag::of_version(current.version))?;
            actions::delete_series(tx, &current)?;
            let before = SeriesInput::of(&current, &owner.slug);
            audit::deleted(tx, &who, &subject(&current), &before).map_err(Problem::from)
        })
        .await?;
    Ok(Reply::no_content())
}
