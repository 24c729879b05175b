//! What is odd about a programme. Pure; warnings only, nothing of it is ever refused.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::document::{Programme, Room, Session, SessionKind, Speaker};
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
        /// A session without a room; a break needs none.
        NoRoom = "no_room",
        /// More seats to sign up for than the room has.
        SignUpAboveRoom = "sign_up_above_room",
        /// A person in a session whose name is not known yet.
        SpeakerWithoutName = "speaker_without_name",
        /// A session that uses a hidden room, track or speaker.
        Hidden = "hidden",
    }
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What is odd.
    pub kind: ConflictKind,
    /// The sessions it is about, one or two.
    pub sessions: Vec<SessionId>,
    /// What is odd and what to do about it, for people.
    pub detail: String,
}

/// Most conflicts that are told of a sort: of single sessions, of rooms, of people. A programme with more is
/// still being made.
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
    let room = "are in one room at once. Move one of them, or give it another room.";
    let of_room = in_room.map(|pair| together(ConflictKind::Room, room, pair));
    let in_person = by_speaker.values().flat_map(|sessions| overlaps(sessions));
    let person = "share a person at once. Move one of them, or change who takes part.";
    let of_person = in_person.map(|pair| together(ConflictKind::Speaker, person, pair));
    found.extend(of_room.take(MOST));
    found.extend(of_person.take(MOST));
    found
}

/// What is odd about each session, whatever the others are.
fn alone(
    programme: &Programme,
    dates: Option<(Instant, Instant)>,
) -> impl Iterator<Item = Conflict> {
    let rooms: HashMap<_, _> = programme.rooms.iter().map(|room| (room.id, room)).collect();
    let hidden_tracks: HashSet<_> = programme
        .tracks
        .iter()
        .filter_map(|track| track.hidden.then_some(track.id))
        .collect();
    let speakers: HashMap<_, _> = programme.speakers.iter().map(|s| (s.id, s)).collect();
    programme.sessions.iter().flat_map(move |session| {
        let room = session.room_id.and_then(|id| rooms.get(&id).copied());
        let people = session.speakers.iter();
        let people: Vec<&Speaker> = people
            .filter_map(|part| speakers.get(&part.speaker_id).copied())
            .collect();
        let hides = room.is_some_and(|room| room.hidden)
            || session.track_id.is_some_and(|id| hidden_tracks.contains(&id))
            || people.iter().any(|speaker| speaker.hidden);
        let nameless = people.iter().any(|speaker| speaker.name.trim().is_empty());
        [
            when(session, dates),
            whither(session, room),
            nameless.then(|| one(ConflictKind::SpeakerWithoutName, session, "has a speaker without a name. Name them.")),
            hides.then(|| one(ConflictKind::Hidden, session, "uses a room, track or speaker that is hidden. Choose another, or show it again.")),
        ]
        .into_iter()
        .flatten()
    })
}

fn when(session: &Session, dates: Option<(Instant, Instant)>) -> Option<Conflict> {
    match (session.starts_at, dates) {
        (None, _) => Some(one(
            ConflictKind::NoTime,
            session,
            "has no time. Give it one.",
        )),
        (Some(start), Some((first, last)))
            if start < first || start >= last || session.ends_at.is_some_and(|end| end > last) =>
        {
            let what = "is outside the dates of the event. Move it, or change those dates.";
            Some(one(ConflictKind::OutsideDates, session, what))
        }
        _ => None,
    }
}

fn whither(session: &Session, room: Option<&Room>) -> Option<Conflict> {
    let Some(room) = room else {
        let needed = session.kind != SessionKind::Break;
        return needed.then(|| one(ConflictKind::NoRoom, session, "has no room. Give it one."));
    };
    let (seats, capacity) = (session.sign_up_capacity?, room.capacity?);
    (seats > capacity).then(|| {
        let what = format!(
            "takes {seats} by sign-up, and its room has {capacity} seats. Take fewer, or choose a larger room."
        );
        one(ConflictKind::SignUpAboveRoom, session, &what)
    })
}

