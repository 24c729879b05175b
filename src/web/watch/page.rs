//! The page, from a scene to HTML. Everything that people wrote is escaped.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use minijinja::{Value, context};

use super::scene::{Player, Scene, best};
use super::{structured, words};
use crate::mail::wording::Tongue;
use crate::problem::Problem;
use crate::publication::snapshot::{SessionEntry, Snapshot};
use crate::publication::video_wire::SessionInRecording;
use crate::web::layout::publish;
use crate::web::words::own_name;
use crate::web::{render, respond};

type Page = Result<HttpResponse, Problem>;

/// Text with the language it is in, where that is not the page's.
fn text(given: (&str, String), tongue: Tongue) -> Value {
    let (text, tag) = given;
    context! { text, lang => (tag != tongue.tag()).then_some(tag) }
}

fn speakers(scene: &Scene<'_>) -> Vec<Value> {
    let parts = scene.session.view.session.speakers.iter();
    parts
        .filter(|part| !part.name.is_empty())
        .map(|part| context! { name => part.name.as_str(), affiliation => part.speaker.affiliation.as_deref() })
        .collect()
}

/// The sessions of the recording, each with the address of its own page at its second.
fn jumps(scene: &Scene<'_>, tongue: Tongue) -> Vec<Value> {
    let newest = |session: &SessionInRecording| {
        let id = scene.shown.recording.id;
        scene.newest_of(session.session_id) == Some(id)
    };
    let jump = |session: &SessionInRecording| {
        let start = session.position.start_seconds;
        let mut href = format!("/watch/{}/{}?t={start}", scene.event.slug, session.slug);
        if !newest(session) {
            href = format!("{href}&recording={}", scene.shown.recording.id);
        }
        let position = crate::video::position::Position::new(start).unwrap_or_default();
        context! {
            href,
            clock => position.clock(),
            time => position.iso8601(),
            title => text(best(&session.title, tongue, scene.event), tongue),
            here => session.session_id == scene.session.view.session.id,
        }
    };
    scene.shown.view.sessions.iter().map(jump).collect()
}

/// The same page in the other languages.
fn languages(scene: &Scene<'_>, path: &str) -> Vec<Value> {
    let seconds = scene.position.seconds();
    let language = |tongue: &Tongue| {
        let tag = tongue.tag();
        let href = format!("{path}?t={seconds}&lang={tag}");
        context! { tag, name => own_name(*tongue), href }
    };
    Tongue::ALL.iter().map(language).collect()
}

/// The page of a session's video; `page` is its address without a query.
///
/// # Errors
/// As [`render`].
pub fn watch(scene: &Scene<'_>, tongue: Tongue, page: &str, path: &str) -> Page {
    let recording = &scene.shown.recording;
    let title = best(&scene.session.view.session.title, tongue, scene.event);
    let (kind, address) = match &scene.player {
        Player::Frame(address) => ("frame", Some(address)),
        Player::File(address) => ("file", Some(address)),
        Player::Link => ("link", None),
    };
    let api = format!(
        "/api/v1/events/{}/recordings/{}",
        scene.event.slug, recording.id
    );
    let zone = scene.event.timezone;
    let data = context! {
        around => words::around(tongue),
        player => context! { kind, address, name => words::player(tongue, title.0) },
        title => text(title, tongue),
        event => text(best(&scene.event.title, tongue, scene.event), tongue),
        when => scene.held_at().map(|at| tongue.moment(at, zone)),
        speakers => speakers(scene),
        starts => words::starts(tongue, scene.position),
        watch_url => scene.watch_url.as_str(),
        elsewhere => words::elsewhere(tongue, scene.position, scene.jumps),
        jumps => jumps(scene, tongue),
        captions_url => recording.captions_url.as_deref(),
        transcript_url => scene.shown.has_transcript.then(|| format!("{api}/transcript.vtt")),
        heard => recording.language.as_ref().unwrap_or(&scene.event.languages.default).as_str(),
        chapters_url => format!("{api}/chapters.vtt"),
        languages => languages(scene, path),
        page,
        structured => Value::from_safe_string(structured::script(scene, tongue, page)),
    };
    let html = render("watch.html", tongue, data)?;
    Ok(publish(tongue, html, &scene.player.policy()))
}

fn message(status: StatusCode, tongue: Tongue, message: Value) -> Page {
    let html = render("message.html", tongue, context! { message })?;
    Ok(respond(status, tongue, html))
}

/// There is nothing to watch of this session.
///
/// # Errors
/// As [`render`].
pub fn no_video(snapshot: &Snapshot, session: &SessionEntry, tongue: Tongue) -> Page {
    let event = &snapshot.event;
    let (title, _) = best(&session.view.session.title, tongue, event);
    let (name, _) = best(&event.title, tongue, event);
    let says = words::no_video(tongue, title, name);
    message(StatusCode::NOT_FOUND, tongue, says)
}

/// Nothing is at this address.
///
/// # Errors
/// As [`render`].
pub fn unknown(tongue: Tongue) -> Page {
    message(StatusCode::NOT_FOUND, tongue, words::unknown(tongue))
}

/// The position can't be read.
///
/// # Errors
/// As [`render`].
pub fn unreadable(tongue: Tongue) -> Page {
    let says = words::unreadable(tongue);
    message(StatusCode::UNPROCESSABLE_ENTITY, tongue, says)
}
