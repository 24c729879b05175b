//! Passages: what is said, in parts that can be read at a glance. Pure.
//!
//! Where a passage ends depends on the transcript first, and on sessions only where one ends within it.
//! So a session that begins two minutes later than it was planned changes the passages of these two
//! minutes, and those that follow stay as they are.

use super::content::Field;
use super::query::MOST_TERMS;
use crate::ids::SessionId;
use crate::transcripts::stretch::Stretches;
use crate::transcripts::{Cue, Transcript};

/// A passage ends when it has this many bytes,
const PASSAGE_BYTES: usize = 240;
/// when it has taken this long, in milliseconds,
const PASSAGE_MILLIS: u32 = 30_000;
/// or when nobody says anything for so long.
const SILENCE: u32 = 10_000;
/// How much a word counts that is said.
const SAID: i32 = 3;

/// What is said in one session, at a glance.
#[derive(Debug)]
pub struct Passage {
    /// The session.
    pub on: Option<SessionId>,
    /// The first millisecond; no other passage has the same.
    pub start: u32,
    /// Cue by cue.
    pub fields: Vec<Field>,
    /// What is said right after it in the same session, as far as a query can reach.
    pub goes_on: Vec<Field>,
}

type Cues<'a> = (Option<SessionId>, Vec<&'a Cue>);

/// The passages of what may leave of a transcript.
#[must_use]
pub fn passages(said: &Transcript, stretches: &Stretches) -> Vec<Passage> {
    let starts = starts(said);
    let leaving = stretches.cut(said.clone());
    let mut parts: Vec<Cues<'_>> = Vec::new();
    let mut before = None;
    for cue in leaving.cues() {
        // Those that begin at once are in one.
        let passage = starts.partition_point(|start| *start <= cue.start);
        let now = (passage, stretches.session_at(cue.start));
        match parts.last_mut() {
            Some((_, cues)) if before == Some(now) => cues.push(cue),
            _ => parts.push((now.1, vec![cue])),
        }
        before = Some(now);
    }
    let passage = |index: usize, (on, cues): &Cues<'_>| Passage {
        on: *on,
        start: cues.first().map_or(0, |cue| cue.start),
        fields: cues.iter().map(|cue| field(cue)).collect(),
        goes_on: going_on(&parts, index),
    };
    let parts_by_place = parts.iter().enumerate();
    parts_by_place
        .map(|(index, part)| passage(index, part))
        .collect()
}

/// Where passages start, in milliseconds, whatever sessions there are.
fn starts(said: &Transcript) -> Vec<u32> {
    let mut starts: Vec<u32> = Vec::new();
    let (mut bytes, mut end) = (0, 0);
    for cue in said.cues() {
        let length = length(cue);
        let goes_on = starts.last().is_some_and(|start| {
            bytes + length <= PASSAGE_BYTES
                && cue.start - start <= PASSAGE_MILLIS
                && cue.start.saturating_sub(end) <= SILENCE
        });
        if goes_on {
            bytes += length;
        } else {
            starts.push(cue.start);
            bytes = length;
        }
        end = cue.end;
    }
    starts
}

fn length(cue: &Cue) -> usize {
    cue.lines.iter().map(|line| line.text.len()).sum()
}

fn going_on(parts: &[Cues<'_>], index: usize) -> Vec<Field> {
    let Some((on, cues)) = parts.get(index) else {
        return Vec::new();
    };
    let later = parts.iter().skip(index + 1);
    let later = later.take_while(|(then, _)| then == on);
    let (mut words, mut end) = (0, cues.last().map_or(0, |cue| cue.end));
    let mut fields = Vec::new();
    for cue in later.flat_map(|(_, cues)| cues) {
        if words >= MOST_TERMS || cue.start.saturating_sub(end) > SILENCE {
            break;
        }
        let field = field(cue);
        words += field.text.split_whitespace().count();
        end = cue.end;
        fields.push(field);
    }
    fields
}

fn field(cue: &Cue) -> Field {
    let lines: Vec<&str> = cue.lines.iter().map(|line| line.text.as_str()).collect();
    Field {
        weight: SAID,
        at: Some(cue.start / 1000),
        until: Some(cue.end.div_ceil(1000)),
        text: lines.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;
    use crate::transcripts::Line;

    fn cue(second: u32) -> Cue {
        let line = Line {
            voice: None,
            text: format!("dette er hva noen sier i sekund {second}"),
        };
        Cue {
            start: second * 1000,
            end: second * 1000 + 1000,
            lines: vec![line],
        }
    }

    fn of(sessions: &[(SessionId, std::ops::Range<u32>)]) -> Vec<(u32, usize, Option<SessionId>)> {
        let said = Transcript::new((0..600).map(cue).collect());
        let stretches = Stretches {
            sessions: sessions.to_vec(),
            hidden: Vec::new(),
        };
        let passages = passages(&said, &stretches);
        assert_eq!(
            passages.iter().map(|one| one.fields.len()).sum::<usize>(),
            600
        );
        let passages = passages.iter();
        passages
            .map(|one| (one.start, one.fields.len(), one.on))
            .collect()
    }

    #[test]
    fn a_session_that_begins_later_changes_the_passages_of_that_time_alone() {
        let [a, b] = [new_id(), new_id()];
        let planned = of(&[(a, 0..300_000), (b, 300_000..600_000)]);
        let marked = of(&[(a, 0..317_000), (b, 317_000..600_000)]);
        let changed: Vec<_> = marked.iter().filter(|one| !planned.contains(one)).collect();
        assert!(!changed.is_empty() && changed.len() <= 5, "{changed:?}");
        assert!(planned.len() > 80, "{}", planned.len());
    }
}
