//! What organisers do with questions.

use super::input::{ParsedQuestion, QuestionInput};
use super::model::{Choice, Question};
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::{Conn, Stop};
use crate::events::Event;
use crate::tickets::actions::{Outcome, TicketRefusal, begin_change, refused};
use crate::tickets::{self};

fn parse(tx: &mut Conn, event: &Event, input: &QuestionInput) -> Outcome<ParsedQuestion> {
    let types = tickets::list_all(tx, event.id)?;
    input
        .parse(event, &types)
        .map_err(|faults| Stop::Refused(TicketRefusal::Faults(faults)))
}

fn filled(question: &Question, parsed: ParsedQuestion) -> Question {
    let held = |option: Choice| Choice {
        held: question.option(&option.key).map_or(0, |known| known.held),
        ..option
    };
    Question {
        label: parsed.label,
        help: parsed.help,
        kind: parsed.kind,
        options: parsed.options.into_iter().map(held).collect(),
        required: parsed.required,
        required_from: parsed.required_from,
        ticket_types: parsed.ticket_types,
        sensitive: parsed.sensitive,
        delete_after_days: parsed.delete_after_days,
        hidden: parsed.hidden,
        position: parsed.position.unwrap_or(question.position),
        ..question.clone()
    }
}

/// Makes a question.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn create_question(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    input: &QuestionInput,
) -> Outcome<Question> {
    begin_change(tx, now, event)?;
    let parsed = parse(tx, event, input)?;
    let empty = Question {
        id: new_id(),
        event_id: event.id,
        label: parsed.label.clone(),
        help: parsed.help.clone(),
        kind: parsed.kind,
        options: Vec::new(),
        required: false,
        required_from: None,
        ticket_types: Vec::new(),
        sensitive: false,
        delete_after_days: None,
        hidden: false,
        position: store::next_position(tx, event.id)?,
        wording: 1,
        answers_deleted_at: None,
        version: 1,
        created_at: now,
    };
    let question = filled(&empty, parsed);
    store::insert(tx, &question)?;
    Ok(question)
}

/// Changes a question that was read in this transaction.
///
/// # Errors
/// What [`TicketRefusal`] says; `InUse` where its answers would lose their meaning.
pub fn update_question(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    current: &Question,
    input: &QuestionInput,
) -> Outcome<Question> {
    begin_change(tx, now, event)?;
    let parsed = parse(tx, event, input)?;
    let mut changed = filled(current, parsed);
    let other = changed.kind != current.kind || changed.sensitive != current.sensitive;
    if other && store::is_answered(tx, current)? {
        return refused(TicketRefusal::InUse(
            "The question has answers: hide it, and ask another one.",
        ));
    }
    if changed.is_put_otherwise_than(current) {
        changed.wording += 1;
        store::insert_wording(tx, changed.id, &changed.worded(now))?;
    }
    if !store::update(tx, &changed)? {
        return refused(TicketRefusal::Stale);
    }
    // Read again: what is held may have moved since.
    match store::find(tx, event.id, current.id)? {
        Some(question) => Ok(question),
        None => refused(TicketRefusal::Stale),
    }
}

/// Deletes a question that nobody has answered.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn delete_question(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    question: &Question,
) -> Outcome<()> {
    begin_change(tx, now, event)?;
    if store::is_answered(tx, question)? {
        return refused(TicketRefusal::InUse(
            "The question has answers: hide it instead.",
        ));
    }
    Ok(store::delete(tx, question.id)?)
}
