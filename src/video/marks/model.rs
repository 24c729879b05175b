//! What marks say of the times of sessions. Pure.

use std::collections::HashMap;

use crate::clock::Instant;
use crate::ids::{EventId, MarkId, SessionId};
use crate::programme::document::Session;

crate::words! {
    /// Which end of a session was seen.
    pub enum Edge {
        /// It started.
        Start = "start",
        /// It ended.
        End = "end",
    }
}

/// Somebody saw a session start or end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its id.
    pub id: MarkId,
    /// The event.
    pub event_id: EventId,
    /// The session.
    pub session_id: SessionId,
    /// Whether it started or ended.
    pub edge: Edge,
    /// When.
    pub at: Instant,
    /// What the client calls it, so that it can send it again.
    pub client_mark_id: Option<String>,
    /// The mark that made this one.
    pub caused_by: Option<MarkId>,
    /// When it arrived.
    pub created_at: Instant,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
}

/// When a session really started and ended, as far as that was marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actual {
    /// When it started.
    pub starts_at: Option<Instant>,
    /// When it ended.
    pub ends_at: Option<Instant>,
}

/// When a session is held by all that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends, if anything says so.
    pub ends_at: Option<Instant>,
    /// Whether its start was marked.
    pub is_marked: bool,
}

/// What all marks of an event say of its sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actuals {
    actual: HashMap<SessionId, Actual>,
    /// When another session of the same room was marked as started after this one.
    followed_at: HashMap<SessionId, Instant>,
}

impl Actuals {
    /// Puts marks together that are not undone, in whatever order they arrived.
    ///
    /// Of several marks of one edge the one of the latest moment counts: whoever marks again corrects
    /// what was marked before, and what was too late is undone. An end that is not after the start is
    /// none.
    #[must_use]
    pub fn of(sessions: &[Session], marks: &[Mark]) -> Self {
        let latest = |id: SessionId, edge: Edge, after: Option<Instant>| {
            let of_edge = marks.iter().filter(|mark| {
                mark.session_id == id && mark.edge == edge && mark.undone_at.is_none()
            });
            let moments = of_edge.map(|mark| mark.at);
            moments
                .filter(|at| after.is_none_or(|after| *at > after))
                .max()
        };
        let of_session = |session: &Session| {
            let starts_at = latest(session.id, Edge::Start, None);
            let ends_at = latest(session.id, Edge::End, starts_at.or(session.starts_at));
            let actual = Actual { starts_at, ends_at };
            (actual != Actual::default()).then_some((session.id, actual))
        };
        let actual: HashMap<_, _> = if marks.is_empty() {
            HashMap::new()
        } else {
            sessions.iter().filter_map(of_session).collect()
        };
        let followed_at = followers(sessions, &actual);
        Self {
            actual,
            followed_at,
        }
    }

    /// What was marked of a session.
    #[must_use]
    pub fn of_session(&self, id: SessionId) -> Actual {
        self.actual.get(&id).copied().unwrap_or_default()
    }

    /// When the session is held by all that is known; `None` without any start.
    ///
    /// Once its start is marked, it ends when its end was marked; else when another session of its room
    /// was marked as started; else after its planned length.
    #[must_use]
    pub fn held(&self, session: &Session) -> Option<Held> {
        let Actual { starts_at, ends_at } = self.of_session(session.id);
        let Some(started) = starts_at else {
            return Some(Held {
                starts_at: session.starts_at?,
                ends_at: ends_at.or(session.ends_at),
                is_marked: false,
            });
        };
        let planned = session.starts_at.zip(session.ends_at);
        let as_planned = planned.map(|(from, to)| started + (to - from));
        let followed = self.followed_at.get(&session.id).copied();
        let expected = [as_planned, followed].into_iter().flatten().min();
        Some(Held {
            starts_at: started,
            ends_at: ends_at.or(expected),
            is_marked: true,
        })
    }

