//! Registrations as files for spreadsheets.

use std::io;

use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, get};
use futures_util::{Stream, stream};
use serde::Deserialize;
use utoipa::IntoParams;

use super::listing::{self, Filter, RegistrationKey};
use super::model::RegistrationState;
use super::organiser_routes::RegistrationQuery;
use super::sheet::Columns;
use crate::auth::{Access, Area, Organiser};
use crate::db::{Db, DbError};
use crate::events::routes::owned;
use crate::http::Query;
use crate::ids::{EventId, TicketTypeId};
use crate::page::{self, Keyset};
use crate::problem::Problem;
use crate::server::App;
use crate::sheets::{Format, Sheet};
use crate::tickets;

crate::words! {
    /// What a file holds only when it is asked for.
    pub enum Include {
        /// Answers to sensitive questions.
        Sensitive = "sensitive",
    }
}

/// What a file of registrations is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SheetQuery {
    /// Where the registration is.
    state: Option<RegistrationState>,
    /// Id of a ticket type that one of its attendees has.
    #[param(value_type = Option<TicketTypeId>)]
    ticket_type: Option<String>,
    /// Id or slug of a session that takes sign-up: a row only for those who come and signed up for it.
    session: Option<String>,
    /// Text in the code, a name or the contact's address.
    q: Option<String>,
    /// `sensitive`: answers to sensitive questions too.
    #[param(inline)]
    include: Option<Include>,
}

/// Export registrations as CSV
///
/// A row for each attendee, in the order their registrations were made, with the titles of the sessions they
/// signed up for in `sessions`; a column for each question, those of sensitive ones only with
/// `include=sensitive`. UTF-8 with a byte order mark (RFC 4180). A cell that a
/// spreadsheet could take for a formula begins with an apostrophe.
#[utoipa::path(operation_id = "export_registrations_csv", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), SheetQuery), responses((status = 200, description = "The file", body = String, content_type = "text/csv")))]
#[get("/organiser/events/{event}/registrations.csv")]
pub async fn export_registrations_csv(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<SheetQuery>,
) -> Result<HttpResponse, Problem> {
    export(app, who, path.into_inner(), query.0, Format::Csv).await
}

/// Export registrations as XLSX
///
/// The same table as in CSV, as a workbook whose cells are all text.
#[utoipa::path(operation_id = "export_registrations_xlsx", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), SheetQuery), responses((status = 200, description = "The file", body = String, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/organiser/events/{event}/registrations.xlsx")]
pub async fn export_registrations_xlsx(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<SheetQuery>,
) -> Result<HttpResponse, Problem> {
    export(app, who, path.into_inner(), query.0, Format::Xlsx).await
}

async fn export(
    app: App,
    who: Organiser,
    path: String,
    query: SheetQuery,
    format: Format,
) -> Result<HttpResponse, Problem> {
    who.require(Area::Registrations, Access::Read)?;
    let now = app.clock.now();
    let with_sensitive = query.include == Some(Include::Sensitive);
    let narrow = RegistrationQuery {
        state: query.state,
        ticket_type: query.ticket_type,
        session: query.session,
        q: query.q,
        ..RegistrationQuery::default()
    };
    let (event, filter, columns) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let types = tickets::list_all(conn, event.id)?;
            let filter = narrow.filter(conn, event.id, &types)?;
            let columns = Columns::read(conn, &event, &types, (now, with_sensitive))?;
            Ok::<_, Problem>((event, filter, columns))
        })
        .await?;
    let mut sheet = Sheet::new(format).map_err(Problem::internal)?;
    sheet.row(&columns.header()).map_err(Problem::internal)?;
    let export = Export {
        db: app.db.clone(),
        event: event.id,
        filter,
        columns,
        sheet: Some(sheet),
        after: None,
    };
    let name = format!(
        "attachment; filename=\"{}-registrations.{}\"",
        event.slug,
        format.extension()
    );
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(export.pieces()))
}

/// A file on its way: pages of the list, each read for itself, so that no reader keeps a snapshot of
/// the store for as long as somebody's line is slow.
struct Export {
    db: Db,
    event: EventId,
    filter: Filter,
    columns: Columns,
    /// `None` once it is finished.
    sheet: Option<Sheet>,
    after: Option<RegistrationKey>,
}

impl Export {
    fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + 'static {
        stream::try_unfold(self, |mut export| async move {
            let piece = export.piece().await.inspect_err(|error| {
                tracing::warn!(%error, "a file of registrations was broken off");
            })?;
            Ok(piece.map(|bytes| (bytes, export)))
        })
    }

    /// The next page; `None` after the last.
    async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        let Some(mut sheet) = self.sheet.take() else {
            return Ok(None);
        };
        let (event, filter) = (self.event, self.filter.clone());
        let keyset = Keyset {
            limit: page::MAX_LIMIT,
            after: self.after,
        };
        let page = self
            .db
            .read(move |conn| listing::list(conn, event, &filter, &keyset))
            .await
            .map_err(|error: DbError| io::Error::other(error))?;
        let only = self.filter.session;
        let rows = |one| self.columns.rows(one, only);
        for row in page.items.iter().flat_map(rows) {
            sheet.row(&row)?;
        }
        let last = page.items.last().filter(|_| page.next_cursor.is_some());
        self.after = last.map(|last| (last.created_at, last.id));
        if self.after.is_none() {
            return sheet.finish().map(Bytes::from).map(Some);
        }
        let bytes = sheet.take();
        self.sheet = Some(sheet);
        Ok(Some(bytes.into()))
    }
}
