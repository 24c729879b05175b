//! The stretches of a recording that must not be seen, and the way around them. Pure.

use super::model::Known;
use crate::programme::document::Session;
use crate::video::Recording;
use crate::video::model::Placement;

/// The stretches of one recording that must not be seen, in seconds, by start. Without an end one runs to
/// that of the recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unseen {
    stretches: Vec<(u32, Option<u32>)>,
    duration: Option<u32>,
}

impl Unseen {
    /// What these hidden sessions take of the recording. One whose end is not known ends where the next
    /// session starts, visible or hidden, else with the recording.
    #[must_use]
    pub fn of(
        recording: &Recording,
        visible: &[Session],
        hidden: &[Session],
        known: &Known,
    ) -> Self {
        let visible = visible.iter();
        let starts = visible.filter_map(|session| recording.position_of(session, known));
        let mut starts: Vec<u32> = starts.map(|placement| placement.start_seconds).collect();
        let hidden = hidden.iter();
        let hidden = hidden.filter_map(|session| recording.stretch_of(session, known));
        let hidden: Vec<Placement> = hidden.collect();
        starts.extend(hidden.iter().map(|placement| placement.start_seconds));
        let stretch = |placement: &Placement| {
            let start = placement.start_seconds;
            (
                start,
                placement.end_seconds.or_else(|| next(&starts, start)),
            )
        };
        let mut stretches: Vec<_> = hidden.iter().map(stretch).collect();
        stretches.sort_unstable();
        Self {
            stretches,
            duration: recording.duration_seconds,
        }
    }

    /// The stretches.
    #[must_use]
    pub fn stretches(&self) -> &[(u32, Option<u32>)] {
        &self.stretches
    }

    /// This second, or the first after it that may be seen; `None` if none may.
    fn clear_of(&self, second: u32) -> Option<u32> {
        let mut clear = second;
        for (start, end) in &self.stretches {
            if *start <= clear && end.is_none_or(|end| clear < end) {
                clear = (*end)?;
            }
        }
        let is_there = self.duration.is_none_or(|duration| clear < duration);
        is_there.then_some(clear)
    }

    /// The placement without what must not be seen of its beginning; `None` if that is all of it.
    #[must_use]
    pub fn clear(&self, placement: Placement) -> Option<Placement> {
        let start_seconds = self.clear_of(placement.start_seconds)?;
        let is_left = placement.end_seconds.is_none_or(|end| start_seconds < end);
        is_left.then_some(Placement {
            start_seconds,
            ..placement
        })
    }

    /// Where a placement ends that nobody may see more of than up to the first hidden stretch in it.
    #[must_use]
    pub fn end_of(&self, placement: Placement) -> Option<u32> {
        let starts = self.stretches.iter().map(|(start, _)| *start);
        let hidden = starts.filter(|start| *start > placement.start_seconds);
        hidden.chain(placement.end_seconds).min()
    }

    /// The second that is shown to whoever asks for one in a session that starts and ends so: the first
    /// that may be seen, if the session is still on there, else its start.
    #[must_use]
    pub fn shown(&self, wanted: u32, (start, end): (u32, Option<u32>)) -> u32 {
        match self.clear_of(wanted) {
            Some(clear) if clear == wanted || end.is_none_or(|end| clear < end) => clear,
            _ => start,
        }
    }
}

/// The first of these seconds after this one.
#[must_use]
pub fn next(starts: &[u32], start: u32) -> Option<u32> {
    starts.iter().copied().filter(|next| *next > start).min()
}
