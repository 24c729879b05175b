//! Reads SubRip: a number, `00:01:02,345 --> 00:01:05,678`, text, an empty line. Nobody wrote it
//! down; this takes what editors and transcribers write. Numbers may be wrong or missing.

use super::lines::{Block, Clock, LineFaults, Lines, Text};
use super::model::{Cue, Line, Transcript};
use crate::faults::Faults;

const CLOCK: Clock = Clock {
    point: &[',', '.'],
    brief: false,
    example: "00:01:02,345",
};

/// The tags that players know.
const TAGS: [&str; 5] = ["b", "i", "u", "s", "font"];

/// Reads a file.
///
/// # Errors
/// All faults by line.
pub fn parse(file: &Lines<'_>) -> Result<Transcript, Faults> {
    let mut faults = LineFaults::default();
    let mut cues = Vec::new();
    for block in file.blocks(|line| line.trim().is_empty()) {
        cues.extend(cue(block, &mut faults));
    }
    faults.finish(cues)
}

fn is_number(line: &str) -> bool {
    line.trim().bytes().all(|byte| byte.is_ascii_digit())
}

fn cue(block: Block<'_>, faults: &mut LineFaults) -> Option<Cue> {
    let first = block.lines.first().copied().unwrap_or_default();
    let timing = block.after(usize::from(is_number(first)));
    let line = timing.lines.first().copied().unwrap_or_default();
    if !line.contains("-->") {
        let expected = "a cue is a number, then its times, start --> end, then its text";
        faults.add(timing.number, "timing_missing", expected);
        return None;
    }
    let times = CLOCK.timing(timing.number, line, faults);
    let lines = text(timing.after(1), faults);
    let (start, end) = times?;
    (!lines.is_empty()).then_some(Cue { start, end, lines })
}

fn text(block: Block<'_>, faults: &mut LineFaults) -> Vec<Line> {
    let mut text = Text::default();
    for (number, line) in block.numbered() {
        if line.contains("-->") {
            faults.add(number, "blank_line_missing", "an empty line ends a cue");
            return Vec::new();
        }
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if let Some(behind) = passed_over(rest) {
                rest = behind;
            } else {
                text.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        text.end_line();
    }
    text.finish()
}

/// What is behind a tag or a `{\an8}` that the text begins with.
fn passed_over(text: &str) -> Option<&str> {
    if text.starts_with("{\\") {
        return Some(text.split_once('}')?.1);
    }
    let (tag, behind) = text.strip_prefix('<')?.split_once('>')?;
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let name = tag.split_whitespace().next()?;
    let known = TAGS.iter().any(|known| name.eq_ignore_ascii_case(known));
    known.then_some(behind)
}
