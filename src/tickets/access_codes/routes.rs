//! The organiser's access codes.

use actix_web::{delete, get, patch, post, web};

use super::actions;
use super::input::AccessCodeInput;
use super::model::AccessCode;
use super::store;
use super::wire::AccessCodeView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply};
use crate::idempotency::Once;
use crate::ids::AccessCodeId;
use crate::problem::Problem;
use crate::server::App;

fn subject(event: &Event, access_code: &AccessCode) -> Subject {
    Subject::of(event.id, Resource::AccessCode, access_code.id)
}

/// As the audit keeps it: what the code opens is closed to everybody else, so it is a secret.
fn noted(access_code: &AccessCode) -> AccessCodeInput {
    AccessCodeInput {
        code: None,
        ..AccessCodeInput::of(access_code)
    }
}

/// The event and its access code that a path names.
fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, access_code): &(String, String),
) -> Result<(Event, AccessCode), Problem> {
    let event = owned(conn, who, event)?;
    let id = access_code.parse().map_err(|_| Problem::not_found())?;
    let access_code = store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, access_code))
}

fn reply(event: &Event, access_code: &AccessCode) -> Answer {
    Ok(Reply::ok(&AccessCodeView::new(access_code, event.timezone))?.etag(access_code.tag()))
}

/// List access codes
///
/// In the order they were made.
#[utoipa::path(operation_id = "list_access_codes", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of access codes", body = ListOf<AccessCodeView>)))]
#[get("/organiser/events/{event}/access-codes")]
pub async fn list_access_codes(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let keyset = query.0.keyset()?;
    let (zone, page) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let page = store::list(conn, event.id, &keyset)?;
            Ok::<_, Problem>((event.timezone, page))
        })
        .await?;
    Reply::page(page.map(|access_code| AccessCodeView::new(&access_code, zone)))
}

/// Make an access code
#[utoipa::path(operation_id = "create_access_code", tag = "tickets", params(("event" = String, Path, description = "Id or slug")), request_body = AccessCodeInput, responses((status = 201, description = "The access code", body = AccessCodeView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/access-codes")]
pub async fn create_access_code(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<AccessCodeInput>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = owned(tx, &who, &path)?;
            let access_code = actions::create_access_code(tx, now, &event, &body.value)?;
            audit::created(
                tx,
                &who,
                &subject(&event, &access_code),
                &noted(&access_code),
            )?;
            let location = format!(
                "/api/v1/organiser/events/{}/access-codes/{}",
                event.id, access_code.id
            );
            let view = AccessCodeView::new(&access_code, event.timezone);
            let reply = Reply::created(location, &view)?;
            Ok(reply.etag(access_code.tag()).into())
        })
        .await
}

/// Read an access code
///
/// Its `ETag` changes with how many use it; `If-Match` compares only the version that organisers change.
#[utoipa::path(operation_id = "get_access_code", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("access_code" = AccessCodeId, Path, description = "Id")), responses((status = 200, description = "The access code", body = AccessCodeView)))]
#[get("/organiser/events/{event}/access-codes/{access_code}")]
pub async fn get_access_code(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let (event, access_code) = app.db.read(move |conn| found(conn, &who, &path)).await?;
    reply(&event, &access_code)
}

/// Change an access code
///
/// Fewer uses than there are is taken, with a warning; nobody else can use it until it fits.
#[utoipa::path(operation_id = "update_access_code", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("access_code" = AccessCodeId, Path, description = "Id")), request_body(content = AccessCodeInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed access code", body = AccessCodeView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/access-codes/{access_code}")]
pub async fn update_access_code(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    let (event, access_code) = app
        .db
        .write(move |tx| {
            let (event, current) = found(tx, &who, &path)?;
            if_match.check_version(&current.tag())?;
            let before = AccessCodeInput::of(&current);
            let input = changes.apply(&before)?;
            let access_code = actions::update_access_code(tx, now, &event, &current, &input)?;
            let after = AccessCodeInput::of(&access_code);
            let subject = subject(&event, &access_code);
            audit::changed_without(tx, &who, &subject, (&before, &after), &["code"])?;
            Ok::<_, Problem>((event, access_code))
        })
        .await?;
    reply(&event, &access_code)
}

/// Delete an access code
///
/// Only one that no registration uses; let the others expire.
#[utoipa::path(operation_id = "delete_access_code", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("access_code" = AccessCodeId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: a registration uses it; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/access-codes/{access_code}")]
pub async fn delete_access_code(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let (event, current) = found(tx, &who, &path)?;
            if_match.check_version(&current.tag())?;
            actions::delete_access_code(tx, now, &event, &current)?;
            audit::deleted(tx, &who, &subject(&event, &current), &noted(&current))?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(Reply::no_content())
}
