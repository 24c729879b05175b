//! Words and the time at which they are said. Pure.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The last millisecond that a cue may end at: 99:59:59.999.
pub const LAST: u32 = 359_999_999;

/// A line of a cue, said by one voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Who speaks, where the file says so.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// What is said: plain text without line ends, never empty.
    #[serde(rename = "t")]
    pub text: String,
}

/// What is said in one stretch of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    /// Milliseconds from the start of the recording.
    #[serde(rename = "s")]
    pub start: u32,
    /// The first millisecond that is no longer the cue; after the start.
    #[serde(rename = "e")]
    pub end: u32,
    /// At least one.
    #[serde(rename = "l")]
    pub lines: Vec<Line>,
}

impl Cue {
    fn overlaps(&self, stretch: &Range<u32>) -> bool {
        self.start < stretch.end && stretch.start < self.end
    }
}

/// What is said in a recording, by time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Transcript {
    cues: Vec<Cue>,
}

impl Transcript {
    /// The cues, brought in the order of their time.
    #[must_use]
    pub fn new(mut cues: Vec<Cue>) -> Self {
        cues.sort_by_key(|cue| (cue.start, cue.end));
        Self { cues }
    }

    /// By time.
    #[must_use]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// Takes every cue out that is heard in one of these stretches (milliseconds), if only for a
    /// moment: nobody knows which of its words belong to whom.
    #[must_use]
    pub fn without(mut self, hidden: &[Range<u32>]) -> Self {
        self.cues
            .retain(|cue| !hidden.iter().any(|stretch| cue.overlaps(stretch)));
        self
    }

    /// What is said in one stretch (milliseconds), counted from its start. A cue across its border is
    /// clamped, so that it is in the stretches on both sides.
    #[must_use]
    pub fn part(&self, stretch: &Range<u32>) -> Self {
        let within = self.cues.iter().filter(|cue| cue.overlaps(stretch));
        let clamped = within.map(|cue| Cue {
            start: cue.start.saturating_sub(stretch.start),
            end: cue.end.min(stretch.end) - stretch.start,
            lines: cue.lines.clone(),
        });
        Self::new(clamped.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: u32, end: u32) -> Cue {
        let line = Line {
            voice: None,
            text: format!("{start}"),
        };
        Cue {
            start,
            end,
            lines: vec![line],
        }
    }

    fn times(transcript: &Transcript) -> Vec<(u32, u32)> {
        let times = |cue: &Cue| (cue.start, cue.end);
        transcript.cues().iter().map(times).collect()
    }

    #[test]
    fn a_cue_across_a_border_is_in_both_parts() {
        let all = Transcript::new(vec![cue(20, 30), cue(0, 10), cue(8, 14), cue(10, 12)]);
        assert_eq!(times(&all.part(&(0..10))), [(0, 10), (8, 10)]);
        assert_eq!(times(&all.part(&(10..20))), [(0, 2), (0, 4)]);
        assert_eq!(times(&all.part(&(20..u32::MAX))), [(0, 10)]);
        assert!(all.part(&(14..20)).cues().is_empty());
    }

    #[test]
    fn what_touches_a_hidden_stretch_is_gone_whole() {
        let all = Transcript::new(vec![cue(0, 10), cue(9, 11), cue(10, 20), cue(20, 30)]);
        let hidden = std::slice::from_ref(&(10..20));
        assert_eq!(times(&all.clone().without(hidden)), [(0, 10), (20, 30)]);
        assert_eq!(all.clone().without(&[]), all);
    }
}
