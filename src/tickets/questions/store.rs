//! Questions, their options and their wordings in the store.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::answer::Answer;
use super::model::{Choice, Question, QuestionKind, WordedOption, Wording};
use crate::clock::Instant;
use crate::db::schema::{attendees, question_options, question_wordings, questions};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, EventId, QuestionId, TicketTypeId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = questions, treat_none_as_null = true)]
struct Row {
    id: QuestionId,
    event_id: EventId,
    label: AsJson<Localized>,
    help: AsJson<Localized>,
    kind: AsWord<QuestionKind>,
    required: bool,
    required_from: Option<NaiveDate>,
    ticket_types: AsJson<Vec<TicketTypeId>>,
    sensitive: bool,
    delete_after_days: Option<i32>,
    hidden: bool,
    position: i32,
    wording: i32,
    answers_deleted_at: Option<Instant>,
    version: i32,
    created_at: Instant,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = question_options, treat_none_as_null = true)]
struct OptionRow {
    question_id: QuestionId,
    option_key: String,
    position: i32,
    label: AsJson<Localized>,
    size: Option<i32>,
    held: i32,
    offered: bool,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = question_wordings)]
struct WordingRow {
    question_id: QuestionId,
    wording: i32,
    label: AsJson<Localized>,
    help: AsJson<Localized>,
    options: AsJson<Vec<WordedOption>>,
    created_at: Instant,
}

fn domain(row: Row, options: Vec<Choice>) -> Question {
    Question {
        id: row.id,
        event_id: row.event_id,
        label: row.label.0,
        help: row.help.0,
        kind: row.kind.0,
        options,
        required: row.required,
        required_from: row.required_from,
        ticket_types: row.ticket_types.0,
        sensitive: row.sensitive,
        delete_after_days: row.delete_after_days,
        hidden: row.hidden,
        position: row.position,
        wording: row.wording,
        answers_deleted_at: row.answers_deleted_at,
        version: row.version,
        created_at: row.created_at,
    }
}

fn row(question: &Question) -> Row {
    Row {
        id: question.id,
        event_id: question.event_id,
        label: AsJson(question.label.clone()),
        help: AsJson(question.help.clone()),
        kind: AsWord(question.kind),
        required: question.required,
        required_from: question.required_from,
        ticket_types: AsJson(question.ticket_types.clone()),
        sensitive: question.sensitive,
        delete_after_days: question.delete_after_days,
        hidden: question.hidden,
        position: question.position,
        wording: question.wording,
        answers_deleted_at: question.answers_deleted_at,
        version: question.version,
        created_at: question.created_at,
    }
}

fn with_options(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Question>, DbError> {
    let choices = rows.iter().filter(|row| row.kind.0.is_choice());
    let ids: Vec<QuestionId> = choices.map(|row| row.id).collect();
    let mut options: HashMap<QuestionId, Vec<Choice>> = HashMap::new();
    if !ids.is_empty() {
        let found: Vec<OptionRow> = per_backend!(conn, c => {
            question_options::table
                .filter(question_options::question_id.eq_any(&ids))
                .filter(question_options::offered.eq(true))
                .order((question_options::question_id, question_options::position))
                .select(OptionRow::as_select())
                .load(c)
        })?;
        for row in found {
            options.entry(row.question_id).or_default().push(Choice {
                key: row.option_key,
                label: row.label.0,
                limit: row.size,
                held: row.held,
            });
        }
    }
    let question = |row: Row| {
        let own = options.remove(&row.id).unwrap_or_default();
        domain(row, own)
    };
    Ok(rows.into_iter().map(question).collect())
}

/// One question of the event.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, id: QuestionId) -> Result<Option<Question>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        questions::table
            .filter(questions::event_id.eq(event))
            .filter(questions::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(with_options(conn, row.into_iter().collect())?.pop())
}

/// The sort key of lists of questions.
pub type QuestionKey = (i32, QuestionId);

/// The questions of the event, by position.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    keyset: &Keyset<QuestionKey>,
) -> Result<Page<Question>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = questions::table
            .filter(questions::event_id.eq(event))
            .order((questions::position, questions::id))
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some((position, id)) = keyset.after {
            query = query.filter(
                questions::position.gt(position)
                    .or(questions::position.eq(position).and(questions::id.gt(id))),
            );
        }
        query.load(c)
    })?;
    let list = with_options(conn, rows)?;
    Ok(Page::cut(list, keyset, |question| {
        (question.position, question.id)
    }))
}

/// All questions of the event, by position.
///
/// # Errors
/// The store's failure.
pub fn list_all(conn: &mut Conn, event: EventId) -> Result<Vec<Question>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        questions::table
            .filter(questions::event_id.eq(event))
            .order((questions::position, questions::id))
            .select(Row::as_select())
            .load(c)
    })?;
    with_options(conn, rows)
}

/// The place behind the last question.
///
/// # Errors
/// The store's failure.
pub fn next_position(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    let last: Option<i32> = per_backend!(conn, c => {
        questions::table
            .filter(questions::event_id.eq(event))
            .select(diesel::dsl::max(questions::position))
            .first(c)
    })?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Inserts a question with its options and its first wording.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &Question) -> Result<(), DbError> {
    let row = row(new);
    per_backend!(conn, c => diesel::insert_into(questions::table).values(&row).execute(c))?;
    write_options(conn, new)?;
    insert_wording(conn, new.id, &new.worded(new.created_at))
}

