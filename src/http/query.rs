//! Query strings: unknown parameters and bad values are told, never ignored.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::faults::Faults;
use crate::page::{self, Keyset};
use crate::problem::Problem;

/// The query of a request as a `T`, which denies unknown fields.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

pub(super) fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    // Through a map of strings, so that a parameter given twice is a fault too.
    let mut object = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if value.contains(['\0', '\u{fffd}']) {
            return Err(Faults::one(
                format!("/{name}"),
                "invalid_text",
                "A parameter is UTF-8 without NUL.",
            )
            .into());
        }
        let earlier = object.insert(name.clone().into_owned(), value.into_owned().into());
        if earlier.is_some() {
            return Err(Faults::one(
                format!("/{name}"),
                "duplicate_key",
                "A parameter is given once.",
            )
            .into());
        }
    }
    super::strict::typed(object.into())
}

/// Paging of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Where the page starts.
    ///
    /// # Errors
    /// 422 for a bad limit or cursor.
    pub fn keyset<K: DeserializeOwned>(&self) -> Result<Keyset<K>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }
}

/// Reads `limit` and `cursor` of a list whose sort key is a `K`.
///
/// # Errors
/// 422 for a limit outside 1–200 and for a cursor that is none of this list.
pub fn keyset<K: DeserializeOwned>(
    limit: Option<&str>,
    cursor: Option<&str>,
) -> Result<Keyset<K>, Problem> {
    let mut faults = Faults::new();
    let limit = match limit.map(str::parse) {
        None => page::DEFAULT_LIMIT,
        Some(Ok(limit)) if (1..=page::MAX_LIMIT).contains(&limit) => limit,
        Some(_) => {
            faults.add(
                "/limit",
                "invalid_limit",
                "limit is a number from 1 to 200.",
            );
            page::DEFAULT_LIMIT
        }
    };
    let after = cursor.and_then(|cursor| {
        let key = page::decode(cursor);
        if key.is_none() {
            faults.add(
                "/cursor",
                "invalid_cursor",
                "cursor is the next_cursor of an earlier page of this list.",
            );
        }
        key
    });
    faults
        .finish(Some(Keyset { limit, after }))
        .map_err(Problem::from)
}
