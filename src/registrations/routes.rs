//! Registering, and what the links of mails lead to.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, post, web};

use super::confirm;
use super::extract::unknown;
use super::hot::Answer::{Confirmed, Registered};
use super::hot::{Command, Register};
use super::input::RegistrationInput;
use super::refusal::Refusal;
use super::register::Rules;
use super::wire_bodies::{LinkAccepted, LinkInput, RegistrationAccepted, TokenBody};
use super::wire_own::OpenedView;
use crate::fault;
use crate::faults::Faults;
use crate::http::edge::Caller;
use crate::http::{Answer, Json, Reply};
use crate::idempotency::Once;
use crate::problem::{Kind, Problem};
use crate::server::{App, AppState};
use crate::text::Email;
use crate::tickets::public_routes::slow_guessing;

/// Register
///
/// Holds the seats until `confirm_before` and mails a link to confirm the address with. The answer is
/// the same whether or not the address is known: an earlier registration of it that is not confirmed is
/// replaced; once it is further, nothing is made, and the address gets a mail with a link to it. Where it
/// is full, `join_waiting_list` leads to a place in the line, which counts from the confirmation.
#[utoipa::path(operation_id = "create_registration", tag = "registration", params(("event" = String, Path, description = "Id or slug")), request_body = RegistrationInput, responses((status = 202, description = "A mail is on its way", body = RegistrationAccepted), (status = 409, description = "`sold-out`, `session-full`, `municipality-taken`, `option-full`, `access-code-used-up`, `registration-closed`: nothing was stored")))]
#[post("/events/{event}/registrations")]
pub async fn create_registration(
    app: App,
    path: web::Path<String>,
    request: HttpRequest,
    once: Once,
    body: Json<RegistrationInput>,
) -> Answer {
    let once = once.with(&body);
    let command = Command::Register(Box::new(Register {
        now: app.clock.now(),
        rules: Rules::from(&app.config),
        event_key: path.into_inner(),
        input: body.value,
        once: once.clone(),
    }));
    let answer = app.hot.submit(command).await;
    fault::point("after-registration-commit");
    app.mail_wakeup();
    match answer {
        Ok(Registered(answer)) => answer.map_err(|problem| slow_guessing(&app, &request, problem)),
        Ok(Confirmed(_)) => Err(Problem::internal("the answer to another command")),
        Err(error) => Err(once.problem(error)),
    }
}

/// Counts unknown tokens, so that guessing is slow.
pub(super) fn count_unknown(app: &AppState, request: &HttpRequest, problem: Problem) -> Problem {
    if problem.kind() == Kind::NotFound {
        unknown(app, &Caller::of(request), problem)
    } else {
        problem
    }
}

/// Confirm a registration
///
/// By the token of the mailed link. Repeated within 24 hours it opens the same registration again. After
/// `confirm_before` it succeeds while the seats are still free.
#[utoipa::path(operation_id = "confirm_registration", tag = "registration", request_body = TokenBody, responses((status = 200, description = "The registration, and the token that opens it", body = OpenedView), (status = 404, description = "`not-found`: there is no such link"), (status = 409, description = "`wrong-state`: it was cancelled meanwhile"), (status = 410, description = "`token-used`, `expired`")))]
#[post("/registrations/confirm")]
pub async fn confirm_registration(app: App, request: HttpRequest, body: Json<TokenBody>) -> Answer {
    let command = Command::Confirm {
        now: app.clock.now(),
        rules: Rules::from(&app.config),
        secret: body.value.token,
    };
    let answer = app.hot.submit(command).await;
    app.mail_wakeup();
    match answer? {
        Confirmed(ended) => match *ended {
            Ok(confirm::Confirmed::Yes(opened)) => Reply::ok(&OpenedView::from(*opened)),
            Ok(confirm::Confirmed::TooLate) => Err(Refusal::Expired.into()),
            Err(refusal) => Err(count_unknown(&app, &request, refusal.into())),
        },
        Registered(_) => Err(Problem::internal("the answer to another command")),
    }
}

/// Open a registration
///
/// Exchanges the token of a link to a registration, until 30 days after the event, for one that opens
/// it. The link stands in mails that people keep, so it may be followed as often as needed.
#[utoipa::path(operation_id = "open_registration", tag = "registration", request_body = TokenBody, responses((status = 200, description = "The registration, and the token that opens it", body = OpenedView), (status = 404, description = "`not-found`: there is no such link"), (status = 410, description = "`expired`: the event was more than 30 days ago")))]
#[post("/registrations/access")]
pub async fn open_registration(app: App, request: HttpRequest, body: Json<TokenBody>) -> Answer {
    let now = app.clock.now();
    let opened = app
        .db
        .write(move |tx| confirm::access(tx, now, &body.value.token))
        .await
        .map_err(|stop| count_unknown(&app, &request, stop.into()))?;
    Reply::ok(&OpenedView::from(opened))
}

/// Ask for a link to one's registration
///
/// Always 202: the mail goes only where there is a registration. The address is looked up after the
/// answer, so that not even its time tells whether there is one.
#[utoipa::path(operation_id = "request_registration_link", tag = "registration", request_body = LinkInput, responses((status = 202, description = "If there is a registration, a link to it is on its way", body = LinkAccepted)))]
#[post("/registrations/link")]
pub async fn request_registration_link(app: App, once: Once, body: Json<LinkInput>) -> Answer {
    let now = app.clock.now();
    let email = Email::parse(&body.value.email)
        .map_err(|refused| Faults::one("/email", refused.code, refused.detail))?;
    let view = LinkAccepted { state: "accepted" };
    let reply = once
        .with(&body)
        .run(&app.db, now, move |_| {
            Ok(Reply::json(StatusCode::ACCEPTED, &view)?.into())
        })
        .await?;
    if !reply.replayed {
        actix_web::rt::spawn(mail_link(app, body.value.event, email));
    }
    Ok(reply)
}

/// Lost if the service stops this very moment; then the link is asked for again.
async fn mail_link(app: App, event: String, email: Email) {
    let (now, limit) = (app.clock.now(), app.config.rate_limit);
    let mailed = app
        .db
        .write(move |tx| confirm::mail_link(tx, now, &event, &email, limit))
        .await;
    if let Err(error) = mailed {
        tracing::warn!(%error, "a link to a registration was not mailed");
    }
}
