//! The organiser's transcripts.

use actix_web::{delete, get, put, web};

use super::actions;
use super::print::web_vtt;
use super::store::{self, Kept};
use super::wire::TranscriptView;
use super::{Format, Transcript, parse};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::{Answer, IfMatch, Reply, TextFile, TextTypes};
use crate::problem::{Kind, Problem};
use crate::server::App;
use crate::video::{Recording, find_recording};

/// What `Content-Type` WebVTT has.
pub const WEB_VTT: &str = "text/vtt; charset=utf-8";

/// Files of captions.
#[derive(Debug)]
pub struct Captions;

impl TextTypes for Captions {
    const TYPES: &'static [&'static str] = &[
        "text/vtt",
        "application/x-subrip",
        "application/srt",
        "text/srt",
        "text/x-srt",
        "text/plain",
    ];
}

impl TextFile<Captions> {
    fn transcript(&self) -> Result<Transcript, Problem> {
        let format = match self.media_type.as_str() {
            "text/vtt" => Format::WebVtt,
            "text/plain" => Format::Told,
            // Registered by nobody, so that everybody writes it otherwise.
            _ => Format::SubRip,
        };
        Ok(parse(format, &self.bytes)?)
    }
}

fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, recording): &(String, String),
) -> Result<(Event, Recording), Problem> {
    let event = owned(conn, who, event)?;
    let id = recording.parse().map_err(|_| Problem::not_found())?;
    let recording = find_recording(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, recording))
}

fn kept(conn: &mut Conn, recording: &Recording) -> Result<Kept, Problem> {
    store::find(conn, recording.event_id, recording.id)?.ok_or_else(none)
}

/// 404 for a recording or a session without words.
pub(super) fn none() -> Problem {
    let detail = "There is no transcript of this in a published recording.";
    Problem::new(Kind::NoTranscript, detail)
}

/// What may leave, as WebVTT, and the tag that names it.
fn leaving(
    conn: &mut Conn,
    recording: &Recording,
    kept: &Kept,
) -> Result<(Transcript, String, String), Problem> {
    let leaving = actions::cut(conn, recording, kept)?;
    let text = web_vtt(&leaving);
    let tag = actions::version(kept, &text);
    Ok((leaving, text, tag))
}

/// Put the transcript of a recording
///
/// WebVTT or SubRip, up to 10 MiB; `text/plain` may be either. It shows at once, also on an archived
/// event. Kept are times, words, and who speaks them. What is at fault is told by line, as
/// `/lines/17`, and nothing is stored then. `If-Match` is needed only where there is a transcript.
#[utoipa::path(operation_id = "put_transcript", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), request_body(content((String = "text/vtt", example = "WEBVTT\n\n01:13:00.000 --> 01:13:04.000\nTakk for det.\n"), (String = "application/x-subrip", example = "1\n01:13:00,000 --> 01:13:04,000\nTakk for det.\n"), (String = "text/plain", example = "1\n01:13:00,000 --> 01:13:04,000\nTakk for det.\n"))), responses((status = 200, description = "The one that was there is replaced", body = TranscriptView), (status = 201, description = "There was none before", body = TranscriptView)))]
#[put("/organiser/events/{event}/recordings/{recording}/transcript")]
pub async fn put_transcript(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    file: TextFile<Captions>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let reading = tokio::task::spawn_blocking(move || file.transcript());
    let transcript = reading.await.map_err(Problem::internal)??;
    let now = app.clock.now();
    let (event, reply) = app
        .db
        .write(move |tx| {
            let (event, recording) = found(tx, &who, &path)?;
            let before = checked(tx, &event, &recording, &if_match)?;
            let kept = actions::put(tx, now, &recording, transcript.clone())?;
            let (left, _, tag) = leaving(tx, &recording, &kept)?;
            let view = TranscriptView::new(&event, recording.id, &kept, &left);
            let reply = if let Some(before) = before {
                audit::changed(tx, &who, &subject(&recording), &before, &view)?;
                Reply::ok(&view)?
            } else {
                audit::created(tx, &who, &subject(&recording), &view)?;
                Reply::created(address(&event, &recording), &view)?
            };
            Ok::<_, Problem>((event, reply.etag(tag)))
        })
        .await?;
    app.event_changed(event.id).await;
    Ok(reply)
}

fn address(event: &Event, recording: &Recording) -> String {
    format!(
        "/api/v1/organiser/events/{}/recordings/{}/transcript",
        event.id, recording.id
    )
}

fn subject(recording: &Recording) -> Subject {
    Subject::of(recording.event_id, Resource::Transcript, recording.id)
}

/// What is there, if the client has read it or there is nothing to read.
fn checked(
    tx: &mut Conn,
    event: &Event,
    recording: &Recording,
    if_match: &IfMatch,
) -> Result<Option<TranscriptView>, Problem> {
    let Some(kept) = store::find(tx, event.id, recording.id)? else {
        if_match.check_absent()?;
        return Ok(None);
    };
    let (left, _, tag) = leaving(tx, recording, &kept)?;
    if_match.check_version(&tag)?;
    Ok(Some(TranscriptView::new(event, recording.id, &kept, &left)))
}

/// Read the transcript of a recording
///
/// As WebVTT, in every state of the recording. What is said in sessions that are not to be recorded
/// is left out here too, and comes back when they may be.
#[utoipa::path(operation_id = "get_own_transcript", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The transcript", content((String = "text/vtt", example = "WEBVTT\n\n01:13:00.000 --> 01:13:04.000\nTakk for det.\n"))), (status = 404, description = "`not-found`, `no-transcript`")))]
#[get("/organiser/events/{event}/recordings/{recording}/transcript")]
pub async fn get_own_transcript(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let (text, tag) = app
        .db
        .read(move |conn| {
            let (_, recording) = found(conn, &who, &path)?;
            let kept = kept(conn, &recording)?;
            let (_, text, tag) = leaving(conn, &recording, &kept)?;
            Ok::<_, Problem>((text, tag))
        })
        .await?;
    Ok(Reply::text(WEB_VTT, text).etag(tag))
}

/// Delete the transcript of a recording
#[utoipa::path(operation_id = "delete_transcript", tag = "video", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 204, description = "Deleted"), (status = 404, description = "`not-found`, `no-transcript`")))]
#[delete("/organiser/events/{event}/recordings/{recording}/transcript")]
pub async fn delete_transcript(
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
            let (event, recording) = found(tx, &who, &path)?;
            let before = checked(tx, &event, &recording, &if_match)?.ok_or_else(none)?;
            actions::delete(tx, now, &recording)?;
            audit::deleted(tx, &who, &subject(&recording), &before)?;
            Ok::<_, Problem>(event)
        })
        .await?;
    app.event_changed(event.id).await;
    Ok(Reply::no_content())
}
