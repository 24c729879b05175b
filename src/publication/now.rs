//! What is on, and what is next. Pure.

use chrono::TimeDelta;

use super::snapshot::SessionEntry;
use crate::clock::Instant;
use crate::ids::RoomId;

/// What is on in one room at one instant.
#[derive(Debug)]
pub struct Standing<'a> {
    /// What is on.
    pub current: Option<&'a SessionEntry>,
    /// What comes after it.
    pub next: Option<&'a SessionEntry>,
}

impl Standing<'_> {
    /// How much later than planned the next one starts, because what is on is not over by then.
    #[must_use]
    pub fn late(&self) -> Option<TimeDelta> {
        let over = self.current?.held?.ends_at?;
        let next = self.next?.held.filter(|next| !next.is_marked)?;
        Some((over - next.starts_at).max(TimeDelta::zero()))
    }
}

/// When a session is on: by what was marked, else by the programme. Without an end it is on until
/// another one of its room starts, or until `last`.
fn span(
    entry: &SessionEntry,
    others: &[&SessionEntry],
    last: Instant,
) -> Option<(Instant, Instant)> {
    let held = entry.held?;
    let starts = others
        .iter()
        .filter_map(|other| Some(other.held?.starts_at));
    let next_start = starts.filter(|start| *start > held.starts_at).min();
    let end = held.ends_at.or(next_start).unwrap_or(last);
    Some((held.starts_at, end))
}

/// What is on in a room, or in none.
///
/// By actual times where they are marked: a session that was marked as started is on, also when another
/// should have started by the programme; that one is next then. Of several that are on, the one that
/// started last is shown.
#[must_use]
pub fn standing(
    entries: &[SessionEntry],
    room: Option<RoomId>,
    now: Instant,
    last: Instant,
) -> Standing<'_> {
    let of_room: Vec<&SessionEntry> = entries
        .iter()
        .filter(|entry| entry.view.session.room_id == room)
        .collect();
    let spans = of_room
        .iter()
        .filter_map(|entry| Some((*entry, span(entry, &of_room, last)?)));
    let spans: Vec<(&SessionEntry, (Instant, Instant))> = spans.collect();
    let is_marked = |entry: &SessionEntry| entry.held.is_some_and(|held| held.is_marked);
    let on = spans
        .iter()
        .filter(|(_, (start, end))| *start <= now && now < *end);
    let current = on
        .max_by_key(|(entry, (start, _))| (is_marked(entry), *start, entry.order))
        .map(|(entry, _)| *entry);
    let is_overtaken = |entry: &SessionEntry| current.is_some_and(is_marked) && !is_marked(entry);
    let waiting = spans.iter().filter(|(entry, (start, end))| {
        let is_other = current.is_none_or(|current| !std::ptr::eq(current, *entry));
        is_other && now < *end && (now < *start || is_overtaken(entry))
    });
    let next = waiting
        .min_by_key(|(entry, (start, _))| (*start, entry.order))
        .map(|(entry, _)| *entry);
    Standing { current, next }
}

/// The next instant at which what is on, anywhere, may change by itself.
#[must_use]
pub fn next_change(entries: &[SessionEntry], now: Instant, last: Instant) -> Option<Instant> {
    let edges = entries
        .iter()
        .filter_map(|entry| entry.held)
        .flat_map(|held| {
            let end = held.ends_at.unwrap_or(last);
            [held.starts_at, end]
        });
    edges.filter(|edge| *edge > now).min()
}
