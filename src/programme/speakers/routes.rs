//! The organiser's speakers.

use actix_web::{delete, get, patch, post, web};

use super::super::document::{Speaker, Versioned};
use super::actions;
use super::input::SpeakerInput;
use super::store;
use super::wire::SpeakerView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::Event;
use crate::events::routes::{held, owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::ids::SpeakerId;
use crate::problem::Problem;
use crate::server::App;

fn found(conn: &mut Conn, event: &Event, id: &str) -> Result<Versioned<Speaker>, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)
}

fn subject(event: &Event, speaker: &Versioned<Speaker>) -> Subject {
    Subject::of(event.id, Resource::Speaker, speaker.value.id)
}

fn reply(speaker: &Versioned<Speaker>) -> Answer {
    Ok(Reply::ok(&SpeakerView::from(&speaker.value))?.etag(etag::of_version(speaker.version)))
}

/// List speakers
///
/// Of the working copy, in the order they were made.
#[utoipa::path(operation_id = "list_own_speakers", tag = "programme", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of speakers", body = ListOf<SpeakerView>)))]
#[get("/organiser/events/{event}/speakers")]
pub async fn list_own_speakers(
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
            store::list(conn, event.id, &keyset).map_err(Problem::from)
        })
        .await?;
    Reply::page(page.map(|speaker| SpeakerView::from(&speaker.value)))
}

/// Make a speaker
///
/// They show with the next release.
#[utoipa::path(operation_id = "create_speaker", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = SpeakerInput, responses((status = 201, description = "The speaker", body = SpeakerView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/speakers")]
pub async fn create_speaker(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<SpeakerInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let speaker = actions::create(tx, now, &event, &body.value)?;
            let written = SpeakerInput::of(&speaker.value);
            audit::created(tx, &who, &subject(&event, &speaker), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/speakers/{}",
                event.id, speaker.value.id
            );
            let reply = Reply::created(location, &SpeakerView::from(&speaker.value))?;
            Ok(reply.etag(etag::of_version(speaker.version)).into())
        })
        .await
}

/// Read a speaker
///
/// Of the working copy.
#[utoipa::path(operation_id = "get_own_speaker", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("speaker" = SpeakerId, Path, description = "Id")), responses((status = 200, description = "The speaker", body = SpeakerView)))]
#[get("/organiser/events/{event}/speakers/{speaker}")]
pub async fn get_own_speaker(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let speaker = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path.0)?;
            found(conn, &event, &path.1)
        })
        .await?;
    reply(&speaker)
}

/// Change a speaker
///
/// The change shows with the next release.
#[utoipa::path(operation_id = "update_speaker", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("speaker" = SpeakerId, Path, description = "Id")), request_body(content = SpeakerInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed speaker", body = SpeakerView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/speakers/{speaker}")]
pub async fn update_speaker(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let speaker = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            let before = SpeakerInput::of(&current.value);
            let changed = actions::update(tx, &event, &current, &changes.apply(&before)?)?;
            let after = SpeakerInput::of(&changed.value);
            audit::changed(tx, &who, &subject(&event, &current), &before, &after)?;
            Ok::<_, Problem>(changed)
        })
        .await?;
    reply(&speaker)
}

/// Delete a speaker
///
/// Only one that no session of the working copy or of any release has.
#[utoipa::path(operation_id = "delete_speaker", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("speaker" = SpeakerId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: the detail names what refers to it; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/speakers/{speaker}")]
pub async fn delete_speaker(
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
            let before = SpeakerInput::of(&current.value);
            audit::deleted(tx, &who, &subject(&event, &current), &before).map_err(Problem::from)
        })
        .await?;
    Ok(Reply::no_content())
}
