//! What a page shows of a session: the recording, the second, and the player.

use crate::clock::Instant;
use crate::events::Event;
use crate::ids::{RecordingId, SessionId};
use crate::mail::wording::Tongue;
use crate::publication::snapshot::{RecordingEntry, SessionEntry, Snapshot};
use crate::publication::video_wire::VideoPosition;
use crate::text::Localized;
use crate::video::deep_link::{Provider, embed_link, watch_link};
use crate::video::position::{Position, RelativeOffset};

/// How the video is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Player {
    /// The provider's own, in a frame of this address.
    Frame(String),
    /// The browser's own, for a file at this address.
    File(String),
    /// None: a link.
    Link,
}

impl Player {
    /// What the page may load it from, as sources of a Content-Security-Policy.
    #[must_use]
    pub fn policy(&self) -> String {
        let host = |address: &str| {
            let parsed = url::Url::parse(address).ok()?;
            Some(parsed.origin().ascii_serialization())
        };
        match self {
            Self::Frame(address) => host(address).map(|host| format!("; frame-src {host}")),
            Self::File(address) => host(address).map(|host| format!("; media-src 'self' {host}")),
            Self::Link => None,
        }
        .unwrap_or_default()
    }
}

/// A session with the recording that it is watched in.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What it is part of.
    pub event: &'a Event,
    /// Every session of the event.
    pub sessions: &'a [SessionEntry],
    /// The session.
    pub session: &'a SessionEntry,
    /// The recording.
    pub shown: &'a RecordingEntry,
    /// Where the page starts it.
    pub position: Position,
    /// How it is shown.
    pub player: Player,
    /// The provider's link at this second.
    pub watch_url: String,
    /// Whether that starts there.
    pub jumps: bool,
}

impl<'a> Scene<'a> {
    /// The session in the recording that was asked for, else in the newest that has it; `None` where it
    /// can't be watched.
    #[must_use]
    pub fn of(
        snapshot: &'a Snapshot,
        session: &'a SessionEntry,
        recording: Option<RecordingId>,
        wanted: Option<Position>,
    ) -> Option<Self> {
        let is_wanted =
            |video: &&VideoPosition| recording.is_none_or(|id| id == video.recording_id);
        let video = session.view.video.iter().find(is_wanted)?;
        let shown = snapshot.recording(video.recording_id)?;
        let second = wanted.map_or(video.start_seconds, Position::seconds);
        let of_video = &shown.recording;
        let position = shown.seek(video, second, RelativeOffset::default());
        let link = watch_link(&of_video.url, position);
        let player = match embed_link(&of_video.url, position) {
            Some(address) => Player::Frame(address),
            None if of_video.provider == Provider::File => Player::File(link.location()),
            None => Player::Link,
        };
        Some(Self {
            event: &snapshot.event,
            sessions: &snapshot.sessions,
            session,
            shown,
            position,
            player,
            watch_url: link.location(),
            jumps: link.jumps,
        })
    }

    /// The recording that another session is watched in when nothing else is asked for.
    #[must_use]
    pub fn newest_of(&self, session: SessionId) -> Option<RecordingId> {
        let mut sessions = self.sessions.iter().map(|entry| &entry.view);
        let found = sessions.find(|view| view.session.id == session)?;
        Some(found.video.first()?.recording_id)
    }

    /// When the session was or is held.
    #[must_use]
    pub fn held_at(&self) -> Option<Instant> {
        self.session.held.map(|held| held.starts_at)
    }
}

/// A text in the language of the page if there is one, and the language that it is in.
#[must_use]
pub fn best<'a>(text: &'a Localized, tongue: Tongue, event: &Event) -> (&'a str, String) {
    let default = event.languages.default.as_str();
    let known = [tongue.tag(), default];
    let chosen = known.into_iter().find(|tag| text.0.contains_key(*tag));
    let chosen = chosen.map(str::to_owned).or(text.0.keys().next().cloned());
    let tag = chosen.unwrap_or_else(|| default.to_owned());
    (text.best(tongue.tag(), default), tag)
}
