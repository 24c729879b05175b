//! A link to a session goes on leading there when its slug was changed. Pure.
//!
//! So a release carries along the slugs that sessions had in those before it, until another session has
//! that slug.

use std::collections::{BTreeMap, HashSet};

use super::document::{Programme, Session};
use crate::ids::{SessionId, SessionKind, SlugOr};

/// The slugs that lead to sessions beside their own once `after` is released on top of `before`.
#[must_use]
pub fn former_slugs(before: &Programme, after: &Programme) -> BTreeMap<String, SessionId> {
    let taken = after.sessions.iter().map(|session| session.slug.as_str());
    let taken: HashSet<&str> = taken.collect();
    let mut former = before.former_slugs.clone();
    let replaced = before.sessions.iter();
    former.extend(replaced.map(|session| (session.slug.clone(), session.id)));
    former.retain(|slug, _| !taken.contains(slug.as_str()));
    former
}

impl Programme {
    /// Every slug that leads, or once led, to a session.
    pub fn all_slugs(&self) -> impl Iterator<Item = String> {
        let own = self.sessions.iter().map(|session| &session.slug);
        own.chain(self.former_slugs.keys()).cloned()
    }

    /// Whether a path names this session, by its id, its slug, or one that it had.
    #[must_use]
    pub fn names(&self, key: &SlugOr<SessionKind>, session: &Session) -> bool {
        match key {
            SlugOr::Id(id) => session.id == *id,
            SlugOr::Slug(slug) => {
                session.slug == *slug || self.former_slugs.get(slug) == Some(&session.id)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::programme::document::Withheld;

    fn of(sessions: &[(SessionId, &str)], before: &Programme) -> Programme {
        let nothing = Withheld {
            session_id: new_id(),
            room_id: None,
            starts_at: None,
            ends_at: None,
        };
        let session = |(id, slug): &(SessionId, &str)| Session {
            id: *id,
            slug: (*slug).to_owned(),
            ..nothing.as_session()
        };
        let mut programme = Programme {
            sessions: sessions.iter().map(session).collect(),
            ..Programme::default()
        };
        programme.former_slugs = former_slugs(before, &programme);
        programme
    }

    #[test]
    fn a_slug_leads_to_whom_it_was_until_another_has_it() {
        let (a, b) = (new_id(), new_id());
        let first = of(&[(a, "apning")], &Programme::default());
        assert!(first.former_slugs.is_empty());
        let second = of(&[(a, "velkommen")], &first);
        let third = of(&[(a, "hei"), (b, "lunsj")], &second);
        let former = |slug: &str| third.former_slugs.get(slug).copied();
        assert_eq!((former("apning"), former("velkommen")), (Some(a), Some(a)));
        let fourth = of(&[(a, "hei"), (b, "apning")], &third);
        assert_eq!(fourth.former_slugs.get("apning"), None);
        // Who is gone is not forgotten: they may come back.
        let fifth = of(&[(b, "apning")], &fourth);
        assert_eq!(fifth.former_slugs.get("hei"), Some(&a));
    }
}
