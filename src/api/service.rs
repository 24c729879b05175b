//! Service endpoints: health, metrics, the document, and the pages behind `type`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::bearer;
use crate::http::{Answer, Caching, Precompressed, Published, Reply};
use crate::problem::{Kind, Problem};
use crate::server::App;

/// Whether the process runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Liveness {
    /// Always `live`.
    #[schema(example = "live")]
    status: &'static str,
}

/// Whether the service can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Always `ready`; what is not is a 503.
    #[schema(example = "ready")]
    status: &'static str,
    /// The version of kongress.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Which store it uses.
    #[schema(example = "sqlite")]
    store: &'static str,
    /// Whether the store answers.
    store_reachable: bool,
    /// Whether every migration has run.
    migrations_current: bool,
    /// Mails that wait to be sent.
    outbox_pending: i64,
    /// Age of the oldest of them, in seconds.
    outbox_lag_seconds: i64,
    /// The version of the time zone rules in use.
    #[schema(example = "2026b")]
    tzdata: &'static str,
}

/// Whether the process runs
#[utoipa::path(operation_id = "get_liveness", tag = "service", responses((status = 200, description = "It runs", body = Liveness)))]
#[get("/health/live")]
pub async fn get_liveness() -> Answer {
    Reply::ok(&Liveness { status: "live" })
}

/// Whether the service is ready
///
/// Deployments wait on this: the store is reachable and every migration has run. Waiting mail does
/// not make it unready; its lag is shown. Answered at once: while the store is too busy to be asked, by
/// what was seen of it within the last seconds.
#[utoipa::path(operation_id = "get_readiness", tag = "service", responses((status = 200, description = "Ready", body = Readiness), (status = 503, description = "`busy`: not ready; `store_reachable` and `migrations_current` tell why")))]
#[get("/health/ready")]
pub async fn get_readiness(app: App) -> Answer {
    let condition = app.health.condition().await;
    let detail = if !condition.store_reachable {
        "The store does not answer."
    } else if !condition.migrations_current {
        "The store is not of this version: migrations have not run, or newer ones have."
    } else {
        return Reply::ok(&Readiness {
            status: "ready",
            version: env!("CARGO_PKG_VERSION"),
            store: app.db.target().kind(),
            store_reachable: condition.store_reachable,
            migrations_current: condition.migrations_current,
            outbox_pending: condition.outbox_pending,
            outbox_lag_seconds: condition.outbox_lag_seconds,
            tzdata: chrono_tz::IANA_TZDB_VERSION,
        });
    };
    Err(Problem::new(Kind::Busy, detail)
        .with("store_reachable", condition.store_reachable)
        .with("migrations_current", condition.migrations_current))
}

/// Counters for Prometheus
///
/// On a loopback listener, or with the configured token as Bearer.
#[utoipa::path(operation_id = "get_metrics", tag = "service", responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text")))]
#[get("/metrics")]
pub async fn get_metrics(app: App, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Some(token) = &app.config.metrics_token else {
        return if app.config.listen.ip().is_loopback() {
            metrics(&app).await
        } else {
            Err(Problem::not_found())
        };
    };
    if crate::auth::hash(&bearer(&request)?) == crate::auth::hash(token) {
        return metrics(&app).await;
    }
    Err(Problem::new(
        Kind::NotSignedIn,
        "The token is not the one of /metrics.",
    ))
}

async fn metrics(app: &App) -> Result<HttpResponse, Problem> {
    let condition = app.health.condition().await;
    let (pending, lag) = (condition.outbox_pending, condition.outbox_lag_seconds);
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of waiting mail are few"
    )]
    app.metrics.mail(pending, lag as f64);
    let text = app.metrics.render().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}

/// The OpenAPI document
#[utoipa::path(operation_id = "get_openapi", tag = "service", responses((status = 200, description = "This document", body = Object, content_type = "application/json")))]
#[get("/openapi.json")]
pub async fn get_openapi(app: App, request: HttpRequest) -> Published {
    Ok(Precompressed {
        document: app.openapi.clone().ready_for(&request).await?,
        caching: Caching::Public,
    })
}

/// What a kind of problem means
///
/// The page behind `type` of a problem document.
#[utoipa::path(operation_id = "get_problem", tag = "service", params(("code" = String, Path, description = "The last segment of `type`", example = "sold-out")), responses((status = 200, description = "The explanation", body = String, content_type = "text/html")))]
#[get("/problems/{code}")]
pub async fn get_problem(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = Kind::ALL
        .iter()
        .find(|kind| kind.code() == code.as_str())
        .ok_or_else(Problem::not_found)?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head>\
         <body><main><h1>{title}</h1><p><code>{code}</code>, HTTP status {status}.</p><p>{meaning}</p></main></body></html>",
        title = kind.title(),
        code = kind.code(),
        status = kind.status(),
        meaning = kind.meaning(),
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Cache-Control", Caching::Public.header()))
        .insert_header(("Content-Security-Policy", "default-src 'none'"))
        .body(page))
}
