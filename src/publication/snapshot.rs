//! Everything public about one event as it was at one moment. Never changed, only replaced.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;

use super::programme_wire::{
    Names, PublishedRoom, PublishedSpeaker, PublishedTrack, ReleasedSession, date_of, order,
};
use super::sources::{self, Member, RegistrationWindow};
use super::video_wire::{
    PublishedDay, PublishedProgramme, PublishedSession, RecordingWithSessions, SpeakerWithSessions,
    VideoPosition,
};
use super::wire::PublishedEvent;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::http::Document;
use crate::http::wire::Moment;
use crate::ids::{EventId, SessionId, SessionKind, SlugOr, SpeakerId};
use crate::problem::Problem;
use crate::programme::document::{Programme, Release, Session};
use crate::video::wire::RecordingView;
use crate::video::{self, Recording};

/// How many numbered releases of an event are kept compressed.
const KEPT_RELEASES: usize = 8;

/// What a snapshot is drawn from, read in one transaction.
#[derive(Debug)]
pub struct Sources {
    event: Event,
    release: Option<Release>,
    members: Vec<Member>,
    recordings: Vec<Recording>,
    sign_up: HashMap<SessionId, i32>,
    registration: RegistrationWindow,
}

impl Sources {
    /// Reads everything; `None` if nobody may read the event.
    pub fn read(conn: &mut Conn, id: EventId, now: Instant) -> Result<Option<Self>, DbError> {
        let Some(event) = events::find_public(conn, &SlugOr::Id(id))? else {
            return Ok(None);
        };
        Ok(Some(Self {
            release: sources::newest_release(conn, id)?,
            members: sources::published_members(conn, id)?,
            recordings: video::list_public(conn, id)?,
            sign_up: sources::sign_up_capacities(conn, id)?.into_iter().collect(),
            registration: sources::registration_window(conn, &event, now)?,
            event,
        }))
    }
}

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
    document: OnceLock<Document>,
}

/// A speaker, with what they are ordered by.
#[derive(Debug)]
pub struct SpeakerEntry {
    /// As they are shown.
    pub view: PublishedSpeaker,
    /// Their place in lists.
    pub order: (String, SpeakerId),
    document: OnceLock<Document>,
}

/// A recording that may surface.
#[derive(Debug)]
pub struct RecordingEntry {
    /// The recording.
    pub recording: Recording,
    /// As it is shown.
    pub view: RecordingWithSessions,
    document: OnceLock<Document>,
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
    first_pages: [OnceLock<Document>; 4],
    releases: Mutex<Vec<(i32, Document)>>,
    valid_until: Option<Instant>,
}

/// The kept document, or a new one that is kept.
fn lazily(
    place: &OnceLock<Document>,
    make: impl FnOnce() -> Result<Document, Problem>,
) -> Result<Document, Problem> {
    if let Some(document) = place.get() {
        return Ok(document.clone());
    }
    let made = make()?;
    Ok(place.get_or_init(|| made).clone())
}

impl Snapshot {
    /// Draws and compresses everything. This takes time; it belongs off the request path.
    pub fn draw(sources: Sources, now: Instant, public_url: &str) -> Result<Self, Problem> {
        let Sources {
            event,
            release,
            members,
            recordings,
            sign_up,
            registration,
        } = sources;
        let (version, released_at) = release.as_ref().map_or((0, None), |release| {
            (release.version, Some(release.released_at))
        });
        let mut programme = release.map(|release| release.programme).unwrap_or_default();
        programme.sessions.sort_by_key(order);
        let sessions = sessions(&event, &programme, &recordings, &sign_up, public_url);
        let recordings = recording_entries(&event, &programme, &sessions, recordings);
        let speakers = speakers(&programme);
        let shown = PublishedEvent::new(&event, &members, &registration, now);
        let views: Vec<PublishedSpeaker> =
            speakers.iter().map(|entry| entry.view.clone()).collect();
        let document = PublishedProgramme {
            event: &shown,
            version,
            released_at: Moment::maybe(released_at, event.timezone),
            days: days(&sessions),
            rooms: programme.rooms.iter().map(PublishedRoom::from).collect(),
            tracks: programme.tracks.iter().map(PublishedTrack::from).collect(),
            speakers: &views,
            recordings: recordings
                .iter()
                .map(|entry| RecordingView::new(&entry.recording, event.timezone))
                .collect(),
        };
        Ok(Self {
            event_document: Document::of(&shown)?,
            programme_document: Document::of(&document)?,
            valid_until: valid_until(&event, &registration, now),
            first_pages: Default::default(),
            releases: Mutex::default(),
            event,
            members,
            sessions,
            speakers,
            recordings,
        })
    }

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

