//! The working copy, drawn as everybody would see it if it were released now.

use actix_web::{get, web};

use super::drawing::{Drawn, Sources};
use super::video_wire::PublishedProgramme;
use crate::auth::{Access, Area, Organiser};
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::Event;
use crate::events::routes::owned;
use crate::http::{Answer, Reply, etag};
use crate::problem::Problem;
use crate::server::App;

/// The entity tag of the working copy as its organisers read it, for whoever replaces it whole.
///
/// # Errors
/// The store's failure.
pub fn draft_tag(
    conn: &mut Conn,
    event: &Event,
    now: Instant,
    public_url: &str,
) -> Result<String, Problem> {
    let drawn = Drawn::new(Sources::draft(conn, event.clone(), now)?, now, public_url);
    let body = serde_json::to_vec(&drawn.programme()).map_err(Problem::internal)?;
    Ok(etag::of_bytes(&body))
}

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
