//! What sessions of a document are called: slugs, guids and numbers. Pure.

use std::collections::{HashMap, HashSet};

use super::plan::named;
use super::wish::{DocumentFormat, WantedSession, Wish};
use crate::events::Event;
use crate::faults::Faults;
use crate::ids::Id;
use crate::programme::document::{Session, Versioned};
use crate::programme::revision::Standing;
use crate::programme::sessions::input::{Identity, ParsedSession};
use crate::text::Slug;

/// Slugs and guids, and whose they are.
pub(super) struct Names {
    /// Whether the document means the slugs of new sessions, or only proposes them.
    strict: bool,
    /// What sessions are called now, or want to be called: nothing that is derived.
    spoken_for: HashSet<String>,
    slugs: HashMap<String, Id<crate::ids::SessionKind>>,
    guids: HashMap<uuid::Uuid, Id<crate::ids::SessionKind>>,
    /// The numbers that the document gives its sessions.
    given: HashMap<Id<crate::ids::SessionKind>, i32>,
    /// The first number that nothing had yet, if nothing has it now.
    unused_from: i32,
    numbers: HashSet<i32>,
}

impl Names {
    /// Of all sessions that stay; those that the document names are called what it says.
    pub(super) fn of(wish: &Wish, standing: &Standing, gone: &[Versioned<Session>]) -> Self {
        let strict = wish.format == DocumentFormat::Programme;
        let gone: HashSet<_> = gone.iter().map(|session| session.value.id).collect();
        let wanted = named(&wish.sessions);
        let stay = || {
            let sessions = standing.sessions.iter().map(|session| &session.value);
            sessions.filter(|session| !gone.contains(&session.id))
        };
        let untouched = || stay().filter(|session| !wanted.contains(&session.id));
        let means_it = |wanted: &&WantedSession| strict || wanted.current.is_some();
        let meant = wish.sessions.iter().filter(means_it);
        let meant = meant.filter_map(|wanted| wanted.input.slug.clone());
        let numbered = standing.sessions.iter().map(|session| &session.value);
        let numbered = numbered.chain(&standing.released);
        Self {
            strict,
            spoken_for: stay()
                .map(|session| session.slug.clone())
                .chain(meant)
                .collect(),
            slugs: untouched()
                .map(|session| (session.slug.clone(), session.id))
                .collect(),
            guids: untouched()
                .map(|session| (session.guid, session.id))
                .collect(),
            given: wish.numbers.clone(),
            unused_from: standing.unused_numbers_from.max(1),
            numbers: numbered.map(|session| session.number).collect(),
        }
    }

    /// The session under its slug, guid and number: those that it had `before`, in the working copy or in
    /// a release. Sessions of the document may take over each other's.
    pub(super) fn name(
        &mut self,
        wanted: &WantedSession,
        before: Option<&Session>,
        parsed: ParsedSession,
        event: &Event,
        faults: &mut Faults,
    ) -> Session {
        let id = wanted.id;
        let guid = parsed
            .guid
            .unwrap_or_else(|| before.map_or(id.uuid(), |known| known.guid));
        let is_there = wanted.current.is_some();
        let known = before.map(|known| Slug::from_stored(known.slug.clone()));
        let kept = known.clone().filter(|_| is_there);
        // What another program calls a session is a proposal for a new one.
        let given = parsed.slug.clone().filter(|_| self.strict || is_there);
        let slug = given.or(kept).unwrap_or_else(|| {
            let title = parsed.title(&event.languages.default);
            let derived = parsed.slug.clone().or(known);
            self.first_free(derived.unwrap_or_else(|| Slug::derive(title, "session")))
        });
        if *self.slugs.entry(slug.to_string()).or_insert(id) != id {
            faults.add("/slug", "taken", "Another session has this slug.");
        }
        if *self.guids.entry(guid).or_insert(id) != id {
            faults.add("/guid", "taken", "Another session has this guid.");
        }
        parsed.known_as(&Identity {
            id,
            slug,
            guid,
            number: before.map_or_else(|| self.number(id), |known| known.number),
        })
    }

    /// The number that the document gives a new session, if nothing has it or had it; else 0, for the next.
    fn number(&mut self, id: Id<crate::ids::SessionKind>) -> i32 {
        let given = self.given.get(&id).copied();
        let is_unused = |number: &i32| *number >= self.unused_from && self.numbers.insert(*number);
        given.filter(is_unused).unwrap_or(0)
    }

    fn first_free(&self, derived: Slug) -> Slug {
        let is_free = |slug: &Slug| {
            let slug = slug.as_str();
            !self.spoken_for.contains(slug) && !self.slugs.contains_key(slug)
        };
        let mut row = (1..u32::MAX).map(|n| derived.numbered(n));
        row.find(is_free).unwrap_or(derived)
    }
}
