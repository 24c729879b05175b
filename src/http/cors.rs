//! CORS: any origin for the public and the registration tree, a list for the organiser tree.
//!
//! Our own lines rather than a middleware crate, because the three trees share one scope, and the
//! methods of a preflight come from the document.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

const ALLOW_HEADERS: &str =
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Kongress-Frontend";
const EXPOSE_HEADERS: &str = "ETag, Link, Location, Retry-After, X-Request-Id, RateLimit, RateLimit-Policy, Idempotent-Replayed";

/// Adds what any origin may see of a public answer.
pub fn allow_any(headers: &mut HeaderMap) {
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        headers,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        EXPOSE_HEADERS,
    );
}

/// Adds what this origin may see of the answer for this path.
pub fn allow(
    headers: &mut HeaderMap,
    path: &str,
    origin: Option<&HeaderValue>,
    organiser_origins: &[String],
) {
    if !path.starts_with("/api/") {
        return;
    }
    if !path.starts_with("/api/v1/organiser") {
        allow_any(headers);
        return;
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let known = origin.filter(|origin| {
        origin
            .to_str()
            .is_ok_and(|origin| organiser_origins.iter().any(|known| known == origin))
    });
    if let Some(origin) = known {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            EXPOSE_HEADERS,
        );
    }
}

/// Adds what a preflight asks for, if [`allow`] let the origin in.
pub fn preflight(headers: &mut HeaderMap, methods: &str) {
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        return;
    }
    set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS);
    set(headers, header::ACCESS_CONTROL_MAX_AGE, "600");
    if let Ok(methods) = HeaderValue::from_str(methods) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