    /// The document of one session, made on its first request.
    pub fn session_document(&self, entry: &SessionEntry) -> Result<Document, Problem> {
        lazily(&entry.document, || Document::of(&entry.view))
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

    /// The document of one recording, made on its first request.
    pub fn recording_document(&self, entry: &RecordingEntry) -> Result<Document, Problem> {
        lazily(&entry.document, || Document::of(&entry.view))
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
        if kept.len() >= KEPT_RELEASES {
            kept.remove(0);
        }
        kept.push((version, document));
    }
}

/// The next instant at which something in the documents changes by itself.
fn valid_until(event: &Event, registration: &RegistrationWindow, now: Instant) -> Option<Instant> {
    [event.starts_at(), event.ends_at(), registration.next_change]
        .into_iter()
        .flatten()
        .filter(|edge| *edge > now)
        .min()
}

fn sessions(
    event: &Event,
    programme: &Programme,
    recordings: &[Recording],
    sign_up: &HashMap<SessionId, i32>,
    public_url: &str,
) -> Vec<SessionEntry> {
    let names = Names::of(programme, event.timezone);
    let entry = |session: &Session| {
        let released = ReleasedSession::new(session, &names, sign_up.get(&session.id).copied());
        let position = |recording: &Recording| {
            let placement = recording.position_of(session)?;
            Some(VideoPosition::new(recording, placement))
        };
        let page = || format!("{public_url}/watch/{}/{}", event.slug, session.slug);
        SessionEntry {
            order: order(session),
            date: date_of(session, event.timezone),
            text: search_text(&released),
            view: PublishedSession {
                video: recordings.iter().filter_map(position).collect(),
                watch_page_url: (!session.do_not_record).then(page),
                session: released,
            },
            document: OnceLock::new(),
        }
    };
    programme.sessions.iter().map(entry).collect()
}

fn search_text(session: &ReleasedSession) -> String {
    let texts = [&session.title, &session.abstract_text, &session.type_label];
    let speakers = session.speakers.iter().flat_map(|part| {
        [Some(&part.speaker.name), part.speaker.affiliation.as_ref()]
            .into_iter()
            .flatten()
    });
    texts
        .into_iter()
        .flat_map(|text| text.0.values())
        .chain(speakers)
        .map(|text| text.to_lowercase())
        .collect::<Vec<_>>()
        .join("\n")
}

fn recording_entries(
    event: &Event,
    programme: &Programme,
    sessions: &[SessionEntry],
    recordings: Vec<Recording>,
) -> Vec<RecordingEntry> {
    let views = sessions.iter().map(|entry| &entry.view.session);
    let pairs: Vec<(&Session, &ReleasedSession)> = programme.sessions.iter().zip(views).collect();
    let entry = |recording: Recording| RecordingEntry {
        view: RecordingWithSessions::new(&recording, &pairs, event.timezone),
        recording,
        document: OnceLock::new(),
    };
    recordings.into_iter().map(entry).collect()
}

fn speakers(programme: &Programme) -> Vec<SpeakerEntry> {
    let mut entries: Vec<SpeakerEntry> = programme
        .speakers
        .iter()
        .map(|speaker| SpeakerEntry {
            view: PublishedSpeaker::from(speaker),
            order: (speaker.name.to_lowercase(), speaker.id),
            document: OnceLock::new(),
        })
        .collect();
    entries.sort_by(|a, b| a.order.cmp(&b.order));
    entries
}

fn days(sessions: &[SessionEntry]) -> Vec<PublishedDay<'_>> {
    let mut days: Vec<PublishedDay<'_>> = Vec::new();
    for entry in sessions {
        let date = entry.date.map(|date| date.to_string());
        match days.last_mut() {
            Some(day) if day.date == date => day.sessions.push(&entry.view),
            _ => days.push(PublishedDay {
                date,
                sessions: vec![&entry.view],
            }),
        }
    }
    days
}