    /// How much later than planned the session started, in seconds; negative when it was early. `None`
    /// where its start was not marked.
    #[must_use]
    pub fn delay(&self, session: &Session) -> Option<i64> {
        let started = self.of_session(session.id).starts_at?;
        Some((started - session.starts_at?).num_seconds())
    }

    /// The session of the same room that was on before this one starts, and whose end nobody marked:
    /// the one that started last, by what was marked or planned.
    #[must_use]
    pub fn unfinished_before(
        &self,
        sessions: &[Session],
        session: &Session,
        at: Instant,
    ) -> Option<SessionId> {
        session.room_id?;
        let others = sessions.iter().filter(|other| {
            other.id != session.id
                && other.room_id == session.room_id
                && self.of_session(other.id).ends_at.is_none()
        });
        let started = others.filter_map(|other| {
            let held = self.held(other)?;
            // A session that nobody marked is over by plan sooner or later, and not ended now; but the one
            // that this one was to follow upon at once went on until now.
            let until = session.starts_at.map_or(at, |planned| planned.min(at));
            let is_on = held.is_marked || held.ends_at.is_none_or(|end| end >= until);
            (held.starts_at < at && is_on).then_some((held.starts_at, other.id))
        });
        started.max().map(|(_, id)| id)
    }
}

