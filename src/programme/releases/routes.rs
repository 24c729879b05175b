//! The organiser's releases.

use actix_web::{get, web};

use super::store;
use super::wire::{ReleaseView, ReleaseWithProgramme};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::owned;
use crate::http::{Answer, ListOf, PageQuery, Query, Reply};
use crate::problem::Problem;
use crate::server::App;

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
