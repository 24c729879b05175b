//! The working copy as a whole.

use actix_web::{get, web};

use super::conflicts::conflicts;
use super::diff::changes;
use super::document::Programme;
use super::draft::working_copy;
use super::former_slugs::former_slugs;
use super::releases::store as releases;
use super::releases::wire::{ChangesView, ConflictView};
use super::sessions::live_store::unrecorded;
use super::wire::{ConflictsView, DiffView};
use super::withheld::withheld;
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::owned;
use crate::http::{Answer, Reply};
use crate::problem::Problem;
use crate::server::App;

/// Compare the working copy with the newest release
///
/// What a release would show as changed.
#[utoipa::path(operation_id = "get_programme_diff", tag = "programme", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "What differs", body = DiffView)))]
#[get("/organiser/events/{event}/programme/diff")]
pub async fn get_programme_diff(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let view = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let newest = releases::newest(conn, event.id)?;
            let (version, before) = newest.map_or((0, Programme::default()), |newest| {
                (newest.version, newest.programme)
            });
            let mut draft = working_copy(conn, event.id)?.to_release();
            let unrecorded = unrecorded(conn, event.id)?;
            draft.withheld = withheld(&before, &draft, &unrecorded);
            draft.former_slugs = former_slugs(&before, &draft);
            Ok::<_, Problem>(DiffView {
                version,
                differs: draft != before,
                changes: ChangesView::from(&changes(&before, &draft)),
            })
        })
        .await?;
    Reply::ok(&view)
}

/// Check the working copy
///
/// Rooms and people that are in two sessions at once, sessions without a time or a room or outside the
/// dates of the event, more sign-up than seats, speakers without a name, and what is hidden but used.
/// Warnings only: none of it keeps anybody from saving or releasing. What runs at once is told by
/// instants, so also in the hour that a change of the clock repeats.
#[utoipa::path(operation_id = "get_programme_conflicts", tag = "programme", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "What is odd", body = ConflictsView)))]
#[get("/organiser/events/{event}/programme/conflicts")]
pub async fn get_programme_conflicts(app: App, who: Organiser, path: web::Path<String>) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let found = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let draft = working_copy(conn, event.id)?;
            Ok::<_, Problem>(conflicts(&draft, event.starts_at().zip(event.ends_at())))
        })
        .await?;
    Reply::ok(&ConflictsView {
        conflicts: found.into_iter().map(ConflictView::from).collect(),
    })
}
