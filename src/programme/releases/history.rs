//! What happened to every session from the first release to one of them. Pure.
//!
//! Calendars tell two versions of an entry apart by a number that rises (RFC 5545, 3.8.7.4). It is
//! counted here from the changes that releases keep, so that it is the same in every process and
//! after every restart; what happens to the event as a whole is counted by the event.

use std::collections::{BTreeMap, HashMap};

use super::super::document::{Changes, Programme, Room, Session};
use crate::clock::Instant;
use crate::ids::SessionId;

/// What happened to one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Releases that gave it another time, room or name of the room, took it away or brought it back.
    pub revisions: u32,
    /// When it was released first.
    pub first_at: Instant,
    /// When the newest release that has anything new of it was made.
    pub changed_at: Instant,
}

/// A session that is in a release no more, or has no time there, as it was when it had one last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The session.
    pub session: Session,
    /// The room it was to be in.
    pub room: Option<Room>,
}

/// A release with its past.
#[derive(Debug, Default)]
pub struct Released {
    /// The programme.
    pub programme: Programme,
    /// What happened to the sessions, by id.
    pub past: HashMap<SessionId, Past>,
    /// The sessions that had a time in earlier releases only, by number.
    pub gone: Vec<Gone>,
}

/// Counts through the releases of an event, from the first on: version, instant, changes.
#[must_use]
pub fn past(releases: &[(i32, Instant, Changes)]) -> HashMap<SessionId, Past> {
    let mut past: HashMap<SessionId, Past> = HashMap::new();
    for (_, at, changes) in releases {
        let mut note = |ids: &[SessionId], counts: bool| {
            for id in ids {
                past.entry(*id)
                    .and_modify(|known| {
                        known.revisions += u32::from(counts);
                        known.changed_at = *at;
                    })
                    .or_insert(Past {
                        revisions: 0,
                        first_at: *at,
                        changed_at: *at,
                    });
            }
        };
        note(&changes.added, true);
        note(&changes.moved, true);
        note(&changes.relabelled, true);
        note(&changes.changed, false);
        note(&changes.removed, true);
    }
    past
}

/// The versions after which sessions lost their place, and perhaps their time, with those sessions.
#[must_use]
pub fn last_places(releases: &[(i32, Instant, Changes)]) -> BTreeMap<i32, Vec<SessionId>> {
    let lost = releases.iter().map(|(version, _, changes)| {
        let ids = changes.moved.iter().chain(&changes.removed);
        (version - 1, ids.copied().collect::<Vec<_>>())
    });
    lost.filter(|(_, ids)| !ids.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::text::time;

    #[test]
    fn only_what_a_calendar_shows_counts() {
        let id: SessionId = new_id();
        let at = |day: i32| time::instant(&format!("2027-01-{day:02}T09:00:00Z")).unwrap();
        let none = Changes::default;
        let ids = || vec![id];
        let releases = [
            Changes {
                added: ids(),
                ..none()
            },
            Changes {
                changed: ids(),
                ..none()
            },
            Changes {
                moved: ids(),
                changed: ids(),
                ..none()
            },
            Changes {
                removed: ids(),
                ..none()
            },
            none(),
            Changes {
                added: ids(),
                ..none()
            },
            Changes {
                relabelled: ids(),
                ..none()
            },
        ];
        let releases: Vec<_> = (1..).zip(releases).map(|(n, c)| (n, at(n), c)).collect();
        let seen = |count: usize| past(&releases[..count])[&id];
        let revisions: Vec<u32> = (1..=7).map(|count| seen(count).revisions).collect();
        assert_eq!(revisions, [0, 0, 1, 2, 2, 3, 4]);
        let places: Vec<i32> = last_places(&releases).into_keys().collect();
        assert_eq!(places, [2, 3], "before it moved, and before it went");
        assert_eq!((seen(6).first_at, seen(5).changed_at), (at(1), at(4)));
        assert_eq!(seen(2).changed_at, at(2));
    }
}
