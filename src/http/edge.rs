//! The outermost layer: what holds for every request, whoever answers it.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, Responder, web};
use futures_util::future::{Either, LocalBoxFuture};

use super::cors;
use super::limits::Remaining;
use super::precompressed::Precompressed;
use crate::problem::{self, Kind, Problem};
use crate::server::AppState;

const MAX_URI: usize = 4 * 1024;
const MAX_HEADERS: usize = 16 * 1024;

/// What the edge knows of a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Also in `X-Request-Id`, in the log and in a problem's `instance`.
    pub request_id: String,
    /// Whom limits count: the address of the client, of IPv6 the /64.
    pub client: IpAddr,
}

impl Caller {
    /// What the edge noted on this request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self {
                request_id: String::new(),
                client: IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
            })
    }
}

/// An answer that is there already.
#[derive(Debug)]
pub struct AtHand {
    /// What is sent.
    pub answer: Precompressed,
    /// The pattern of the route that would answer the same.
    pub route: &'static str,
}

/// Looks for an answer that is there already; nothing sends the request on.
pub type FrontDoor = fn(&AppState, &ServiceRequest) -> Option<AtHand>;

/// The outermost layer: gives the request its id, refuses what is too much or too large, counts, renders
/// whatever went wrong as a problem, and lets in by the front door whom that has an answer for.
///
/// A service by hand rather than by `from_fn`, so that such an answer needs no future of its own.
#[derive(Debug, Clone, Copy)]
pub struct Edge(pub FrontDoor);

impl<S, B> Transform<S, ServiceRequest> for Edge
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type InitError = ();
    type Transform = EdgeService<S>;
    type Future = Ready<Result<EdgeService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(EdgeService {
            inner: Rc::new(inner),
            front_door: self.0,
        }))
    }
}

/// [`Edge`] around what is within.
#[derive(Debug)]
pub struct EdgeService<S> {
    inner: Rc<S>,
    front_door: FrontDoor,
}

type Answered<B> = Result<ServiceResponse<EitherBody<B, BoxBody>>, Error>;

impl<S, B> Service<ServiceRequest> for EdgeService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Future = Either<Ready<Answered<B>>, LocalBoxFuture<'static, Answered<B>>>;

    actix_web::dev::forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let inner = Rc::clone(&self.inner);
        let Some(app) = request.app_data::<web::Data<AppState>>().cloned() else {
            return Either::Right(Box::pin(async move {
                let response = inner.call(request).await?;
                Ok(response.map_into_left_body())
            }));
        };
        let visit = Visit::begin(&app, &request);
        if visit.refused.is_none()
            && let Some(found) = (self.front_door)(&app, &request)
        {
            let response = visit.answer(&app, &request, found);
            let response = request.into_response(response).map_into_right_body();
            return Either::Left(ready(Ok(response)));
        }
        Either::Right(Box::pin(visit.long_way(app, request, inner)))
    }
}

/// A request on its way through.
struct Visit {
    started: Instant,
    caller: Caller,
    limit: Option<Remaining>,
    refused: Option<Problem>,
}

impl Visit {
    fn begin(app: &AppState, request: &ServiceRequest) -> Self {
        let started = Instant::now();
        let caller = Caller {
            request_id: crate::clock::request_id(),
            client: app
                .config
                .trusted_proxies
                .client(request.peer_addr(), request.headers()),
        };
        let (limit, refused) = match app.limits.request(caller.client) {
            Ok(remaining) => (remaining, refuse_early(request).err()),
            Err(seconds) => {
                let detail = "Too many requests from this client.";
                let problem = Problem::new(Kind::TooManyRequests, detail).retry_after(seconds);
                (Some(Remaining::NONE), Some(problem))
            }
        };
        Self {
            started,
            caller,
            limit,
            refused,
        }
    }

    /// What was found at the front door, as anybody may have it.
    fn answer(&self, app: &AppState, request: &ServiceRequest, found: AtHand) -> HttpResponse {
        let mut response = found.answer.respond_to(request.request());
        let headers = response.headers_mut();
        finish(headers, &self.caller, self.limit);
        cors::allow_any(headers);
        let status = response.status().as_u16();
        self.note(app, request.method(), Cow::Borrowed(found.route), status);
        response
    }

