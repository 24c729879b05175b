//! What anybody reads of one event, from its snapshot.

use std::sync::Arc;

use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::query_input::SessionQuery;
use super::snapshot::Snapshot;
use super::video_wire::{
    PublishedProgramme, PublishedSession, RecordingWithSessions, SpeakerWithSessions,
};
use super::wire::{PublishedEvent, PublishedMember};
use crate::faults::Faults;
use crate::http::{
    Answer, Caching, Document, ListOf, PageQuery, Precompressed, Published, Query, Reply,
};
use crate::ids::{RecordingId, SlugOr, SpeakerId};
use crate::page::Page;
use crate::problem::{Kind, Problem};
use crate::server::App;
use crate::video::deep_link::watch_link;
use crate::video::position::RelativeOffset;

const fn public(document: Document) -> Precompressed {
    Precompressed {
        document,
        caching: Caching::Public,
    }
}

/// A page of a list, as this request asks for it: kept with the snapshot, or cut from it and kept.
pub(super) async fn list(
    snapshot: Arc<Snapshot>,
    request: &HttpRequest,
    cut: impl FnOnce(&Snapshot) -> Result<Document, Problem> + Send + 'static,
) -> Published {
    let address = request.uri().path_and_query();
    let key = address.map_or("/", |address| address.as_str());
    let document = if let Some(kept) = snapshot.kept(key) {
        kept
    } else {
        let cutting = tokio::task::spawn_blocking({
            let snapshot = Arc::clone(&snapshot);
            move || cut(&snapshot)
        });
        let document = cutting.await.map_err(Problem::internal)??;
        snapshot.keep(key, document.clone());
        document
    };
    Ok(public(document.ready_for(request).await?))
}

/// Read an event
///
/// With its committee, when one can register, and the version of its programme.
#[utoipa::path(operation_id = "get_event", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The event", body = PublishedEvent)))]
#[get("/events/{event}")]
pub async fn get_event(app: App, path: web::Path<String>) -> Published {
    let snapshot = app.snapshots.find(&path).await?;
    Ok(public(snapshot.event_document.clone()))
}

/// List the programme committee of an event
///
/// Its published members, in order.
#[utoipa::path(operation_id = "list_committee", tag = "public", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of members", body = ListOf<PublishedMember>)))]
#[get("/events/{event}/committee")]
pub async fn list_committee(
    app: App,
    path: web::Path<String>,
    query: Query<PageQuery>,
    request: HttpRequest,
) -> Published {
    let keyset = query.0.keyset()?;
    let snapshot = app.snapshots.find(&path).await?;
    list(snapshot, &request, move |snapshot| {
        let members = Page::of_sorted(snapshot.members.iter(), &keyset, |member| {
            (member.position, member.id)
        });
        Document::page(members.map(PublishedMember::from))
    })
    .await
}

/// Read the programme of an event
///
/// Everything a small frontend needs, in one document: the newest release, with the committee,
/// recordings and positions as they are now. Before the first release the version is 0.
#[utoipa::path(operation_id = "get_programme", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The programme", body = PublishedProgramme)))]
#[get("/events/{event}/programme")]
pub async fn get_programme(app: App, path: web::Path<String>) -> Published {
    let snapshot = app.snapshots.find(&path).await?;
    Ok(public(snapshot.programme_document.clone()))
}

/// List the sessions of an event
///
/// By start, then number; those without a time last.
#[utoipa::path(operation_id = "list_sessions", tag = "public", params(("event" = String, Path, description = "Id or slug"), SessionQuery), responses((status = 200, description = "A page of sessions", body = ListOf<PublishedSession>)))]
#[get("/events/{event}/sessions")]
pub async fn list_sessions(
    app: App,
    path: web::Path<String>,
    query: Query<SessionQuery>,
    request: HttpRequest,
) -> Published {
    let (keyset, filter) = (query.0.keyset()?, query.0.filter()?);
    let snapshot = app.snapshots.find(&path).await?;
    list(snapshot, &request, move |snapshot| {
        let entries = snapshot.sessions.iter().filter(|entry| filter.takes(entry));
        let sessions = Page::of_sorted(entries, &keyset, |entry| entry.order);
        Document::page(sessions.map(|entry| &entry.view))
    })
    .await
}

/// Read a session
///
/// As released, with where it can be watched now.
#[utoipa::path(operation_id = "get_session", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug")), responses((status = 200, description = "The session", body = PublishedSession)))]
#[get("/events/{event}/sessions/{session}")]
pub async fn get_session(app: App, path: web::Path<(String, String)>) -> Published {
    let (event, session) = path.into_inner();
    let snapshot = app.snapshots.find(&event).await?;
    let entry = snapshot
        .session(&SlugOr::parse(&session))
        .ok_or_else(Problem::not_found)?;
    Ok(public(entry.document()?))
}

/// Where in the video to start.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// A position relative to the start of the session, such as `90`, `1:30` or `-15`; kept within the
    /// recording, and out of what is not to be recorded.
    #[param(example = "1:30")]
    pub at: Option<String>,
    /// Id of the recording; the newest published one if absent.
    #[param(format = Uuid)]
    pub recording: Option<String>,
}

