//! The permanent link to a session's video, which survives moving the video to another provider.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::routes::recording;
use crate::faults::Faults;
use crate::http::{Answer, Query, Reply};
use crate::ids::SlugOr;
use crate::problem::{Kind, Problem};
use crate::server::App;
use crate::video::deep_link::watch_link;
use crate::video::position::{Position, RelativeOffset};

/// Where in the recording.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinkQuery {
    /// A position in the recording, such as `4380` or `1:13:00`; the session's own if absent.
    #[param(example = "1:13:00")]
    pub t: Option<String>,
}

/// Open a session's video
///
/// The `watch_page_url` of a session: leads to the newest recording that has it, at its second.
#[utoipa::path(operation_id = "open_video", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug"), LinkQuery), responses((status = 302, description = "To the video, at the position", headers(("Location" = String, description = "The provider's link"))), (status = 404, description = "`not-found`, `no-video`: the session has no position in a published recording")))]
#[get("/watch/{event}/{session}")]
pub async fn open_video(
    app: App,
    path: web::Path<(String, String)>,
    query: Query<LinkQuery>,
) -> Answer {
    let (event, session) = path.into_inner();
    let wanted = query.0.t.as_deref().map(Position::parse).transpose();
    let wanted = wanted.map_err(|error| Faults::one("/t", error.code(), error.to_string()))?;
    let snapshot = app.snapshots.find(&event).await?;
    let entry = snapshot
        .session(&SlugOr::parse(&session))
        .ok_or_else(Problem::not_found)?;
    let placed = entry.view.video.first();
    let found = placed.and_then(|video| Some((video, recording(&snapshot, video.recording_id)?)));
    let Some((video, shown)) = found else {
        let detail = "The session has no position in a published recording.";
        return Err(Problem::new(Kind::NoVideo, detail));
    };
    let recording = &shown.recording;
    let second = wanted.map_or(video.start_seconds, Position::seconds);
    let start = crate::video::model::seek(
        second,
        RelativeOffset::default(),
        recording.duration_seconds,
    );
    Ok(Reply::redirect(
        watch_link(&recording.url, start).location(),
    ))
}
