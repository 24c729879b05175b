//! The audit of an event and of the whole organisation.

use actix_web::{get, web};
use chrono_tz::Tz::UTC;

use super::routes::owned;
use crate::audit::input::AuditQuery;
use crate::audit::store;
use crate::audit::wire::EntryView;
use crate::auth::{Access, Area, Organiser};
use crate::http::{Answer, ListOf, Query, Reply};
use crate::organisations::routes::own;
use crate::problem::Problem;
use crate::server::App;

/// Read the audit of an event
///
/// Who changed what, when, from what to what: every write of an organiser, newest first. For owners.
#[utoipa::path(operation_id = "list_audit_of_event", tag = "events", params(("event" = String, Path, description = "Id or slug"), AuditQuery), responses((status = 200, description = "A page of changes", body = ListOf<EntryView>)))]
#[get("/organiser/events/{event}/audit")]
pub async fn list_audit_of_event(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<AuditQuery>,
) -> Answer {
    who.require(Area::Audit, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let filter = query.0.filter(who.organisation_id, Some(event.id))?;
            let page = store::list(conn, &filter, &keyset)?;
            Ok::<_, Problem>(page.map(|entry| EntryView::new(entry, event.timezone)))
        })
        .await?;
    Reply::page(page)
}

/// Read the audit of an organisation
///
/// As that of an event, over all events, and with what belongs to none: series, tokens, and events that
/// were deleted. For owners.
#[utoipa::path(operation_id = "list_audit_of_organisation", tag = "organisations", params(("organisation" = String, Path, description = "Id or slug"), AuditQuery), responses((status = 200, description = "A page of changes", body = ListOf<EntryView>)))]
#[get("/organiser/organisations/{organisation}/audit")]
pub async fn list_audit_of_organisation(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<AuditQuery>,
) -> Answer {
    own(&who, &path)?;
    who.require(Area::Audit, Access::Read)?;
    let keyset = query.0.keyset()?;
    let filter = query.0.filter(who.organisation_id, None)?;
    let read = move |conn: &mut _| store::list(conn, &filter, &keyset);
    let page = app.db.read(read).await?;
    Reply::page(page.map(|entry| EntryView::new(entry, UTC)))
}
