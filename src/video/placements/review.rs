//! What an editor works through: every session of an event with its place in one recording, and what
//! a change of the segments would move. Pure.

use super::model::Known;
use crate::ids::SessionId;
use crate::programme::document::Session;
use crate::video::Recording;
use crate::video::model::Placement;

/// A session and its place in a recording.
#[derive(Debug, Clone)]
pub struct Reviewed<'a> {
    /// The session.
    pub session: &'a Session,
    /// Where it stands.
    pub placement: Option<Placement>,
    /// Where it would stand by the schedule alone.
    pub scheduled: Option<Placement>,
    /// Others whose stretches of the recording overlap with its own, by start.
    pub overlaps: Vec<SessionId>,
}

impl Reviewed<'_> {
    /// How many seconds later than by the schedule it stands; negative for earlier.
    #[must_use]
    pub fn difference(&self) -> Option<i64> {
        let here = self.placement?.start_seconds;
        Some(i64::from(here) - i64::from(self.scheduled?.start_seconds))
    }
}

/// Every session with its place in the recording, in the order given.
#[must_use]
pub fn review<'a>(
    recording: &Recording,
    sessions: &'a [Session],
    known: &Known,
) -> Vec<Reviewed<'a>> {
    let placed: Vec<_> = sessions
        .iter()
        .map(|session| (session, recording.editors_position_of(session, known)))
        .collect();
    let stretches = stretches(&placed);
    let reviewed = |(session, placement): &(&'a Session, Option<Placement>)| Reviewed {
        session,
        placement: *placement,
        scheduled: recording.scheduled_position_of(session),
        overlaps: overlapping(&stretches, session.id),
    };
    placed.iter().map(reviewed).collect()
}

type Stretch = (u32, u32, SessionId);

/// The stretches whose both ends are known, or their planned length, by start.
fn stretches(placed: &[(&Session, Option<Placement>)]) -> Vec<Stretch> {
    let stretch = |(session, placement): &(&Session, Option<Placement>)| {
        let placement = (*placement)?;
        let start = placement.start_seconds;
        let planned = || {
            let length = session.ends_at? - session.starts_at?;
            Some(start + u32::try_from(length.num_seconds()).ok()?)
        };
        Some((start, placement.end_seconds.or_else(planned)?, session.id))
    };
    let mut stretches: Vec<Stretch> = placed.iter().filter_map(stretch).collect();
    stretches.sort_unstable();
    stretches
}

fn overlapping(stretches: &[Stretch], id: SessionId) -> Vec<SessionId> {
    let Some((start, end, _)) = stretches.iter().find(|stretch| stretch.2 == id) else {
        return Vec::new();
    };
    let others = stretches.iter().filter(|other| other.2 != id);
    let crossing = others.filter(|other| other.0 < *end && *start < other.1);
    crossing.map(|other| other.2).collect()
}

/// A session that stands elsewhere after a change of its recording.
#[derive(Debug, Clone)]
pub struct Moved<'a> {
    /// The session.
    pub session: &'a Session,
    /// Where it stood.
    pub before: Option<Placement>,
    /// Where it stands.
    pub after: Option<Placement>,
}

/// The sessions that stand elsewhere in the changed recording, in the order given.
#[must_use]
pub fn moved<'a>(
    before: &Recording,
    after: &Recording,
    sessions: &'a [Session],
    known: &Known,
) -> Vec<Moved<'a>> {
    let compared = sessions.iter().map(|session| Moved {
        session,
        before: before.position_of(session, known),
        after: after.position_of(session, known),
    });
    compared
        .filter(|moved| moved.before != moved.after)
        .collect()
}
