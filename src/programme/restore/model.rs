//! What restoring a version does to the working copy. Pure.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::super::document::{Programme, Room, Session, SessionRef, Speaker, Track, Versioned};
use crate::ids::SessionId;
use crate::text::Slug;

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
    /// Those of them that get another slug, because a session of the version has theirs.
    pub renamed: Vec<Renamed>,
}

/// A session as it is, and with the slug that it gets.
pub type Renamed = (Session, Versioned<Session>);

/// What the version is restored among.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The sessions of every release: what they are called is theirs for ever.
    pub released: HashSet<SessionId>,
    /// The sessions that were not to be recorded when they were deleted.
    pub unrecorded: HashSet<SessionId>,
}

/// How the working copy becomes what this version was, without losing what was made since.
#[must_use]
pub fn plan(draft: &Draft, version: &Programme, around: &Around) -> Plan {
    let made_since = made_since(draft, version);
    let slugs = |session: &Session| session.slug.clone();
    let now = draft.sessions.iter().map(|session| slugs(&session.value));
    let mut taken: HashSet<String> = now.chain(version.sessions.iter().map(slugs)).collect();
    let renamed = renamed(&made_since, version, around, &mut taken);
    let seen = made_since.iter().map(|session| &session.value);
    let seen = seen.filter(|session| around.released.contains(&session.id));
    let inherited: HashSet<&str> = seen.map(|session| session.slug.as_str()).collect();
    let sessions = session_steps((draft, version), around, &inherited, &mut taken);
    Plan {
        kept: kept(&made_since, &renamed),
        renamed,
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
        sessions,
    }
}

fn made_since<'a>(draft: &'a Draft, version: &Programme) -> Vec<&'a Versioned<Session>> {
    let there: HashSet<SessionId> = version.sessions.iter().map(|one| one.id).collect();
    let sessions = draft.sessions.iter();
    sessions
        .filter(|session| !there.contains(&session.value.id))
        .collect()
}

/// What was made since, as it will be called.
fn kept(made_since: &[&Versioned<Session>], renamed: &[Renamed]) -> Vec<SessionRef> {
    let called = |session: &&Versioned<Session>| {
        let session = &session.value;
        let mut renamed = renamed.iter().map(|(_, to)| &to.value);
        SessionRef::of(renamed.find(|to| to.id == session.id).unwrap_or(session))
    };
    made_since.iter().map(called).collect()
}

/// `inherited` are slugs that sessions released since have: links lead to those now, so that whoever was
/// called so before is called otherwise.
fn session_steps(
    (draft, version): (&Draft, &Programme),
    around: &Around,
    inherited: &HashSet<&str>,
    taken: &mut HashSet<String>,
) -> Vec<Step<Session>> {
    let mut steps = steps(
        &draft.sessions,
        &version.sessions,
        |one| one.id,
        |now, then| Session {
            do_not_record: now.do_not_record,
            sign_up_capacity: now.sign_up_capacity,
            slug: if inherited.contains(then.slug.as_str()) {
                now.slug.clone()
            } else {
                then.slug.clone()
            },
            ..then.clone()
        },
    );
    for step in &mut steps {
        if let Step::Make(session) = step {
            session.do_not_record |= around.unrecorded.contains(&session.id);
            if inherited.contains(session.slug.as_str())
                && let Some(free) = next_free(&session.slug, taken)
            {
                session.slug = free;
            }
        }
    }
    steps
}

/// The sessions made since that nobody has seen yet and that are called as one of the version: each gets
/// the first free slug of its row.
fn renamed(
    made_since: &[&Versioned<Session>],
    version: &Programme,
    around: &Around,
    taken: &mut HashSet<String>,
) -> Vec<Renamed> {
    let back = version.sessions.iter().map(|session| session.slug.as_str());
    let back: HashSet<&str> = back.collect();
    let unseen = made_since.iter().filter(|session| {
        let now = &session.value;
        back.contains(now.slug.as_str()) && !around.released.contains(&now.id)
    });
    let called = |session: &&Versioned<Session>| {
        let now = &session.value;
        let value = Session {
            slug: next_free(&now.slug, taken)?,
            ..now.clone()
        };
        let version = session.version;
        Some((now.clone(), Versioned { value, version }))
    };
    unseen.filter_map(called).collect()
}

/// The first of `pause-2`, `pause-3` … that is free, which it is no more.
fn next_free(slug: &str, taken: &mut HashSet<String>) -> Option<String> {
    let own = Slug::from_stored(slug.to_owned());
    let mut row = (2..u32::MAX).map(|n| own.numbered(n).to_string());
    let free = row.find(|slug| !taken.contains(slug))?;
    taken.insert(free.clone());
    Some(free)
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
        let around = Around {
            released: version.sessions.iter().map(|one| one.id).collect(),
            unrecorded: HashSet::new(),
        };
        let plan = plan(&draft, &version, &around);
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

    #[test]
    fn a_newcomer_makes_way_and_who_was_not_to_be_recorded_is_not() {
        let [deleted, new, other] = [1, 2, 3].map(example::session);
        let called = |slug: &str, session: &Session| Session {
            slug: slug.into(),
            ..session.clone()
        };
        let deleted = called("pause", &deleted);
        let version = Programme {
            sessions: vec![deleted.clone()],
            ..Programme::default()
        };
        let read = |value: Session| Versioned { value, version: 4 };
        let draft = Draft {
            sessions: vec![read(called("pause", &new)), read(called("pause-2", &other))],
            ..Draft::default()
        };
        let mut around = Around {
            released: [deleted.id].into(),
            unrecorded: [deleted.id].into(),
        };
        let made = plan(&draft, &version, &around);
        let hidden = Session {
            do_not_record: true,
            ..deleted
        };
        assert_eq!(made.sessions, [Step::Make(hidden.clone())]);
        assert_eq!(
            made.renamed,
            [(called("pause", &new), read(called("pause-3", &new)))]
        );
        let kept: Vec<&str> = made.kept.iter().map(|kept| kept.slug.as_str()).collect();
        assert_eq!(kept, ["pause-3", "pause-2"]);
        // Whom links lead to by now stays whom they lead to.
        around.released.insert(new.id);
        let made = plan(&draft, &version, &around);
        assert!(made.renamed.is_empty());
        assert_eq!(made.sessions, [Step::Make(called("pause-3", &hidden))]);
    }
}
