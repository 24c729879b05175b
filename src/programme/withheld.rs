//! What was not to be recorded stays unheard when it is taken out of the programme. Pure.
//!
//! A recording holds a session also when the programme holds it no more. So a release carries along where
//! such sessions stood, and they hide that stretch until they are back.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::document::{Programme, Session, SessionKind, Withheld};
use crate::ids::SessionId;
use crate::text::Localized;

/// What is withheld once `after` is released on top of `before`: the sessions of before that were not to
/// be recorded, by the release or by what acts without one (`unrecorded`), and that are gone or have
/// lost their time, and what was withheld already. Whoever is back with a time, or may be recorded now, is
/// withheld no longer.
#[must_use]
pub fn withheld(before: &Programme, after: &Programme, unrecorded: &[SessionId]) -> Vec<Withheld> {
    let unrecorded: HashSet<SessionId> = unrecorded.iter().copied().collect();
    let there = after.sessions.iter().map(|session| (session.id, session));
    let there: HashMap<SessionId, &Session> = there.collect();
    let is_away = |id: SessionId| {
        let session = there.get(&id);
        session.is_none_or(|session| session.do_not_record && session.starts_at.is_none())
    };
    let is_new = |session: &&Session| {
        let hidden = session.do_not_record || unrecorded.contains(&session.id);
        let placed = session.starts_at.is_some() || !there.contains_key(&session.id);
        hidden && placed && is_away(session.id)
    };
    let known = before.withheld.iter();
    let mut all: Vec<Withheld> = known
        .filter(|withheld| is_away(withheld.session_id))
        .cloned()
        .collect();
    for session in before.sessions.iter().filter(is_new) {
        // Where it had a time last counts.
        let known = |withheld: &Withheld| withheld.session_id == session.id;
        if session.starts_at.is_none() && all.iter().any(known) {
            continue;
        }
        all.retain(|withheld| !known(withheld));
        all.push(Withheld {
            session_id: session.id,
            room_id: session.room_id,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
        });
    }
    all
}

impl Withheld {
    /// The session as far as it has a place in recordings, and nothing else of it.
    #[must_use]
    pub fn as_session(&self) -> Session {
        Session {
            id: self.session_id,
            slug: String::new(),
            guid: Uuid::nil(),
            number: 0,
            title: Localized::default(),
            abstract_text: Localized::default(),
            kind: SessionKind::Talk,
            type_label: Localized::default(),
            language: None,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            room_id: self.room_id,
            track_id: None,
            speakers: Vec::new(),
            materials: Vec::new(),
            do_not_record: true,
            sign_up_capacity: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::document::example;
    use crate::text::time;

    fn timed(number: i32) -> Session {
        Session {
            starts_at: Some(time::instant("2027-11-11T09:00:00Z").unwrap()),
            do_not_record: true,
            ..example::session(number)
        }
    }

    fn of(sessions: &[&Session]) -> Programme {
        Programme {
            sessions: sessions.iter().map(|one| (*one).clone()).collect(),
            ..Programme::default()
        }
    }

    fn ids(withheld: &[Withheld]) -> Vec<SessionId> {
        withheld.iter().map(|one| one.session_id).collect()
    }

    #[test]
    fn what_goes_or_loses_its_time_is_withheld_until_it_is_back() {
        let [gone, timeless, stays] = [1, 2, 3].map(timed);
        let [flagged, open] = [4, 5].map(|number| Session {
            do_not_record: false,
            ..timed(number)
        });
        let cleared = Session {
            starts_at: None,
            ..timeless.clone()
        };
        let first = of(&[&gone, &timeless, &stays, &flagged, &open]);
        let mut second = of(&[&cleared, &stays]);
        second.withheld = withheld(&first, &second, &[flagged.id]);
        assert_eq!(ids(&second.withheld), [gone.id, timeless.id, flagged.id]);
        assert_eq!(second.withheld[1].starts_at, timeless.starts_at);
        // Nothing more happens to them, and nothing less.
        let third = withheld(&second, &second, &[]);
        assert_eq!(third, second.withheld);
        let allowed = Session {
            do_not_record: false,
            ..cleared
        };
        let back = of(&[&gone, &allowed, &stays]);
        assert_eq!(ids(&withheld(&second, &back, &[])), [flagged.id]);
        // Gone for good, it is where it had a time last.
        let none = withheld(&second, &of(&[]), &[]);
        let kept = none
            .iter()
            .find(|one| one.session_id == timeless.id)
            .unwrap();
        assert_eq!(kept.starts_at, timeless.starts_at);
        assert_eq!(none.len(), 4);
    }
}
