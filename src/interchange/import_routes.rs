//! Importing a programme over HTTP.

use std::sync::Arc;

use actix_web::{put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::document_input::ProgrammeDocument;
use super::import::{Document, Writing, carry_out, check_open, prepare};
use super::import_wire::ImportReport;
use super::schedule_input::ScheduleFile;
use crate::auth::{Access, Area, Organiser};
use crate::clock::Instant;
use crate::db::Conn;
use crate::events::routes::{held, owned, owned_id};
use crate::faults::Faults;
use crate::http::{Answer, IfMatch, Query, Reply, Upload};
use crate::problem::Problem;
use crate::programme::revision::Standing;
use crate::publication::draft_tag;
use crate::server::App;

/// How a programme is imported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `true` only tells what would become of the working copy; `false` if absent.
    #[param(value_type = Option<bool>)]
    pub dry_run: Option<String>,
}

impl ImportQuery {
    fn is_dry_run(&self) -> Result<bool, Problem> {
        match self.dry_run.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                Err(Faults::one("/dry_run", "invalid_value", "dry_run is true or false.").into())
            }
        }
    }
}

/// Reads the body off the request path.
async fn document(body: Upload) -> Result<Arc<Document>, Problem> {
    let reading = tokio::task::spawn_blocking(move || {
        let is_xml = body.media_type.ends_with("xml");
        let writing = if is_xml { Writing::Xml } else { Writing::Json };
        Document::read(&body.bytes, writing)
    });
    Ok(Arc::new(reading.await.map_err(Problem::internal)??))
}

/// Import a programme
///
/// Makes the working copy what the document says: this service's own programme document, as reading it
/// gives it, or `schedule.json` or `schedule.xml` as frab and pretalx write them; content and media type
/// tell them apart. All of it or nothing. Sessions are known again by id or guid, those of our own document
/// also by slug, else by title and start, else by title; rooms, tracks and speakers by id or name, so that
/// the same document twice changes nothing; a released session that was deleted comes back under its own
/// id. A new session has the number that the document gives it, if no session has or had it. Our own
/// document is the whole: what it does not hold is removed, unless it is hidden or still referred to. A
/// schedule removes only sessions that have a time, and changes only what it can say. Any document can
/// switch `do_not_record` on, none can switch it off. With `dry_run=true` nothing is changed and every
/// fault is told in the report; it needs no `If-Match`, and neither does an import into an empty working
/// copy.
#[utoipa::path(operation_id = "import_programme", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ImportQuery, ("If-Match" = Option<String>, Header, description = "The ETag of the working copy that was read; not needed for a dry run, nor where the working copy is empty.", example = "\"v1\"")), request_body(content((ProgrammeDocument = "application/json"), (ScheduleFile = "application/vnd.c3voc.schedule+json"), (String = "application/xml", example = "<schedule>…</schedule>"), (String = "text/xml", example = "<schedule>…</schedule>"), (String = "application/vnd.c3voc.schedule+xml", example = "<schedule>…</schedule>"))), responses((status = 200, description = "What was done, or would be; ETag is that of the working copy after it", body = ImportReport), (status = 409, description = "`wrong-state`: the event is archived")))]
#[put("/organiser/events/{event}/programme")]
pub async fn import_programme(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<ImportQuery>,
    if_match: IfMatch,
    body: Upload,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let dry_run = query.0.is_dry_run()?;
    let document = document(body).await?;
    if dry_run {
        who.leaves_no_trace();
        let read = app.db.read(move |conn| look(conn, &who, &path, &document));
        return read.await;
    }
    let (now, id) = (app.clock.now(), owned_id(&app, &who, &path).await?);
    let public_url = app.config.public_url.clone();
    let written = app
        .db
        .write(move |tx| replace(tx, now, &who, &path, &document, &if_match, &public_url));
    let reply = written.await?;
    app.event_changed(id).await;
    Ok(reply)
}

/// What an import would do.
fn look(conn: &mut Conn, who: &Organiser, path: &str, document: &Document) -> Answer {
    let event = owned(conn, who, path)?;
    check_open(&event)?;
    let standing = Standing::read(conn, event.id)?;
    let plan = prepare(conn, &event, &standing, document)?;
    Reply::ok(&ImportReport::new(&plan, &event, document.format(), true))
}

fn replace(
    tx: &mut Conn,
    now: Instant,
    who: &Organiser,
    path: &str,
    document: &Document,
    if_match: &IfMatch,
    public_url: &str,
) -> Answer {
    let event = held(tx, who, path)?;
    let standing = Standing::read(tx, event.id)?;
    if !standing.is_empty() {
        if_match.check(&draft_tag(tx, &event, now, public_url)?)?;
    }
    let plan = prepare(tx, &event, &standing, document)?;
    if !plan.faults.is_empty() {
        return Err(plan.faults.into());
    }
    if plan.revision.size() == 0 {
        who.leaves_no_trace();
    }
    carry_out(tx, who, &event, &standing, &plan, &mut || {})?;
    let tag = draft_tag(tx, &event, now, public_url)?;
    Ok(Reply::ok(&ImportReport::new(&plan, &event, document.format(), false))?.etag(tag))
}