    /// Through the router to a handler.
    async fn long_way<S, B>(
        mut self,
        app: web::Data<AppState>,
        mut request: ServiceRequest,
        inner: Rc<S>,
    ) -> Answered<B>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody + 'static,
    {
        request.extensions_mut().insert(self.caller.clone());
        let method = request.method().clone();
        let path = request.path().to_owned();
        let origin = request.headers().get(header::ORIGIN).cloned();
        if method == Method::HEAD {
            // Routed as GET; the HTTP layer leaves the body out of the answer.
            request.head_mut().method = Method::GET;
        }
        let preflight = (method == Method::OPTIONS)
            .then(|| app.methods.allowed(&path))
            .flatten();
        let mut response = if let Some(problem) = self.refused.take() {
            let rendered = problem.render(&self.caller.request_id);
            request.into_response(rendered).map_into_right_body()
        } else if preflight.is_some() {
            request
                .into_response(HttpResponse::NoContent().finish())
                .map_into_right_body()
        } else {
            let response = inner.call(request).await?;
            problems_as_documents(response, &app, &path, &self.caller)
        };
        let headers = response.headers_mut();
        finish(headers, &self.caller, self.limit);
        let known_origins = &app.config.organiser_origins;
        cors::allow(headers, &path, origin.as_ref(), known_origins);
        if let Some(allowed) = preflight {
            cors::preflight(headers, &allowed);
            insert(headers, header::ALLOW, &allowed);
        }
        let pattern = response.request().match_pattern();
        let pattern = pattern.map_or(Cow::Borrowed("unmatched"), Cow::Owned);
        self.note(&app, &method, pattern, response.status().as_u16());
        Ok(response)
    }

    fn note(&self, app: &AppState, method: &Method, route: Cow<'static, str>, status: u16) {
        let took = self.started.elapsed();
        tracing::debug!(%method, %route, status, id = self.caller.request_id, micros = took.as_micros(), "answered");
        app.metrics.request(method.as_str(), route, status, took);
    }
}

fn refuse_early(request: &ServiceRequest) -> Result<(), Problem> {
    let uri = request.uri();
    let address = uri
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    let authority = uri.authority().map_or(0, |name| name.as_str().len());
    if address + authority > MAX_URI {
        return Err(Problem::new(
            Kind::UriTooLong,
            "The address is longer than 4 KiB.",
        ));
    }
    let size: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if size > MAX_HEADERS {
        return Err(Problem::new(
            Kind::HeadersTooLarge,
            "The headers are larger than 16 KiB.",
        ));
    }
    // Before any extractor: nothing is ever inflated here.
    let coded = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding != "identity");
    if coded {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "A compressed request body is not taken.",
        ));
    }
    Ok(())
}

/// Renders a failure as a problem document, unless it is one already.
fn problems_as_documents<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    app: &AppState,
    path: &str,
    caller: &Caller,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let status = response.status();
    let is_document = response
        .headers()
        .get(header::CONTENT_TYPE)
        // A page tells a person in a browser what went wrong; see `web`.
        .is_some_and(|value| value == problem::CONTENT_TYPE || value == crate::web::HTML);
    if !(status.is_client_error() || status.is_server_error()) || is_document {
        return response.map_into_left_body();
    }
    let known = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>())
        .cloned();
    let allowed = app.methods.allowed(path);
    let problem =
        known.unwrap_or_else(|| of_status(status, allowed.is_some(), response.response().error()));
    let mut rendered = problem.render(&caller.request_id);
    if problem.kind() == Kind::MethodNotAllowed
        && let Some(allowed) = allowed
    {
        insert(rendered.headers_mut(), header::ALLOW, &allowed);
    }
    response.into_response(rendered).map_into_right_body()
}

/// The problem for a bare status that the framework answered with.
fn of_status(status: StatusCode, path_exists: bool, error: Option<&Error>) -> Problem {
    match status {
        StatusCode::NOT_FOUND if path_exists => Problem::new(
            Kind::MethodNotAllowed,
            "This path does not have this method.",
        ),
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            Kind::MethodNotAllowed,
            "This path does not have this method.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            Kind::BodyTooLarge,
            "The body is larger than this operation takes.",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            Kind::UnsupportedMediaType,
            "The body has another media type.",
        ),
        StatusCode::REQUEST_TIMEOUT => {
            Problem::new(Kind::SlowBody, "The body was not there in time.")
        }
        status if status.is_client_error() => {
            Problem::new(Kind::BadRequest, "The request can't be understood.")
        }
        _ => Problem::internal(error.map_or_else(|| status.to_string(), ToString::to_string)),
    }
}

fn finish(headers: &mut HeaderMap, caller: &Caller, limit: Option<Remaining>) {
    insert(
        headers,
        HeaderName::from_static("x-request-id"),
        &caller.request_id,
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(limit) = limit {
        insert(
            headers,
            HeaderName::from_static("ratelimit"),
            &limit.header(),
        );
        insert(
            headers,
            HeaderName::from_static("ratelimit-policy"),
            &Remaining::policy(),
        );
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
