//! Which session of ours a session of our own document is. Pure.
//!
//! An id or a guid of ours names a session outright. Where a document has neither, a session is known again
//! by what it is called, by the surest names first, and each of ours once: so a document that names
//! nothing changes nothing the second time, and two breaks stay two. A guid that is new is somebody new,
//! unless the slug is known; so is a slug, unless the same is held at the same time.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

use super::own_input::SessionOfProgramme;
use super::wish::Place;
use crate::clock::Instant;
use crate::faults::Faults;
use crate::ids::SessionId;
use crate::programme::document::{Session, Versioned};
use crate::programme::revision::Standing;
use crate::text::{Languages, time};

/// A session of ours that a document means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meant<'a> {
    /// It is in the working copy.
    There(&'a Versioned<Session>),
    /// It was released and deleted; the document brings it back.
    Gone(&'a Session),
}

impl<'a> Meant<'a> {
    /// The session.
    pub(super) const fn session(self) -> &'a Session {
        match self {
            Self::There(known) => &known.value,
            Self::Gone(known) => known,
        }
    }

    /// The session, if it is in the working copy.
    pub(super) const fn there(self) -> Option<&'a Versioned<Session>> {
        match self {
            Self::There(known) => Some(known),
            Self::Gone(_) => None,
        }
    }
}

/// What each session of a document is of ours.
pub(super) fn meant<'a>(
    asked: &[(Place, &SessionOfProgramme)],
    standing: &'a Standing,
    languages: &Languages,
    faults: &mut Faults,
) -> Vec<Option<Meant<'a>>> {
    let outright = Outright::of(standing);
    let mut named = HashSet::new();
    let mut found = Vec::new();
    for (place, session) in asked {
        let meant = outright.find(session);
        let label = || session.id.clone().unwrap_or_default();
        let name = meant.map_or_else(label, |meant| meant.session().id.to_string());
        if !name.is_empty() && !named.insert(name) {
            let detail = "A session stands once in a programme.";
            place.fault("/id", "duplicate", detail, faults);
        }
        found.push(meant);
    }
    by_name(asked, standing, languages, &mut found);
    found
}

/// Sessions by what names them outright: the working copy's before those of releases.
struct Outright<'a> {
    ids: [HashMap<Uuid, Meant<'a>>; 2],
    guids: [HashMap<Uuid, Meant<'a>>; 2],
}

impl<'a> Outright<'a> {
    fn of(standing: &'a Standing) -> Self {
        let there = || standing.sessions.iter().map(Meant::There);
        let gone = || standing.released.iter().rev().map(Meant::Gone);
        let id = |meant: Meant<'a>| (meant.session().id.uuid(), meant);
        let guid = |meant: Meant<'a>| (meant.session().guid, meant);
        Self {
            ids: [there().map(id).collect(), gone().map(id).collect()],
            guids: [there().map(guid).collect(), gone().map(guid).collect()],
        }
    }

    fn find(&self, session: &SessionOfProgramme) -> Option<Meant<'a>> {
        let uuid = |text: &Option<String>| Uuid::try_parse(text.as_deref()?).ok();
        let (id, guid) = (uuid(&session.id), uuid(&session.guid));
        let mut places = self.ids.iter().zip(&self.guids);
        places.find_map(|(ids, guids)| {
            let by_id = id.and_then(|id| ids.get(&id));
            by_id.or_else(|| guids.get(&guid?)).copied()
        })
    }
}

/// What a session is called, as far as it may be known by that.
#[derive(Debug, Default)]
struct Called {
    /// The slug of one that is there.
    slug: Option<String>,
    /// The slug of one that is gone.
    former_slug: Option<String>,
    /// The title with the start.
    held: Option<(String, Instant)>,
    /// The title alone.
    title: Option<String>,
    number: Option<i32>,
    /// What a document calls it by for itself, which may be our slug.
    label: Option<String>,
}

/// What one way to know a session looks at.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Numbered(&'a str, i32),
    Held(&'a str, Instant),
    HeldAndNumbered(&'a str, Instant, i32),
}

type Way = for<'c> fn(&'c Called) -> Option<Key<'c>>;

/// The ways to know a session by what it is called, the surest first.
const WAYS: [Way; 7] = [
    |called| called.slug.as_deref().map(Key::Text),
    |called| called.former_slug.as_deref().map(Key::Text),
    |called| {
        let (title, start) = called.held.as_ref()?;
        Some(Key::HeldAndNumbered(title, *start, called.number?))
    },
    |called| {
        let (title, start) = called.held.as_ref()?;
        Some(Key::Held(title, *start))
    },
    |called| Some(Key::Numbered(called.title.as_deref()?, called.number?)),
    |called| called.title.as_deref().map(Key::Text),
    |called| called.label.as_deref().map(Key::Text),
];

impl Called {
    fn of_ours(meant: Meant<'_>, languages: &Languages) -> Self {
        let Meant::There(Versioned { value, .. }) = meant else {
            return Self {
                former_slug: Some(meant.session().slug.clone()),
                ..Self::default()
            };
        };
        let title = value.title.best(languages.default.as_str(), "").to_owned();
        Self {
            slug: Some(value.slug.clone()),
            former_slug: None,
            held: value.starts_at.map(|start| (title.clone(), start)),
            title: Some(title),
            number: Some(value.number),
            label: Some(value.slug.clone()),
        }
    }

    fn of_document(session: &SessionOfProgramme, languages: &Languages) -> Self {
        let slug = session.slug.clone();
        if session.guid.is_some() {
            return Self {
                slug,
                ..Self::default()
            };
        }
        // What is wrong with it is told where it is parsed for good.
        let mut untold = Faults::new();
        let title = session.title.required_line("", languages, &mut untold);
        let title = title.best(languages.default.as_str(), "").to_owned();
        let title = Some(title).filter(|title| !title.is_empty());
        let start = session.starts_at.as_deref().map(time::instant);
        Self {
            held: title.clone().zip(start.and_then(Result::ok)),
            title: title.filter(|_| slug.is_none()),
            number: session.number(),
            label: session.id.clone().filter(|_| slug.is_none()),
            former_slug: slug.clone(),
            slug,
        }
    }
}

/// Finds those that nothing names outright, each way in the order of the document.
fn by_name<'a>(
    asked: &[(Place, &SessionOfProgramme)],
    standing: &'a Standing,
    languages: &Languages,
    found: &mut [Option<Meant<'a>>],
) {
    let there = standing.sessions.iter().map(Meant::There);
    let gone = standing.released.iter().map(Meant::Gone);
    let ours: Vec<(Called, Meant<'a>)> = there
        .chain(gone)
        .map(|meant| (Called::of_ours(meant, languages), meant))
        .collect();
    let theirs: Vec<Called> = asked
        .iter()
        .map(|(_, session)| Called::of_document(session, languages))
        .collect();
    let outright = found.iter().flatten().map(|meant| meant.session().id);
    let mut claimed: HashSet<SessionId> = outright.collect();
    for way in WAYS {
        let mut free: HashMap<Key<'_>, VecDeque<Meant<'a>>> = HashMap::new();
        for (called, meant) in &ours {
            let key = way(called).filter(|_| !claimed.contains(&meant.session().id));
            if let Some(key) = key {
                free.entry(key).or_default().push_back(*meant);
            }
        }
        let unknown = found.iter_mut().zip(&theirs);
        for (meant, called) in unknown.filter(|(meant, _)| meant.is_none()) {
            *meant = way(called).and_then(|key| free.get_mut(&key)?.pop_front());
            claimed.extend(meant.map(|meant| meant.session().id));
        }
    }
}
