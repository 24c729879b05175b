//! Which stretch of a recording belongs to whom, and which is nobody's business. Pure.

use std::ops::Range;

use super::model::Transcript;
use crate::ids::SessionId;
use crate::programme::Shown;
use crate::video::model::Placement;
use crate::video::placements::unseen::next;
use crate::video::{Known, Recording, Unseen};

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
    /// not known ends where the next one starts, or with the recording. It starts where what is shown of
    /// it does: after what must not be seen.
    #[must_use]
    pub fn of(recording: &Recording, shown: &Shown, known: &Known) -> Self {
        let visible = &shown.programme.sessions;
        let unseen = Unseen::of(recording, visible, &shown.hidden, known);
        let placed = visible.iter().filter_map(|session| {
            let placement = recording.position_of(session, known)?;
            Some((session.id, unseen.clear(placement).unwrap_or(placement)))
        });
        let placed: Vec<(SessionId, Placement)> = placed.collect();
        let hidden = unseen.stretches();
        let starts = placed.iter().map(|(_, placement)| placement.start_seconds);
        let starts: Vec<u32> = starts
            .chain(hidden.iter().map(|(start, _)| *start))
            .collect();
        let stretch = |start: u32, end: Option<u32>| millis(start)..end.map_or(u32::MAX, millis);
        let mut sessions: Vec<_> = placed
            .iter()
            .map(|(id, placement)| {
                let start = placement.start_seconds;
                let end = placement.end_seconds.or_else(|| next(&starts, start));
                (*id, stretch(start, end))
            })
            .collect();
        sessions.sort_by_key(|(id, stretch)| (stretch.start, *id));
        Self {
            sessions,
            hidden: hidden
                .iter()
                .map(|(start, end)| stretch(*start, *end))
                .collect(),
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
