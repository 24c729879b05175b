//! What is asked of the search.

use serde::Deserialize;
use utoipa::IntoParams;

use super::index::{of_event, of_series};
use super::query::Query;
use super::rank::Rank;
use crate::db::Conn;
use crate::events::{find_public, series};
use crate::faults::{Faults, Refused};
use crate::http::keyset;
use crate::ids::SlugOr;
use crate::page::Keyset;
use crate::problem::Problem;

/// Longest query, in characters.
const LONGEST: usize = 300;

/// What to look for, and where.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, all of which are looked for: in any form (`kommunen` finds `kommuner`), as the beginning or a
    /// part of longer ones (`barnevern` finds `barnevernleder`), with or without accents (`lorenskog` finds
    /// `Lørenskog`). There are no operators.
    #[param(min_length = 1, max_length = 300, example = "barnevern")]
    pub q: Option<String>,
    /// Id or slug of an event to look in.
    #[param(example = "barnevernskonferansen-2024")]
    pub event: Option<String>,
    /// Id or slug of a series to look in.
    #[param(example = "barnevernskonferansen")]
    pub series: Option<String>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl SearchQuery {
    /// Where the page starts.
    ///
    /// # Errors
    /// 422 for a bad limit or cursor.
    pub fn keyset(&self) -> Result<Keyset<Rank>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }

    /// The words.
    ///
    /// # Errors
    /// 422 where there are none, or too many.
    pub fn query(&self) -> Result<Query, Problem> {
        let mut faults = Faults::new();
        let query = faults.take("/q", parsed(self.q.as_deref().unwrap_or_default()));
        Ok(faults.finish(query)?)
    }

    /// The tokens of the event and the series to look in.
    ///
    /// # Errors
    /// 422 for what is not there, or the store's failure.
    pub fn scope(&self, conn: &mut Conn) -> Result<Vec<String>, Problem> {
        let mut faults = Faults::new();
        let mut tokens = Vec::new();
        if let Some(key) = &self.event {
            match find_public(conn, &SlugOr::parse(key))? {
                Some(event) => tokens.push(of_event(event.id)),
                None => faults.add("/event", "unknown_event", "There is no such event."),
            }
        }
        if let Some(key) = &self.series {
            match series::find(conn, None, &SlugOr::parse(key))? {
                Some(series) => tokens.push(of_series(series.id)),
                None => faults.add("/series", "unknown_series", "There is no such series."),
            }
        }
        Ok(faults.finish(Some(tokens))?)
    }
}

fn parsed(text: &str) -> Result<Query, Refused> {
    if text.chars().count() > LONGEST {
        let detail = "q has at most 300 characters.";
        return Err(Refused::new("too_long", detail));
    }
    let none = || Refused::new("required", "q has at least one letter or digit.");
    Query::parse(text).ok_or_else(none)
}
