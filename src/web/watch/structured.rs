//! The page for search engines: schema.org `VideoObject` with a `Clip` for each session, whose address
//! is this page at its second, as Google's key moments want it.

use serde_json::{Value, json};

use super::scene::{Player, Scene, best};
use crate::mail::wording::Tongue;
use crate::video::deep_link::{embed_link, still_link};
use crate::video::position::Position;

/// The document as it stands within a script element, in which nothing can end it.
#[must_use]
pub fn script(scene: &Scene<'_>, tongue: Tongue, page: &str) -> String {
    // Nothing but text in quotes holds these characters.
    object(scene, tongue, page)
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

fn object(scene: &Scene<'_>, tongue: Tongue, page: &str) -> Value {
    let recording = &scene.shown.recording;
    let (name, language) = best(&recording.title, tongue, scene.event);
    let (event, _) = best(&scene.event.title, tongue, scene.event);
    let heard = recording.language.as_ref();
    let uploaded = recording.published_at.unwrap_or(recording.created_at);
    let mut video = json!({
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": name,
        "description": format!("{event}: {name}"),
        "inLanguage": heard.map_or(language, ToString::to_string),
        "url": page,
        "uploadDate": uploaded.to_rfc3339_in(scene.event.timezone),
        "hasPart": clips(scene, tongue, page),
    });
    if let Some(length) = recording.duration_seconds.and_then(Position::new) {
        video["duration"] = length.iso8601().into();
    }
    match &scene.player {
        Player::Frame(_) => video["embedUrl"] = embed_link(&recording.url, Position::START).into(),
        Player::File(_) => video["contentUrl"] = recording.url.to_string().into(),
        Player::Link => {}
    }
    // The page itself does not load it.
    if let Some(picture) = still_link(&recording.url) {
        video["thumbnailUrl"] = json!([picture]);
    }
    video
}

fn clips(scene: &Scene<'_>, tongue: Tongue, page: &str) -> Vec<Value> {
    let clip = |session: &crate::publication::video_wire::SessionInRecording| {
        let (name, _) = best(&session.title, tongue, scene.event);
        let start = session.position.start_seconds;
        let mut clip = json!({
            "@type": "Clip", "name": name, "startOffset": start, "url": format!("{page}?t={start}"),
        });
        if let Some(end) = session.position.end_seconds {
            clip["endOffset"] = end.into();
        }
        clip
    };
    scene.shown.view.sessions.iter().map(clip).collect()
}
