//! Going back to a version.

use actix_web::{post, web};
use serde_json::json;

use super::super::conflicts::conflicts;
use super::super::draft::working_copy;
use super::actions;
use super::wire::{RestoreInput, RestoredView, written};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::held;
use crate::http::{Answer, Json, Reply};
use crate::problem::Problem;
use crate::server::App;

/// Restore a version
///
/// Sets the working copy back to a release. What the release has is as it was released again, also
/// where it was changed since; what was deleted since comes back under its old id. What was made since
/// stays. If it has the slug of a session that comes back, one of the two gets another (`pause-2`): that which
/// links have never led to, or else the one that comes back; `kept` and `recreated` show it. `do_not_record`, the sign-up capacity and `hidden` of what is there stay as they are now.
/// The public sees it with the next release. Restoring twice changes nothing more.
#[utoipa::path(operation_id = "restore_programme", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = RestoreInput, responses((status = 200, description = "What was done", body = RestoredView), (status = 409, description = "`slug-taken`: a session made since has the guid of one that comes back; `wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/programme/restore")]
pub async fn restore_programme(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    body: Json<RestoreInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (id, view) = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path)?;
            let version = body.value.version;
            let plan = actions::restore(tx, now, &event, version)?;
            let (before, after) = written(&plan, event.timezone);
            let subject = Subject::of(event.id, Resource::Programme, event.id);
            let after = json!({"restored_version": version, "sessions": after});
            audit::changed(tx, &who, &subject, &json!({"sessions": before}), &after)?;
            let found = conflicts(
                &working_copy(tx, event.id)?,
                event.starts_at().zip(event.ends_at()),
            );
            let found = found.into_iter().map(Into::into).collect();
            Ok::<_, Problem>((event.id, RestoredView::new(version, &plan, found)))
        })
        .await?;
    app.event_changed(id).await;
    Reply::ok(&view)
}
