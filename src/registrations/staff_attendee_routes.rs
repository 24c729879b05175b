//! Staff change one attendee on behalf.

use actix_web::{patch, web};

use super::attendee_input::AttendeeChange;
use super::attendee_routes::{Answering, attendee_of, parsed_change};
use super::cancel::By;
use super::organiser_routes::{found, view};
use super::own_routes::at;
use super::seating::Seating;
use super::wire::RegistrationView;
use super::{moves, traces};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::owned;
use crate::http::{Answer, IfMatch, Patch};
use crate::ids::{AttendeeId, RegistrationId};
use crate::problem::Problem;
use crate::server::App;
use crate::tickets;

/// Change an attendee on behalf
///
/// As the contact would, also while registration is closed, but never past what there is; the contact is
/// told. A sensitive answer stays unless it is given anew.
#[utoipa::path(operation_id = "update_attendee_of_event", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("registration" = RegistrationId, Path, description = "Id"), ("attendee" = AttendeeId, Path, description = "Id")), request_body(content = AttendeeChange, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed registration", body = RegistrationView), (status = 409, description = "`sold-out`, `session-full`, `municipality-taken`, `option-full`, `wrong-state`: nothing was changed")))]
#[patch("/organiser/events/{event}/registrations/{registration}/attendees/{attendee}")]
pub async fn update_attendee_of_event(
    app: App,
    who: Organiser,
    path: web::Path<(String, String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let at = at(&app);
    let (event, registration, attendee) = path.into_inner();
    let path = (event, registration);
    let view = app
        .db
        .write(move |tx| {
            let event = owned(tx, &who, &path.0)?.id;
            let seating = Seating::open(tx, at.0, at.1.unlimited(), event)?;
            let (event, registration) = found(tx, &who, &path)?;
            if_match.check_version(&view(tx, &event, &registration)?.tag()?)?;
            let id = attendee.parse().map_err(|_| Problem::not_found())?;
            let before = attendee_of(&registration, id)?.clone();
            let types = tickets::list_all(tx, event.id)?;
            let by = Answering {
                sees_all: false,
                consents: registration.consents.sensitive,
            };
            let about = (&event, types.as_slice());
            let parsed = parsed_change(tx, at.0, about, (&before, by), &changes)?;
            moves::change(tx, seating, registration, id, (&parsed, By::Organiser))?;
            // What was freed may have gone to somebody of the same registration since.
            let (_, changed) = found(tx, &who, &path)?;
            let after = attendee_of(&changed, id)?;
            traces::attendee_changed(tx, &who, &changed, (&before, after))?;
            view(tx, &event, &changed)
        })
        .await?;
    app.mail_wakeup();
    view.reply()
}
