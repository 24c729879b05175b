//! Quotas, ticket types and questions of one event, taken along to another.

use std::collections::HashMap;
use std::hash::BuildHasher;

use chrono::TimeDelta;

use super::model::{Quota, TicketType};
use super::questions::model::Choice;
use super::questions::{self, Question};
use super::{quotas, store};
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{EventId, QuotaId, TicketTypeId};
use crate::text::wall::{Moved, moved};

/// What was copied.
#[derive(Debug, Default)]
pub struct Copied {
    /// The new ticket types by the old ones.
    pub types: HashMap<TicketTypeId, TicketTypeId>,
    /// Names of ticket types whose window falls into an hour that the clock skips.
    pub skipped: Vec<String>,
}

/// Copies the quotas, with nothing held, and with `types` also the ticket types. Their windows are
/// moved by so much on the wall clock, or left open where that is `None`.
///
/// # Errors
/// The store's failure.
pub fn copy(
    tx: &mut Conn,
    now: Instant,
    from: EventId,
    to: &Event,
    types: Option<Option<TimeDelta>>,
) -> Result<Copied, DbError> {
    let mut ids: HashMap<QuotaId, QuotaId> = HashMap::new();
    let mut old = quotas::list_all(tx, from)?;
    old.sort_by_key(|quota| quota.id);
    for quota in old {
        let new = Quota {
            id: new_id(),
            event_id: to.id,
            held: 0,
            version: 1,
            created_at: now,
            ..quota.clone()
        };
        quotas::insert(tx, &new)?;
        ids.insert(quota.id, new.id);
    }
    let Some(windows) = types else {
        return Ok(Copied::default());
    };
    let mut copied = Copied::default();
    for ticket in store::list_all(tx, from)? {
        let window = |at: Option<Instant>| -> Option<Moved> {
            at.zip(windows).map(|(at, by)| moved(to.timezone, at, by))
        };
        let (opens, closes) = (window(ticket.opens_at), window(ticket.closes_at));
        if [opens, closes]
            .into_iter()
            .flatten()
            .any(|moved| !moved.exists)
        {
            copied.skipped.push(
                ticket
                    .name
                    .best(to.languages.default.as_str(), "")
                    .to_owned(),
            );
        }
        let mut drawn: Vec<QuotaId> = ticket
            .quotas
            .iter()
            .filter_map(|id| ids.get(id).copied())
            .collect();
        drawn.sort_unstable();
        let new = TicketType {
            id: new_id(),
            event_id: to.id,
            opens_at: opens.map(|moved| moved.at),
            closes_at: closes.map(|moved| moved.at),
            quotas: drawn,
            version: 1,
            created_at: now,
            ..ticket.clone()
        };
        store::insert(tx, &new)?;
        copied.types.insert(ticket.id, new.id);
    }
    Ok(copied)
}

/// Copies the questions, unanswered; days on which they become required are moved by so much. Those that
/// ask attendees of some ticket types ask those of the new ones; where none of those were copied they are
/// hidden, because they were never meant for everybody.
///
/// # Errors
/// The store's failure.
pub fn copy_questions<S: BuildHasher>(
    tx: &mut Conn,
    now: Instant,
    (from, to): (EventId, EventId),
    types: &HashMap<TicketTypeId, TicketTypeId, S>,
    by: TimeDelta,
) -> Result<(), DbError> {
    for question in questions::store::list_all(tx, from)? {
        let asked = question.ticket_types.iter();
        let mut asked: Vec<TicketTypeId> = asked.filter_map(|id| types.get(id).copied()).collect();
        asked.sort_unstable();
        let is_for_nobody = asked.is_empty() && !question.ticket_types.is_empty();
        let unheld = |option: &Choice| Choice {
            held: 0,
            ..option.clone()
        };
        let new = Question {
            id: new_id(),
            event_id: to,
            options: question.options.iter().map(unheld).collect(),
            required_from: question
                .required_from
                .and_then(|day| day.checked_add_signed(by)),
            ticket_types: asked,
            hidden: question.hidden || is_for_nobody,
            wording: 1,
            answers_deleted_at: None,
            version: 1,
            created_at: now,
            ..question
        };
        questions::store::insert(tx, &new)?;
    }
    Ok(())
}
