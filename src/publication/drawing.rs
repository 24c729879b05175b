//! How a snapshot is made: read in one transaction, then drawn and compressed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{OnceLock, RwLock};

use super::programme_wire::{
    Names, PublishedRoom, PublishedSpeaker, PublishedTrack, ReleasedSession, date_of, order,
};
use super::snapshot::{Places, RecordingEntry, SessionEntry, Snapshot, SpeakerEntry};
use super::sources::{self, Member, RegistrationWindow};
use super::video_wire::{
    PublishedDay, PublishedProgramme, PublishedSession, RecordingWithSessions, VideoPosition,
};
use super::wire::PublishedEvent;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::{self, Event};
use crate::http::Document;
use crate::http::wire::Moment;
use crate::ids::{EventId, RecordingId, SessionId, SlugOr};
use crate::problem::Problem;
use crate::programme::document::{Programme, Session};
use crate::video::wire::RecordingView;
use crate::video::{self, Known, Recording, Unseen};

/// What a snapshot is drawn from, read in one transaction.
#[derive(Debug)]
pub struct Sources {
    event: Event,
    /// The newest release: its number and when it was made.
    released: Option<(i32, Instant)>,
    programme: Programme,
    members: Vec<Member>,
    recordings: Vec<Recording>,
    known: Known,
    /// What is not to be recorded, in every version that may stand in a recording, and where it stood
    /// before it was taken out.
    hidden: Vec<Session>,
    /// The recordings that have a transcript.
    transcribed: Vec<RecordingId>,
    sign_up: HashMap<SessionId, i32>,
    registration: RegistrationWindow,
}

impl Sources {
    /// Reads everything; `None` if nobody may read the event.
    pub fn read(conn: &mut Conn, id: EventId, now: Instant) -> Result<Option<Self>, DbError> {
        let Some(event) = events::find_public(conn, &SlugOr::Id(id))? else {
            return Ok(None);
        };
        let shown = sources::shown(conn, id)?;
        let programme = (shown.programme, shown.hidden);
        Self::around(conn, event, shown.released, programme, now).map(Some)
    }

    /// Reads everything with the working copy in the place of the release, for its organisers.
    pub fn draft(conn: &mut Conn, event: Event, now: Instant) -> Result<Self, DbError> {
        let newest = sources::newest_release(conn, event.id)?;
        let programme = sources::working_copy(conn, event.id)?;
        let before = newest.as_ref().map(|release| &release.programme);
        let hidden = sources::draft_hidden(conn, event.id, before, &programme)?;
        let released = newest.map(|release| (release.version, release.released_at));
        Self::around(conn, event, released, (programme, hidden), now)
    }

    /// Reads what is live.
    fn around(
        conn: &mut Conn,
        event: Event,
        released: Option<(i32, Instant)>,
        (programme, hidden): (Programme, Vec<Session>),
        now: Instant,
    ) -> Result<Self, DbError> {
        let id = event.id;
        Ok(Self {
            known: video::known(conn, id, &sources::placed(&programme, &hidden))?,
            released,
            programme,
            hidden,
            transcribed: sources::recordings_with_transcript(conn, id)?,
            members: sources::published_members(conn, id)?,
            recordings: video::list_public(conn, id)?,
            sign_up: sources::sign_up_capacities(conn, id)?.into_iter().collect(),
            registration: sources::registration_window(conn, &event, now)?,
            event,
        })
    }
}

/// A programme with everything around it, as it looks at one instant.
#[derive(Debug)]
pub struct Drawn {
    event: Event,
    shown: PublishedEvent,
    released: Option<(i32, Instant)>,
    rooms: Vec<PublishedRoom>,
    tracks: Vec<PublishedTrack>,
    members: Vec<Member>,
    sessions: Vec<SessionEntry>,
    speakers: Vec<SpeakerEntry>,
    recordings: Vec<RecordingEntry>,
    valid_until: Option<Instant>,
    former_slugs: BTreeMap<String, SessionId>,
}

