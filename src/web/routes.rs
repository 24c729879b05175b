//! Where the links in mails lead.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderName, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::pages::{self, Grave};
use super::respond;
use super::wishes::{Done, Wish, language, perform};
use super::words::Trouble;
use crate::http::Form;
use crate::http::edge::Caller;
use crate::mail::wording::Tongue;
use crate::problem::{Kind, Problem, ProblemDocument};
use crate::registrations::desk::Key;
use crate::registrations::tokens::Purpose;
use crate::server::App;

type Page = Result<HttpResponse, Problem>;

/// What a link in a mail carries. Mail readers add parameters of their own; they are passed over.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names the parameters for the document")]
pub struct LinkQuery {
    /// The token of the mailed link.
    #[param(
        required = true,
        example = "gQx0b0yTqWc0T3kQm8m1cXW3m7o6Zk9o1r2s3t4u5v6"
    )]
    token: Option<String>,
    /// `nb`, `nn` or `en`; the registration's language if absent, else the browser's.
    #[param(example = "nb")]
    lang: Option<String>,
}

/// The form of the page that asks to confirm.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmForm {
    /// The token of the mailed link.
    #[schema(example = "gQx0b0yTqWc0T3kQm8m1cXW3m7o6Zk9o1r2s3t4u5v6")]
    token: String,
    /// `nb`, `nn` or `en`.
    #[schema(example = "nb")]
    lang: Option<String>,
}

crate::words! {
    /// What a form of the registration's page asks for.
    pub enum ManageAction {
        /// See it.
        Show = "show",
        /// Cancel it.
        Cancel = "cancel",
        /// Erase the person.
        Erase = "erase",
    }
}

/// The forms of the registration's page.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageForm {
    /// The token of the mailed link.
    #[schema(example = "gQx0b0yTqWc0T3kQm8m1cXW3m7o6Zk9o1r2s3t4u5v6")]
    token: Option<String>,
    /// The access token of the registration, from a page before.
    access: Option<String>,
    /// What is asked for.
    action: ManageAction,
    /// `yes` on the second step of what can't be undone.
    #[schema(example = "yes")]
    confirmed: Option<String>,
    /// `nb`, `nn` or `en`.
    #[schema(example = "nb")]
    lang: Option<String>,
}

fn header<'a>(request: &'a HttpRequest, name: &HeaderName) -> &'a str {
    let value = request.headers().get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The chosen language, else the browser's.
pub(super) fn tongue(request: &HttpRequest, chosen: Option<&str>) -> Tongue {
    chosen
        .and_then(Tongue::known)
        .unwrap_or_else(|| Tongue::accepted(header(request, &ACCEPT_LANGUAGE)))
}

pub(super) fn parameter(request: &HttpRequest, wanted: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty())
}

/// Whether a person in a browser asks.
pub(super) fn reads_html(request: &HttpRequest) -> bool {
    header(request, &ACCEPT).contains("text/html")
}

fn ok(tongue: Tongue, page: String) -> HttpResponse {
    respond(StatusCode::OK, tongue, page)
}

/// A person in a browser reads a page; a program gets the problem document.
pub(super) fn explain(request: &HttpRequest, tongue: Tongue, problem: Problem) -> Page {
    if !reads_html(request) {
        return Err(problem);
    }
    let trouble = Trouble::of(problem.kind());
    explain_as(tongue, trouble, &problem)
}

