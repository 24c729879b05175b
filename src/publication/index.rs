//! Which snapshots are held, and which go when there are too many.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::snapshot::Snapshot;
use crate::ids::{EventId, EventKind, SlugOr};

/// The snapshots by id and slug. The one that was read longest ago goes when there are too many.
#[derive(Debug)]
pub struct Index {
    by_id: HashMap<EventId, Kept>,
    by_slug: HashMap<String, EventId>,
    bytes: usize,
    most_events: usize,
    most_bytes: usize,
    /// Counts reads, so that their order is known.
    uses: AtomicU64,
}

#[derive(Debug)]
struct Kept {
    snapshot: Arc<Snapshot>,
    /// Of the snapshot, when it was kept.
    bytes: usize,
    /// When it was read last, in uses.
    used: AtomicU64,
}

impl Index {
    /// Empty, for so many events and so many bytes; one event is kept however large it is.
    pub fn new(most_events: usize, most_bytes: usize) -> Self {
        Self {
            by_id: HashMap::new(),
            by_slug: HashMap::new(),
            bytes: 0,
            most_events,
            most_bytes,
            uses: AtomicU64::new(0),
        }
    }

    fn next_use(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    /// The snapshot of this event, which counts as read.
    pub fn find(&self, key: &SlugOr<EventKind>) -> Option<Arc<Snapshot>> {
        let id = match key {
            SlugOr::Id(id) => id,
            SlugOr::Slug(slug) => self.by_slug.get(slug)?,
        };
        let kept = self.by_id.get(id)?;
        kept.used.store(self.next_use(), Ordering::Relaxed);
        Some(Arc::clone(&kept.snapshot))
    }

    /// The public versions of all snapshots.
    pub fn versions(&self) -> HashMap<EventId, i64> {
        let version = |(id, kept): (&EventId, &Kept)| (*id, kept.snapshot.event.public_version);
        self.by_id.iter().map(version).collect()
    }

    /// Lets go of an event.
    pub fn remove(&mut self, id: EventId) {
        let Some(kept) = self.by_id.remove(&id) else {
            return;
        };
        self.bytes -= kept.bytes;
        let slug = kept.snapshot.event.slug.as_str();
        // Another event may have taken the slug meanwhile.
        if self.by_slug.get(slug) == Some(&id) {
            self.by_slug.remove(slug);
        }
    }

    /// Puts a snapshot in the place of the older one of its event; an older version never takes the
    /// place of a newer one.
    pub fn insert(&mut self, snapshot: Arc<Snapshot>) {
        let event = &snapshot.event;
        let newer = self
            .by_id
            .get(&event.id)
            .is_some_and(|kept| kept.snapshot.event.public_version > event.public_version);
        if newer {
            return;
        }
        self.remove(event.id);
        let bytes = snapshot.size();
        self.bytes += bytes;
        self.by_slug.insert(event.slug.to_string(), event.id);
        self.by_id.insert(
            event.id,
            Kept {
                snapshot,
                bytes,
                used: self.next_use().into(),
            },
        );
        self.evict();
    }

    fn evict(&mut self) {
        while self.by_id.len() > self.most_events.max(1)
            || (self.bytes > self.most_bytes && self.by_id.len() > 1)
        {
            let oldest = self
                .by_id
                .iter()
                .min_by_key(|(_, kept)| kept.used.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                return;
            };
            self.remove(oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::Places;
    use super::*;
    use crate::clock::{Clock, new_id};
    use crate::events::{Event, EventState, Format};
    use crate::http::Document;
    use crate::text::{Language, Languages, Localized, Slug};

    fn snapshot(id: EventId, slug: &str, version: i64) -> Arc<Snapshot> {
        let now = Clock::default().now();
        let nb = Language::parse("nb").unwrap();
        let event = Event {
            id,
            organisation_id: new_id(),
            organisation_slug: "bufdir".into(),
            series: None,
            slug: Slug::parse(slug).unwrap(),
            title: Localized::default(),
            subtitle: Localized::default(),
            description: Localized::default(),
            edition: None,
            dates: None,
            timezone: chrono_tz::Europe::Oslo,
            format: Format::Hybrid,
            venue: None,
            languages: Languages {
                all: vec![nb.clone()],
                default: nb,
            },
            organisers: Vec::new(),
            links: crate::events::model::Links::default(),
            cancel_until: None,
            state: EventState::Published,
            published_at: None,
            version: 1,
            public_version: version,
            released_version: 0,
            calendar_changes: crate::events::model::CalendarChanges::default(),
            created_at: now,
            updated_at: now,
        };
        Arc::new(Snapshot {
            event,
            members: Vec::new(),
            rooms: Vec::new(),
            now: std::sync::RwLock::new(None),
            sessions: Vec::new(),
            places: Places::of(&[], &std::collections::BTreeMap::new()),
            speakers: Vec::new(),
            recordings: Vec::new(),
            event_document: Document::of(&slug).unwrap(),
            programme_document: Document::of(&slug).unwrap(),
            pages: Snapshot::shelf(0),
            released: tokio::sync::OnceCell::new(),
            valid_until: None,
        })
    }

    fn has(index: &Index, slug: &str) -> Option<EventId> {
        index
            .find(&SlugOr::Slug(slug.to_owned()))
            .map(|found| found.event.id)
    }

    #[test]
    fn the_one_read_longest_ago_goes_first() {
        let mut index = Index::new(2, usize::MAX);
        let [a, b, c] = [new_id(), new_id(), new_id()];
        index.insert(snapshot(a, "a", 1));
        index.insert(snapshot(b, "b", 1));
        assert_eq!(has(&index, "a"), Some(a));
        index.insert(snapshot(c, "c", 1));
        assert_eq!(
            [has(&index, "a"), has(&index, "b"), has(&index, "c")],
            [Some(a), None, Some(c)]
        );
        index.remove(a);
        index.remove(c);
        assert_eq!((index.bytes, index.by_slug.len()), (0, 0));
    }

    #[test]
    fn memory_is_bounded_but_for_the_last() {
        let mut index = Index::new(100, 1);
        let [a, b] = [new_id(), new_id()];
        index.insert(snapshot(a, "a", 1));
        assert_eq!(has(&index, "a"), Some(a));
        index.insert(snapshot(b, "b", 1));
        assert_eq!([has(&index, "a"), has(&index, "b")], [None, Some(b)]);
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let mut index = Index::new(2, usize::MAX);
        let a = new_id();
        index.insert(snapshot(a, "new", 3));
        index.insert(snapshot(a, "old", 2));
        assert_eq!([has(&index, "new"), has(&index, "old")], [Some(a), None]);
        assert_eq!(index.versions(), HashMap::from([(a, 3)]));
    }

    #[test]
    fn a_slug_belongs_to_the_event_that_took_it_last() {
        let mut index = Index::new(9, usize::MAX);
        let [a, b] = [new_id(), new_id()];
        index.insert(snapshot(a, "x", 1));
        index.insert(snapshot(b, "x", 1));
        index.insert(snapshot(a, "y", 2));
        assert_eq!([has(&index, "x"), has(&index, "y")], [Some(b), Some(a)]);
    }
}
