//! Quotas and ticket types of one event, taken along to another.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::model::{Quota, TicketType};
use super::{quotas, store};
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{EventId, QuotaId};
use crate::text::wall::{Moved, moved};

/// Copies the quotas, with nothing held, and with `types` also the ticket types. Their windows are
/// moved by so much on the wall clock, or left open where that is `None`. Gives the names of ticket
/// types whose window falls into an hour that the clock skips.
///
/// # Errors
/// The store's failure.
pub fn copy(
    tx: &mut Conn,
    now: Instant,
    from: EventId,
    to: &Event,
    types: Option<Option<TimeDelta>>,
) -> Result<Vec<String>, DbError> {
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
        return Ok(Vec::new());
    };
    let mut skipped = Vec::new();
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
            skipped.push(
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
            ..ticket
        };
        store::insert(tx, &new)?;
    }
    Ok(skipped)
}
