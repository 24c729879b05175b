//! Options of questions that there are only some of: rows that say who holds one, and a counter on each
//! option that is moved by compare-and-set.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::super::model::{Attendee, AttendeeState, Registration};
use super::claims::Taken;
use crate::db::schema::{option_claims, question_options, questions};
use crate::db::types::IdSql;
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, EventId, QuestionId};
use crate::per_backend;

/// An option that somebody chose and that is not to be had any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Who.
    pub attendee_id: AttendeeId,
    /// Of which question.
    pub question_id: QuestionId,
    /// What.
    pub key: String,
}

/// Who chose an option, in the order in which counters are taken.
type Chosen<'a> = BTreeMap<(QuestionId, &'a str), Vec<AttendeeId>>;

fn chosen<'a>(registration: &'a Registration, all: &mut Chosen<'a>) {
    for attendee in &registration.attendees {
        if attendee.state != AttendeeState::Active {
            continue;
        }
        for answer in &attendee.answers {
            for key in &answer.chosen {
                let option = (answer.question_id, key.as_str());
                all.entry(option).or_default().push(attendee.id);
            }
        }
    }
}

/// Takes the counters of the options that these have chosen, in the order of their keys.
///
/// # Errors
/// The store's failure.
pub(super) fn lock(conn: &mut Conn, registrations: &[&Registration]) -> Result<(), DbError> {
    let mut all = Chosen::new();
    for registration in registrations {
        chosen(registration, &mut all);
    }
    let mut ids: Vec<QuestionId> = all.into_keys().map(|(question, _)| question).collect();
    ids.dedup();
    if let Conn::Pg(c) = conn
        && !ids.is_empty()
    {
        question_options::table
            .filter(question_options::question_id.eq_any(&ids))
            .order((question_options::question_id, question_options::option_key))
            .select(question_options::held)
            .for_update()
            .load::<i32>(c)?;
    }
    Ok(())
}

/// Takes the options that attendees have chosen; the first that is not to be had otherwise.
///
/// # Errors
/// The store's failure.
pub(super) fn claim(
    conn: &mut Conn,
    registration: &Registration,
) -> Result<Result<(), Taken>, DbError> {
    let mut all = Chosen::new();
    chosen(registration, &mut all);
    for ((question, key), attendees) in all {
        let rows: Vec<_> = attendees
            .iter()
            .map(|attendee| {
                (
                    option_claims::attendee_id.eq(*attendee),
                    option_claims::question_id.eq(question),
                    option_claims::option_key.eq(key),
                )
            })
            .collect();
        let new: Vec<AttendeeId> = per_backend!(conn, c => {
            diesel::insert_into(option_claims::table)
                .values(rows)
                .on_conflict_do_nothing()
                .returning(option_claims::attendee_id)
                .get_results(c)
        })?;
        let count = i32::try_from(new.len()).map_err(DbError::internal)?;
        if count > 0 && !enter(conn, (question, key), count)? {
            // Not counted, so not to be given back either.
            forget(conn, &new, (question, key))?;
            return Ok(Err(Taken::Option(question, key.to_owned())));
        }
    }
    Ok(Ok(()))
}

/// Takes the options that can still be had, and takes the others out of the answers; gives those.
///
/// # Errors
/// The store's failure.
pub(super) fn claim_what_is_left(
    conn: &mut Conn,
    registration: &mut Registration,
) -> Result<Vec<Lost>, DbError> {
    let before = registration.clone();
    let mut all = Chosen::new();
    chosen(&before, &mut all);
    let mut lost = Vec::new();
    for ((question_id, key), attendees) in all {
        for attendee_id in attendees {
            if claim_one(conn, attendee_id, (question_id, key))? {
                continue;
            }
            let mut seated = registration.attendees.iter_mut();
            if let Some(attendee) = seated.find(|one| one.id == attendee_id) {
                attendee.lose_option(question_id, key);
            }
            lost.push(Lost {
                attendee_id,
                question_id,
                key: key.to_owned(),
            });
        }
    }
    Ok(lost)
}

fn claim_one(
    conn: &mut Conn,
    attendee: AttendeeId,
    option: (QuestionId, &str),
) -> Result<bool, DbError> {
    let row = (
        option_claims::attendee_id.eq(attendee),
        option_claims::question_id.eq(option.0),
        option_claims::option_key.eq(option.1),
    );
    let new = per_backend!(conn, c => {
        diesel::insert_into(option_claims::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    if new == 0 || enter(conn, option, 1)? {
        return Ok(true);
    }
    // Not counted, so not to be given back either.
    forget(conn, &[attendee], option)?;
    Ok(false)
}

fn enter(
    conn: &mut Conn,
    (question, key): (QuestionId, &str),
    count: i32,
) -> Result<bool, DbError> {
    use question_options::{held, size};
    let rows = per_backend!(conn, c => {
        diesel::update(
            question_options::table
                .filter(question_options::question_id.eq(question))
                .filter(question_options::option_key.eq(key))
                .filter(size.is_null().or(size.ge((held + count).nullable()))),
        )
        .set(held.eq(held + count))
        .execute(c)
    })?;
    Ok(rows == 1)
}

fn forget(
    conn: &mut Conn,
    attendees: &[AttendeeId],
    (question, key): (QuestionId, &str),
) -> Result<usize, DbError> {
    Ok(per_backend!(conn, c => {
        diesel::delete(
            option_claims::table
                .filter(option_claims::attendee_id.eq_any(attendees))
                .filter(option_claims::question_id.eq(question))
                .filter(option_claims::option_key.eq(key)),
        )
        .execute(c)
    })?)
}

fn leave(conn: &mut Conn, (question, key): (QuestionId, &str), count: i32) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(
            question_options::table
                .filter(question_options::question_id.eq(question))
                .filter(question_options::option_key.eq(key)),
        )
        .set(question_options::held.eq(question_options::held - count))
        .execute(c)
    })?;
    Ok(())
}

