//! The editor's positions.

use actix_web::{delete, get, post, put, web};
use serde_json::json;

use super::actions::{self, VerifiedMany};
use super::input::{VerificationsInput, VerifiedInput};
use super::model::{Known, Verified};
use super::review::{Reviewed, review};
use super::store;
use super::wire::PositionView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::Event;
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Query, Reply, etag};
use crate::ids::SlugOr;
use crate::page::Page;
use crate::problem::Problem;
use crate::programme::document::Session;
use crate::programme::sessions_at_hand;
use crate::server::App;
use crate::video::Recording;
use crate::video::routes::found;

/// A recording with the sessions of its event, and what is known of them.
struct Scene {
    event: Event,
    recording: Recording,
    sessions: Vec<Session>,
    known: Known,
}

impl Scene {
    fn read(
        conn: &mut Conn,
        who: &Organiser,
        event: &str,
        recording: &str,
    ) -> Result<Self, Problem> {
        let (event, recording) = found(conn, who, event, recording)?;
        let mut sessions = sessions_at_hand(conn, event.id)?;
        sessions.sort_by_key(place_in_list);
        let known = store::known(conn, event.id, &sessions)?;
        Ok(Self {
            event,
            recording,
            sessions,
            known,
        })
    }

    fn session(&self, key: &str) -> Result<&Session, Problem> {
        let key = SlugOr::parse(key);
        let mut found = self.sessions.iter().filter(|session| match &key {
            SlugOr::Id(id) => session.id == *id,
            SlugOr::Slug(slug) => session.slug == *slug,
        });
        found.next().ok_or_else(Problem::not_found)
    }

    /// Where the session stands, and the tag of that; `None` where it stands nowhere.
    fn seen(&self, session: &Session) -> Result<Option<(PositionView, String)>, Problem> {
        let all = review(&self.recording, &self.sessions, &self.known);
        let of_session = |one: &&Reviewed<'_>| one.session.id == session.id;
        let placed = |one: &&Reviewed<'_>| one.placement.is_some();
        let Some(reviewed) = all.iter().find(of_session).filter(placed) else {
            return Ok(None);
        };
        let view = PositionView::new(&self.recording, reviewed, self.event.timezone);
        let bytes = serde_json::to_vec(&view).map_err(Problem::internal)?;
        let verified = self.known.verified(self.recording.id, session.id);
        let version = verified.map_or(0, |verified| verified.version);
        Ok(Some((
            view,
            format!("v{version}-{}", etag::of_bytes(&bytes)),
        )))
    }

    fn is_verified(&self, session: &Session) -> bool {
        let verified = self.known.verified(self.recording.id, session.id);
        verified.is_some()
    }

    /// Leaves a trace of a position that was set or taken back.
    fn trace(
        &self,
        tx: &mut Conn,
        who: &Organiser,
        before: Option<&Verified>,
        after: Option<&Verified>,
    ) -> Result<(), Problem> {
        let Some(either) = after.or(before) else {
            return Ok(());
        };
        let name = format!("{}/{}", either.session_id, either.recording_id);
        let subject = Subject::of(self.event.id, Resource::Position, name);
        let (before, after) = (before.map(seconds), after.map(seconds));
        match (before, after) {
            (Some(before), Some(after)) => audit::changed(tx, who, &subject, &before, &after)?,
            (Some(before), None) => audit::deleted(tx, who, &subject, &before)?,
            (None, after) => audit::created(tx, who, &subject, &after)?,
        }
        Ok(())
    }

    fn reply(&self, session: &Session) -> Answer {
        let (view, tag) = self.seen(session)?.ok_or_else(Problem::not_found)?;
        Ok(Reply::ok(&view)?.etag(tag))
    }
}

fn seconds(verified: &Verified) -> serde_json::Value {
    json!({"start_seconds": verified.start_seconds, "end_seconds": verified.end_seconds})
}

fn place_in_list(session: &Session) -> (i64, i32) {
    let start = session.starts_at.map(|at| at.utc().timestamp_micros());
    (start.unwrap_or(i64::MAX), session.number)
}

/// List where sessions stand in a recording
///
/// Every session of the event, by its scheduled start and then its number: how well its position is
/// known, how far that is from the schedule, and which others overlap with it.
#[utoipa::path(operation_id = "list_positions", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid), PageQuery), responses((status = 200, description = "A page of positions", body = ListOf<PositionView>)))]
#[get("/organiser/events/{event}/recordings/{recording}/positions")]
pub async fn list_positions(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let keyset = query.0.keyset()?;
    let scene = app
        .db
        .read(move |conn| Scene::read(conn, &who, &path.0, &path.1))
        .await?;
    let all = review(&scene.recording, &scene.sessions, &scene.known);
    let page = Page::of_sorted(all.iter(), &keyset, |one| place_in_list(one.session));
    let zone = scene.event.timezone;
    Reply::page(page.map(|one| PositionView::new(&scene.recording, one, zone)))
}

