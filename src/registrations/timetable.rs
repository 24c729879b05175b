//! When sessions are, and which of one person's choices are at the same time.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Registration;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, SessionId};
use crate::programme;
use crate::programme::document::Programme;
use crate::tickets::model::meet;

/// The sessions of a programme that have times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timetable(BTreeMap<SessionId, (Instant, Instant)>);

impl Timetable {
    /// That of this programme.
    #[must_use]
    pub fn of(programme: &Programme) -> Self {
        let timed = programme.sessions.iter().filter_map(|session| {
            let span = session.starts_at.zip(session.ends_at)?;
            Some((session.id, span))
        });
        Self(timed.collect())
    }

    /// That of the newest release of the event, where one of these registrations has two choices of one
    /// attendee to compare; an empty one otherwise.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(conn: &mut Conn, event: EventId, of: &[&Registration]) -> Result<Self, DbError> {
        let mut attendees = of.iter().flat_map(|one| one.active());
        if !attendees.any(|one| one.session_ids.len() > 1) {
            return Ok(Self::default());
        }
        let newest = programme::newest_release(conn, event)?;
        Ok(newest.map_or_else(Self::default, |release| Self::of(&release.programme)))
    }

    /// Pairs of these choices that are at the same time.
    #[must_use]
    pub fn clashes(&self, chosen: &[SessionId]) -> BTreeSet<(SessionId, SessionId)> {
        let timed: Vec<_> = chosen
            .iter()
            .filter_map(|id| self.0.get(id).map(|span| (*id, *span)))
            .collect();
        let pairs = timed.iter().enumerate().flat_map(|(place, one)| {
            let others = timed.iter().skip(place + 1);
            others.map(move |other| (*one, *other))
        });
        pairs
            .filter(|((_, one), (_, other))| meet(*one, *other))
            .map(|((one, _), (other, _))| (one.min(other), one.max(other)))
            .collect()
    }

    /// Those of these choices that are at the same time as another of them, in their order.
    #[must_use]
    pub fn clashing(&self, chosen: &[SessionId]) -> Vec<SessionId> {
        among(chosen, &self.clashes(chosen))
    }
}

/// Those of these choices that are in one of the pairs, in their order.
#[must_use]
pub fn among(chosen: &[SessionId], pairs: &BTreeSet<(SessionId, SessionId)>) -> Vec<SessionId> {
    let is_in = |id: &&SessionId| pairs.iter().any(|(one, other)| one == *id || other == *id);
    chosen.iter().filter(is_in).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::text::time::instant;

    #[test]
    fn what_touches_does_not_clash() {
        let ids: Vec<SessionId> = (0..4).map(|_| new_id()).collect();
        let at = |time: &str| instant(&format!("2027-11-11T{time}:00Z")).unwrap();
        let spans = [("09:00", "10:00"), ("10:00", "11:00"), ("10:59", "12:00")];
        let timed = ids.iter().zip(spans);
        let table = Timetable(timed.map(|(id, (a, b))| (*id, (at(a), at(b)))).collect());
        let both = (ids[1].min(ids[2]), ids[1].max(ids[2]));
        assert_eq!(table.clashes(&ids), BTreeSet::from([both]));
        assert_eq!(
            table.clashing(&ids),
            [ids[1], ids[2]],
            "the fourth has no time"
        );
        assert_eq!(table.clashing(&ids[..2]), []);
    }
}
