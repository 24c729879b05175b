//! Everything public about one event as it was at one moment. Never changed, only replaced.

use std::sync::{Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;

use super::programme_wire::PublishedSpeaker;
use super::sources::Member;
use super::video_wire::{PublishedSession, RecordingWithSessions, SpeakerWithSessions};
use crate::clock::Instant;
use crate::events::Event;
use crate::http::Document;
use crate::ids::{SessionKind, SlugOr, SpeakerId};
use crate::problem::Problem;
use crate::video::Recording;

/// How many numbered releases of an event are kept compressed.
const KEPT_RELEASES: usize = 8;

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
    pub fn document(&self) -> Result<Document, Problem> {
        lazily(&self.document, || Document::of(&self.view))
    }
}

/// The lists whose first page, unfiltered, is kept.
#[derive(Debug, Clone, Copy)]
pub enum List {
    /// The committee.
    Committee,
    /// The sessions.
    Sessions,
    /// The speakers.
    Speakers,
    /// The recordings.
    Recordings,
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
    /// By [`List`].
    pub first_pages: [OnceLock<Document>; 4],
    /// Numbered releases that were asked for, the newest last.
    pub releases: Mutex<Vec<(i32, Document)>>,
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

    /// Bytes that it takes in memory, roughly: the large documents, and as much again for the parts
    /// that they were drawn from and the small documents that requests may ask for.
    pub fn size(&self) -> usize {
        4096 + 4 * (self.event_document.size() + self.programme_document.size())
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
    pub fn speaker_document(&self, entry: &SpeakerEntry) -> Result<Document, Problem> {
        lazily(&entry.document, || {
            Document::of(&SpeakerWithSessions {
                speaker: &entry.view,
                sessions: self.sessions_of(entry.view.id),
            })
        })
    }

    /// The first page of a list without filters, made on its first request.
    pub fn first_page(
        &self,
        list: List,
        make: impl FnOnce() -> Result<Document, Problem>,
    ) -> Result<Document, Problem> {
        lazily(&self.first_pages[list as usize], make)
    }

    /// The document of a numbered release, if it is kept.
    pub fn kept_release(&self, version: i32) -> Option<Document> {
        let kept = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .find(|(of, _)| *of == version)
            .map(|(_, document)| document.clone())
    }

    /// Keeps the document of a numbered release until the snapshot is replaced, or until others
    /// were asked for meanwhile.
    pub fn keep_release(&self, version: i32, document: Document) {
        let mut kept = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.iter().any(|(of, _)| *of == version) {
            return;
        }
        if kept.len() >= KEPT_RELEASES {
            kept.remove(0);
        }
        kept.push((version, document));
    }
}
