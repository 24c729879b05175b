//! The organiser's recordings.

use std::sync::{Arc, OnceLock};

use actix_web::{delete, get, patch, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::actions;
use super::input::{RecordingInput, SegmentsInput};
use super::placements::review::moved;
use super::placements::wire::{MovedSession, ReplacedSegments};
use super::recording::Recording;
use super::store;
use super::wire::OwnRecording;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::faults::Faults;
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::problem::Problem;
use crate::programme::sessions_at_hand;
use crate::server::App;

/// Whether the change is only looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DryRunQuery {
    /// `true` stores nothing and shows what would move.
    #[param(value_type = Option<bool>)]
    pub dry_run: Option<String>,
}

impl DryRunQuery {
    fn parse(&self) -> Result<bool, Problem> {
        match self.dry_run.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                let detail = "dry_run is true or false.";
                Err(Faults::one("/dry_run", "invalid_value", detail).into())
            }
        }
    }
}

/// The organiser's recording that a path names, with its event.
///
/// # Errors
/// 404 also for one of another event or organisation.
pub fn found(
    conn: &mut Conn,
    who: &Organiser,
    event: &str,
    recording: &str,
) -> Result<(Event, Recording), Problem> {
    let event = owned(conn, who, event)?;
    let id = recording.parse().map_err(|_| Problem::not_found())?;
    let recording = store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, recording))
}

fn subject(event: &Event, recording: &Recording) -> Subject {
    Subject::of(event.id, Resource::Recording, recording.id)
}

fn reply(view: &OwnRecording, version: i32) -> Answer {
    Ok(Reply::ok(view)?.etag(etag::of_version(version)))
}

/// List the recordings of an event
///
/// In every state, in the order they were made.
#[utoipa::path(operation_id = "list_own_recordings", tag = "video", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of recordings", body = ListOf<OwnRecording>)))]
#[get("/organiser/events/{event}/recordings")]
pub async fn list_own_recordings(
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
    Reply::page(page.map(|recording| OwnRecording::new(&recording, zone, None)))
}

/// Make a recording
///
/// It shows at once, also on an archived event. The provider is detected from the address, which is
/// never fetched. A time that the address carries is taken off and proposed as a position.
#[utoipa::path(operation_id = "create_recording", tag = "video", params(("event" = String, Path, description = "Id or slug")), request_body = RecordingInput, responses((status = 201, description = "The recording", body = OwnRecording)))]
#[post("/organiser/events/{event}/recordings")]
pub async fn create_recording(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<RecordingInput>,
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
            let (made, proposed) = actions::create(tx, now, &event, &body.value)?;
            let written = RecordingInput::of(&made, event.timezone);
            audit::created(tx, &who, &subject(&event, &made), &written)?;
            event_id.get_or_init(|| event.id);
            let location = format!(
                "/api/v1/organiser/events/{}/recordings/{}",
                event.id, made.id
            );
            let view = OwnRecording::new(&made, event.timezone, proposed);
            let reply = Reply::created(location, &view)?;
            Ok(reply.etag(etag::of_version(made.version)).into())
        })
        .await?;
    if let Some(event) = changed.get() {
        app.event_changed(*event).await;
    }
    Ok(reply)
}

/// Read a recording
#[utoipa::path(operation_id = "get_own_recording", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The recording", body = OwnRecording)))]
#[get("/organiser/events/{event}/recordings/{recording}")]
pub async fn get_own_recording(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let (event, recording) = app
        .db
        .read(move |conn| found(conn, &who, &path.0, &path.1))
        .await?;
    let view = OwnRecording::new(&recording, event.timezone, None);
    reply(&view, recording.version)
}

/// Change a recording
///
/// Shows at once. `segments` are replaced whole.
#[utoipa::path(operation_id = "update_recording", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), request_body(content = RecordingInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed recording", body = OwnRecording)))]
#[patch("/organiser/events/{event}/recordings/{recording}")]
pub async fn update_recording(
    app: App,
    who: Organiser,
    keys: web::Path<(String, String)>,
    if_match: IfMatch,
    patch: Patch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (event, (recording, proposed)) = app
        .db
        .write(move |tx| {
            let (event, current) = found(tx, &who, &keys.0, &keys.1)?;
            if_match.check(&etag::of_version(current.version))?;
            let before = RecordingInput::of(&current, event.timezone);
            let input = patch.apply(&before)?;
            let changed = actions::update(tx, now, &event, &current, &input)?;
            let after = RecordingInput::of(&changed.0, event.timezone);
            audit::changed(tx, &who, &subject(&event, &current), &before, &after)?;
            Ok::<_, Problem>((event, changed))
        })
        .await?;
    app.event_changed(event.id).await;
    let view = OwnRecording::new(&recording, event.timezone, proposed);
    reply(&view, recording.version)
}

/// Delete a recording
#[utoipa::path(operation_id = "delete_recording", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 204, description = "Deleted")))]
#[delete("/organiser/events/{event}/recordings/{recording}")]
pub async fn delete_recording(
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
            let (event, current) = found(tx, &who, &path.0, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            actions::delete(tx, now, &current)?;
            let before = RecordingInput::of(&current, event.timezone);
            audit::deleted(tx, &who, &subject(&event, &current), &before)?;
            Ok::<_, Problem>(event)
        })
        .await?;
    app.event_changed(event.id).await;
    Ok(Reply::no_content())
}

/// Replace the segments of a recording
///
/// Every computed position that depends on them moves at once, and no verified one. With
/// `dry_run=true` nothing is stored, `If-Match` may be left out, and the answer shows what would move; its
/// tag is still that of what is stored.
#[utoipa::path(operation_id = "replace_segments", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid), DryRunQuery), request_body = SegmentsInput, responses((status = 200, description = "The changed recording, and what moved", body = ReplacedSegments)))]
#[put("/organiser/events/{event}/recordings/{recording}/segments")]
pub async fn replace_segments(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    query: Query<DryRunQuery>,
    if_match: IfMatch,
    body: Json<SegmentsInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let dry_run = query.0.parse()?;
    let now = app.clock.now();
    let (event, version, view) = app
        .db
        .write(move |tx| {
            let (event, before) = found(tx, &who, &path.0, &path.1)?;
            let tag = etag::of_version(before.version);
            if dry_run {
                if_match.check_if_given(Some(&tag))?;
            } else {
                if_match.check(&tag)?;
            }
            let after = if dry_run {
                who.leaves_no_trace();
                actions::with_segments(before.clone(), &body.value)?
            } else {
                let after = actions::replace_segments(tx, now, before.clone(), &body.value)?;
                let written = |recording| RecordingInput::of(recording, event.timezone);
                let (old, new) = (written(&before), written(&after));
                audit::changed(tx, &who, &subject(&event, &after), &old, &new)?;
                after
            };
            let moved = moved_sessions(tx, &before, &after)?;
            let recording = OwnRecording::new(&after, event.timezone, None);
            let view = ReplacedSegments {
                recording,
                dry_run,
                moved,
            };
            Ok::<_, Problem>((event.id, after.version, view))
        })
        .await?;
    if !dry_run {
        app.event_changed(event).await;
    }
    Ok(Reply::ok(&view)?.etag(etag::of_version(version)))
}

fn moved_sessions(
    conn: &mut Conn,
    before: &Recording,
    after: &Recording,
) -> Result<Vec<MovedSession>, Problem> {
    let sessions = sessions_at_hand(conn, before.event_id)?;
    let known = super::known(conn, before.event_id, &sessions)?;
    let moved = moved(before, after, &sessions, &known);
    Ok(moved.iter().map(MovedSession::from).collect())
}