/// Verify the positions of many sessions
///
/// As they are computed now; they stand from then on, whatever segments and marks say. Those that are
/// verified already stay as they are. All or none.
#[utoipa::path(operation_id = "verify_positions", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), request_body = VerificationsInput, responses((status = 200, description = "The positions of these sessions, in one page", body = ListOf<PositionView>)))]
#[post("/organiser/events/{event}/recordings/{recording}/position-verifications")]
pub async fn verify_positions(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    body: Json<VerificationsInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (scene, wanted) = app
        .db
        .write(move |tx| {
            let mut scene = Scene::read(tx, &who, &path.0, &path.1)?;
            let Scene {
                recording,
                sessions,
                known,
                ..
            } = &scene;
            let VerifiedMany { named, new } =
                actions::verify_many(tx, now, recording, sessions, known, &body.value)?;
            if new.is_empty() {
                who.leaves_no_trace();
            } else {
                let subject = Subject::of(scene.event.id, Resource::Position, recording.id);
                audit::created(tx, &who, &subject, &json!({"session_ids": new}))?;
            }
            scene.known = store::known(tx, scene.event.id, &scene.sessions)?;
            Ok::<_, Problem>((scene, named))
        })
        .await?;
    app.event_changed(scene.event.id).await;
    let all = review(&scene.recording, &scene.sessions, &scene.known);
    let named = |one: &&Reviewed<'_>| wanted.contains(&one.session.id);
    let views = all.iter().filter(named);
    let zone = scene.event.timezone;
    Reply::page(Page {
        items: views
            .map(|one| PositionView::new(&scene.recording, one, zone))
            .collect(),
        next_cursor: None,
    })
}

/// Read where a session stands in a recording
///
/// Verified or computed; 404 where the recording does not show it.
#[utoipa::path(operation_id = "get_position", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The position", body = PositionView)))]
#[get("/organiser/events/{event}/sessions/{session}/positions/{recording}")]
pub async fn get_position(
    app: App,
    who: Organiser,
    path: web::Path<(String, String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let (event, session, recording) = path.into_inner();
    let scene = app
        .db
        .read(move |conn| Scene::read(conn, &who, &event, &recording))
        .await?;
    scene.reply(scene.session(&session)?)
}

/// Set where a session stands in a recording
///
/// The position is verified then: it stands, whatever segments and marks say, and may be set for a
/// session of any room, also for one that is not to be recorded: nobody else sees it, and what is hidden
/// is that stretch then. `If-Match` is needed where a verified one exists.
#[utoipa::path(operation_id = "set_position", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid), ("If-Match" = Option<String>, Header, description = "The ETag of what was read; needed where a verified position exists.", example = "\"v1\"")), request_body = VerifiedInput, responses((status = 200, description = "The position", body = PositionView)))]
#[put("/organiser/events/{event}/sessions/{session}/positions/{recording}")]
pub async fn set_position(
    app: App,
    who: Organiser,
    path: web::Path<(String, String, String)>,
    if_match: IfMatch,
    body: Json<VerifiedInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (event, reply) = app
        .db
        .write(move |tx| {
            let mut scene = Scene::read(tx, &who, &path.0, &path.2)?;
            let session = scene.session(&path.1)?.clone();
            let tag = scene.seen(&session)?.map(|(_, tag)| tag);
            match &tag {
                Some(tag) if scene.is_verified(&session) => if_match.check(tag)?,
                tag => if_match.check_if_given(tag.as_deref())?,
            }
            let (recording, known) = (&scene.recording, &scene.known);
            let before = known.verified(recording.id, session.id).copied();
            let after = actions::verify(tx, now, recording, &session, known, &body.value)?;
            scene.trace(tx, &who, before.as_ref(), Some(&after))?;
            scene.known = store::known(tx, scene.event.id, &scene.sessions)?;
            Ok::<_, Problem>((scene.event.id, scene.reply(&session)?))
        })
        .await?;
    app.event_changed(event).await;
    Ok(reply)
}

/// Let a position be computed again
///
/// Takes back what was verified.
#[utoipa::path(operation_id = "delete_position", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 204, description = "It is computed again"), (status = 404, description = "`not-found`: nothing was verified")))]
#[delete("/organiser/events/{event}/sessions/{session}/positions/{recording}")]
pub async fn delete_position(
    app: App,
    who: Organiser,
    path: web::Path<(String, String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let event = app
        .db
        .write(move |tx| {
            let scene = Scene::read(tx, &who, &path.0, &path.2)?;
            let session = scene.session(&path.1)?;
            let verified = scene.known.verified(scene.recording.id, session.id);
            let verified = verified.ok_or_else(Problem::not_found)?;
            let tag = scene.seen(session)?.map(|(_, tag)| tag);
            if_match.check(&tag.unwrap_or_else(|| etag::of_version(verified.version)))?;
            actions::compute_again(tx, now, &scene.recording, verified)?;
            scene.trace(tx, &who, Some(verified), None)?;
            Ok::<_, Problem>(scene.event.id)
        })
        .await?;
    app.event_changed(event).await;
    Ok(Reply::no_content())
}
