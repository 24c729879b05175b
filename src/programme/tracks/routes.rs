//! The organiser's tracks.

use actix_web::{delete, get, patch, post, put, web};

use super::super::document::{Track, Versioned};
use super::actions;
use super::input::{TrackInput, TrackOrder};
use super::store;
use super::wire::TrackView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::Event;
use crate::events::routes::{held, owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::ids::TrackId;
use crate::page::Page;
use crate::problem::Problem;
use crate::server::App;

fn found(conn: &mut Conn, event: &Event, id: &str) -> Result<Versioned<Track>, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)
}

fn subject(event: &Event, track: &Versioned<Track>) -> Subject {
    Subject::of(event.id, Resource::Track, track.value.id)
}

fn reply(track: &Versioned<Track>) -> Answer {
    Ok(Reply::ok(&TrackView::from(&track.value))?.etag(etag::of_version(track.version)))
}

/// The tag of the list as a whole.
fn whole_tag(tracks: &[Versioned<Track>]) -> String {
    etag::of_list(tracks.iter().map(|track| (track.value.id, track.version)))
}

/// List tracks
///
/// Of the working copy, by position. The `ETag` is that of the list as a whole, whatever the page; it
/// is what `PUT …/track-order` takes as `If-Match`.
#[utoipa::path(operation_id = "list_own_tracks", tag = "programme", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of tracks", body = ListOf<TrackView>)))]
#[get("/organiser/events/{event}/tracks")]
pub async fn list_own_tracks(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let keyset = query.0.keyset()?;
    let (page, tag) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let tag = whole_tag(&store::versions(conn, event.id)?);
            Ok::<_, Problem>((store::list(conn, event.id, &keyset)?, tag))
        })
        .await?;
    Ok(Reply::page(page.map(|track| TrackView::from(&track.value)))?.etag(tag))
}

/// Make a track
///
/// It shows with the next release. Without a position it stands after the last one.
#[utoipa::path(operation_id = "create_track", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = TrackInput, responses((status = 201, description = "The track", body = TrackView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/tracks")]
pub async fn create_track(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<TrackInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let track = actions::create(tx, now, &event, &body.value)?;
            let written = TrackInput::of(&track.value);
            audit::created(tx, &who, &subject(&event, &track), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/tracks/{}",
                event.id, track.value.id
            );
            let reply = Reply::created(location, &TrackView::from(&track.value))?;
            Ok(reply.etag(etag::of_version(track.version)).into())
        })
        .await
}

/// Read a track
///
/// Of the working copy.
#[utoipa::path(operation_id = "get_own_track", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("track" = TrackId, Path, description = "Id")), responses((status = 200, description = "The track", body = TrackView)))]
#[get("/organiser/events/{event}/tracks/{track}")]
pub async fn get_own_track(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let track = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path.0)?;
            found(conn, &event, &path.1)
        })
        .await?;
    reply(&track)
}

/// Change a track
///
/// It shows with the next release.
#[utoipa::path(operation_id = "update_track", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("track" = TrackId, Path, description = "Id")), request_body(content = TrackInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed track", body = TrackView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/tracks/{track}")]
pub async fn update_track(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let track = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            let before = TrackInput::of(&current.value);
            let changed = actions::update(tx, &event, &current, &changes.apply(&before)?)?;
            let after = TrackInput::of(&changed.value);
            audit::changed(tx, &who, &subject(&event, &current), &before, &after)?;
            Ok::<_, Problem>(changed)
        })
        .await?;
    reply(&track)
}

/// Delete a track
///
/// Only one that no session of the working copy or of any release is in.
#[utoipa::path(operation_id = "delete_track", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("track" = TrackId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: the detail names what refers to it; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/tracks/{track}")]
pub async fn delete_track(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    app.db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            actions::delete(tx, &event, &current)?;
            let before = TrackInput::of(&current.value);
            audit::deleted(tx, &who, &subject(&event, &current), &before).map_err(Problem::from)
        })
        .await?;
    Ok(Reply::no_content())
}

/// Order the tracks
///
/// Names every track exactly once. `If-Match` is the `ETag` of `GET …/tracks`. The answer is the whole
/// list in its new order, with its new `ETag`; it shows with the next release.
#[utoipa::path(operation_id = "order_tracks", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = TrackOrder, responses((status = 200, description = "All tracks", body = ListOf<TrackView>), (status = 409, description = "`wrong-state`: the event is archived")))]
#[put("/organiser/events/{event}/track-order")]
pub async fn order_tracks(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
    body: Json<TrackOrder>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let tracks = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path)?;
            let before = store::versions(tx, event.id)?;
            if_match.check(&whole_tag(&before))?;
            let after = actions::order(tx, &event, &before, &body.value.ids)?;
            let list = Subject::of(event.id, Resource::Order, "tracks");
            let (old, new) = (TrackOrder::of(&before), TrackOrder::of(&after));
            audit::changed(tx, &who, &list, &old, &new)?;
            Ok::<_, Problem>(after)
        })
        .await?;
    let tag = whole_tag(&tracks);
    let page = Page {
        items: tracks
            .iter()
            .map(|track| TrackView::from(&track.value))
            .collect(),
        next_cursor: None,
    };
    Ok(Reply::page(page)?.etag(tag))
}
