//! The organiser's releases.

use actix_web::{get, post, web};

use super::actions;
use super::input::ReleaseInput;
use super::store::{self, Headline};
use super::wire::{ConflictView, NewReleaseView, ReleaseView, ReleaseWithProgramme};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::{held, owned, owned_id};
use crate::http::{Answer, Json, ListOf, PageQuery, Query, Reply, etag};
use crate::idempotency::Once;
use crate::problem::Problem;
use crate::server::App;

/// Release the programme
///
/// Keeps the working copy as the next immutable version, which the public sees from now on. Warnings
/// name what is odd about it; they never block. An empty programme before the first release is
/// nothing to release.
#[utoipa::path(operation_id = "create_release", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = ReleaseInput, responses((status = 201, description = "The release", body = NewReleaseView), (status = 409, description = "`nothing-to-release`: the working copy equals the newest release; `wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/programme/releases")]
pub async fn create_release(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<ReleaseInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let id = owned_id(&app, &who, &path).await?;
    let answer = once
        .with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let made = actions::release(tx, now, &event, &body.value)?;
            let version = made.release.version;
            let subject = Subject::of(event.id, Resource::Release, version);
            audit::created(tx, &who, &subject, &made.written())?;
            let location = format!(
                "/api/v1/organiser/events/{}/programme/releases/{version}",
                event.id
            );
            // The tag that reading it will have.
            let whole = ReleaseWithProgramme::new(&made.release, event.timezone);
            let whole = serde_json::to_vec(&whole).map_err(Problem::internal)?;
            let view = NewReleaseView {
                release: ReleaseView::new(&Headline::from(&made.release), event.timezone),
                warnings: made.conflicts.into_iter().map(ConflictView::from).collect(),
            };
            let reply = Reply::created(location, &view)?;
            Ok(reply.etag(etag::of_bytes(&whole)).into())
        })
        .await?;
    app.event_changed(id).await;
    Ok(answer)
}

/// List releases
///
/// The changelog, newest first.
#[utoipa::path(operation_id = "list_own_releases", tag = "programme", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of releases", body = ListOf<ReleaseView>)))]
#[get("/organiser/events/{event}/programme/releases")]
pub async fn list_own_releases(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let page = store::list_headlines(conn, event.id, &keyset)?;
            Ok::<_, Problem>(page.map(|headline| ReleaseView::new(&headline, event.timezone)))
        })
        .await?;
    Reply::page(page)
}

/// Read a release
///
/// With the programme as it was released.
#[utoipa::path(operation_id = "get_own_release", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("version" = i32, Path, description = "1, 2, 3 …", example = 1)), responses((status = 200, description = "The release", body = ReleaseWithProgramme)))]
#[get("/organiser/events/{event}/programme/releases/{version}")]
pub async fn get_own_release(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let version = path.1.parse().map_err(|_| Problem::not_found())?;
    let view = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path.0)?;
            let release = store::find(conn, event.id, version)?.ok_or_else(Problem::not_found)?;
            Ok::<_, Problem>(ReleaseWithProgramme::new(&release, event.timezone))
        })
        .await?;
    Reply::ok(&view)
}
