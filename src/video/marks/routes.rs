//! The organiser's marks.

use std::sync::{Arc, OnceLock};

use actix_web::{delete, get, post, web};

use super::actions::Made;
use super::input::MarkInput;
use super::model::Mark;
use super::wire::MarkView;
use super::{actions, store};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Query, Reply, etag};
use crate::idempotency::Once;
use crate::problem::Problem;
use crate::server::App;

/// A mark is never changed.
fn tag() -> String {
    etag::of_version(1)
}

fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, mark): &(String, String),
) -> Result<(Event, Mark), Problem> {
    let event = owned(conn, who, event)?;
    let id = mark.parse().map_err(|_| Problem::not_found())?;
    let mark = store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, mark))
}

fn subject(event: &Event, mark: &Mark) -> Subject {
    Subject::of(event.id, Resource::Mark, mark.id)
}

/// List the marks of an event
///
/// Those that are not undone, in the order they arrived.
#[utoipa::path(operation_id = "list_marks", tag = "video", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of marks", body = ListOf<MarkView>)))]
#[get("/organiser/events/{event}/marks")]
pub async fn list_marks(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let keyset = query.0.keyset()?;
    let (zone, page) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let page = store::list(conn, event.id, &keyset)?;
            Ok::<_, Problem>((event.timezone, page))
        })
        .await?;
    Reply::page(page.map(|mark| MarkView::new(&mark, zone)))
}

/// Mark the start or the end of a session
///
/// It shows at once, also on an archived event: in the session's positions, in the delays of the
/// programme and in what is on now. Of several marks of one edge the one of the latest moment counts,
/// in whatever order they arrive. The same `client_mark_id` again for the same session and edge is
/// answered with the mark it made, whatever else is sent with it; for another session or edge it is a
/// 422. Without a marked end, a session whose start is marked ends when
/// another one of its room is marked as started, or after its planned length.
#[utoipa::path(operation_id = "create_mark", tag = "video", params(("event" = String, Path, description = "Id or slug")), request_body = MarkInput, responses((status = 201, description = "The mark", body = MarkView)))]
#[post("/organiser/events/{event}/marks")]
pub async fn create_mark(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<MarkInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    // Empty if the answer was kept from an earlier request.
    let changed = Arc::new(OnceLock::new());
    let event_id = Arc::clone(&changed);
    let reply = once
        .with(&body)
        .run(&app.db, now, move |tx| {
            let event = owned(tx, &who, &path)?;
            let Made { mark, is_new } = actions::mark(tx, now, &event, &body.value.parse(now)?)?;
            event_id.get_or_init(|| event.id);
            let location = format!("/api/v1/organiser/events/{}/marks/{}", event.id, mark.id);
            let view = MarkView::new(&mark, event.timezone);
            if is_new {
                audit::created(tx, &who, &subject(&event, &mark), &view)?;
            } else {
                who.leaves_no_trace();
            }
            Ok(Reply::created(location, &view)?.etag(tag()).into())
        })
        .await?;
    if let Some(event) = changed.get() {
        app.event_changed(*event).await;
    }
    Ok(reply)
}

/// Read a mark
///
/// One that is undone is gone.
#[utoipa::path(operation_id = "get_mark", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("mark" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The mark", body = MarkView)))]
#[get("/organiser/events/{event}/marks/{mark}")]
pub async fn get_mark(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let (event, mark) = app.db.read(move |conn| found(conn, &who, &path)).await?;
    Ok(Reply::ok(&MarkView::new(&mark, event.timezone))?.etag(tag()))
}

/// Undo a mark
///
/// Shows at once. The end that a start made goes with it.
#[utoipa::path(operation_id = "delete_mark", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("mark" = String, Path, description = "Id", format = Uuid)), responses((status = 204, description = "Undone")))]
#[delete("/organiser/events/{event}/marks/{mark}")]
pub async fn delete_mark(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let event = app
        .db
        .write(move |tx| {
            let (event, mark) = found(tx, &who, &path)?;
            if_match.check(&tag())?;
            actions::undo(tx, now, &mark)?;
            let before = MarkView::new(&mark, event.timezone);
            audit::deleted(tx, &who, &subject(&event, &mark), &before)?;
            Ok::<_, Problem>(event.id)
        })
        .await?;
    app.event_changed(event).await;
    Ok(Reply::no_content())
}
