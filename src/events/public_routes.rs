//! What anybody reads of series and of lists of events.

use actix_web::{HttpRequest, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{EventState, Format, Phase};
use super::series;
use super::store::{self, EventKey, Filter};
use super::wire::{EventView, SeriesView};
use crate::clock::Instant;
use crate::db::Conn;
use crate::faults::Faults;
use crate::http::{Caching, Document, ListOf, PageQuery, Published, Query, keyset};
use crate::ids::{OrganisationId, SlugOr};
use crate::page::Keyset;
use crate::problem::Problem;
use crate::server::App;
use crate::text::time;

/// Filters of lists of events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Id or slug of a series.
    pub series: Option<String>,
    /// Where the event is in time.
    pub phase: Option<Phase>,
    /// Where the event is in its life.
    pub state: Option<EventState>,
    /// How one takes part.
    pub format: Option<Format>,
    /// Events that end on this day or later.
    #[param(value_type = Option<String>, format = Date, example = "2027-01-01")]
    pub from: Option<String>,
    /// Events that start on this day or earlier.
    #[param(value_type = Option<String>, format = Date, example = "2027-12-31")]
    pub to: Option<String>,
    /// Text in the title or subtitle.
    pub q: Option<String>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl EventQuery {
    /// Where the page starts.
    ///
    /// # Errors
    /// 422 for a bad limit or cursor.
    pub fn keyset(&self) -> Result<Keyset<EventKey>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }

    /// The filter; `organisation` is the scope of an organiser, `None` the public's.
    ///
    /// # Errors
    /// 422 for what can't be read, and for a series that is not there.
    pub fn filter(
        &self,
        conn: &mut Conn,
        now: Instant,
        organisation: Option<OrganisationId>,
    ) -> Result<Filter, Problem> {
        let mut faults = Faults::new();
        let from = faults.take_optional("/from", self.from.as_deref(), time::date);
        let to = faults.take_optional("/to", self.to.as_deref(), time::date);
        let series = match &self.series {
            None => None,
            Some(key) => series::find(conn, organisation, &SlugOr::parse(key))?,
        };
        if self.series.is_some() && series.is_none() {
            faults.add("/series", "unknown_series", "There is no such series.");
        }
        let filter = Filter {
            organisation,
            series: series.map(|series| series.id),
            phase: self.phase.map(|phase| (phase, now)),
            state: self.state,
            format: self.format,
            from,
            to,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
            newest_first: false,
        };
        Ok(faults.finish(Some(filter))?)
    }
}

/// A series with its published events.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesWithEvents {
    /// The series.
    #[serde(flatten)]
    pub series: SeriesView,
    /// Its published, archived and cancelled events, newest first (the newest 200).
    pub events: Vec<EventView>,
}

/// List series
///
/// By slug.
#[utoipa::path(operation_id = "list_series", tag = "public", params(PageQuery), responses((status = 200, description = "A page of series", body = ListOf<SeriesView>)))]
#[get("/series")]
pub async fn list_series(app: App, query: Query<PageQuery>, request: HttpRequest) -> Published {
    let keyset = query.0.keyset()?;
    app.recent
        .answer(&request, Caching::Public, move |conn, _| {
            let page = series::list(conn, None, &keyset)?;
            Document::page(page.map(|series| SeriesView::from(&series)))
        })
        .await
}

/// Read a series
///
/// With its events, newest first.
#[utoipa::path(operation_id = "get_series", tag = "public", params(("series" = String, Path, description = "Id or slug")), responses((status = 200, description = "The series", body = SeriesWithEvents)))]
#[get("/series/{series}")]
pub async fn get_series(app: App, path: web::Path<String>, request: HttpRequest) -> Published {
    app.recent
        .answer(&request, Caching::Public, move |conn, now| {
            let series =
                series::find(conn, None, &SlugOr::parse(&path))?.ok_or_else(Problem::not_found)?;
            let filter = Filter {
                series: Some(series.id),
                newest_first: true,
                ..Filter::default()
            };
            let events = store::list(conn, &filter, &Keyset::default())?;
            let events = events.items.iter();
            Document::of(&SeriesWithEvents {
                series: SeriesView::from(&series),
                events: events.map(|event| EventView::new(event, now)).collect(),
            })
        })
        .await
}

/// List events
///
/// Published, archived and cancelled ones; by date, undated ones last.
#[utoipa::path(operation_id = "list_events", tag = "public", params(EventQuery), responses((status = 200, description = "A page of events", body = ListOf<EventView>)))]
#[get("/events")]
pub async fn list_events(app: App, query: Query<EventQuery>, request: HttpRequest) -> Published {
    let keyset = query.0.keyset()?;
    app.recent
        .answer(&request, Caching::Public, move |conn, now| {
            let filter = query.0.filter(conn, now, None)?;
            let page = store::list(conn, &filter, &keyset)?;
            Document::page(page.map(|event| EventView::new(&event, now)))
        })
        .await
}
