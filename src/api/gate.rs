//! The gate of the two private trees: who is asking, whether what the address names is theirs, and
//! whether their role reaches it. Only then is anything said about headers, query or body, so that
//! nobody learns from a fault what is not theirs to know of.
//!
//! The gate looks at the address and the token alone. What an operation needs is required by its
//! handler; here it is foreseen, so that the answer does not depend on what was sent.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use crate::auth::{self, Access, Area, Organiser};
use crate::db::Conn;
use crate::events;
use crate::ids::SlugOr;
use crate::organisations;
use crate::problem::Problem;
use crate::registrations;
use crate::server::App;

/// Lets a request pass to its handler, or answers 401, 404 or 403.
///
/// # Errors
/// Those of what comes after it.
pub async fn gate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match admit(&request).await {
        Ok(()) => {
            let response = next.call(request).await?;
            match traced(&response) {
                Ok(()) => Ok(response.map_into_left_body()),
                Err(fault) => Ok(response.error_response(fault).map_into_right_body()),
            }
        }
        Err(problem) => Ok(request.error_response(problem).map_into_right_body()),
    }
}

/// A write of an organiser that succeeds has left a trace in the audit. Where a handler forgot, whoever
/// tries it in development is told; a running service answers, and the log says so.
fn traced<B>(response: &ServiceResponse<B>) -> Result<(), Problem> {
    let request = response.request();
    let writes = !request.method().is_safe() && response.status().is_success();
    if !writes || response.headers().contains_key("idempotent-replayed") {
        return Ok(());
    }
    let extensions = request.extensions();
    let Some(who) = extensions.get::<Organiser>().filter(|who| !who.is_traced()) else {
        return Ok(());
    };
    let fault = format!(
        "{} left no trace: it calls none of the functions of audit",
        who.operation
    );
    if cfg!(debug_assertions) {
        return Err(Problem::internal(fault));
    }
    tracing::error!("{fault}");
    Ok(())
}

async fn admit(request: &ServiceRequest) -> Result<(), Problem> {
    // As the router reads it: `%6B` is a `k` there too.
    let path = request.match_info().get_ref().path();
    let Some(address) = path.strip_prefix("/api/v1/") else {
        return Ok(());
    };
    let segments: Vec<&str> = address.split('/').collect();
    let Some(app) = request.app_data::<App>() else {
        return Ok(());
    };
    if !app.methods.has(path, request.method().as_str()) {
        // There is no such operation, which the router says to everybody.
        return Ok(());
    }
    match segments.as_slice() {
        ["organiser", below @ ..] => {
            let who = organiser(app, request, below).await?;
            request.extensions_mut().insert(who);
        }
        ["registration", ..] => {
            let own = registrations::extract::sign_in(app, request.request()).await?;
            request.extensions_mut().insert(own);
        }
        _ => {}
    }
    Ok(())
}

async fn organiser(
    app: &App,
    request: &ServiceRequest,
    below: &[&str],
) -> Result<Organiser, Problem> {
    let named: Vec<String> = below.iter().take(2).map(|&part| part.to_owned()).collect();
    let admits = move |conn: &mut Conn, who: &Organiser| theirs(conn, who, &named);
    let mut who = auth::sign_in(app, request.request(), admits).await?;
    let path = request.match_info().get_ref().path();
    let operation = app.methods.operation(path, request.method().as_str());
    operation.unwrap_or_default().clone_into(&mut who.operation);
    let access = match *request.method() {
        Method::GET => Access::Read,
        _ => Access::Write,
    };
    if let Some(area) = area(below) {
        who.require(area, access)?;
    }
    Ok(who)
}

/// Lets whoever owns it pass to what the first two segments name.
fn theirs(conn: &mut Conn, who: &Organiser, named: &[String]) -> Result<(), Problem> {
    let [tree, key] = named else {
        return Ok(());
    };
    match tree.as_str() {
        "events" => events::routes::owned(conn, who, key).map(drop),
        "series" => events::series::find(conn, Some(who.organisation_id), &SlugOr::parse(key))?
            .map(drop)
            .ok_or_else(Problem::not_found),
        "organisations" => organisations::routes::own(who, key),
        _ => Ok(()),
    }
}

/// The part of the tree that an address belongs to; `None` for what every token reaches.
fn area(below: &[&str]) -> Option<Area> {
    match below {
        ["organisations" | "events", _, "audit"] => Some(Area::Audit),
        ["organisations", _, ..] => Some(Area::Organisation),
        ["series", ..] | ["events"] | ["events", _] => Some(Area::Events),
        ["events", _, part, ..] => match *part {
            "publish" | "archive" | "cancel" | "reopen" | "clone" => Some(Area::Events),
            "committee" | "committee-order" | "room-order" | "track-order" | "session-shifts"
            | "rooms" | "tracks" | "speakers" | "sessions" | "programme" | "recordings"
            | "marks" => Some(Area::Programme),
            "quotas" | "ticket-types" | "questions" | "access-codes" | "registrations"
            | "registrations.csv" | "registrations.xlsx" | "waiting-list" => {
                Some(Area::Registrations)
            }
            "emails" => Some(Area::Emails),
            _ => None,
        },
        _ => None,
    }
}