fn explain_as(tongue: Tongue, trouble: Trouble, problem: &Problem) -> Page {
    let page = pages::trouble(tongue, trouble)?;
    let mut response = respond(problem.status_code(), tongue, page);
    if let Some(seconds) = problem.seconds_to_wait() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// The page that a link of one of these purposes leads to: in the chosen language, else that of the
/// registration, else the browser's.
pub(super) async fn landing(
    app: &App,
    request: &HttpRequest,
    purposes: &'static [Purpose],
    page: fn(Tongue, &str) -> Result<String, Problem>,
) -> Page {
    let chosen = parameter(request, "lang").filter(|lang| Tongue::known(lang).is_some());
    let or_browsers = tongue(request, chosen.as_deref());
    let Some(token) = parameter(request, "token") else {
        return explain(request, or_browsers, Problem::not_found());
    };
    let own = match chosen {
        Some(_) => None,
        None => language(app, purposes, token.clone()).await,
    };
    let tongue = own.unwrap_or(or_browsers);
    Ok(ok(tongue, page(tongue, &token)?))
}

/// The page that asks to confirm
///
/// Where the link in a `confirm_registration` mail leads. One button; nothing is changed.
#[utoipa::path(operation_id = "get_confirm_page", tag = "pages", params(LinkQuery), responses((status = 200, description = "The page", body = String, content_type = "text/html"), (status = 404, description = "There is no token in the link", content((String = "text/html"), (ProblemDocument = "application/problem+json")))))]
#[get("/registrations/confirm")]
pub async fn get_confirm_page(app: App, request: HttpRequest) -> Page {
    let purposes = &[Purpose::Confirm, Purpose::Contact];
    landing(&app, &request, purposes, pages::confirm).await
}

/// Confirm a registration from its page
///
/// Shows the registration. Programs use `POST /api/v1/registrations/confirm`.
#[utoipa::path(operation_id = "post_confirm_page", tag = "pages", request_body(content = ConfirmForm, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "The registration", body = String, content_type = "text/html"), (status = 404, description = "The token is unknown"), (status = 409, description = "The state does not lead there"), (status = 410, description = "The token has expired or was used"), (status = 422, description = "The form can't be read")))]
#[post("/registrations/confirm")]
pub async fn post_confirm_page(app: App, request: HttpRequest, form: Form) -> Page {
    let tongue = tongue(&request, form.field("lang").as_deref());
    match form.read::<ConfirmForm>() {
        Ok(form) => answer(&app, &request, tongue, Wish::Confirm(form.token)).await,
        Err(problem) => explain(&request, tongue, problem),
    }
}

/// The page that opens a registration
///
/// Where the other links in mails lead. One button; nothing is changed.
#[utoipa::path(operation_id = "get_manage_page", tag = "pages", params(LinkQuery), responses((status = 200, description = "The page", body = String, content_type = "text/html"), (status = 404, description = "There is no token in the link", content((String = "text/html"), (ProblemDocument = "application/problem+json")))))]
#[get("/registrations/manage")]
pub async fn get_manage_page(app: App, request: HttpRequest) -> Page {
    landing(&app, &request, &[Purpose::Manage], pages::manage).await
}

/// See, cancel or erase a registration from its page
///
/// Cancelling and erasing ask once more before they are done.
#[utoipa::path(operation_id = "post_manage_page", tag = "pages", request_body(content = ManageForm, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "The registration, the question, or that it is done", body = String, content_type = "text/html"), (status = 404, description = "The token is unknown"), (status = 409, description = "The state does not lead there"), (status = 410, description = "The token has expired or was used"), (status = 422, description = "The form can't be read")))]
#[post("/registrations/manage")]
pub async fn post_manage_page(app: App, request: HttpRequest, form: Form) -> Page {
    let tongue = tongue(&request, form.field("lang").as_deref());
    let form: ManageForm = match form.read() {
        Ok(form) => form,
        Err(problem) => return explain(&request, tongue, problem),
    };
    let who = match (form.access, form.token) {
        (Some(access), _) => Key::Access(access),
        (None, Some(token)) => Key::Link(token),
        (None, None) => return explain(&request, tongue, Problem::not_found()),
    };
    let confirmed = form.confirmed.as_deref() == Some("yes");
    let wish = match form.action {
        ManageAction::Show => Wish::Show(who),
        ManageAction::Cancel if confirmed => Wish::Cancel(who),
        ManageAction::Erase if confirmed => Wish::Erase(who),
        ManageAction::Cancel => return Ok(ok(tongue, pages::sure(tongue, Grave::Cancel, &who)?)),
        ManageAction::Erase => return Ok(ok(tongue, pages::sure(tongue, Grave::Erase, &who)?)),
    };
    answer(&app, &request, tongue, wish).await
}

pub(super) async fn answer(app: &App, request: &HttpRequest, tongue: Tongue, wish: Wish) -> Page {
    let of_offer = matches!(wish, Wish::Accept(_) | Wish::Decline(_));
    let page = match perform(app, &Caller::of(request), tongue, wish).await {
        Ok(Done::Shown {
            registration,
            access_token,
        }) => pages::registration(tongue, &registration, &access_token)?,
        Ok(Done::Cancelled) => pages::done(tongue, Grave::Cancel)?,
        Ok(Done::TooLate) => {
            let late = Problem::new(Kind::Expired, "The registration was not confirmed in time.");
            return explain(request, tongue, late);
        }
        Ok(Done::Erased(_)) => pages::done(tongue, Grave::Erase)?,
        Err(used) if of_offer && used.kind() == Kind::TokenUsed && reads_html(request) => {
            return explain_as(tongue, Trouble::Answered, &used);
        }
        Err(problem) => return explain(request, tongue, problem),
    };
    Ok(ok(tongue, page))
}
