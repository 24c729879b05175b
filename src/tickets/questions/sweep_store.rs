//! Answers whose time is over, in the store.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::answer::Answer;
use super::store::list_answers;
use crate::clock::Instant;
use crate::db::schema::{
    attendees, events, option_claims, question_options, questions, registrations,
};
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::idempotency;
use crate::ids::{AttendeeId, EventId, QuestionId, RegistrationId};
use crate::per_backend;

type Candidate = (
    QuestionId,
    EventId,
    Option<i32>,
    Option<Instant>,
    Option<Instant>,
);

/// Questions whose answers are to be deleted now, and are not yet. An event that is moved has them
/// deleted again at its new time.
///
/// # Errors
/// The store's failure.
pub fn due(conn: &mut Conn, now: Instant) -> Result<Vec<(QuestionId, EventId)>, DbError> {
    let over: Vec<Candidate> = per_backend!(conn, c => {
        questions::table
            .inner_join(events::table.on(events::id.eq(questions::event_id)))
            .filter(questions::delete_after_days.is_not_null())
            .filter(events::ends_at.le(now))
            .order((questions::event_id, questions::id))
            .select((
                questions::id,
                questions::event_id,
                questions::delete_after_days,
                questions::answers_deleted_at,
                events::ends_at,
            ))
            .load(c)
    })?;
    let is_due = |(_, _, days, deleted, end): &Candidate| {
        let end = days
            .zip(*end)
            .map(|(days, end)| end + TimeDelta::days(days.into()));
        end.is_some_and(|end| end <= now && deleted.is_none_or(|deleted| deleted < end))
    };
    Ok(over
        .into_iter()
        .filter(is_due)
        .map(|(id, event, ..)| (id, event))
        .collect())
}

/// Takes the answers to this question from every attendee, and raises the versions of their
/// registrations, so that nobody writes an answer back that they read before.
///
/// # Errors
/// The store's failure.
pub fn delete_answers(tx: &mut Conn, event: EventId, question: QuestionId) -> Result<(), DbError> {
    let mut after = None;
    loop {
        let piece = list_answers(tx, event, after)?;
        let Some((last, _)) = piece.last() else {
            return Ok(());
        };
        after = Some(*last);
        for (attendee, answers) in piece {
            let before = answers.len();
            let kept: Vec<Answer> = answers
                .into_iter()
                .filter(|answer| answer.question_id != question)
                .collect();
            if kept.len() < before {
                write_answers(tx, attendee, kept)?;
            }
        }
    }
}

fn write_answers(tx: &mut Conn, attendee: AttendeeId, answers: Vec<Answer>) -> Result<(), DbError> {
    let answers = Some(answers).filter(|all| !all.is_empty()).map(AsJson);
    let of: Vec<RegistrationId> = per_backend!(tx, c => {
        diesel::update(attendees::table.filter(attendees::id.eq(attendee)))
            .set(attendees::answers.eq(answers))
            .returning(attendees::registration_id)
            .get_results(c)
    })?;
    per_backend!(tx, c => {
        diesel::update(registrations::table.filter(registrations::id.eq_any(&of)))
            .set(registrations::version.eq(registrations::version + 1))
            .execute(c)
    })?;
    // An answer to a request that is kept may tell it too.
    for registration in of {
        idempotency::forget(tx, registration)?;
    }
    Ok(())
}

/// Forgets who chose which option of this question.
///
/// # Errors
/// The store's failure.
pub fn release_options(tx: &mut Conn, question: QuestionId) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::delete(option_claims::table.filter(option_claims::question_id.eq(question))).execute(c)
    })?;
    per_backend!(tx, c => {
        diesel::update(question_options::table.filter(question_options::question_id.eq(question)))
            .set(question_options::held.eq(0))
            .execute(c)
    })?;
    Ok(())
}

/// Notes that it was done.
///
/// # Errors
/// The store's failure.
pub fn mark_deleted(tx: &mut Conn, question: QuestionId, now: Instant) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::update(questions::table.filter(questions::id.eq(question)))
            .set(questions::answers_deleted_at.eq(now))
            .execute(c)
    })?;
    Ok(())
}
