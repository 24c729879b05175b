//! The organiser's e-mail log.

use actix_web::{get, post, web};
use chrono_tz::Tz;
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::log_store::{self as log, Entry, Filter, LogKey, RetryRefusal};
use super::message::message_id;
use super::model::{EmailKind, EmailState};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::events::routes::owned;
use crate::http::wire::Moment;
use crate::http::{Answer, ListOf, Query, Reply, keyset};
use crate::ids::{EmailId, RegistrationId};
use crate::problem::{Kind, Problem};
use crate::server::App;

/// A mail in the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Email)]
pub struct EmailView {
    /// Id.
    id: EmailId,
    /// What it tells; also in its header `X-Kongress-Kind`.
    kind: EmailKind,
    /// Address of the recipient; null once the person was erased.
    #[schema(required = true, example = "someone@example.org")]
    to: Option<String>,
    /// The language asked for.
    #[schema(example = "nb")]
    language: String,
    /// Where it is on its way.
    state: EmailState,
    /// Tries that were spent. While no mail server can be reached, none are.
    #[schema(example = 1)]
    attempts: i32,
    /// What the mail server said last, or why it could not be asked.
    #[schema(required = true, example = "452 4.2.2 Mailbox full")]
    last_reply: Option<String>,
    /// Its `Message-ID`, the same in every copy.
    #[schema(example = "<01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2e@example.org>")]
    message_id: String,
    /// The registration it is about.
    #[schema(required = true)]
    registration_id: Option<RegistrationId>,
    /// When it was written.
    created_at: Moment,
    /// When the mail server took it.
    #[schema(required = true)]
    sent_at: Option<Moment>,
    /// When it is tried next; null once nothing more comes.
    #[schema(required = true)]
    next_attempt_at: Option<Moment>,
}

impl EmailView {
    fn new(entry: Entry, zone: Tz, from: &Mailbox) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            to: entry.to,
            language: entry.language,
            state: entry.state,
            attempts: entry.attempts,
            last_reply: entry.last_reply,
            message_id: message_id(&entry.message_id, from),
            registration_id: entry.registration_id,
            created_at: Moment::new(entry.created_at, zone),
            sent_at: Moment::maybe(entry.sent_at, zone),
            next_attempt_at: Moment::maybe(entry.next_attempt_at, zone),
        }
    }
}

impl From<RetryRefusal> for Problem {
    fn from(refusal: RetryRefusal) -> Self {
        let detail = match refusal {
            RetryRefusal::Unknown => return Self::not_found(),
            RetryRefusal::WrongState(state) => format!("The mail is {state}, not failed or bounced."),
            RetryRefusal::SecretGone => {
                "The link of this mail was blanked when it was given up. Resend from the registration instead.".into()
            }
            RetryRefusal::Erased => "The recipient of this mail was erased.".into(),
        };
        Self::new(Kind::WrongState, detail)
    }
}

/// Filters of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EmailQuery {
    /// Where the mail is on its way.
    state: Option<EmailState>,
    /// What the mail tells.
    kind: Option<EmailKind>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the event's mails
///
/// Every mail that was written about this event, newest first. A mail is sent at least once: where
/// the reply of the mail server was lost, it is sent again under the same `message_id`.
#[utoipa::path(operation_id = "list_emails", tag = "e-mail", params(("event" = String, Path, description = "Id or slug"), EmailQuery), responses((status = 200, description = "A page of mails", body = ListOf<EmailView>)))]
#[get("/organiser/events/{event}/emails")]
pub async fn list_emails(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<EmailQuery>,
) -> Answer {
    who.require(Area::Emails, Access::Read)?;
    let query = query.0;
    let keyset = keyset::<LogKey>(query.limit.as_deref(), query.cursor.as_deref())?;
    let filter = Filter {
        state: query.state,
        kind: query.kind,
    };
    let (page, zone) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let page = log::list(conn, event.id, filter, &keyset)?;
            Ok::<_, Problem>((page, event.timezone))
        })
        .await?;
    let from = &app.config.mail_from;
    Reply::page(page.map(|entry| EmailView::new(entry, zone, from)))
}

/// Send a mail again
///
/// One that was given up (`failed`) or refused (`bounced`) goes back into the queue. A mail with a
/// link to act on can't: its secret was blanked when it was given up. Resend from the registration
/// instead, which makes a new link.
#[utoipa::path(operation_id = "retry_email", tag = "e-mail", params(("event" = String, Path, description = "Id or slug"), ("id" = EmailId, Path, description = "Id of the mail")), responses((status = 200, description = "The mail, queued again", body = EmailView), (status = 409, description = "`wrong-state`: it is neither failed nor bounced, or its link is blanked")))]
#[post("/organiser/events/{event}/emails/{id}/retry")]
pub async fn retry_email(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Emails, Access::Write)?;
    let now = app.clock.now();
    let (event, id) = path.into_inner();
    let id: EmailId = id.parse().map_err(|_| Problem::not_found())?;
    let (entry, zone) = app
        .db
        .write(move |tx| {
            let event = owned(tx, &who, &event)?;
            let entry = log::retry(tx, now, event.id, id)?;
            let subject = Subject::of(event.id, Resource::Email, id);
            let after = json!({ "state": entry.state });
            audit::changed(tx, &who, &subject, &json!({}), &after)?;
            Ok::<_, Problem>((entry, event.timezone))
        })
        .await?;
    app.mail_wakeup();
    Reply::ok(&EmailView::new(entry, zone, &app.config.mail_from))
}
