//! The outermost layer: what holds for every request, whoever answers it.

use std::net::IpAddr;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};

use super::cors;
use super::limits::Remaining;
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

/// Gives the request its id, turns HEAD into GET, refuses what is too large, counts, answers
/// preflights, and renders whatever went wrong as a problem.
///
/// # Errors
/// None; the signature is the middleware's.
pub async fn edge<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let started = Instant::now();
    let Some(app) = request.app_data::<web::Data<AppState>>().cloned() else {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_left_body);
    };
    let caller = Caller {
        request_id: crate::clock::new_id::<()>().to_string(),
        client: app
            .config
            .trusted_proxies
            .client(request.peer_addr(), request.headers()),
    };
    request.extensions_mut().insert(caller.clone());
    let method = request.method().clone();
    let path = request.path().to_owned();
    let origin = request.headers().get(header::ORIGIN).cloned();
    if method == Method::HEAD {
        // Routed as GET; the HTTP layer leaves the body out of the answer.
        request.head_mut().method = Method::GET;
    }

    let (limit, refused) = match app.limits.request(caller.client) {
        Ok(remaining) => (remaining, refuse_early(&request).err()),
        Err(seconds) => (
            None,
            Some(
                Problem::new(Kind::TooManyRequests, "Too many requests from this client.")
                    .retry_after(seconds),
            ),
        ),
    };
    let mut response = if let Some(problem) = refused {
        let rendered = problem.render(&caller.request_id);
        request.into_response(rendered).map_into_right_body()
    } else if method == Method::OPTIONS && app.methods.allowed(&path).is_some() {
        request
            .into_response(HttpResponse::NoContent().finish())
            .map_into_right_body()
    } else {
        match next.call(request).await {
            Ok(response) => problems_as_documents(response, &app, &path, &caller),
            Err(error) => return Err(error),
        }
    };

    let preflight = (method == Method::OPTIONS).then(|| app.methods.allowed(&path));
    let headers = response.headers_mut();
    finish(headers, &caller, limit);
    cors::allow(
        headers,
        &path,
        origin.as_ref(),
        &app.config.organiser_origins,
    );
    if let Some(allowed) = preflight.flatten() {
        cors::preflight(headers, &allowed);
        insert(headers, header::ALLOW, &allowed);
    }
    let pattern = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    app.metrics
        .request(method.as_str(), &pattern, status, started.elapsed());
    tracing::debug!(%method, route = pattern, status, id = caller.request_id, micros = started.elapsed().as_micros(), "answered");
    Ok(response)
}

fn refuse_early(request: &ServiceRequest) -> Result<(), Problem> {
    if request.uri().to_string().len() > MAX_URI {
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
    insert(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !headers.contains_key(header::CACHE_CONTROL) {
        insert(headers, header::CACHE_CONTROL, "no-store");
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
