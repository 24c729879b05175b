//! What is read too seldom to be held ready: old releases, and the committees of a series.

use actix_web::{HttpRequest, get, web};

use super::sources;
use super::wire::{CommitteeOfEdition, PublishedMember, ReleaseNote, ReleasedProgramme};
use crate::events::series;
use crate::events::wire::EventView;
use crate::events::{EventKey, Filter, find_public, list_events};
use crate::http::{Caching, Document, ListOf, PageQuery, Precompressed, Published, Query};
use crate::ids::SlugOr;
use crate::page::Page;
use crate::problem::Problem;
use crate::server::App;

/// List the releases of a programme
///
/// The changelog, newest first.
#[utoipa::path(operation_id = "list_releases", tag = "public", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of releases", body = ListOf<ReleaseNote>)))]
#[get("/events/{event}/programme/releases")]
pub async fn list_releases(
    app: App,
    path: web::Path<String>,
    query: Query<PageQuery>,
    request: HttpRequest,
) -> Published {
    let keyset = query.0.keyset()?;
    app.recent
        .answer(&request, Caching::Public, move |conn, _| {
            let event = find_public(conn, &SlugOr::parse(&path))?.ok_or_else(Problem::not_found)?;
            let page = sources::list_releases(conn, event.id, &keyset)?;
            Document::page(page.map(|release| ReleaseNote::new(&release, &event)))
        })
        .await
}

/// Read a release of a programme
///
/// As it was released, without anything live.
#[utoipa::path(operation_id = "get_release", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("version" = i32, Path, description = "1, 2, 3 …", example = 1)), responses((status = 200, description = "The release", body = ReleasedProgramme)))]
#[get("/events/{event}/programme/releases/{version}")]
pub async fn get_release(app: App, path: web::Path<(String, String)>) -> Published {
    let (event, version) = path.into_inner();
    let snapshot = app.snapshots.find(&event).await?;
    let version: i32 = version.parse().map_err(|_| Problem::not_found())?;
    let key = format!("releases/{version}");
    let document = if let Some(kept) = snapshot.kept(&key) {
        kept
    } else {
        let id = snapshot.event.id;
        let release = app
            .db
            .read(move |conn| sources::find_release(conn, id, version))
            .await?
            .ok_or_else(Problem::not_found)?;
        let event = snapshot.event.clone();
        let drawing = tokio::task::spawn_blocking(move || {
            Document::of(&ReleasedProgramme::new(&release, &event)).map(Document::prepared)
        });
        let document = drawing.await.map_err(Problem::internal)??;
        snapshot.keep(&key, document.clone());
        document
    };
    Ok(Precompressed {
        document,
        caching: Caching::Immutable,
    })
}

/// List the committees of a series
///
/// Who sat on the programme committee of which edition, newest first.
#[utoipa::path(operation_id = "get_series_committee", tag = "public", params(("series" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of editions", body = ListOf<CommitteeOfEdition>)))]
#[get("/series/{series}/committee")]
pub async fn get_series_committee(
    app: App,
    path: web::Path<String>,
    query: Query<PageQuery>,
    request: HttpRequest,
) -> Published {
    let keyset = query.0.keyset::<EventKey>()?;
    app.recent
        .answer(&request, Caching::Public, move |conn, now| {
            let series =
                series::find(conn, None, &SlugOr::parse(&path))?.ok_or_else(Problem::not_found)?;
            let filter = Filter {
                series: Some(series.id),
                newest_first: true,
                ..Filter::default()
            };
            let events = list_events(conn, &filter, &keyset)?;
            let mut items = Vec::with_capacity(events.items.len());
            for event in &events.items {
                let members = sources::published_members(conn, event.id)?;
                items.push(CommitteeOfEdition {
                    event: EventView::new(event, now),
                    members: members.iter().map(PublishedMember::from).collect(),
                });
            }
            Document::page(Page {
                items,
                next_cursor: events.next_cursor,
            })
        })
        .await
}
