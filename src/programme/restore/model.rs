//! What restoring a version does to the working copy. Pure.

use std::collections::HashMap;
use std::hash::Hash;

use super::super::document::{Programme, Room, Session, SessionRef, Speaker, Track, Versioned};

/// The working copy with the versions of its things.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Rooms.
    pub rooms: Vec<Versioned<Room>>,
    /// Tracks.
    pub tracks: Vec<Versioned<Track>>,
    /// Speakers.
    pub speakers: Vec<Versioned<Speaker>>,
    /// Sessions.
    pub sessions: Vec<Versioned<Session>>,
}

/// What is done to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<T> {
    /// It is made again.
    Make(T),
    /// It is set back, over the version it was read in.
    SetBack {
        /// How it is now.
        from: T,
        /// How it was released.
        to: Versioned<T>,
    },
}

/// Everything that is done.
#[derive(Debug, Default)]
pub struct Plan {
    /// To rooms.
    pub rooms: Vec<Step<Room>>,
    /// To tracks.
    pub tracks: Vec<Step<Track>>,
    /// To speakers.
    pub speakers: Vec<Step<Speaker>>,
    /// To sessions.
    pub sessions: Vec<Step<Session>>,
    /// Sessions that were made since the version.
    pub kept: Vec<SessionRef>,
}

/// How the working copy becomes what this version was, without losing what was made since.
#[must_use]
pub fn plan(draft: &Draft, version: &Programme) -> Plan {
    let made_since = draft.sessions.iter().filter(|session| {
        let id = session.value.id;
        !version.sessions.iter().any(|released| released.id == id)
    });
    Plan {
        kept: made_since
            .map(|session| SessionRef::of(&session.value))
            .collect(),
        rooms: steps(
            &draft.rooms,
            &version.rooms,
            |room| room.id,
            |now, then| Room {
                hidden: now.hidden,
                ..then.clone()
            },
        ),
        tracks: steps(
            &draft.tracks,
            &version.tracks,
            |track| track.id,
            |now, then| Track {
                hidden: now.hidden,
                ..then.clone()
            },
        ),
        speakers: steps(
            &draft.speakers,
            &version.speakers,
            |one| one.id,
            |now, then| Speaker {
                hidden: now.hidden,
                ..then.clone()
            },
        ),
        sessions: steps(
            &draft.sessions,
            &version.sessions,
            |one| one.id,
            |now, then| Session {
                do_not_record: now.do_not_record,
                sign_up_capacity: now.sign_up_capacity,
                ..then.clone()
            },
        ),
    }
}

/// One step for each released thing that is gone or differs; `set_back` says what it becomes.
fn steps<T: Clone + PartialEq, I: Copy + Eq + Hash>(
    draft: &[Versioned<T>],
    released: &[T],
    id: impl Fn(&T) -> I,
    set_back: impl Fn(&T, &T) -> T,
) -> Vec<Step<T>> {
    let now: HashMap<I, &Versioned<T>> = draft
        .iter()
        .map(|thing| (id(&thing.value), thing))
        .collect();
    let step = |then: &T| {
        let Some(now) = now.get(&id(then)) else {
            return Some(Step::Make(then.clone()));
        };
        let value = set_back(&now.value, then);
        (value != now.value).then(|| Step::SetBack {
            from: now.value.clone(),
            to: Versioned {
                value,
                version: now.version,
            },
        })
    };
    released.iter().filter_map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::document::example;

    #[test]
    fn what_was_made_since_stays_and_what_was_deleted_comes_back() {
        let [same, changed, deleted, new] = [1, 2, 3, 4].map(example::session);
        let version = Programme {
            sessions: vec![same.clone(), changed.clone(), deleted.clone()],
            ..Programme::default()
        };
        let edited = Session {
            slug: "another".into(),
            do_not_record: true,
            ..changed.clone()
        };
        let read = |value: &Session| Versioned {
            value: value.clone(),
            version: 7,
        };
        let draft = Draft {
            sessions: [&same, &edited, &new].map(read).to_vec(),
            ..Draft::default()
        };
        let plan = plan(&draft, &version);
        let back = Session {
            do_not_record: true,
            ..changed
        };
        assert_eq!(
            plan.sessions,
            [
                Step::SetBack {
                    from: edited,
                    to: read(&back)
                },
                Step::Make(deleted)
            ]
        );
        assert_eq!(plan.kept, [SessionRef::of(&new)]);
    }
}
