//! Answers: JSON with an entity tag, a list with its next page, a redirect, or nothing.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

use super::etag;
use crate::page::Page;
use crate::problem::Problem;

/// Who may keep an answer, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Nobody: organisers' and attendees' own data, redirects, answers to POST.
    NoStore,
    /// Public documents: ten seconds, and a minute more while a fresh one is fetched.
    Public,
    /// What changes with every registration or minute: five seconds.
    Brief,
    /// A numbered release never changes.
    Immutable,
}

impl Caching {
    /// The value of `Cache-Control`.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::NoStore => "no-store",
            Self::Public => "public, max-age=10, stale-while-revalidate=60",
            Self::Brief => "public, max-age=5",
            Self::Immutable => "public, max-age=3600, immutable",
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListOf<T> {
    /// The rows, in the order that the operation states.
    pub items: Vec<T>,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A good answer, ready to be kept with an `Idempotency-Key` and sent.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    caching: Caching,
    next_cursor: Option<String>,
    content_type: &'static str,
    pub(crate) replayed: bool,
}

impl Reply {
    /// 200 with this body.
    ///
    /// # Errors
    /// 500 when the body can't be serialised, which is a fault of ours.
    pub fn ok(body: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with the address of what was made.
    ///
    /// # Errors
    /// As [`ok`](Self::ok).
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Result<Self, Problem> {
        let mut reply = Self::json(StatusCode::CREATED, body)?;
        reply.location = Some(location.into());
        Ok(reply)
    }

    /// 202 with this body.
    ///
    /// # Errors
    /// As [`ok`](Self::ok).
    pub fn accepted(body: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::ACCEPTED, body)
    }

    /// Any status with this body.
    ///
    /// # Errors
    /// As [`ok`](Self::ok).
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(Problem::internal)?;
        Ok(Self::raw(status, body))
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::raw(StatusCode::NO_CONTENT, String::new())
    }

    /// 302 to this address.
    #[must_use]
    pub fn redirect(location: impl Into<String>) -> Self {
        let mut reply = Self::raw(StatusCode::FOUND, String::new());
        reply.location = Some(location.into());
        reply
    }

    /// One page of a list, with `Link` to the next.
    ///
    /// # Errors
    /// As [`ok`](Self::ok).
    pub fn page<T: Serialize>(page: Page<T>) -> Result<Self, Problem> {
        let next_cursor = page.next_cursor.clone();
        let mut reply = Self::ok(&ListOf {
            items: page.items,
            next_cursor: page.next_cursor,
        })?;
        reply.next_cursor = next_cursor;
        Ok(reply)
    }

    /// An answer that was made before.
    pub(crate) const fn raw(status: StatusCode, body: String) -> Self {
        Self {
            status,
            body,
            etag: None,
            location: None,
            caching: Caching::NoStore,
            next_cursor: None,
            content_type: "application/json; charset=utf-8",
            replayed: false,
        }
    }

    /// 200 with text of another kind than JSON.
    #[must_use]
    pub const fn text(content_type: &'static str, text: String) -> Self {
        let mut reply = Self::raw(StatusCode::OK, text);
        reply.content_type = content_type;
        reply
    }

    /// Sets the entity tag (unquoted).
    #[must_use]
    pub fn etag(mut self, tag: impl Into<String>) -> Self {
        self.etag = Some(tag.into());
        self
    }

    /// Sets who may keep the answer.
    #[must_use]
    pub const fn caching(mut self, caching: Caching) -> Self {
        self.caching = caching;
        self
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        // A GET without a version of its own is named by its bytes.
        let is_get = matches!(
            *request.method(),
            actix_web::http::Method::GET | actix_web::http::Method::HEAD
        );
        let tag = self.etag.or_else(|| {
            (is_get && self.status == StatusCode::OK).then(|| etag::of_bytes(self.body.as_bytes()))
        });
        let known = is_get
            && tag
                .as_deref()
                .is_some_and(|tag| etag::is_known(request, tag));
        let status = if known {
            StatusCode::NOT_MODIFIED
        } else {
            self.status
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, self.caching.header()));
        if let Some(tag) = tag {
            response.insert_header((header::ETAG, format!("\"{tag}\"")));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(cursor) = &self.next_cursor {
            response.insert_header((header::LINK, next_link(request, cursor)));
        }
        if self.replayed {
            response.insert_header(("Idempotent-Replayed", "true"));
        }
        if known || self.body.is_empty() {
            return response.finish();
        }
        response.content_type(self.content_type).body(self.body)
    }
}

/// The address of the next page (RFC 8288): this request with another cursor.
pub(super) fn next_link(request: &HttpRequest, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", cursor);
    format!("<{}?{}>; rel=\"next\"", request.path(), query.finish())
}