fn one(kind: ConflictKind, session: &Session, what: &str) -> Conflict {
    Conflict {
        kind,
        sessions: vec![session.id],
        detail: format!("{} {what}", session.slug),
    }
}

/// Pairs that run at the same time, by start. Of a session without an end no more is known than that it
/// starts: it clashes with what runs then, or starts then too.
fn overlaps<'a>(sessions: &[&'a Session]) -> Vec<(&'a Session, &'a Session)> {
    let mut timed: Vec<(Instant, Instant, &Session)> = sessions
        .iter()
        .filter_map(|s| {
            s.starts_at
                .map(|start| (start, s.ends_at.unwrap_or(start), *s))
        })
        .collect();
    timed.sort_by_key(|(start, _, session)| (*start, session.number));
    let mut pairs = Vec::new();
    for (index, (begins, end, session)) in timed.iter().enumerate() {
        let during = timed[index + 1..]
            .iter()
            .take_while(|(start, _, _)| start == begins || start < end);
        pairs.extend(during.take(MOST).map(|(_, _, other)| (*session, *other)));
    }
    pairs
}

fn together(kind: ConflictKind, what: &str, (one, other): (&Session, &Session)) -> Conflict {
    Conflict {
        kind,
        sessions: vec![one.id, other.id],
        detail: format!("{} and {} {what}", one.slug, other.slug),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::programme::document::{SessionSpeaker, SpeakerRole, example};
    use crate::text::Localized;
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
        kinds_of(&programme)
    }

    /// Without those that have no room, which most of these sessions have not.
    fn kinds_of(programme: &Programme) -> Vec<ConflictKind> {
        let found = conflicts(programme, Some((at(8), at(20))));
        let kinds = found.into_iter().map(|conflict| conflict.kind);
        kinds.filter(|kind| *kind != ConflictKind::NoRoom).collect()
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
    fn a_session_without_an_end_clashes_where_it_starts() {
        let room_id = Some(new_id());
        let endless = |number, from| Session {
            room_id,
            ends_at: None,
            ..session(number, from, from)
        };
        let long = Session {
            room_id,
            ..session(3, 9, 11)
        };
        let clash = [ConflictKind::Room];
        assert_eq!(kinds(vec![endless(1, 10), endless(2, 10)]), clash);
        assert_eq!(kinds(vec![endless(1, 10), long.clone()]), clash);
        assert_eq!(kinds(vec![endless(1, 9), long.clone()]), clash);
        assert_eq!(kinds(vec![long, endless(4, 11), endless(5, 12)]), []);
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

    #[test]
    fn a_room_is_needed_large_enough_and_shown() {
        let room = Room {
            id: new_id(),
            name: Localized::default(),
            capacity: Some(40),
            position: 0,
            hidden: false,
        };
        let with_sign_up = |seats| Session {
            room_id: Some(room.id),
            sign_up_capacity: Some(seats),
            ..session(1, 9, 10)
        };
        let of = |room: &Room, session: Session| Programme {
            rooms: vec![room.clone()],
            sessions: vec![session],
            ..Programme::default()
        };
        assert_eq!(kinds_of(&of(&room, with_sign_up(40))), []);
        let above = kinds_of(&of(&room, with_sign_up(41)));
        assert_eq!(above, [ConflictKind::SignUpAboveRoom]);
        let hidden = Room {
            hidden: true,
            ..room.clone()
        };
        assert_eq!(
            kinds_of(&of(&hidden, with_sign_up(1))),
            [ConflictKind::Hidden]
        );
        let roomless = |kind| Programme {
            sessions: vec![Session {
                kind,
                ..session(1, 9, 10)
            }],
            ..Programme::default()
        };
        let found = |kind| conflicts(&roomless(kind), None).len();
        assert_eq!(
            (found(SessionKind::Talk), found(SessionKind::Break)),
            (1, 0)
        );
    }
}
