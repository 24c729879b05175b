//! What is on now.

use actix_web::{HttpRequest, get, web};

use super::now_wire::Now;
use crate::http::{Caching, Precompressed, Published};
use crate::server::App;

/// Read what is on
///
/// In each room: what is on and what comes next, by the times that were marked, else by the programme.
/// It changes with every mark and with time; `changes_at` says when it changes by itself.
#[utoipa::path(operation_id = "get_now", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "What is on", body = Now)))]
#[get("/events/{event}/now")]
pub async fn get_now(app: App, path: web::Path<String>, request: HttpRequest) -> Published {
    let snapshot = app.snapshots.find(&path).await?;
    let document = snapshot.now_document(app.clock.now())?;
    Ok(Precompressed {
        document: document.ready_for(&request).await?,
        caching: Caching::Brief,
    })
}