/// Gives back the options that attendees of this registration hold.
///
/// # Errors
/// The store's failure.
pub(super) fn release(conn: &mut Conn, registration: &Registration) -> Result<(), DbError> {
    let attendees = registration.attendees.iter();
    let answered = attendees.filter(|one| !one.answers.is_empty());
    let ids: Vec<AttendeeId> = answered.map(|one| one.id).collect();
    release_of(conn, &ids, None)
}

/// Gives back the options that these attendees hold, of one question or of all.
///
/// # Errors
/// The store's failure.
pub(super) fn release_of(
    conn: &mut Conn,
    attendees: &[AttendeeId],
    only: Option<QuestionId>,
) -> Result<(), DbError> {
    if attendees.is_empty() {
        return Ok(());
    }
    let gone: Vec<(QuestionId, String)> = per_backend!(conn, c => {
        let held = option_claims::table.filter(option_claims::attendee_id.eq_any(attendees));
        let of_question = option_claims::question_id.nullable().eq(only);
        let returned = (option_claims::question_id, option_claims::option_key);
        if only.is_some() {
            diesel::delete(held.filter(of_question)).returning(returned).get_results(c)
        } else {
            diesel::delete(held).returning(returned).get_results(c)
        }
    })?;
    let mut counts: BTreeMap<(QuestionId, String), i32> = BTreeMap::new();
    for option in gone {
        *counts.entry(option).or_default() += 1;
    }
    for ((question, key), count) in counts {
        leave(conn, (question, &key), count)?;
    }
    Ok(())
}

/// Gives back the options of this attendee that are not in their answers any more.
///
/// # Errors
/// The store's failure.
pub(super) fn release_unwanted(
    conn: &mut Conn,
    before: &Attendee,
    after: &Attendee,
) -> Result<(), DbError> {
    for answer in &before.answers {
        let mut new = after.answers.iter();
        let new = new.find(|one| one.question_id == answer.question_id);
        let kept = |key: &&String| new.is_some_and(|new| new.chosen.contains(key));
        for key in answer.chosen.iter().filter(|key| !kept(key)) {
            let option = (answer.question_id, key.as_str());
            if forget(conn, &[before.id], option)? == 1 {
                leave(conn, option, 1)?;
            }
        }
    }
    Ok(())
}

/// Gives back every option of the event's questions.
///
/// # Errors
/// The store's failure.
pub(super) fn release_event(conn: &mut Conn, event: EventId) -> Result<(), DbError> {
    let ids: Vec<QuestionId> = per_backend!(conn, c => {
        questions::table.filter(questions::event_id.eq(event)).select(questions::id).load(c)
    })?;
    per_backend!(conn, c => {
        diesel::delete(option_claims::table.filter(option_claims::question_id.eq_any(&ids))).execute(c)
    })?;
    per_backend!(conn, c => {
        diesel::update(question_options::table.filter(question_options::question_id.eq_any(&ids)))
            .set(question_options::held.eq(0))
            .execute(c)
    })?;
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = IdSql)]
    id: QuestionId,
    #[diesel(sql_type = Text)]
    option_key: String,
    #[diesel(sql_type = Integer)]
    held: i32,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// Options whose counter is not the number of attendees that hold one, with a seat. One statement, so that
/// it sees one moment also beside a running service.
///
/// # Errors
/// The store's failure.
pub(super) fn drift(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    const COUNTS: &str = "SELECT o.question_id AS id, o.option_key, o.held, (\
            SELECT count(*) FROM option_claims l \
            JOIN attendees a ON a.id = l.attendee_id \
            JOIN registrations r ON r.id = a.registration_id \
            WHERE l.question_id = o.question_id AND l.option_key = o.option_key \
            AND a.state = 'active' AND r.holds_seats\
        ) AS counted FROM question_options o ORDER BY o.question_id, o.option_key";
    let counts: Vec<Count> = per_backend!(conn, c => diesel::sql_query(COUNTS).load(c))?;
    let differs = |count: &Count| i64::from(count.held) != count.counted;
    let told = |count: Count| {
        format!(
            "option {} of question {} says {} hold it, but {} do",
            count.option_key, count.id, count.held, count.counted
        )
    };
    Ok(counts.into_iter().filter(differs).map(told).collect())
}
