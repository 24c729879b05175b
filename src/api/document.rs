//! The OpenAPI document: collected from the routes, completed by rule, the same in every process.
//!
//! Handlers say what is theirs: summary, parameters, bodies, good answers, their own conflicts. What
//! follows from a convention is added here, so that it can't be forgotten in one place: security by
//! tree, the problem answers, `If-Match`, `Idempotency-Key`, merge-patch bodies, and an example for
//! every body, composed from the examples of its fields.

use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use super::{examples, patches, routes};
use crate::problem::Kind;

const DESCRIPTION: &str = "Conference programmes and registration. Three trees: `/api/v1/…` is public and serves released \
data only; `/api/v1/registration…` is one's own registration, by access token; `/api/v1/organiser/…` is the working copy, by \
API token and role. Every error is a problem document (RFC 9457) whose `type` explains itself.";

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let (_, collected) = App::new()
        .into_utoipa_app()
        .configure(|config| routes(config, utoipa_actix_web::scope("/api/v1")))
        .split_for_parts();
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    document["info"] = info();
    document["servers"] = json!([{"url": "/", "description": "This service"}]);
    document["tags"] = tags();
    complete_components(&mut document);
    patches::add(&mut document);
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    for (path, item) in paths {
        for (method, operation) in item.as_object().cloned().unwrap_or_default() {
            document["paths"][&path][&method] = complete(&path, &method, operation);
        }
    }
    examples::add(&mut document);
    document
}

/// Schemas that the problem answers refer to, whichever routes there are.
fn problem_schemas() -> OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(components(schemas(crate::problem::ProblemDocument, crate::faults::Fault)))]
    struct Problems;
    <Problems as utoipa::OpenApi>::openapi()
}

/// The document as it is served and committed.
///
/// # Errors
/// When it can't be serialised.
pub fn print(document: &Value) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}

fn info() -> Value {
    json!({
        "title": "Kongress",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Conference programmes and registration",
        "description": DESCRIPTION,
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        "contact": {"name": "The Kongress developers"}
    })
}

fn tags() -> Value {
    json!([
        {"name": "public", "description": "What anybody reads: released data only, cacheable."},
        {"name": "registration", "description": "Registering, and one's own registration."},
        {"name": "organisations", "description": "Who the caller is; organisations and their tokens."},
        {"name": "events", "description": "Organisers: series and events."},
        {"name": "programme", "description": "Organisers: committee, rooms, tracks, speakers, sessions, releases."},
        {"name": "video", "description": "Organisers: recordings and their segments."},
        {"name": "tickets", "description": "Organisers: quotas, ticket types, registrations."},
        {"name": "e-mail", "description": "Organisers: the e-mail log."},
        {"name": "service", "description": "Health, metrics, this document."},
        {"name": "pages", "description": "Pages for people, such as the links in mails."}
    ])
}

fn complete_components(document: &mut Value) {
    let components = &mut document["components"];
    let problems = serde_json::to_value(problem_schemas()).unwrap_or_default();
    for (name, schema) in problems["components"]["schemas"]
        .as_object()
        .cloned()
        .unwrap_or_default()
    {
        components["schemas"][name] = schema;
    }
    components["securitySchemes"] = json!({
        "api_token": {"type": "http", "scheme": "bearer", "bearerFormat": "kgr_…", "description": "An organisation's API token."},
        "access_token": {"type": "http", "scheme": "bearer", "description": "The access token of one registration."},
        "metrics_token": {"type": "http", "scheme": "bearer", "description": "The configured token of /metrics."}
    });
    let mut responses = Map::new();
    for status in Kind::ALL.iter().map(|kind| kind.status()) {
        let of_status = Kind::ALL.iter().filter(|kind| kind.status() == status);
        let codes: Vec<String> = of_status.map(|kind| format!("`{}`", kind.code())).collect();
        let answer = problem(&format!("A problem: {}.", codes.join(", ")), status);
        responses.insert(format!("Problem{status}"), answer);
    }
    components["responses"] = responses.into();
}

fn problem(description: &str, status: u16) -> Value {
    let kind = Kind::ALL.iter().find(|kind| kind.status() == status);
    let (code, title) = kind.map_or(("problem", "Problem"), |kind| (kind.code(), kind.title()));
    let mut answer = json!({
        "description": description,
        "content": {crate::problem::CONTENT_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": {
                "type": format!("/problems/{code}"), "title": title, "status": status,
                "detail": kind.map_or("", |kind| kind.meaning()), "instance": "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c"
            }
        }}
    });
    for (name, description, example) in headers_of(status) {
        answer["headers"][*name] = described(description, example);
    }
    answer
}

/// A header of an answer.
fn described(description: &str, example: &str) -> Value {
    json!({"description": description, "schema": {"type": "string"}, "example": example})
}

/// The headers that problems of this status come with: name, what it says, and an example.
const fn headers_of(status: u16) -> &'static [(&'static str, &'static str, &'static str)] {
    const WAIT: (&str, &str, &str) = ("Retry-After", "Seconds to wait before the next try.", "2");
    match status {
        412 => &[("ETag", "The version that the resource has now.", "\"v2\"")],
        429 => &[
            WAIT,
            (
                "RateLimit",
                "What is left, and in how many seconds it is whole again.",
                "\"default\";r=0;t=6",
            ),
            (
                "RateLimit-Policy",
                "What is granted.",
                "\"default\";q=600;w=6",
            ),
        ],
        503 => &[WAIT],
        _ => &[],
    }
}

