//! What is odd about a programme. Pure; warnings only, nothing of it is ever refused.

use std::collections::BTreeMap;

use super::document::{Programme, Session};
use crate::clock::Instant;
use crate::ids::SessionId;

crate::words! {
    /// What is odd.
    pub enum ConflictKind {
        /// Two sessions at once in one room.
        Room = "room",
        /// One person in two sessions at once.
        Speaker = "speaker",
        /// A session outside the dates of the event.
        OutsideDates = "outside_dates",
        /// A session without a time.
        NoTime = "no_time",
    }
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What is odd.
    pub kind: ConflictKind,
    /// The sessions it is about, one or two.
    pub sessions: Vec<SessionId>,
    /// One sentence for people.
    pub detail: String,
}

/// Most conflicts that are told; a programme with more is still being made.
const MOST: usize = 500;

/// Everything odd about the programme of an event with these first and last instants.
#[must_use]
pub fn conflicts(programme: &Programme, dates: Option<(Instant, Instant)>) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = alone(programme, dates).take(MOST).collect();
    let mut by_room = BTreeMap::<_, Vec<&Session>>::new();
    let mut by_speaker = BTreeMap::<_, Vec<&Session>>::new();
    for session in &programme.sessions {
        if let Some(room) = session.room_id {
            by_room.entry(room).or_default().push(session);
        }
        for part in &session.speakers {
            by_speaker.entry(part.speaker_id).or_default().push(session);
        }
    }
    let in_room = by_room.values().flat_map(|sessions| overlaps(sessions));
    let of_room = in_room.map(|pair| together(ConflictKind::Room, "are in one room at once", pair));
    let in_person = by_speaker.values().flat_map(|sessions| overlaps(sessions));
    let of_person =
        in_person.map(|pair| together(ConflictKind::Speaker, "share a person at once", pair));
    found.extend(of_room.chain(of_person).take(MOST));
    found.truncate(MOST);
    found
}

fn alone(
    programme: &Programme,
    dates: Option<(Instant, Instant)>,
) -> impl Iterator<Item = Conflict> {
    programme.sessions.iter().filter_map(move |session| {
        let kind = match (session.starts_at, dates) {
            (None, _) => ConflictKind::NoTime,
            (Some(start), Some((first, last)))
                if start < first
                    || start >= last
                    || session.ends_at.is_some_and(|end| end > last) =>
            {
                ConflictKind::OutsideDates
            }
            _ => return None,
        };
        let what = match kind {
            ConflictKind::NoTime => "has no time",
            _ => "is outside the dates of the event",
        };
        Some(Conflict {
            kind,
            sessions: vec![session.id],
            detail: format!("{} {what}.", session.slug),
        })
    })
}

/// Pairs that run at the same time, by start. A session without an end takes no time.
fn overlaps<'a>(sessions: &[&'a Session]) -> Vec<(&'a Session, &'a Session)> {
    let mut timed: Vec<(Instant, Instant, &Session)> = sessions
        .iter()
        .filter_map(|s| Some((s.starts_at?, s.ends_at?, *s)))
        .collect();
    timed.sort_by_key(|(start, _, session)| (*start, session.number));
    let mut pairs = Vec::new();
    for (index, (_, end, session)) in timed.iter().enumerate() {
        let during = timed[index + 1..]
            .iter()
            .take_while(|(start, _, _)| start < end);
        pairs.extend(during.take(MOST).map(|(_, _, other)| (*session, *other)));
    }
    pairs
}

fn together(kind: ConflictKind, what: &str, (one, other): (&Session, &Session)) -> Conflict {
    Conflict {
        kind,
        sessions: vec![one.id, other.id],
        detail: format!("{} and {} {what}.", one.slug, other.slug),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::programme::document::{SessionSpeaker, SpeakerRole, example};
    use crate::text::time;

    fn at(hour: u32) -> Instant {
        time::instant(&format!("2027-11-11T{hour:02}:00:00Z")).unwrap()
    }

    fn session(number: i32, from: u32, until: u32) -> Session {
        Session {
            starts_at: Some(at(from)),
            ends_at: Some(at(until)),
            ..example::session(number)
        }
    }

    fn kinds(sessions: Vec<Session>) -> Vec<ConflictKind> {
        let programme = Programme {
            sessions,
            ..Programme::default()
        };
        let found = conflicts(&programme, Some((at(8), at(20))));
        found.into_iter().map(|conflict| conflict.kind).collect()
    }

    #[test]
    fn what_follows_on_is_no_conflict() {
        let room_id = Some(new_id());
        let in_room = |number, from, until| Session {
            room_id,
            ..session(number, from, until)
        };
        assert_eq!(kinds(vec![in_room(1, 9, 10), in_room(2, 10, 11)]), []);
        assert_eq!(
            kinds(vec![
                in_room(1, 9, 12),
                in_room(2, 10, 11),
                in_room(3, 11, 12)
            ]),
            [ConflictKind::Room, ConflictKind::Room]
        );
        assert_eq!(
            kinds(vec![session(1, 9, 12), session(2, 9, 12)]),
            [],
            "no room is no clash"
        );
    }

    #[test]
    fn people_and_dates_are_watched_too() {
        let part = SessionSpeaker {
            speaker_id: new_id(),
            role: SpeakerRole::Speaker,
        };
        let with = |session| Session {
            speakers: vec![part.clone()],
            ..session
        };
        assert_eq!(
            kinds(vec![with(session(1, 9, 11)), with(session(2, 10, 12))]),
            [ConflictKind::Speaker]
        );
        assert_eq!(
            kinds(vec![
                session(1, 7, 9),
                session(2, 19, 21),
                session(3, 19, 20)
            ]),
            [ConflictKind::OutsideDates; 2]
        );
        assert_eq!(kinds(vec![example::session(1)]), [ConflictKind::NoTime]);
    }
}
