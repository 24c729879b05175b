//! Where the page is.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa::IntoParams;

use super::page;
use super::scene::Scene;
use crate::faults::Faults;
use crate::ids::SlugOr;
use crate::mail::wording::Tongue;
use crate::problem::{Kind, Problem, ProblemDocument};
use crate::server::App;
use crate::video::position::Position;
use crate::web::routes::{parameter, reads_html, tongue};

/// Where in which recording. Whoever passes a link on may add parameters of their own; they are passed
/// over.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names the parameters for the document")]
pub struct WatchPageQuery {
    /// A position in the recording, in every form that positions have, such as `4380`, `1:13:00` or
    /// `1h13m`; the session's own if absent. Kept within the recording, and out of what is not to be
    /// recorded.
    #[param(example = "1:13:00")]
    t: Option<String>,
    /// Id of the recording; the newest published one that has the session if absent.
    #[param(format = Uuid)]
    recording: Option<String>,
    /// `nb`, `nn` or `en`; the browser's language if absent.
    #[param(example = "nb")]
    lang: Option<String>,
}

/// The page of a session's video
///
/// The `watch_page_url` of a session: its player at the second, and the other sessions of the recording.
/// It stays the same when the video moves to another provider.
#[utoipa::path(operation_id = "get_watch_page", tag = "pages", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug"), WatchPageQuery), responses((status = 200, description = "The page", body = String, content_type = "text/html"), (status = 404, description = "`not-found`, `no-video`: the session has no position in a published recording", content((String = "text/html"), (ProblemDocument = "application/problem+json"))), (status = 422, description = "The position can't be read", content((String = "text/html"), (ProblemDocument = "application/problem+json")))))]
#[get("/watch/{event}/{session}")]
pub async fn get_watch_page(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let tongue = tongue(&request, parameter(&request, "lang").as_deref());
    let shown = show(&app, &path, &request, tongue).await;
    match shown {
        Err(problem) if reads_html(&request) => match problem.kind() {
            Kind::NotFound => page::unknown(tongue),
            Kind::Invalid => page::unreadable(tongue),
            _ => Err(problem),
        },
        shown => shown,
    }
}

async fn show(
    app: &App,
    (event, session): &(String, String),
    request: &HttpRequest,
    tongue: Tongue,
) -> Result<HttpResponse, Problem> {
    let wanted = parameter(request, "t").as_deref().map(Position::parse);
    let wanted = wanted
        .transpose()
        .map_err(|error| Faults::one("/t", error.code(), error.to_string()))?;
    let recording = parameter(request, "recording").as_deref().map(str::parse);
    let recording = recording.transpose().map_err(|_| Problem::not_found())?;
    let snapshot = app.snapshots.find(event).await?;
    let session = snapshot
        .session(&SlugOr::parse(session))
        .ok_or_else(Problem::not_found)?;
    let Some(scene) = Scene::of(&snapshot, session, recording, wanted) else {
        if reads_html(request) {
            return page::no_video(&snapshot, session, tongue);
        }
        let detail = "The session has no position in a published recording.";
        return Err(Problem::new(Kind::NoVideo, detail));
    };
    let path = format!(
        "/watch/{}/{}",
        snapshot.event.slug, session.view.session.slug
    );
    let address = format!("{}{path}", app.config.public_url);
    page::watch(&scene, tongue, &address, &path)
}
