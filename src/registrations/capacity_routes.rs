//! Changing quotas and ticket types, which is changing who of those who wait gets a seat.

use actix_web::{patch, web};

use super::own_routes::at;
use super::seating::Seating;
use crate::audit;
use crate::auth::{Access, Area, Organiser};
use crate::http::etag::of_version;
use crate::http::{Answer, IfMatch, Patch};
use crate::ids::{QuotaId, TicketTypeId};
use crate::problem::Problem;
use crate::server::App;
use crate::tickets::input::{QuotaInput, TicketTypeInput};
use crate::tickets::wire::{QuotaView, TicketTypeView};
use crate::tickets::{actions, quota_routes, quotas, ticket_type_routes};

/// Change a quota
///
/// A size below what is held is taken, with a warning; nothing new is held until it fits. More seats go to
/// those who wait in the same moment.
#[utoipa::path(operation_id = "update_quota", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("quota" = QuotaId, Path, description = "Id")), request_body(content = QuotaInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed quota", body = QuotaView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/quotas/{quota}")]
pub async fn update_quota(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let at = at(&app);
    let (event, quota) = app
        .db
        .write(move |tx| {
            let (event, current) = quota_routes::found(tx, &who, &path)?;
            if_match.check_version(&current.tag())?;
            let before = QuotaInput::of(&current);
            let input = changes.apply(&before)?;
            let quota = actions::update_quota(tx, at.0, &event, &current, &input)?;
            Seating::open(tx, at.0, at.1, event.id)?.close(tx)?;
            let quota = quotas::find(tx, event.id, quota.id)?.unwrap_or(quota);
            let subject = quota_routes::subject(&event, &quota);
            audit::changed(tx, &who, &subject, &before, &QuotaInput::of(&quota))?;
            Ok::<_, Problem>((event.id, quota))
        })
        .await?;
    app.event_changed(event).await;
    app.mail_wakeup();
    quota_routes::reply(&quota)
}

/// Change a ticket type
///
/// Seats that are held move with a change of `quotas`, if the new ones have room for them.
#[utoipa::path(operation_id = "update_ticket_type", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("ticket_type" = TicketTypeId, Path, description = "Id")), request_body(content = TicketTypeInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed ticket type", body = TicketTypeView), (status = 409, description = "`in-use`: a quota has no room for the seats that are held, or they would have to be unique; `wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/ticket-types/{ticket_type}")]
pub async fn update_ticket_type(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let at = at(&app);
    let (event, ticket) = app
        .db
        .write(move |tx| {
            let (event, current) = ticket_type_routes::found(tx, &who, &path)?;
            if_match.check(&of_version(current.version))?;
            let before = TicketTypeInput::of(&current);
            let input = changes.apply(&before)?;
            let ticket = actions::update_ticket_type(tx, at.0, &event, &current, &input)?;
            let mut seating = Seating::open(tx, at.0, at.1, event.id)?;
            if ticket.quotas.is_empty() {
                seating.ledger.look_anyway();
            }
            seating.close(tx)?;
            let subject = ticket_type_routes::subject(&event, &ticket);
            audit::changed(tx, &who, &subject, &before, &TicketTypeInput::of(&ticket))?;
            Ok::<_, Problem>((event, ticket))
        })
        .await?;
    app.event_changed(event.id).await;
    app.mail_wakeup();
    ticket_type_routes::reply(&event, &ticket)
}
