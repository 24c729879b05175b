//! Cancelling an event, which is cancelling its registrations; reopening it, which is offering what is
//! free to those who wait.

use actix_web::{post, web};

use super::cancel_all_for_event;
use super::own_routes::at;
use super::seating::Seating;
use crate::auth::{Access, Area, Organiser};
use crate::events::actions::change_state;
use crate::events::model::Transition;
use crate::events::routes::{owned, reply, trace_state};
use crate::events::wire::EventView;
use crate::http::Answer;
use crate::problem::Problem;
use crate::server::App;

/// Cancel an event
///
/// From published: still readable and listed, tickets closed, live registrations cancelled and told.
#[utoipa::path(operation_id = "cancel_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The event", body = EventView), (status = 409, description = "`wrong-state`: the state does not lead there")))]
#[post("/organiser/events/{event}/cancel")]
pub async fn cancel_event(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let now = app.clock.now();
    let event = app
        .db
        .write(move |tx| {
            let current = owned(tx, &who, &path)?;
            let event = change_state(tx, now, &current, Transition::Cancel)?;
            cancel_all_for_event(tx, now, &event)?;
            trace_state(tx, &who, current.state, &event)?;
            Ok::<_, Problem>(event)
        })
        .await?;
    app.event_changed(event.id).await;
    app.mail_wakeup();
    reply(&event, now)
}

/// Reopen an event
///
/// From archived or cancelled, back to published. Registrations that were cancelled stay cancelled; seats
/// that were freed meanwhile are offered to those who wait in the same moment.
#[utoipa::path(operation_id = "reopen_event", tag = "events", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The event", body = EventView), (status = 409, description = "`wrong-state`: the state does not lead there")))]
#[post("/organiser/events/{event}/reopen")]
pub async fn reopen_event(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Events, Access::Write)?;
    let (now, rules) = at(&app);
    let event = app
        .db
        .write(move |tx| {
            let current = owned(tx, &who, &path)?;
            let event = change_state(tx, now, &current, Transition::Reopen)?;
            Seating::open(tx, now, rules, event.id)?.close(tx)?;
            trace_state(tx, &who, current.state, &event)?;
            Ok::<_, Problem>(event)
        })
        .await?;
    app.event_changed(event.id).await;
    app.mail_wakeup();
    reply(&event, now)
}
