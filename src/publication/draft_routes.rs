//! The working copy, drawn as everybody would see it if it were released now.

use actix_web::{get, web};

use super::drawing::{Drawn, Sources};
use super::video_wire::PublishedProgramme;
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::owned;
use crate::http::{Answer, Reply};
use crate::problem::Problem;
use crate::server::App;

/// Read the working copy
///
/// The document that `GET /events/{event}/programme` would be if the working copy were released now,
/// also of an event that is not published: a frontend shows it unchanged. Positions in recordings
/// follow the times of the working copy; `version` and `released_at` are those of the newest release.
#[utoipa::path(operation_id = "get_own_programme", tag = "programme", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The working copy", body = PublishedProgramme)))]
#[get("/organiser/events/{event}/programme")]
pub async fn get_own_programme(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let now = app.clock.now();
    let sources = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            Sources::draft(conn, event, now).map_err(Problem::from)
        })
        .await?;
    let drawing = tokio::task::spawn_blocking(move || {
        let drawn = Drawn::new(sources, now, &app.config.public_url);
        Reply::ok(&drawn.programme())
    });
    drawing.await.map_err(Problem::internal)?
}
