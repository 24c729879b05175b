//! The chapters of a recording, in the formats that players read.

use actix_web::{HttpRequest, get, web};

use super::routes::list;
use super::snapshot::{RecordingEntry, Snapshot};
use crate::http::{Document, Published};
use crate::problem::Problem;
use crate::server::App;
use crate::video::chapters::{Chapter, Fillers, chapters, formats};

/// What is printed.
struct Listing<'a> {
    chapters: Vec<Chapter>,
    duration: Option<u32>,
    fillers: Fillers,
    title: &'a str,
    entry: &'a RecordingEntry,
}

impl<'a> Listing<'a> {
    /// In the language that is heard, else in that of the event.
    fn of(snapshot: &'a Snapshot, entry: &'a RecordingEntry) -> Self {
        let default = snapshot.event.languages.default.as_str();
        let heard = entry.recording.language.as_ref();
        let language = heard.map_or(default, |language| language.as_str());
        let sessions = entry.view.sessions.iter().map(|session| Chapter {
            start: session.position.start_seconds,
            end: session.position.over_seconds,
            title: session.title.best(language, default).to_owned(),
        });
        let duration = entry.recording.duration_seconds;
        Self {
            chapters: chapters(sessions.collect(), entry.unseen.stretches(), duration),
            duration,
            fillers: Fillers::of(language),
            title: snapshot.event.title.best(language, default),
            entry,
        }
    }
}

async fn print(
    app: &App,
    path: web::Path<(String, String)>,
    request: &HttpRequest,
    media_type: &'static str,
    format: impl FnOnce(&Listing<'_>) -> Result<String, Problem> + Send + 'static,
) -> Published {
    let (event, id) = path.into_inner();
    let snapshot = app.snapshots.find(&event).await?;
    let id = id.parse().map_err(|_| Problem::not_found())?;
    list(snapshot, request, move |snapshot| {
        let entry = snapshot.recording(id).ok_or_else(Problem::not_found)?;
        let text = format(&Listing::of(snapshot, entry))?;
        Document::text(media_type, text)
    })
    .await
}

/// Read the chapters of a recording as `WebVTT`
///
/// For `<track kind="chapters">`. Every session that has a position is a chapter, breaks too.
#[utoipa::path(operation_id = "get_chapters_vtt", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The chapters", content((String = "text/vtt", example = "WEBVTT\n\n1\n01:13:00.000 --> 01:35:00.000\nOppvekstplanen i Lørenskog\n")))))]
#[get("/events/{event}/recordings/{recording}/chapters.vtt")]
pub async fn get_chapters_vtt(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    print(&app, path, &request, "text/vtt; charset=utf-8", |listing| {
        Ok(formats::web_vtt(&listing.chapters, listing.duration))
    })
    .await
}

/// Read the chapters of a recording as Podcasting 2.0 JSON
///
/// Each links to its second where the provider can jump.
#[utoipa::path(operation_id = "get_chapters_json", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The chapters", content((Object = "application/json+chapters", example = json!({"version": "1.2.0", "title": "Barnevernskonferansen 2027", "chapters": [{"startTime": 4380, "endTime": 5700, "title": "Oppvekstplanen i Lørenskog", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4380s"}]}))))))]
#[get("/events/{event}/recordings/{recording}/chapters.json")]
pub async fn get_chapters_json(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    print(
        &app,
        path,
        &request,
        "application/json+chapters",
        |listing| {
            let video = &listing.entry.recording.url;
            formats::podcast_json(&listing.chapters, listing.title, video)
                .map_err(Problem::internal)
        },
    )
    .await
}

/// Read the chapters of a recording as Podlove Simple Chapters
///
/// Its chapters have no end, so that stretches without a session are neutral chapters.
#[utoipa::path(operation_id = "get_chapters_psc", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The chapters", content((String = "application/xml", example = "<psc:chapters version=\"1.2\" xmlns:psc=\"http://podlove.org/simple-chapters\">\n  <psc:chapter start=\"01:13:00.000\" title=\"Oppvekstplanen i Lørenskog\"/>\n</psc:chapters>\n")))))]
#[get("/events/{event}/recordings/{recording}/chapters.psc")]
pub async fn get_chapters_psc(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    let xml = "application/xml; charset=utf-8";
    print(&app, path, &request, xml, |listing| {
        Ok(formats::podlove(
            &listing.chapters,
            listing.duration,
            listing.fillers,
        ))
    })
    .await
}

/// Read the chapters of a recording as lines for `YouTube`
///
/// To be pasted into the description. Where `YouTube`'s rules would not be met (the first at 0:00, three
/// or more, ten seconds each), chapters are added or merged so that they are; empty where the recording
/// is too short for any.
#[utoipa::path(operation_id = "get_chapters_txt", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The chapters", content((String = "text/plain", example = "0:00 Åpning\n1:13:00 Oppvekstplanen i Lørenskog\n2:00:00 Pause\n"))), (status = 304, description = "The client has this version already")))]
#[get("/events/{event}/recordings/{recording}/chapters.txt")]
pub async fn get_chapters_txt(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    let text = "text/plain; charset=utf-8";
    print(&app, path, &request, text, |listing| {
        Ok(formats::youtube(
            &listing.chapters,
            listing.duration,
            listing.fillers,
        ))
    })
    .await
}

/// Read the chapters of a recording as `FFmpeg` metadata
///
/// For `ffmpeg -i video.mp4 -f ffmetadata -i chapters.ffmetadata -map_metadata 1 -codec copy …`.
#[utoipa::path(operation_id = "get_chapters_ffmetadata", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("recording" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "The chapters", content((String = "text/plain", example = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=4380000\nEND=5700000\ntitle=Oppvekstplanen i Lørenskog\n"))), (status = 304, description = "The client has this version already")))]
#[get("/events/{event}/recordings/{recording}/chapters.ffmetadata")]
pub async fn get_chapters_ffmetadata(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    let text = "text/plain; charset=utf-8";
    print(&app, path, &request, text, |listing| {
        Ok(formats::ffmetadata(&listing.chapters, listing.duration))
    })
    .await
}
