//! Which stretch of a recording belongs to whom, and which is nobody's business. Pure.

use std::ops::Range;

use super::model::Transcript;
use crate::ids::SessionId;
use crate::programme::Shown;
use crate::programme::document::Session;
use crate::video::model::Placement;
use crate::video::{Known, Recording};

/// The stretches of one recording, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stretches {
    /// Those that may surface, with their sessions, by start.
    pub sessions: Vec<(SessionId, Range<u32>)>,
    /// Those that must not.
    pub hidden: Vec<Range<u32>>,
}

impl Stretches {
    /// The stretches of a recording of this programme, by the best that is known. A session whose end is
    /// not known ends where the next one starts, or with the recording.
    #[must_use]
    pub fn of(recording: &Recording, shown: &Shown, known: &Known) -> Self {
        let placed = |(session, placement): (&Session, Option<Placement>)| {
            let placement = placement?;
            Some((session.id, placement.start_seconds, placement.end_seconds))
        };
        let visible = shown.programme.sessions.iter();
        let visible = visible.map(|session| (session, recording.position_of(session, known)));
        let visible: Vec<_> = visible.filter_map(placed).collect();
        let hidden = shown.hidden.iter();
        let hidden = hidden.map(|session| (session, recording.stretch_of(session, known)));
        let hidden: Vec<_> = hidden.filter_map(placed).collect();
        let starts: Vec<u32> = visible
            .iter()
            .chain(&hidden)
            .map(|placed| placed.1)
            .collect();
        let stretch = |&(id, start, end): &(SessionId, u32, Option<u32>)| {
            let next = starts.iter().filter(|next| **next > start).min();
            let end = end.or(next.copied()).map_or(u32::MAX, millis);
            (id, millis(start)..end)
        };
        let mut sessions: Vec<_> = visible.iter().map(stretch).collect();
        sessions.sort_by_key(|(id, stretch)| (stretch.start, *id));
        Self {
            sessions,
            hidden: hidden.iter().map(|placed| stretch(placed).1).collect(),
        }
    }

    /// What of a transcript may leave.
    #[must_use]
    pub fn cut(&self, transcript: Transcript) -> Transcript {
        transcript.without(&self.hidden)
    }

    /// What may leave of one session's part, counted from its start; `None` if it has no position.
    #[must_use]
    pub fn part(&self, session: SessionId, transcript: Transcript) -> Option<Transcript> {
        let mut sessions = self.sessions.iter();
        let (_, stretch) = sessions.find(|(id, _)| *id == session)?;
        Some(self.cut(transcript).part(stretch))
    }

    /// The session that is on at this millisecond; the one that began last, where several are.
    #[must_use]
    pub fn session_at(&self, at: u32) -> Option<SessionId> {
        let mut sessions = self.sessions.iter().rev();
        sessions
            .find(|(_, stretch)| stretch.contains(&at))
            .map(|(id, _)| *id)
    }
}

fn millis(seconds: u32) -> u32 {
    seconds.saturating_mul(1000)
}