/// Writes a question and its options over the version it was read in; `false` if it changed meanwhile.
/// The caller has updated the event's row, so nobody claims options meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, changed: &Question) -> Result<bool, DbError> {
    let mut row = row(changed);
    row.version += 1;
    let rows = per_backend!(conn, c => {
        diesel::update(
            questions::table
                .filter(questions::id.eq(changed.id))
                .filter(questions::version.eq(changed.version)),
        )
        .set(&row)
        .execute(c)
    })?;
    if rows == 1 {
        write_options(conn, changed)?;
    }
    Ok(rows == 1)
}

/// Offers these options, each with what is held of it, and no others: those that somebody holds stay
/// unoffered, the others go.
fn write_options(conn: &mut Conn, question: &Question) -> Result<(), DbError> {
    let rows: Vec<OptionRow> = (0..)
        .zip(&question.options)
        .map(|(position, option)| OptionRow {
            question_id: question.id,
            option_key: option.key.clone(),
            position,
            label: AsJson(option.label.clone()),
            size: option.limit,
            held: 0,
            offered: true,
        })
        .collect();
    let own = question_options::question_id.eq(question.id);
    per_backend!(conn, c => {
        diesel::delete(question_options::table.filter(own).filter(question_options::held.eq(0))).execute(c)
    })?;
    per_backend!(conn, c => {
        diesel::update(question_options::table.filter(own)).set(question_options::offered.eq(false)).execute(c)
    })?;
    for row in &rows {
        per_backend!(conn, c => {
            diesel::insert_into(question_options::table)
                .values(row)
                .on_conflict((question_options::question_id, question_options::option_key))
                .do_update()
                .set((
                    question_options::position.eq(row.position),
                    question_options::label.eq(row.label.clone()),
                    question_options::size.eq(row.size),
                    question_options::offered.eq(true),
                ))
                .execute(c)
        })?;
    }
    Ok(())
}

/// Keeps how a question is put.
///
/// # Errors
/// The store's failure.
pub fn insert_wording(conn: &mut Conn, id: QuestionId, wording: &Wording) -> Result<(), DbError> {
    let row = WordingRow {
        question_id: id,
        wording: wording.number,
        label: AsJson(wording.label.clone()),
        help: AsJson(wording.help.clone()),
        options: AsJson(wording.options.clone()),
        created_at: wording.created_at,
    };
    per_backend!(conn, c => diesel::insert_into(question_wordings::table).values(&row).execute(c))?;
    Ok(())
}

/// Every wording of these questions, the first first.
///
/// # Errors
/// The store's failure.
pub fn list_wordings(
    conn: &mut Conn,
    ids: &[QuestionId],
) -> Result<Vec<(QuestionId, Wording)>, DbError> {
    let rows: Vec<WordingRow> = per_backend!(conn, c => {
        question_wordings::table
            .filter(question_wordings::question_id.eq_any(ids))
            .order((question_wordings::question_id, question_wordings::wording))
            .select(WordingRow::as_select())
            .load(c)
    })?;
    let wording = |row: WordingRow| {
        let wording = Wording {
            number: row.wording,
            label: row.label.0,
            help: row.help.0,
            options: row.options.0,
            created_at: row.created_at,
        };
        (row.question_id, wording)
    };
    Ok(rows.into_iter().map(wording).collect())
}

/// Deletes a question that has no answers.
///
/// # Errors
/// The store's failure.
pub fn delete(conn: &mut Conn, id: QuestionId) -> Result<(), DbError> {
    per_backend!(conn, c => diesel::delete(questions::table.filter(questions::id.eq(id))).execute(c))?;
    Ok(())
}

/// Attendees who have answered something.
const PIECE: i64 = 1_000;

/// Whether anybody has answered this question.
///
/// # Errors
/// The store's failure.
pub fn is_answered(conn: &mut Conn, question: &Question) -> Result<bool, DbError> {
    let mut after = None;
    loop {
        let piece = list_answers(conn, question.event_id, after)?;
        let Some((last, _)) = piece.last() else {
            return Ok(false);
        };
        after = Some(*last);
        let answers = piece.iter().flat_map(|(_, answers)| answers);
        if answers
            .into_iter()
            .any(|one| one.question_id == question.id)
        {
            return Ok(true);
        }
    }
}

/// What the next attendees of the event have answered, in the order of their ids.
///
/// # Errors
/// The store's failure.
pub fn list_answers(
    conn: &mut Conn,
    event: EventId,
    after: Option<AttendeeId>,
) -> Result<Vec<(AttendeeId, Vec<Answer>)>, DbError> {
    let rows: Vec<(AttendeeId, Option<AsJson<Vec<Answer>>>)> = per_backend!(conn, c => {
        let mut query = attendees::table
            .filter(attendees::event_id.eq(event))
            .filter(attendees::answers.is_not_null())
            .order(attendees::id)
            .limit(PIECE)
            .select((attendees::id, attendees::answers))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(attendees::id.gt(after));
        }
        query.load(c)
    })?;
    let answers = |answers: Option<AsJson<Vec<Answer>>>| answers.map_or_else(Vec::new, |all| all.0);
    Ok(rows
        .into_iter()
        .map(|(id, all)| (id, answers(all)))
        .collect())
}
