//! Releasing the programme, which is bringing the choices of attendees up to it.

use actix_web::{post, web};

use super::after_release;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::{held, owned_id};
use crate::http::{Answer, MaybeJson, Reply, etag};
use crate::idempotency::Once;
use crate::problem::Problem;
use crate::programme::Headline;
use crate::programme::releases::actions::release;
use crate::programme::releases::input::ReleaseInput;
use crate::programme::releases::wire::{
    ConflictView, NewReleaseView, ReleaseView, ReleaseWithProgramme,
};
use crate::server::App;

/// Release the programme
///
/// Keeps the working copy as the next immutable version, which the public sees from now on. Warnings
/// name what is odd about it; they never block. An empty programme before the first release is
/// nothing to release. Without a body there is no note, and nobody is mailed.
///
/// With `notify: true` every confirmed registration that a change concerns, in the hall or on the screen,
/// is sent one `programme_changed` mail to its contact: what was added, moved, changed and removed. A
/// session with sign-up concerns, once it is there, only those who chose it. The first release mails
/// nobody.
///
/// With or without `notify`, a session that the release removes is nobody's choice any more, and choices
/// that it moves to one time are kept until the attendee chooses; those attendees are told, by
/// `registration_changed` where no `programme_changed` says it.
#[utoipa::path(operation_id = "create_release", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = Option<ReleaseInput>, responses((status = 201, description = "The release", body = NewReleaseView), (status = 409, description = "`nothing-to-release`: the working copy equals the newest release; `wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/programme/releases")]
pub async fn create_release(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    MaybeJson(body): MaybeJson<ReleaseInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let id = owned_id(&app, &who, &path).await?;
    let answer = once
        .with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let made = release(tx, now, &event, &body.value)?;
            let notify = body.value.notify == Some(true);
            after_release::follow(tx, now, &event, &made, notify)?;
            let version = made.release.version;
            let subject = Subject::of(event.id, Resource::Release, version);
            audit::created(tx, &who, &subject, &made.written())?;
            let location = format!(
                "/api/v1/organiser/events/{}/programme/releases/{version}",
                event.id
            );
            // The tag that reading it will have.
            let whole = ReleaseWithProgramme::new(&made.release, event.timezone);
            let whole = serde_json::to_vec(&whole).map_err(Problem::internal)?;
            let view = NewReleaseView {
                release: ReleaseView::new(&Headline::from(&made.release), event.timezone),
                warnings: made.conflicts.into_iter().map(ConflictView::from).collect(),
            };
            let reply = Reply::created(location, &view)?;
            Ok(reply.etag(etag::of_bytes(&whole)).into())
        })
        .await?;
    app.event_changed(id).await;
    app.mail_wakeup();
    Ok(answer)
}
