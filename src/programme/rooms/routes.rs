//! The organiser's rooms.

use actix_web::{delete, get, patch, post, put, web};

use super::super::document::{Room, Versioned};
use super::actions;
use super::input::{RoomInput, RoomOrder};
use super::store;
use super::wire::RoomView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::Event;
use crate::events::routes::{held, owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::ids::RoomId;
use crate::page::Page;
use crate::problem::Problem;
use crate::server::App;

fn found(conn: &mut Conn, event: &Event, id: &str) -> Result<Versioned<Room>, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)
}

fn subject(event: &Event, room: &Versioned<Room>) -> Subject {
    Subject::of(event.id, Resource::Room, room.value.id)
}

fn reply(room: &Versioned<Room>) -> Answer {
    Ok(Reply::ok(&RoomView::from(&room.value))?.etag(etag::of_version(room.version)))
}

/// The tag of the list as a whole.
fn whole_tag(rooms: &[Versioned<Room>]) -> String {
    etag::of_list(rooms.iter().map(|room| (room.value.id, room.version)))
}

/// List rooms
///
/// Of the working copy, by position. The `ETag` is that of the list as a whole, whatever the page; it
/// is what `PUT …/room-order` takes as `If-Match`.
#[utoipa::path(operation_id = "list_own_rooms", tag = "programme", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of rooms", body = ListOf<RoomView>)))]
#[get("/organiser/events/{event}/rooms")]
pub async fn list_own_rooms(
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
    Ok(Reply::page(page.map(|room| RoomView::from(&room.value)))?.etag(tag))
}

/// Make a room
///
/// It shows with the next release. Without a position it stands after the last one.
#[utoipa::path(operation_id = "create_room", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = RoomInput, responses((status = 201, description = "The room", body = RoomView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/rooms")]
pub async fn create_room(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<RoomInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let room = actions::create(tx, now, &event, &body.value)?;
            let written = RoomInput::of(&room.value);
            audit::created(tx, &who, &subject(&event, &room), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/rooms/{}",
                event.id, room.value.id
            );
            let reply = Reply::created(location, &RoomView::from(&room.value))?;
            Ok(reply.etag(etag::of_version(room.version)).into())
        })
        .await
}

/// Read a room
///
/// Of the working copy.
#[utoipa::path(operation_id = "get_own_room", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("room" = RoomId, Path, description = "Id")), responses((status = 200, description = "The room", body = RoomView)))]
#[get("/organiser/events/{event}/rooms/{room}")]
pub async fn get_own_room(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let room = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path.0)?;
            found(conn, &event, &path.1)
        })
        .await?;
    reply(&room)
}

/// Change a room
///
/// It shows with the next release.
#[utoipa::path(operation_id = "update_room", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("room" = RoomId, Path, description = "Id")), request_body(content = RoomInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed room", body = RoomView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/rooms/{room}")]
pub async fn update_room(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let room = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            let before = RoomInput::of(&current.value);
            let changed = actions::update(tx, &event, &current, &changes.apply(&before)?)?;
            let after = RoomInput::of(&changed.value);
            audit::changed(tx, &who, &subject(&event, &current), &before, &after)?;
            Ok::<_, Problem>(changed)
        })
        .await?;
    reply(&room)
}

/// Delete a room
///
/// Only one that no session of the working copy or of any release is in, and no recording is of.
#[utoipa::path(operation_id = "delete_room", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("room" = RoomId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: the detail names what refers to it; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/rooms/{room}")]
pub async fn delete_room(
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
            let before = RoomInput::of(&current.value);
            audit::deleted(tx, &who, &subject(&event, &current), &before).map_err(Problem::from)
        })
        .await?;
    Ok(Reply::no_content())
}

/// Order the rooms
///
/// Names every room exactly once. `If-Match` is the `ETag` of `GET …/rooms`. The answer is the whole
/// list in its new order, with its new `ETag`; it shows with the next release.
#[utoipa::path(operation_id = "order_rooms", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = RoomOrder, responses((status = 200, description = "All rooms", body = ListOf<RoomView>), (status = 409, description = "`wrong-state`: the event is archived")))]
#[put("/organiser/events/{event}/room-order")]
pub async fn order_rooms(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
    body: Json<RoomOrder>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let rooms = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path)?;
            let before = store::versions(tx, event.id)?;
            if_match.check(&whole_tag(&before))?;
            let after = actions::order(tx, &event, &before, &body.value.ids)?;
            let list = Subject::of(event.id, Resource::Order, "rooms");
            let (old, new) = (RoomOrder::of(&before), RoomOrder::of(&after));
            audit::changed(tx, &who, &list, &old, &new)?;
            Ok::<_, Problem>(after)
        })
        .await?;
    let tag = whole_tag(&rooms);
    let page = Page {
        items: rooms
            .iter()
            .map(|room| RoomView::from(&room.value))
            .collect(),
        next_cursor: None,
    };
    Ok(Reply::page(page)?.etag(tag))
}
