//! The organiser's sessions.

use actix_web::{delete, get, patch, post, web};

use super::super::document::{Session, Versioned};
use super::super::speakers;
use super::actions;
use super::filter_input::SessionQuery;
use super::input::SessionInput;
use super::store;
use super::wire::SessionView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::routes::{held, owned};
use crate::events::{Event, EventRefusal, EventState, hold_archived_too};
use crate::http::{Answer, IfMatch, Json, ListOf, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::ids::SlugOr;
use crate::problem::Problem;
use crate::server::App;

fn subject(event: &Event, session: &Versioned<Session>) -> Subject {
    Subject::of(event.id, Resource::Session, session.value.id)
}

fn found(conn: &mut Conn, event: &Event, id: &str) -> Result<Versioned<Session>, Problem> {
    store::find(conn, event.id, &SlugOr::parse(id))?.ok_or_else(Problem::not_found)
}

/// How the session looks, and its tag: beside its own version it shows the names of its people and
/// the wall clock of the event, which have versions of their own.
fn seen(
    conn: &mut Conn,
    event: &Event,
    session: &Versioned<Session>,
) -> Result<(SessionView, String), Problem> {
    let people: Vec<_> = session
        .value
        .speakers
        .iter()
        .map(|part| part.speaker_id)
        .collect();
    let names = speakers::store::names(conn, event.id, &people)?;
    let view = SessionView::new(&session.value, &names, event.timezone);
    let bytes = serde_json::to_vec(&view).map_err(Problem::internal)?;
    let tag = format!("v{}-{}", session.version, etag::of_bytes(&bytes));
    Ok((view, tag))
}

/// Whoever takes their consent back does so most often when all is over: an archived event lets that
/// through, and nothing else.
fn may_be_changed(event: &Event, changes: &Patch, before: &SessionInput) -> Result<(), Problem> {
    if event.state != EventState::Archived {
        return Ok(());
    }
    let without = |input: &SessionInput| {
        let consent = SessionInput {
            do_not_record: None,
            ..input.clone()
        };
        serde_json::to_value(consent).map_err(Problem::internal)
    };
    if changes.names("do_not_record") && without(before)? == without(&changes.apply(before)?)? {
        return Ok(());
    }
    Err(EventRefusal::WrongState(EventState::Archived).into())
}

fn reply((view, tag): &(SessionView, String)) -> Answer {
    Ok(Reply::ok(view)?.etag(tag))
}

/// List sessions
///
/// Of the working copy, by start, those without a time last, then by number.
#[utoipa::path(operation_id = "list_own_sessions", tag = "programme", params(("event" = String, Path, description = "Id or slug"), SessionQuery), responses((status = 200, description = "A page of sessions", body = ListOf<SessionView>)))]
#[get("/organiser/events/{event}/sessions")]
pub async fn list_own_sessions(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<SessionQuery>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let filter = query.0.filter(event.timezone)?;
            let page = store::list(conn, event.id, &filter, &keyset)?;
            let people = page
                .items
                .iter()
                .flat_map(|session| &session.value.speakers);
            let people: Vec<_> = people.map(|part| part.speaker_id).collect();
            let names = speakers::store::names(conn, event.id, &people)?;
            Ok::<_, Problem>(
                page.map(|session| SessionView::new(&session.value, &names, event.timezone)),
            )
        })
        .await?;
    Reply::page(page)
}

/// Make a session
///
/// It shows with the next release. The slug is derived from the title when it is not given.
#[utoipa::path(operation_id = "create_session", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = SessionInput, responses((status = 201, description = "The session", body = SessionView), (status = 409, description = "`slug-taken` for the slug or the guid, which the pointer names; `wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/sessions")]
pub async fn create_session(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<SessionInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let session = actions::create(tx, now, &event, &body.value)?;
            let written = SessionInput::of(&session.value, event.timezone);
            audit::created(tx, &who, &subject(&event, &session), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/sessions/{}",
                event.id, session.value.id
            );
            let (view, tag) = seen(tx, &event, &session)?;
            Ok(Reply::created(location, &view)?.etag(tag).into())
        })
        .await
}

/// Read a session
///
/// Of the working copy.
#[utoipa::path(operation_id = "get_own_session", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug")), responses((status = 200, description = "The session", body = SessionView)))]
#[get("/organiser/events/{event}/sessions/{session}")]
pub async fn get_own_session(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let session = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path.0)?;
            let session = found(conn, &event, &path.1)?;
            seen(conn, &event, &session)
        })
        .await?;
    reply(&session)
}

/// Change a session
///
/// Time, room, title and the rest show with the next release; the sign-up capacity and
/// `do_not_record` act at once. `do_not_record` alone can be changed on an archived event, too.
#[utoipa::path(operation_id = "update_session", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug")), request_body(content = SessionInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed session", body = SessionView), (status = 409, description = "`slug-taken` for the slug or the guid, which the pointer names; `wrong-state`: the event is archived, and more than `do_not_record` is changed")))]
#[patch("/organiser/events/{event}/sessions/{session}")]
pub async fn update_session(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (id, answer) = app
        .db
        .write(move |tx| {
            let event = owned(tx, &who, &path.0)?;
            let event = hold_archived_too(tx, now, event.id)?;
            let current = found(tx, &event, &path.1)?;
            let before = SessionInput::of(&current.value, event.timezone);
            may_be_changed(&event, &changes, &before)?;
            if_match.check(&seen(tx, &event, &current)?.1)?;
            let input = changes.apply(&before)?;
            let saved = actions::update(tx, now, &event, &current, &input)?;
            let after = SessionInput::of(&saved.value, event.timezone);
            audit::changed(tx, &who, &subject(&event, &saved), &before, &after)?;
            Ok::<_, Problem>((event.id, seen(tx, &event, &saved)?))
        })
        .await?;
    app.event_changed(id).await;
    reply(&answer)
}

/// Delete a session
///
/// It is gone from the next release on; older ones keep it.
#[utoipa::path(operation_id = "delete_session", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug")), responses((status = 204, description = "Deleted"), (status = 409, description = "`wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/sessions/{session}")]
pub async fn delete_session(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let id = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&seen(tx, &event, &current)?.1)?;
            actions::delete(tx, now, &event, &current)?;
            let before = SessionInput::of(&current.value, event.timezone);
            audit::deleted(tx, &who, &subject(&event, &current), &before)?;
            Ok::<_, Problem>(event.id)
        })
        .await?;
    app.event_changed(id).await;
    Ok(Reply::no_content())
}