/// For each session whose start was marked: the next marked start in its room.
fn followers(
    sessions: &[Session],
    actual: &HashMap<SessionId, Actual>,
) -> HashMap<SessionId, Instant> {
    let started = |session: &Session| {
        let starts_at = actual.get(&session.id)?.starts_at?;
        Some((session.room_id?, starts_at, session.id))
    };
    let mut starts: Vec<_> = sessions.iter().filter_map(started).collect();
    starts.sort_unstable();
    let pairs = starts.iter().zip(starts.iter().skip(1));
    pairs
        .filter(|((room, at, _), (other_room, later, _))| room == other_room && at < later)
        .map(|((_, _, id), (_, later, _))| (*id, *later))
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::clock::new_id;
    use crate::programme::document::example;
    use crate::text::time;

    fn at(clock: &str) -> Instant {
        time::instant(&format!("2027-11-11T{clock}:00+01:00")).unwrap()
    }

    fn session(number: i32, from: &str, to: &str) -> Session {
        Session {
            starts_at: Some(at(from)),
            ends_at: Some(at(to)),
            room_id: Some(crate::ids::Id::from_uuid(uuid::Uuid::from_u128(7))),
            ..example::session(number)
        }
    }

    fn mark(session: &Session, edge: Edge, clock: &str) -> Mark {
        Mark {
            id: new_id(),
            event_id: new_id(),
            session_id: session.id,
            edge,
            at: at(clock),
            client_mark_id: None,
            caused_by: None,
            created_at: at("09:00"),
            undone_at: None,
        }
    }

    fn held(actuals: &Actuals, session: &Session) -> (Instant, Option<Instant>, bool) {
        let held = actuals.held(session).unwrap();
        (held.starts_at, held.ends_at, held.is_marked)
    }

    #[test]
    fn what_is_marked_wins_and_the_rest_is_as_planned() {
        let sessions = [session(1, "10:00", "10:30"), session(2, "10:30", "11:00")];
        let [first, second] = &sessions;
        let none = Actuals::of(&sessions, &[]);
        assert_eq!(held(&none, first), (at("10:00"), Some(at("10:30")), false));
        assert_eq!(none.delay(first), None);
        let start = mark(first, Edge::Start, "10:07");
        let started = Actuals::of(&sessions, std::slice::from_ref(&start));
        assert_eq!(
            held(&started, first),
            (at("10:07"), Some(at("10:37")), true)
        );
        assert_eq!(started.delay(first), Some(420));
        assert_eq!(
            held(&started, second),
            (at("10:30"), Some(at("11:00")), false)
        );
        let next = mark(second, Edge::Start, "10:33");
        let followed = Actuals::of(&sessions, &[next.clone(), start.clone()]);
        assert_eq!(
            held(&followed, first),
            (at("10:07"), Some(at("10:33")), true)
        );
        let end = mark(first, Edge::End, "10:35");
        let ended = Actuals::of(&sessions, &[end.clone(), next, start]);
        assert_eq!(held(&ended, first), (at("10:07"), Some(at("10:35")), true));
        let only_end = Actuals::of(&sessions, &[end]);
        assert_eq!(
            held(&only_end, first),
            (at("10:00"), Some(at("10:35")), false)
        );
    }

    #[test]
    fn the_latest_of_an_edge_counts_and_an_end_before_the_start_is_none() {
        let sessions = [session(1, "10:00", "10:30")];
        let [only] = &sessions;
        let early_end = mark(only, Edge::End, "10:05");
        let marks = [
            mark(only, Edge::Start, "10:07"),
            mark(only, Edge::Start, "10:09"),
            early_end,
        ];
        let actuals = Actuals::of(&sessions, &marks);
        assert_eq!(held(&actuals, only), (at("10:09"), Some(at("10:39")), true));
        let mut undone = marks;
        undone[1].undone_at = Some(at("11:00"));
        assert_eq!(
            Actuals::of(&sessions, &undone).of_session(only.id),
            Actual {
                starts_at: Some(at("10:07")),
                ends_at: None
            }
        );
    }

    #[test]
    fn what_was_on_before_is_found_in_the_room() {
        let mut sessions = [
            session(1, "10:00", "10:30"),
            session(2, "10:30", "11:00"),
            session(3, "10:00", "12:00"),
        ];
        sessions[2].room_id = None;
        let first = mark(&sessions[0], Edge::Start, "10:01");
        let actuals = Actuals::of(&sessions, std::slice::from_ref(&first));
        let before = |actuals: &Actuals, session: usize, clock| {
            actuals.unfinished_before(&sessions, &sessions[session], at(clock))
        };
        assert_eq!(before(&actuals, 1, "10:45"), Some(sessions[0].id));
        assert_eq!(before(&actuals, 0, "10:00"), None);
        assert_eq!(before(&actuals, 2, "11:00"), None, "it has no room");
        let ended = Actuals::of(&sessions, &[first, mark(&sessions[0], Edge::End, "10:28")]);
        assert_eq!(before(&ended, 1, "10:45"), None);
        let unmarked = Actuals::of(&sessions, &[]);
        assert_eq!(before(&unmarked, 1, "10:29"), Some(sessions[0].id));
        let followed = "the next one was to follow at once";
        assert_eq!(
            before(&unmarked, 1, "10:45"),
            Some(sessions[0].id),
            "{followed}"
        );
        let mut apart = sessions.clone();
        apart[1].starts_at = Some(at("10:40"));
        let over = unmarked.unfinished_before(&apart, &apart[1], at("10:45"));
        assert_eq!(over, None, "over by plan");
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            marks in prop::collection::vec((0usize..3, any::<bool>(), 0i64..120), 0..12),
            shuffle in any::<prop::sample::Index>(),
        ) {
            let sessions = [session(1, "10:00", "10:30"), session(2, "10:30", "11:00"), session(3, "11:00", "11:30")];
            let marks: Vec<Mark> = marks.into_iter().map(|(which, starts, minutes)| Mark {
                at: at("10:00") + TimeDelta::minutes(minutes),
                ..mark(&sessions[which], if starts { Edge::Start } else { Edge::End }, "10:00")
            }).collect();
            let mut other = marks.clone();
            if !other.is_empty() {
                let by = shuffle.index(other.len());
                other.rotate_left(by);
                other.reverse();
            }
            let actuals = Actuals::of(&sessions, &marks);
            prop_assert_eq!(&actuals, &Actuals::of(&sessions, &other));
            for session in &sessions {
                let held = actuals.held(session).unwrap();
                prop_assert!(held.ends_at.is_none_or(|end| end > held.starts_at));
            }
        }
    }
}
