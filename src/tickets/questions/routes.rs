//! The organiser's questions.

use actix_web::{delete, get, patch, post, web};

use super::actions;
use super::input::QuestionInput;
use super::model::Question;
use super::store;
use super::wire::{OwnQuestion, WordingView};
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::{Event, routes::owned};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply};
use crate::idempotency::Once;
use crate::ids::QuestionId;
use crate::problem::Problem;
use crate::server::App;

fn subject(event: &Event, question: &Question) -> Subject {
    Subject::of(event.id, Resource::Question, question.id)
}

/// The event and its question that a path names.
fn found(
    conn: &mut Conn,
    who: &Organiser,
    (event, question): &(String, String),
) -> Result<(Event, Question), Problem> {
    let event = owned(conn, who, event)?;
    let id = question.parse().map_err(|_| Problem::not_found())?;
    let question = store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)?;
    Ok((event, question))
}

fn reply(event: &Event, question: &Question) -> Answer {
    Ok(Reply::ok(&OwnQuestion::new(question, event.timezone))?.etag(question.tag()))
}

/// List questions
///
/// By position, hidden ones too.
#[utoipa::path(operation_id = "list_questions", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of questions", body = ListOf<OwnQuestion>)))]
#[get("/organiser/events/{event}/questions")]
pub async fn list_questions(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let keyset = query.0.keyset()?;
    let (zone, page) = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            let page = store::list(conn, event.id, &keyset)?;
            Ok::<_, Problem>((event.timezone, page))
        })
        .await?;
    Reply::page(page.map(|question| OwnQuestion::new(&question, zone)))
}

/// Make a question
#[utoipa::path(operation_id = "create_question", tag = "tickets", params(("event" = String, Path, description = "Id or slug")), request_body = QuestionInput, responses((status = 201, description = "The question", body = OwnQuestion), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/questions")]
pub async fn create_question(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<QuestionInput>,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let event = owned(tx, &who, &path)?;
            let question = actions::create_question(tx, now, &event, &body.value)?;
            let written = QuestionInput::of(&question);
            audit::created(tx, &who, &subject(&event, &question), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/questions/{}",
                event.id, question.id
            );
            let view = OwnQuestion::new(&question, event.timezone);
            let reply = Reply::created(location, &view)?;
            Ok(reply.etag(question.tag()).into())
        })
        .await
}

/// Read a question
///
/// Its `ETag` changes with what is held; `If-Match` compares only the version that organisers change.
#[utoipa::path(operation_id = "get_question", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("question" = QuestionId, Path, description = "Id")), responses((status = 200, description = "The question", body = OwnQuestion)))]
#[get("/organiser/events/{event}/questions/{question}")]
pub async fn get_question(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let (event, question) = app.db.read(move |conn| found(conn, &who, &path)).await?;
    reply(&event, &question)
}

/// Change a question
///
/// Another label, help or list of options is a new wording; answers name the wording they were given
/// to. Kind and `sensitive` change only while nobody has answered. An option that is left out is not
/// offered any more; who has chosen it keeps it. A limit below what is held is taken, with a warning.
#[utoipa::path(operation_id = "update_question", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("question" = QuestionId, Path, description = "Id")), request_body(content = QuestionInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed question", body = OwnQuestion), (status = 409, description = "`in-use`: it has answers that would lose their meaning; `wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/questions/{question}")]
pub async fn update_question(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    let (event, question) = app
        .db
        .write(move |tx| {
            let (event, current) = found(tx, &who, &path)?;
            if_match.check_version(&current.tag())?;
            let before = QuestionInput::of(&current);
            let input = changes.apply(&before)?;
            let question = actions::update_question(tx, now, &event, &current, &input)?;
            let after = QuestionInput::of(&question);
            audit::changed(tx, &who, &subject(&event, &question), &before, &after)?;
            Ok::<_, Problem>((event, question))
        })
        .await?;
    reply(&event, &question)
}

/// Delete a question
///
/// Only one that nobody has answered; hide the others.
#[utoipa::path(operation_id = "delete_question", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("question" = QuestionId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`in-use`: it has answers; `wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/questions/{question}")]
pub async fn delete_question(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Registrations, Access::Write)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let (event, current) = found(tx, &who, &path)?;
            if_match.check_version(&current.tag())?;
            actions::delete_question(tx, now, &event, &current)?;
            let before = QuestionInput::of(&current);
            audit::deleted(tx, &who, &subject(&event, &current), &before)?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(Reply::no_content())
}

/// List the wordings of a question
///
/// How it was put, the first wording first: what the answers to each of them mean.
#[utoipa::path(operation_id = "list_wordings", tag = "tickets", params(("event" = String, Path, description = "Id or slug"), ("question" = QuestionId, Path, description = "Id")), responses((status = 200, description = "All wordings", body = ListOf<WordingView>)))]
#[get("/organiser/events/{event}/questions/{question}/wordings")]
pub async fn list_wordings(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    who.require(Area::Registrations, Access::Read)?;
    let (zone, wordings) = app
        .db
        .read(move |conn| {
            let (event, question) = found(conn, &who, &path)?;
            let wordings = store::list_wordings(conn, &[question.id])?;
            Ok::<_, Problem>((event.timezone, wordings))
        })
        .await?;
    let views = wordings
        .iter()
        .map(|(_, wording)| WordingView::new(wording, zone));
    Reply::ok(&ListOf {
        items: views.collect(),
        next_cursor: None,
    })
}
