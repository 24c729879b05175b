//! The best that is known of a session's place in a recording. Pure.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::clock::Instant;
use crate::ids::{RecordingId, SessionId};
use crate::programme::document::Session;
use crate::video::Recording;
use crate::video::marks::{Actuals, Held, Mark};
use crate::video::model::{Confidence, Placement, Segment, overlap, place};

/// A position that an editor set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// In this recording.
    pub recording_id: RecordingId,
    /// This session.
    pub session_id: SessionId,
    /// Seconds from the start of the recording.
    pub start_seconds: u32,
    /// The first second that is no longer the session.
    pub end_seconds: Option<u32>,
    /// Rises with every change.
    pub version: i32,
}

impl Verified {
    /// As it stands in a recording of this length, which may have been cut since; `None` beyond its end.
    fn within(&self, duration: Option<u32>) -> Option<Placement> {
        let inside = |seconds: u32| duration.is_none_or(|duration| seconds < duration);
        let end_seconds = self
            .end_seconds
            .map(|end| duration.map_or(end, |duration| end.min(duration)));
        inside(self.start_seconds).then_some(Placement {
            start_seconds: self.start_seconds,
            end_seconds,
            confidence: Confidence::Verified,
        })
    }
}

/// What is known of the sessions of an event beside their plan.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What was marked.
    pub actuals: Actuals,
    verified: HashMap<(RecordingId, SessionId), Verified>,
}

impl Known {
    /// Puts together what was marked and what was verified.
    #[must_use]
    pub fn of(sessions: &[Session], marks: &[Mark], verified: Vec<Verified>) -> Self {
        let by_place = |one: Verified| ((one.recording_id, one.session_id), one);
        Self {
            actuals: Actuals::of(sessions, marks),
            verified: verified.into_iter().map(by_place).collect(),
        }
    }

    /// What an editor set for a session in a recording.
    #[must_use]
    pub fn verified(&self, recording: RecordingId, session: SessionId) -> Option<&Verified> {
        self.verified.get(&(recording, session))
    }
}

/// From the wall clock to the video: [`place`] or [`overlap`].
type Map =
    fn(&[Segment], Option<u32>, DateTime<Utc>, Option<DateTime<Utc>>) -> Option<(u32, Option<u32>)>;

impl Recording {
    /// Where this session stands in the recording by the best that is known. `None` for those that are
    /// not to be recorded, for sessions of other rooms, without a time, and outside the segments.
    #[must_use]
    pub fn position_of(&self, session: &Session, known: &Known) -> Option<Placement> {
        let may_be_seen = !session.do_not_record;
        may_be_seen.then(|| self.best_of(session, known, place))?
    }

    /// As [`position_of`](Self::position_of), for editors: of a session that is not to be recorded they see
    /// what they verified themselves.
    #[must_use]
    pub fn editors_position_of(&self, session: &Session, known: &Known) -> Option<Placement> {
        let verified = known.verified(self.id, session.id);
        match verified {
            Some(verified) => verified.within(self.duration_seconds),
            None => self.position_of(session, known),
        }
    }

    /// What the recording holds of a session, also of one that is not to be recorded, and of one that had
    /// begun when the recording did: what must not be seen has to be found to be left out.
    #[must_use]
    pub fn stretch_of(&self, session: &Session, known: &Known) -> Option<Placement> {
        self.best_of(session, known, overlap)
    }

    /// Where it would stand if everything had gone by the schedule.
    #[must_use]
    pub fn scheduled_position_of(&self, session: &Session) -> Option<Placement> {
        let as_planned = Actuals::default().held(session)?;
        let may_be_seen = !session.do_not_record;
        may_be_seen.then(|| self.computed(session, as_planned, place))?
    }

    fn best_of(&self, session: &Session, known: &Known, map: Map) -> Option<Placement> {
        match known.verified(self.id, session.id) {
            Some(verified) => verified.within(self.duration_seconds),
            None => self.computed(session, known.actuals.held(session)?, map),
        }
    }

    fn computed(&self, session: &Session, held: Held, map: Map) -> Option<Placement> {
        if !self.shows(session.room_id) {
            return None;
        }
        let confidence = if held.is_marked {
            Confidence::Marked
        } else {
            Confidence::Scheduled
        };
        let (start_seconds, end_seconds) = map(
            &self.segments,
            self.duration_seconds,
            held.starts_at.utc(),
            held.ends_at.map(Instant::utc),
        )?;
        Some(Placement {
            start_seconds,
            end_seconds,
            confidence,
        })
    }
}
