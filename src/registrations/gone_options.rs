//! Options of answers that were taken while their party waited, in the words of mails.

use super::claims::Lost;
use super::model::{Attendee, Registration};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::mail::{AnswerFacts, OptionFacts};
use crate::text::Localized;
use crate::tickets::Form;
use crate::tickets::questions::Question;

/// What mails say of the options that attendees of this registration have lost. Which one it was is not
/// said where the question is sensitive: a mail is read by others than who answered.
///
/// # Errors
/// The store's failure.
pub fn facts(
    conn: &mut Conn,
    (event, now): (&Event, Instant),
    registration: &Registration,
    lost: &[Lost],
) -> Result<Vec<AnswerFacts>, DbError> {
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    let questions = Form::read(conn, event, now, &[])?.questions;
    let of = |attendee: &Attendee| {
        let theirs = lost.iter().filter(|one| one.attendee_id == attendee.id);
        AnswerFacts {
            name: attendee.name.clone(),
            options: theirs.filter_map(|one| option(&questions, one)).collect(),
        }
    };
    let facts = registration.active().map(of);
    Ok(facts.filter(|one| !one.options.is_empty()).collect())
}

fn option(questions: &[Question], lost: &Lost) -> Option<OptionFacts> {
    let mut questions = questions.iter();
    let question = questions.find(|question| question.id == lost.question_id)?;
    let known = question.option(&lost.key).filter(|_| !question.sensitive);
    Some(OptionFacts {
        question: question.label.clone(),
        option: known.map_or_else(Localized::default, |option| option.label.clone()),
    })
}
