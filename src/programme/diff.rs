//! What changed between two versions of a programme. Pure.

use std::collections::HashMap;

use super::document::{Changes, Programme, Room, Session, SessionRef, Speaker, Track};
use crate::ids::{RoomId, SessionId, SpeakerId, TrackId};
use crate::text::Localized;

/// Compares two versions by the ids of their sessions. A session that moved and changed otherwise
/// stands in both lists. Rooms, tracks and speakers have no list of their own: the sessions that show
/// them changed with them. Whether anything at all changed is `before != after`.
#[must_use]
pub fn changes(before: &Programme, after: &Programme) -> Changes {
    let old = by_id(before);
    let new = by_id(after);
    let (shown, shows) = (Things::of(before), Things::of(after));
    let mut changes = Changes::default();
    for session in &after.sessions {
        match old.get(&session.id) {
            None => changes.added.push(session.id),
            Some(earlier) => {
                let has_moved = has_moved(earlier, session);
                if has_moved {
                    changes.moved.push(session.id);
                } else if shown.room_name(earlier) != shows.room_name(session) {
                    changes.relabelled.push(session.id);
                }
                let looks_other = || !has_moved && shown.look(earlier) != shows.look(session);
                if differs_otherwise(earlier, session) || looks_other() {
                    changes.changed.push(session.id);
                }
            }
        }
    }
    let gone = before.sessions.iter().filter(|s| !new.contains_key(&s.id));
    changes.removed = gone.map(|session| session.id).collect();
    changes.named = [
        &changes.added,
        &changes.removed,
        &changes.moved,
        &changes.changed,
    ]
    .into_iter()
    .flatten()
    .filter_map(|id| new.get(id).or_else(|| old.get(id)))
    .map(|session| SessionRef::of(session))
    .collect();
    changes.named.sort_by_key(|named| named.id);
    changes.named.dedup_by_key(|named| named.id);
    changes
}

fn by_id(programme: &Programme) -> HashMap<SessionId, &Session> {
    programme.sessions.iter().map(|s| (s.id, s)).collect()
}

fn has_moved(before: &Session, after: &Session) -> bool {
    (before.starts_at, before.ends_at, before.room_id)
        != (after.starts_at, after.ends_at, after.room_id)
}

/// What sessions refer to, by id.
struct Things<'p> {
    rooms: HashMap<RoomId, &'p Room>,
    tracks: HashMap<TrackId, &'p Track>,
    speakers: HashMap<SpeakerId, &'p Speaker>,
}

/// What a session shows of its room and its track, and its people.
type Look<'p> = (
    Option<(&'p Localized, Option<i32>)>,
    Option<(&'p Localized, Option<&'p str>)>,
    Vec<Option<&'p Speaker>>,
);

impl<'p> Things<'p> {
    fn of(programme: &'p Programme) -> Self {
        let speakers = programme.speakers.iter();
        Self {
            rooms: programme.rooms.iter().map(|room| (room.id, room)).collect(),
            tracks: programme.tracks.iter().map(|one| (one.id, one)).collect(),
            speakers: speakers.map(|speaker| (speaker.id, speaker)).collect(),
        }
    }

    fn room(&self, session: &Session) -> Option<&'p Room> {
        self.rooms.get(&session.room_id?).copied()
    }

    fn room_name(&self, session: &Session) -> Option<&'p Localized> {
        self.room(session).map(|room| &room.name)
    }

    /// Places in lists are no matter of the session.
    fn look(&self, session: &Session) -> Look<'p> {
        let room = self.room(session).map(|room| (&room.name, room.capacity));
        let track = session.track_id.and_then(|id| self.tracks.get(&id));
        let track = track.map(|track| (&track.name, track.color.as_deref()));
        let people = session.speakers.iter();
        let people = people.map(|part| self.speakers.get(&part.speaker_id).copied());
        (room, track, people.collect())
    }
}

fn differs_otherwise(before: &Session, after: &Session) -> bool {
    let in_place = Session {
        starts_at: after.starts_at,
        ends_at: after.ends_at,
        room_id: after.room_id,
        ..before.clone()
    };
    in_place != *after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::programme::document::example;
    use crate::text::time;

    #[test]
    fn sessions_are_told_apart_by_what_happened_to_them() {
        let [kept, moved, renamed, both, gone, new] = [1, 2, 3, 4, 5, 6].map(example::session);
        let before = Programme {
            sessions: vec![
                kept.clone(),
                moved.clone(),
                renamed.clone(),
                both.clone(),
                gone.clone(),
            ],
            ..Programme::default()
        };
        let mut after = before.clone();
        after.sessions[1].room_id = Some(new_id());
        after.sessions[2].slug = "another".into();
        after.sessions[3].starts_at = Some(time::instant("2027-11-11T09:00:00Z").unwrap());
        after.sessions[3].do_not_record = true;
        after.sessions[4] = new.clone();
        let changes = changes(&before, &after);
        assert_eq!(changes.added, [new.id]);
        assert_eq!(changes.removed, [gone.id]);
        assert_eq!(changes.moved, [moved.id, both.id]);
        assert_eq!(changes.changed, [renamed.id, both.id]);
        let named: Vec<SessionId> = changes.named.iter().map(|named| named.id).collect();
        assert_eq!(named.len(), 5, "each once, {named:?}");
        assert!(!named.contains(&kept.id));
        let slug_of = |id| {
            changes
                .named
                .iter()
                .find(|n| n.id == id)
                .unwrap()
                .slug
                .clone()
        };
        assert_eq!(slug_of(renamed.id), "another", "as it is called now");
        assert_eq!(slug_of(gone.id), gone.slug, "as it was called then");
    }

    #[test]
    fn a_session_in_a_room_with_a_new_name_is_told_apart_from_one_that_moved() {
        let (salen, nytt_navn) = (example::room("Salen"), example::room("Storsalen"));
        let mut kept = example::session(1);
        kept.room_id = Some(salen.id);
        let mut moved = kept.clone();
        moved.id = new_id();
        let before = Programme {
            rooms: vec![salen.clone()],
            sessions: vec![kept.clone(), moved.clone()],
            ..Programme::default()
        };
        let renamed = Room {
            name: nytt_navn.name.clone(),
            ..salen
        };
        moved.room_id = Some(nytt_navn.id);
        let after = Programme {
            rooms: vec![renamed, nytt_navn],
            sessions: vec![kept.clone(), moved.clone()],
            ..Programme::default()
        };
        let changes = changes(&before, &after);
        assert_eq!(
            (changes.relabelled, changes.moved),
            (vec![kept.id], vec![moved.id])
        );
        assert_eq!(changes.changed, [kept.id], "what it shows is another");
    }

    #[test]
    fn equal_versions_have_no_changes() {
        let programme = Programme {
            sessions: vec![example::session(1)],
            ..Programme::default()
        };
        assert_eq!(changes(&programme, &programme), Changes::default());
    }
}
