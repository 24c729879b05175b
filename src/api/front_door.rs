//! The front door: what is asked for most is answered before the router looks for a path.
//!
//! Trying the patterns of all routes one by one, and reading a path into its parameters, costs more than
//! the answer itself where that lies ready in memory. So a plain GET below `/api/v1/events/` is looked up
//! here first. What is found is what the route would answer at this moment, by the same rules of what is
//! current; whatever is not found, faults among it, takes the long way.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

use crate::http::edge::AtHand;
use crate::publication;
use crate::server::AppState;

const TICKETS: &str = "/api/v1/events/{event}/tickets";
const REGISTRATION_FORM: &str = "/api/v1/events/{event}/registration-form";

/// The answer to this request, if it is there already.
#[must_use]
pub fn at_hand(app: &AppState, request: &ServiceRequest) -> Option<AtHand> {
    if request.method() != Method::GET {
        return None;
    }
    let address = request.uri().path_and_query()?.as_str();
    // The router reads `%6B` as a `k`; it may do so.
    let below = request.path().strip_prefix("/api/v1/events/")?;
    if below.contains('%') {
        return None;
    }
    let (event, rest) = match below.split_once('/') {
        None => (below, None),
        Some((event, rest)) => (event, Some(rest)),
    };
    let recent = |route| Some((route, app.recent.at_hand(address)?));
    let (route, answer) = match rest {
        Some("tickets") => recent(TICKETS)?,
        Some("registration-form") => recent(REGISTRATION_FORM)?,
        _ => {
            let is_plain = request.uri().query().is_none();
            publication::at_hand(&app.snapshots, event, rest, address, is_plain)?
        }
    };
    let ready = answer.document.is_ready_for(request.request());
    ready.then_some(AtHand { answer, route })
}