impl Drawn {
    /// Draws everything, as it is at this instant. This takes time; it belongs off the request path.
    pub fn new(sources: Sources, now: Instant, public_url: &str) -> Self {
        let Sources {
            event,
            released,
            mut programme,
            members,
            recordings,
            known,
            hidden,
            transcribed,
            sign_up,
            registration,
        } = sources;
        programme.sessions.sort_by_key(order);
        let around = |recording: Recording| {
            let unseen = Unseen::of(&recording, &programme.sessions, &hidden, &known);
            (recording, unseen)
        };
        let recordings: Vec<Filmed> = recordings.into_iter().map(around).collect();
        let sessions = sessions(
            &event,
            &programme,
            (&recordings, &known),
            &sign_up,
            public_url,
        );
        let live = Live { known, transcribed };
        Self {
            shown: PublishedEvent::new(&event, &members, &registration, now),
            recordings: recording_entries(&event, &pairs(&programme, &sessions), recordings, &live),
            speakers: speakers(&programme),
            rooms: programme.rooms.iter().map(PublishedRoom::from).collect(),
            tracks: programme.tracks.iter().map(PublishedTrack::from).collect(),
            valid_until: valid_until(&event, &registration, now),
            former_slugs: programme.former_slugs,
            released,
            members,
            sessions,
            event,
        }
    }

    /// The one document that a small frontend needs nothing beside.
    pub fn programme(&self) -> PublishedProgramme<'_> {
        let zone = self.event.timezone;
        PublishedProgramme {
            event: &self.shown,
            version: self.released.map_or(0, |(version, _)| version),
            released_at: Moment::maybe(self.released.map(|(_, at)| at), zone),
            days: days(&self.sessions),
            rooms: &self.rooms,
            tracks: &self.tracks,
            speakers: self.speakers.iter().map(|entry| &entry.view).collect(),
            recordings: self
                .recordings
                .iter()
                .map(|entry| RecordingView::new(&entry.recording, zone))
                .collect(),
        }
    }

    /// Compresses it, to be read by anybody.
    pub fn snapshot(self) -> Result<Snapshot, Problem> {
        let programme_document = Document::of(&self.programme())?.prepared();
        Ok(Snapshot {
            event_document: Document::of(&self.shown)?.prepared(),
            pages: Snapshot::shelf(programme_document.size()),
            programme_document,
            released: tokio::sync::OnceCell::new(),
            valid_until: self.valid_until,
            event: self.event,
            members: self.members,
            rooms: self.rooms,
            now: RwLock::new(None),
            places: Places::of(&self.sessions, &self.former_slugs),
            sessions: self.sessions,
            speakers: self.speakers,
            recordings: self.recordings,
        })
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
    (recordings, known): (&[Filmed], &Known),
    sign_up: &HashMap<SessionId, i32>,
    public_url: &str,
) -> Vec<SessionEntry> {
    let names = Names::of(programme, event.timezone);
    let entry = |session: &Session| {
        let released = ReleasedSession::new(session, &names, sign_up.get(&session.id).copied());
        let position = |(recording, unseen): &Filmed| {
            let placement = recording.position_of(session, known)?;
            VideoPosition::new((recording, unseen), placement)
        };
        let page = || format!("{public_url}/watch/{}/{}", event.slug, session.slug);
        let actual = known.actuals.of_session(session.id);
        SessionEntry {
            order: order(session),
            held: known.actuals.held(session),
            date: date_of(session, event.timezone),
            text: search_text(&released),
            view: PublishedSession {
                video: recordings.iter().filter_map(position).collect(),
                watch_page_url: (!session.do_not_record).then(page),
                actual_starts_at: Moment::maybe(actual.starts_at, event.timezone),
                actual_ends_at: Moment::maybe(actual.ends_at, event.timezone),
                delay_seconds: known.actuals.delay(session),
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

/// What recordings are drawn with beside the programme.
struct Live {
    known: Known,
    transcribed: Vec<RecordingId>,
}

/// A recording with what of it must not be seen.
type Filmed = (Recording, Unseen);

type Pair<'a> = (&'a Session, &'a ReleasedSession);

/// The sessions, each with how it is shown.
fn pairs<'a>(programme: &'a Programme, sessions: &'a [SessionEntry]) -> Vec<Pair<'a>> {
    let views = sessions.iter().map(|entry| &entry.view.session);
    programme.sessions.iter().zip(views).collect()
}

fn recording_entries(
    event: &Event,
    pairs: &[Pair<'_>],
    recordings: Vec<Filmed>,
    live: &Live,
) -> Vec<RecordingEntry> {
    let entry = |(recording, unseen): Filmed| RecordingEntry {
        view: RecordingWithSessions::new((&recording, &unseen), pairs, &live.known, event.timezone),
        unseen,
        has_transcript: live.transcribed.contains(&recording.id),
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
