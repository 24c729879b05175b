//! `/dev/mail`: the mails that were written to files, for those who build a frontend.
//!
//! It exists on a loopback listener and with `KONGRESS_DEV_MAIL=on` only: whoever sees it can act
//! for everybody who registers.

use std::path::{Path, PathBuf};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use mail_parser::{HeaderValue, Message, MessageParser};
use minijinja::{Value, context};

use super::{render, respond};
use crate::mail::wording::Tongue;
use crate::problem::Problem;
use crate::server::App;

/// Most mails that the list shows.
const SHOWN: usize = 200;
/// Headers that are shown above the text.
const HEADERS: [&str; 9] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "X-Kongress-Kind",
    "Auto-Submitted",
    "Content-Language",
];

type Page = Result<HttpResponse, Problem>;

fn folder(app: &App) -> Result<PathBuf, Problem> {
    if app.config.dev_mail {
        Ok(app.config.mail_dir.clone())
    } else {
        Err(Problem::not_found())
    }
}

/// A mail's name is its file's; nothing else reaches the disk.
fn file(folder: &Path, id: &str) -> Result<PathBuf, Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if id.is_empty() || id.len() > 100 || id.starts_with('.') || !id.chars().all(plain) {
        return Err(Problem::not_found());
    }
    Ok(folder.join(format!("{id}.eml")))
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Err(Problem::not_found()),
        Ok(Err(error)) => Err(Problem::internal(error)),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Names of the newest mails, newest first.
fn newest(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        // No mail has been written yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(id) = name.strip_suffix(".eml").filter(|id| !id.starts_with('.')) {
            names.push(id.to_owned());
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.truncate(SHOWN);
    Ok(names)
}

fn text_of(value: &HeaderValue<'_>) -> String {
    match value {
        HeaderValue::Text(text) => text.to_string(),
        HeaderValue::TextList(list) => list.join(", "),
        HeaderValue::Address(address) => {
            let one = |a: &mail_parser::Addr<'_>| match (a.name(), a.address()) {
                (Some(name), Some(address)) => format!("{name} <{address}>"),
                (_, address) => address.unwrap_or_default().to_owned(),
            };
            address.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        HeaderValue::DateTime(date) => date.to_rfc3339(),
        _ => String::new(),
    }
}

fn header(message: &Message<'_>, name: &str) -> String {
    let bracketed = |id: &str| format!("<{id}>");
    match name {
        "Message-ID" => message.message_id().map(bracketed).unwrap_or_default(),
        _ => message.header(name).map(text_of).unwrap_or_default(),
    }
}

fn row(id: &str, bytes: &[u8]) -> Value {
    let message = MessageParser::default().parse(bytes).unwrap_or_default();
    context! {
        id,
        to => header(&message, "To"),
        subject => header(&message, "Subject"),
        kind => header(&message, "X-Kongress-Kind"),
        date => header(&message, "Date"),
    }
}

/// Sent mails
///
/// Newest first, at most 200; only on a loopback listener or with `KONGRESS_DEV_MAIL=on`, and only
/// mails that were written to files because there is no SMTP.
#[utoipa::path(operation_id = "list_dev_mails", tag = "pages", responses((status = 200, description = "A page with the list", body = String, content_type = "text/html"), (status = 404, description = "Not on this listener")))]
#[get("/dev/mail")]
pub async fn list_dev_mails(app: App) -> Page {
    let folder = folder(&app)?;
    let mails: Vec<Value> = on_disk(move || {
        let names = newest(&folder)?;
        let read = |id: String| {
            let bytes = std::fs::read(folder.join(format!("{id}.eml")))?;
            Ok(row(&id, &bytes))
        };
        names.into_iter().map(read).collect()
    })
    .await?;
    let files = app.config.smtp_url.is_none();
    let page = render("dev_list.html", Tongue::English, context! { mails, files })?;
    Ok(respond(StatusCode::OK, Tongue::English, page))
}

/// One sent mail
///
/// Its headers, its text part, and the link to act on.
#[utoipa::path(operation_id = "get_dev_mail", tag = "pages", params(("id" = String, Path, description = "Name of the mail, from the list", example = "20271111T090000.000000Z-01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c")), responses((status = 200, description = "A page with the mail", body = String, content_type = "text/html")))]
#[get("/dev/mail/{id}")]
pub async fn get_dev_mail(app: App, id: web::Path<String>) -> Page {
    let path = file(&folder(&app)?, &id)?;
    let bytes = on_disk(move || std::fs::read(path)).await?;
    let message = MessageParser::default().parse(&bytes).unwrap_or_default();
    let text = message.body_text(0).unwrap_or_default().into_owned();
    let link = text
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("http://") || line.starts_with("https://"));
    let headers: Vec<Value> = HEADERS
        .into_iter()
        .map(|name| context! { name, value => header(&message, name) })
        .collect();
    let html = message.body_html(0).unwrap_or_default().into_owned();
    let all = context! { id => id.as_str(), headers, link, text => text.as_str(), html, subject => header(&message, "Subject") };
    let page = render("dev_mail.html", Tongue::English, all)?;
    Ok(respond(StatusCode::OK, Tongue::English, page))
}

/// The source of a sent mail
///
/// As it would have gone over SMTP (RFC 5322).
#[utoipa::path(operation_id = "get_dev_mail_source", tag = "pages", params(("id" = String, Path, description = "Name of the mail, from the list", example = "20271111T090000.000000Z-01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c")), responses((status = 200, description = "The message", body = String, content_type = "text/plain")))]
#[get("/dev/mail/{id}/source")]
pub async fn get_dev_mail_source(app: App, id: web::Path<String>) -> Page {
    let path = file(&folder(&app)?, &id)?;
    let bytes = on_disk(move || std::fs::read(path)).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Content-Security-Policy", "default-src 'none'; sandbox"))
        .body(bytes))
}