impl WatchQuery {
    fn parse(&self) -> Result<(RelativeOffset, Option<RecordingId>), Problem> {
        let mut faults = Faults::new();
        let at = self.at.as_deref().map(RelativeOffset::parse).transpose();
        let at = at.unwrap_or_else(|error| {
            faults.add("/at", "invalid_position", error.to_string());
            None
        });
        let recording = self.recording.as_deref().map(str::parse).transpose();
        let recording = recording.unwrap_or_else(|_| {
            faults.add("/recording", "invalid_id", "An id is a UUID.");
            None
        });
        Ok(faults.finish(Some((at.unwrap_or_default(), recording)))?)
    }
}

/// Watch a session
///
/// Redirects to the provider's own link, which opens at the position where the provider can.
#[utoipa::path(operation_id = "watch_session", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug"), WatchQuery), responses((status = 302, description = "To the video, at the position", headers(("Location" = String, description = "The provider's link"))), (status = 404, description = "`not-found`, `no-video`: the session has no position in such a recording")))]
#[get("/events/{event}/sessions/{session}/watch")]
pub async fn watch_session(
    app: App,
    path: web::Path<(String, String)>,
    query: Query<WatchQuery>,
) -> Answer {
    let (event, session) = path.into_inner();
    let (at, wanted) = query.0.parse()?;
    let snapshot = app.snapshots.find(&event).await?;
    let entry = snapshot
        .session(&SlugOr::parse(&session))
        .ok_or_else(Problem::not_found)?;
    let mut positions = entry.view.video.iter();
    let found = positions
        .find(|position| wanted.is_none_or(|wanted| position.recording_id == wanted))
        .and_then(|position| Some((position, snapshot.recording(position.recording_id)?)));
    let Some((position, shown)) = found else {
        let detail = "The session has no position in such a recording.";
        return Err(Problem::new(Kind::NoVideo, detail));
    };
    let start = shown.seek(position, position.start_seconds, at);
    let link = watch_link(&shown.recording.url, start);
    Ok(Reply::redirect(link.location()))
}

/// List the speakers of an event
///
/// By name, with their sessions.
#[utoipa::path(operation_id = "list_speakers", tag = "public", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of speakers", body = ListOf<SpeakerWithSessions>)))]
#[get("/events/{event}/speakers")]
pub async fn list_speakers(
    app: App,
    path: web::Path<String>,
    query: Query<PageQuery>,
    request: HttpRequest,
) -> Published {
    let keyset = query.0.keyset()?;
    let snapshot = app.snapshots.find(&path).await?;
    list(snapshot, &request, move |snapshot| {
        let speakers = Page::of_sorted(snapshot.speakers.iter(), &keyset, |entry| {
            entry.order.clone()
        });
        Document::page(speakers.map(|entry| SpeakerWithSessions {
            speaker: &entry.view,
            sessions: snapshot.sessions_of(entry.view.id),
        }))
    })
    .await
}

/// Read a speaker
///
/// With their sessions.
#[utoipa::path(operation_id = "get_speaker", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("speaker" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The speaker", body = SpeakerWithSessions)))]
#[get("/events/{event}/speakers/{speaker}")]
pub async fn get_speaker(app: App, path: web::Path<(String, String)>) -> Published {
    let (event, speaker) = path.into_inner();
    let snapshot = app.snapshots.find(&event).await?;
    let id = speaker.parse::<SpeakerId>().ok();
    let mut entries = snapshot.speakers.iter();
    let entry = entries
        .find(|entry| Some(entry.view.id) == id)
        .ok_or_else(Problem::not_found)?;
    Ok(public(snapshot.speaker_document(entry)?))
}

/// List the recordings of an event
///
/// Newest published first, with their sessions in order of position.
#[utoipa::path(operation_id = "list_recordings", tag = "public", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of recordings", body = ListOf<RecordingWithSessions>)))]
#[get("/events/{event}/recordings")]
pub async fn list_recordings(
    app: App,
    path: web::Path<String>,
    query: Query<PageQuery>,
    request: HttpRequest,
) -> Published {
    let keyset = query.0.keyset()?;
    let snapshot = app.snapshots.find(&path).await?;
    list(snapshot, &request, move |snapshot| {
        let recordings = Page::of_sorted(snapshot.recordings.iter(), &keyset, |entry| {
            entry.recording.newest_first()
        });
        Document::page(recordings.map(|entry| &entry.view))
    })
    .await
}

/// Read a recording
///
/// With its sessions in order of position.
#[utoipa::path(operation_id = "get_recording", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The recording", body = RecordingWithSessions)))]
#[get("/events/{event}/recordings/{recording}")]
pub async fn get_recording(app: App, path: web::Path<(String, String)>) -> Published {
    let (event, id) = path.into_inner();
    let snapshot = app.snapshots.find(&event).await?;
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let entry = snapshot.recording(id).ok_or_else(Problem::not_found)?;
    Ok(public(entry.document()?))
}
