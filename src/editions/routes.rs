//! Making a new edition.

use actix_web::{post, web};
use serde_json::json;

use super::actions;
use super::input::CloneInput;
use super::wire::ClonedView;
use crate::audit;
use crate::auth::{Access, Area, Organiser};
use crate::events::input::EventInput;
use crate::events::routes::{owned, subject};
use crate::http::{Answer, Json, Reply};
use crate::idempotency::Once;
use crate::server::App;

/// Make a new edition
///
/// A draft with the texts, the place and the organisers of this event, also of an archived one. All
/// dates and times move by whole days on the wall clock, so that what was at nine is at nine: a local
/// time that does not exist on the new day becomes the first that does, with a warning; one that exists
/// twice, the earlier. In a series, `edition` is the next one. What else is taken along says `include`;
/// never registrations, recordings or tokens. Everything has ids of its own.
#[utoipa::path(operation_id = "clone_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), request_body = CloneInput, responses((status = 201, description = "The new event", body = ClonedView), (status = 409, description = "`slug-taken`")))]
#[post("/organiser/events/{event}/clone")]
pub async fn clone_event(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<CloneInput>,
) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let source = owned(tx, &who, &path)?;
            let cloned = actions::clone(tx, now, &source, &body.value)?;
            let event = &cloned.event;
            let written = json!({"cloned_from": source.id, "include": body.value.include, "event": EventInput::of(event)});
            audit::created(tx, &who, &subject(event), &written)?;
            let location = format!("/api/v1/organiser/events/{}", event.id);
            let reply = Reply::created(location, &ClonedView::new(&cloned, now))?;
            Ok(reply.etag(event.tag(now)).into())
        })
        .await
}
