//! Everything public about one event as it was at one moment. Never changed, only replaced.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::NaiveDate;
use tokio::sync::OnceCell;

use super::now_wire::Now;
use super::programme_wire::{PublishedRoom, PublishedSpeaker};
use super::sources::{self, Member, Released};
use super::video_wire::{
    PublishedSession, RecordingWithSessions, SpeakerWithSessions, VideoPosition,
};
use crate::clock::Instant;
use crate::db::Db;
use crate::events::Event;
use crate::http::{Document, Shelf};
use crate::ids::{RecordingId, SessionId, SessionKind, SlugOr, SpeakerId};
use crate::problem::Problem;
use crate::video::marks::Held;
use crate::video::model::seek;
use crate::video::position::{Position, RelativeOffset};
use crate::video::{Recording, Unseen};

/// Most lists and numbered releases of an event that are kept.
const MOST_PAGES: usize = 64;

/// A session, with what it is found and ordered by.
#[derive(Debug)]
pub struct SessionEntry {
    /// As it is shown.
    pub view: PublishedSession,
    /// Its place in lists.
    pub order: (i64, i32),
    /// When it is held, by what was marked and planned.
    pub held: Option<Held>,
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
    /// The stretches of what is not to be recorded.
    pub unseen: Unseen,
    /// Whether what is said in it can be read.
    pub has_transcript: bool,
    /// Made on its first request.
    pub document: OnceLock<Document>,
}

impl RecordingEntry {
    /// Where somebody starts who asks for so much after this second, in a session that stands here: kept
    /// within the recording, and out of what must not be seen.
    #[must_use]
    pub fn seek(&self, session: &VideoPosition, second: u32, after: RelativeOffset) -> Position {
        let wanted = seek(second, after, self.recording.duration_seconds);
        let bounds = (session.start_seconds, session.over_seconds);
        Position::new(self.unseen.shown(wanted.seconds(), bounds)).unwrap_or(wanted)
    }

    /// The document of the recording, made on its first request.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn document(&self) -> Result<Document, Problem> {
        lazily(&self.document, || Document::of(&self.view))
    }
}

/// Where sessions stand, by what a path names them with: to look through hundreds for a name takes longer
/// than to answer.
#[derive(Debug)]
pub struct Places {
    by_slug: HashMap<Box<str>, usize>,
    by_id: HashMap<SessionId, usize>,
}

impl Places {
    /// Of these, in their order; `former` are slugs that they had.
    pub fn of(sessions: &[SessionEntry], former: &BTreeMap<String, SessionId>) -> Self {
        let sessions = || sessions.iter().map(|entry| &entry.view.session).enumerate();
        let by_id: HashMap<SessionId, usize> =
            sessions().map(|(place, one)| (one.id, place)).collect();
        let former = former.iter();
        let mut by_slug: HashMap<Box<str>, usize> = former
            .filter_map(|(slug, id)| Some((slug.as_str().into(), *by_id.get(id)?)))
            .collect();
        by_slug.extend(sessions().map(|(place, one)| (one.slug.as_str().into(), place)));
        Self { by_slug, by_id }
    }
}

/// Everything public about one event as it was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// The event.
    pub event: Event,
    /// Published members of the committee, in order.
    pub members: Vec<Member>,
    /// In order.
    pub rooms: Vec<PublishedRoom>,
    /// By start, then number.
    pub sessions: Vec<SessionEntry>,
    /// Where each of them stands, by slug and by id.
    pub places: Places,
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
    /// What is on, as it was asked for last.
    pub now: RwLock<Option<NowDocument>>,
    /// The newest release with its past, read by whoever needs it first.
    pub released: OnceCell<Arc<Released>>,
    /// The next instant at which something in the documents changes by itself.
    pub valid_until: Option<Instant>,
}

/// What is on, and when that is so.
#[derive(Debug, Clone)]
pub struct NowDocument {
    document: Document,
    from: Instant,
    until: Option<Instant>,
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
        let place = match key {
            SlugOr::Id(id) => self.places.by_id.get(id),
            SlugOr::Slug(slug) => self.places.by_slug.get(slug.as_str()),
        };
        self.sessions.get(*place?)
    }

    /// The recording of this id, if it may surface.
    pub fn recording(&self, id: RecordingId) -> Option<&RecordingEntry> {
        let mut entries = self.recordings.iter();
        entries.find(|entry| entry.recording.id == id)
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

    /// What is on at this instant: made when it was asked for first, and again when time has changed it.
    ///
    /// # Errors
    /// As [`Document::of`].
    pub fn now_document(&self, now: Instant) -> Result<Document, Problem> {
        if let Some(kept) = self.now_at_hand(now) {
            return Ok(kept);
        }
        let (view, until) = Now::new(self, now);
        let document = Document::of(&view)?;
        let mut kept = self.now.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(NowDocument {
            document: document.clone(),
            from: now,
            until,
        });
        Ok(document)
    }

    /// What [`now_document`](Self::now_document) would give without making it.
    pub fn now_at_hand(&self, now: Instant) -> Option<Document> {
        let is_right =
            |kept: &&NowDocument| kept.from <= now && kept.until.is_none_or(|until| now < until);
        let kept = self.now.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(is_right)
            .map(|kept| kept.document.clone())
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