/// The credentials an operation needs, by the tree its path is in.
fn security(path: &str) -> Value {
    if path.starts_with("/api/v1/organiser") {
        json!([{"api_token": []}])
    } else if path == "/api/v1/registration" || path.starts_with("/api/v1/registration/") {
        json!([{"access_token": []}])
    } else if path == "/metrics" {
        json!([{}, {"metrics_token": []}])
    } else {
        json!([])
    }
}

fn header(name: &str, required: bool, description: &str, example: &str) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string"}, "example": example})
}

fn complete(path: &str, method: &str, mut operation: Value) -> Value {
    let security = security(path);
    let private = security[0].is_object() && path != "/metrics";
    operation["security"] = security;
    if operation["description"]
        .as_str()
        .unwrap_or_default()
        .is_empty()
    {
        operation["description"] =
            format!("{}.", operation["summary"].as_str().unwrap_or_default()).into();
    }
    let creates = method == "post"
        && (operation["responses"]["201"].is_object() || operation["responses"]["202"].is_object());
    let mut parameters = operation["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let in_path = parameters.iter().any(|parameter| parameter["in"] == "path");
    let in_query = parameters
        .iter()
        .any(|parameter| parameter["in"] == "query");
    let changes = private && matches!(method, "put" | "patch" | "delete");
    let says_when = parameters
        .iter()
        .any(|parameter| parameter["name"] == "If-Match");
    let has_body = operation["requestBody"].is_object();
    if changes && !says_when {
        parameters.push(header(
            "If-Match",
            true,
            "The ETag of what was read.",
            "\"v1\"",
        ));
    }
    if creates {
        parameters.push(header(
            "Idempotency-Key",
            false,
            "The same key and body within 24 hours have one effect and one answer.",
            "8e03978e-40d5-43dd-bc93-6894a57f9324",
        ));
    }
    if has_version(method, &operation["responses"]) {
        parameters.push(header(
            "If-None-Match",
            false,
            "The ETag of what the client has; the same version is a 304.",
            "\"v1\"",
        ));
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }

    let mut statuses = vec![400, 414, 415, 429, 431, 500, 503];
    statuses.extend(if path.starts_with("/api/v1/organiser") {
        &[401, 403][..]
    } else if private || path == "/metrics" {
        &[401][..]
    } else {
        &[]
    });
    statuses.extend(if in_path || path == "/metrics" {
        &[404][..]
    } else {
        &[]
    });
    statuses.extend(if has_body { &[408, 413, 422][..] } else { &[] });
    statuses.extend(if in_query { &[422][..] } else { &[] });
    statuses.extend(if changes { &[412, 428][..] } else { &[] });
    statuses.extend(if creates { &[409, 422][..] } else { &[] });
    for status in statuses {
        let key = status.to_string();
        if operation["responses"][&key].is_null() {
            operation["responses"][key] =
                json!({"$ref": format!("#/components/responses/Problem{status}")});
        }
    }
    let is_list = parameters_of(&operation).any(|parameter| parameter["name"] == "cursor");
    if is_list && operation["responses"]["200"].is_object() {
        let description = "`rel=\"next\"`: the next page, if there is one.";
        operation["responses"]["200"]["headers"]["Link"] =
            described(description, "</api/v1/…?cursor=…>; rel=\"next\"");
    }
    complete_answers(method, &mut operation["responses"]);
    let form = "application/x-www-form-urlencoded";
    if operation["requestBody"]["content"][form].is_object() {
        tell_browsers(&mut operation["responses"]);
    }
    operation
}

fn parameters_of(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}

/// A form comes from a page of ours: whoever asks for HTML is told in HTML what went wrong.
fn tell_browsers(responses: &mut Value) {
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let number: u16 = status.parse().unwrap_or(0);
        if number < 400 {
            continue;
        }
        if !response["$ref"].is_null() {
            let kind = Kind::ALL.iter().find(|kind| kind.status() == number);
            *response = problem(kind.map_or("A problem", |kind| kind.title()), number);
        }
        let sentence = "A page that says so, for a browser.";
        response["content"]["text/html"] = json!({"schema": {"type": "string", "description": sentence}, "example": "<!doctype html>…"});
    }
}

/// What an entity tag is promised for when it is read.
const VERSIONED: [&str; 7] = [
    "application/json",
    "application/json+chapters",
    "application/ld+json",
    "application/vnd.c3voc.schedule+xml",
    "application/xml",
    "text/calendar",
    "text/vtt",
];

/// Whether this is the reading of a document that has an entity tag.
fn has_version(method: &str, responses: &Value) -> bool {
    let content = &responses["200"]["content"];
    method == "get"
        && VERSIONED
            .iter()
            .any(|media_type| content[*media_type].is_object())
}

/// Gives problem answers their body, and good answers their headers.
fn complete_answers(method: &str, responses: &mut Value) {
    let versioned = has_version(method, responses);
    let Some(responses) = responses.as_object_mut() else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        let number: u16 = status.parse().unwrap_or(0);
        if number >= 400 && response["$ref"].is_null() && response["content"].is_null() {
            *response = problem(response["description"].as_str().unwrap_or_default(), number);
        }
    }
    let tag = described("The version of the resource.", "\"v1\"");
    if method == "patch" && responses.contains_key("200") {
        responses["200"]["headers"]["ETag"] = tag.clone();
    }
    if versioned {
        responses["200"]["headers"]["ETag"] = tag.clone();
        responses
            .entry("304")
            .or_insert_with(|| json!({"description": "The client has this version already."}));
    }
    if let Some(created) = responses.get_mut("201") {
        created["headers"]["ETag"] = tag;
        created["headers"]["Location"] = described("Where the new thing is.", "/api/v1/…");
    }
}
