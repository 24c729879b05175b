//! Moving many sessions at once.

use actix_web::{post, web};

use super::super::conflicts::conflicts;
use super::super::draft::working_copy;
use super::actions;
use super::input::ShiftInput;
use super::wire::{ShiftView, times};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::held;
use crate::http::{Answer, Json, Reply};
use crate::idempotency::Once;
use crate::server::App;

/// Move sessions
///
/// Everything that starts at an instant or later, in one room or in all, some minutes later or earlier
/// on the wall clock: all or nothing. A local time that a change of the clock skips becomes the first
/// that exists, with a warning; one that comes twice is the earlier. It shows with the next release.
/// Send an `Idempotency-Key`, so that a repeated request moves nothing twice.
#[utoipa::path(operation_id = "shift_sessions", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body within 24 hours have one effect and one answer.", example = "8e03978e-40d5-43dd-bc93-6894a57f9324")), request_body = ShiftInput, responses((status = 200, description = "What was moved", body = ShiftView), (status = 409, description = "`wrong-state`: the event is archived; `idempotency-in-progress`")))]
#[post("/organiser/events/{event}/session-shifts")]
pub async fn shift_sessions(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<ShiftInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let shifted = actions::shift(tx, now, &event, &body.value)?;
            let zone = event.timezone;
            let subject = Subject::of(event.id, Resource::Programme, event.id);
            if shifted.after.is_empty() {
                who.leaves_no_trace();
            } else {
                let (before, after) = (times(&shifted.before, zone), times(&shifted.after, zone));
                audit::changed(tx, &who, &subject, &before, &after)?;
            }
            let found = conflicts(
                &working_copy(tx, event.id)?,
                event.starts_at().zip(event.ends_at()),
            );
            let found = found.into_iter().map(Into::into).collect();
            Ok(Reply::ok(&ShiftView::new(&shifted, found, zone))?.into())
        })
        .await
}
