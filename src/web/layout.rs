//! The frame of every page: one template, one style sheet, and headers that let nothing out.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};

use super::words;
use crate::mail::wording::Tongue;
use crate::problem::Problem;

/// `Content-Type` of a page.
pub const HTML: &str = "text/html; charset=utf-8";

const STYLE: &str = include_str!("templates/style.css");

/// The style sheet stands within the page and is let in by its hash; nothing else is.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Fills a template of this folder; `data` is escaped.
///
/// # Errors
/// 500 when the template is wrong, which is a fault of ours.
pub fn render(template: &str, tongue: Tongue, data: Value) -> Result<String, Problem> {
    let frame = context! {
        lang => tongue.tag(),
        style => Value::from_safe_string(STYLE.to_owned()),
        words => words::of(tongue),
        ..data
    };
    environment()
        .and_then(|environment| environment.get_template(template)?.render(frame))
        .map_err(Problem::internal)
}

/// A page on its way: kept nowhere, framed nowhere, with no referrer.
#[must_use]
pub fn respond(status: StatusCode, tongue: Tongue, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(HTML)
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header(("Content-Security-Policy", POLICY.as_str()))
        .insert_header(("X-Robots-Tag", "noindex"))
        .insert_header(("Content-Language", tongue.tag()))
        .body(page)
}

/// A page that anybody may find and keep for a moment. `sources` is added to the policy: what it loads
/// from elsewhere, such as `; frame-src https://player.example`.
#[must_use]
pub fn publish(tongue: Tongue, page: String, sources: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(HTML)
        .insert_header(("Cache-Control", "public, max-age=10"))
        .insert_header(("Vary", "Accept-Language"))
        .insert_header(("Referrer-Policy", "strict-origin-when-cross-origin"))
        .insert_header(("Content-Security-Policy", format!("{}{sources}", *POLICY)))
        .insert_header(("Content-Language", tongue.tag()))
        .body(page)
}

fn environment() -> Result<&'static Environment<'static>, Error> {
    static MADE: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(make);
    MADE.as_ref()
        .map_err(|error| Error::new(error.kind(), error.to_string()))
}

fn make() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_fuel(Some(2_000_000));
    environment.set_formatter(crate::mail::render::format);
    for (name, source) in [
        ("layout.html", include_str!("templates/layout.html")),
        ("question.html", include_str!("templates/question.html")),
        (
            "registration.html",
            include_str!("templates/registration.html"),
        ),
        ("message.html", include_str!("templates/message.html")),
        ("watch.html", include_str!("templates/watch.html")),
        ("dev_list.html", include_str!("templates/dev_list.html")),
        ("dev_mail.html", include_str!("templates/dev_mail.html")),
    ] {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}
