//! What anybody reads of transcripts.

use actix_web::{HttpRequest, get, web};

use super::print::web_vtt;
use super::routes::{WEB_VTT, none};
use super::{actions, store};
use crate::events::find_public;
use crate::http::{Caching, Document, Published};
use crate::ids::{RecordingId, SlugOr};
use crate::problem::Problem;
use crate::programme::shown;
use crate::server::App;
use crate::video::list_public;

/// Read the transcript of a recording
///
/// The whole, as WebVTT, without what is said in sessions that are not to be recorded.
#[utoipa::path(operation_id = "get_transcript", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The transcript", content((String = "text/vtt", example = "WEBVTT\n\n01:13:00.000 --> 01:13:04.000\nTakk for det.\n"))), (status = 404, description = "`not-found`, `no-transcript`")))]
#[get("/events/{event}/recordings/{recording}/transcript.vtt")]
pub async fn get_transcript(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    app.recent
        .answer(&request, Caching::Public, move |conn, _| {
            let (event, id) = &*path;
            let event = find_public(conn, &SlugOr::parse(event))?.ok_or_else(Problem::not_found)?;
            let id: RecordingId = id.parse().map_err(|_| Problem::not_found())?;
            let recordings = list_public(conn, event.id)?;
            let recording = recordings.iter().find(|recording| recording.id == id);
            let recording = recording.ok_or_else(Problem::not_found)?;
            let kept = store::find(conn, event.id, id)?.ok_or_else(none)?;
            let transcript = actions::cut(conn, recording, &kept)?;
            Document::file(web_vtt(&transcript), WEB_VTT, "transcript.vtt")
        })
        .await
}

/// Read the transcript of a session
///
/// The part of it that is said in the session, by its position in the newest published recording that
/// has a transcript, shifted to start at 0. A cue across the border of two sessions is in both.
#[utoipa::path(operation_id = "get_session_transcript", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug")), responses((status = 200, description = "The transcript", content((String = "text/vtt", example = "WEBVTT\n\n00:00:00.000 --> 00:00:04.000\nTakk for det.\n"))), (status = 404, description = "`not-found`, `no-transcript`")))]
#[get("/events/{event}/sessions/{session}/transcript.vtt")]
pub async fn get_session_transcript(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    app.recent
        .answer(&request, Caching::Public, move |conn, _| {
            let (event, session) = &*path;
            let event = find_public(conn, &SlugOr::parse(event))?.ok_or_else(Problem::not_found)?;
            let shown = shown(conn, event.id)?;
            let session = shown.session(&SlugOr::parse(session));
            let session = session.ok_or_else(Problem::not_found)?.id;
            let recordings = list_public(conn, event.id)?;
            let part = actions::part(conn, &recordings, &shown, session)?.ok_or_else(none)?;
            Document::file(web_vtt(&part), WEB_VTT, "transcript.vtt")
        })
        .await
}
