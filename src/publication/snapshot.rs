//! Everything public about one event as it was at one moment. Never changed, only replaced.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::NaiveDate;
use tokio::sync::OnceCell;

use super::programme_wire::PublishedSpeaker;
use super::sources::{self, Member, Released};
use super::video_wire::{PublishedSession, RecordingWithSessions, SpeakerWithSessions};
use crate::clock::Instant;
use crate::db::Db;
use crate::events::Event;
use crate::http::{Document, Shelf};
use crate::ids::{SessionKind, SlugOr, SpeakerId};
use crate::problem::Problem;
use crate::video::Recording;

/// Most lists and numbered releases of an event that are kept.
const MOST_PAGES: usize = 64;

/// A session, with what it is found and ordered by.
#[derive(Debug)]
pub struct SessionEntry {
    /// As it is shown.
    pub view: PublishedSession,
    /// Its place in lists.
    pub order: (i64, i32),
    /// The local date it starts on.
    pub date: Option<NaiveDate>,
    /// What `q` searches, in lower case.
    pub text: String,
    /// Made on its first request.
    pub document: OnceLock<Document>,
}

impl SessionEntry {
    /// The document of the session, made on its first request.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn document(&self) -> Result<Document, Problem> {
        lazily(&self.document, || Document::of(&self.view))
    }
}

/// A speaker, with what they are ordered by.
#[derive(Debug)]
pub struct SpeakerEntry {
    /// As they are shown.
    pub view: PublishedSpeaker,
    /// Their place in lists.
    pub order: (String, SpeakerId),
    /// Made on its first request.
    pub document: OnceLock<Document>,
}

/// A recording that may surface.
#[derive(Debug)]
pub struct RecordingEntry {
    /// The recording.
    pub recording: Recording,
    /// As it is shown.
    pub view: RecordingWithSessions,
    /// Made on its first request.
    pub document: OnceLock<Document>,
}

impl RecordingEntry {
    /// The document of the recording, made on its first request.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn document(&self) -> Result<Document, Problem> {
        lazily(&self.document, || Document::of(&self.view))
    }
}

/// Everything public about one event as it was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// The event.
    pub event: Event,
    /// Published members of the committee, in order.
    pub members: Vec<Member>,
    /// By start, then number.
    pub sessions: Vec<SessionEntry>,
    /// By name.
    pub speakers: Vec<SpeakerEntry>,
    /// Newest published first.
    pub recordings: Vec<RecordingEntry>,
    /// `GET /events/{event}`.
    pub event_document: Document,
    /// `GET /events/{event}/programme`.
    pub programme_document: Document,
    /// Pages of lists and numbered releases that were asked for, by what asked for them.
    pub pages: RwLock<Shelf<Document>>,
    /// The newest release with its past, read by whoever needs it first.
    pub released: OnceCell<Arc<Released>>,
    /// The next instant at which something in the documents changes by itself.
    pub valid_until: Option<Instant>,
}

/// The kept document, or a new one that is kept.
fn lazily(
    place: &OnceLock<Document>,
    make: impl FnOnce() -> Result<Document, Problem>,
) -> Result<Document, Problem> {
    if let Some(document) = place.get() {
        return Ok(document.clone());
    }
    let document = make()?;
    Ok(place.get_or_init(|| document).clone())
}

impl Snapshot {
    /// Whether time alone has not made it wrong yet.
    pub fn is_current(&self, now: Instant) -> bool {
        self.valid_until.is_none_or(|until| now < until)
    }

    /// Bytes that it takes in memory, roughly: the large documents, as much again for the parts that
    /// they were drawn from, and for the release, the other formats, the small documents and the pages
    /// that requests may ask for.
    pub fn size(&self) -> usize {
        4096 + 8 * (self.event_document.size() + self.programme_document.size())
    }

    /// The session of this id or slug.
    pub fn session(&self, key: &SlugOr<SessionKind>) -> Option<&SessionEntry> {
        self.sessions.iter().find(|entry| match key {
            SlugOr::Id(id) => entry.view.session.id == *id,
            SlugOr::Slug(slug) => entry.view.session.slug == *slug,
        })
    }

    /// The sessions of this speaker.
    pub fn sessions_of(&self, speaker: SpeakerId) -> Vec<&PublishedSession> {
        let speaks = |session: &&PublishedSession| {
            let mut speakers = session.session.speakers.iter();
            speakers.any(|part| part.speaker_id == speaker)
        };
        self.sessions
            .iter()
            .map(|entry| &entry.view)
            .filter(speaks)
            .collect()
    }

    /// The document of one speaker, made on its first request.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn speaker_document(&self, entry: &SpeakerEntry) -> Result<Document, Problem> {
        lazily(&entry.document, || {
            Document::of(&SpeakerWithSessions {
                speaker: &entry.view,
                sessions: self.sessions_of(entry.view.id),
            })
        })
    }

    /// The release that everything here is drawn from, with its past. Releases never change, so that
    /// it fits what was read before.
    ///
    /// # Errors
    /// 404 when the event is gone meanwhile, or the store's failure.
    pub async fn released(&self, db: &Db) -> Result<Arc<Released>, Problem> {
        let (id, version) = (self.event.id, self.event.released_version);
        let reading = || async {
            let found = db.read(move |conn| sources::released(conn, id, version));
            let found = found.await?.ok_or_else(Problem::not_found)?;
            Ok::<_, Problem>(Arc::new(found))
        };
        self.released.get_or_try_init(reading).await.cloned()
    }

    /// The shelf for the pages of an event whose programme takes so many bytes.
    #[must_use]
    pub fn shelf(programme: usize) -> RwLock<Shelf<Document>> {
        RwLock::new(Shelf::new(MOST_PAGES, 32 * 1024 + 4 * programme))
    }

    /// A page of a list or a numbered release, if it is kept.
    pub fn kept(&self, key: &str) -> Option<Document> {
        let pages = self.pages.read().unwrap_or_else(PoisonError::into_inner);
        pages.get(key).cloned()
    }

    /// Keeps a page until the snapshot is replaced, or until others were asked for meanwhile.
    pub fn keep(&self, key: &str, document: Document) {
        let bytes = document.size();
        let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
        pages.put(key, document, bytes);
    }
}
