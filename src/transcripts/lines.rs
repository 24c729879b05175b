//! What both formats are made of: lines, times, and faults with the number of their line.

use std::fmt::Display;

use super::model::{Cue, LAST, Line, Transcript};
use crate::faults::Faults;

/// Most faults that are told.
const MOST_FAULTS: usize = 100;
/// Most cues of a transcript: one a second for more than a day.
const MOST_CUES: usize = 100_000;

/// The file as text, without a byte order mark.
///
/// # Errors
/// The line in which it is no UTF-8, or has a NUL.
pub fn decode(bytes: &[u8]) -> Result<&str, Faults> {
    let line_of = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        before.split(|byte| *byte == b'\n').count()
    };
    let refuse = |at: usize, code, detail| {
        let mut faults = LineFaults::default();
        faults.add(line_of(at), code, detail);
        Err(faults.0)
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            return refuse(error.valid_up_to(), "invalid_text", "the file is UTF-8");
        }
    };
    if let Some(at) = text.find('\0') {
        return refuse(at, "nul_character", "the file has no NUL");
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The lines of a file, which may end with LF, CR LF or CR.
#[derive(Debug)]
pub struct Lines<'a>(Vec<&'a str>);

/// Lines that stand together, between empty ones.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// The number of the first, from 1.
    pub number: usize,
    /// At least one, none of them empty.
    pub lines: &'a [&'a str],
}

impl<'a> Block<'a> {
    /// The block without its first lines.
    pub fn after(self, skipped: usize) -> Self {
        Self {
            number: self.number + skipped,
            lines: self.lines.get(skipped..).unwrap_or_default(),
        }
    }

    /// Its lines with their numbers.
    pub fn numbered(self) -> impl Iterator<Item = (usize, &'a str)> {
        let lines = self.lines.iter().enumerate();
        lines.map(move |(index, line)| (self.number + index, *line))
    }
}

impl<'a> Lines<'a> {
    /// Cuts a text into its lines.
    pub fn of(text: &'a str) -> Self {
        let lines = text.split('\n').flat_map(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            line.split('\r')
        });
        Self(lines.collect())
    }

    /// The first line.
    pub fn first(&self) -> &'a str {
        self.0.first().copied().unwrap_or_default()
    }

    /// The blocks from the start; a line is empty if `is_empty` says so.
    pub fn blocks(
        &self,
        is_empty: impl Fn(&str) -> bool + Copy,
    ) -> impl Iterator<Item = Block<'_>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = self.0.get(at..)?;
            let start = at + rest.iter().position(|line| !is_empty(line))?;
            let rest = self.0.get(start..)?;
            let length = rest.iter().position(|line| is_empty(line));
            let length = length.unwrap_or(rest.len());
            at = start + length;
            Some(Block {
                number: start + 1,
                lines: rest.get(..length)?,
            })
        })
    }
}

/// Faults by line.
#[derive(Debug, Default)]
pub struct LineFaults(Faults, usize);

impl LineFaults {
    /// Notes what a line should have been.
    pub fn add(&mut self, line: usize, code: &'static str, expected: impl Display) {
        self.1 += 1;
        if self.1 <= MOST_FAULTS {
            let detail = format!("Line {line}: {expected}.");
            self.0.add(format!("/lines/{line}"), code, detail);
        }
    }

    /// The transcript, if nothing was wrong and there is one.
    ///
    /// # Errors
    /// The faults.
    pub fn finish(mut self, cues: Vec<Cue>) -> Result<Transcript, Faults> {
        if cues.len() > MOST_CUES {
            self.0
                .add("", "too_many", "A transcript has at most 100,000 cues.");
        }
        if self.0.is_empty() && cues.is_empty() {
            let detail = "The file has no cue with any text.";
            self.0.add("", "no_cues", detail);
        }
        if self.1 > MOST_FAULTS {
            let more = self.1 - MOST_FAULTS;
            self.0.add(
                "",
                "more_faults",
                format!("{more} more lines are at fault."),
            );
        }
        self.0.finish(Some(Transcript::new(cues)))
    }
}

/// How a format writes its times.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// What may stand before the milliseconds.
    pub point: &'static [char],
    /// Whether hours may be left out.
    pub brief: bool,
    /// What a time looks like.
    pub example: &'static str,
}

impl Clock {
    /// Milliseconds of `01:02:03.456`; minutes and seconds have two digits and are below 60.
    fn read(self, text: &str) -> Option<u32> {
        let (clock, millis) = text.split_once(self.point)?;
        let mut parts = clock.rsplit(':');
        let seconds = below_60(parts.next()?)?;
        let minutes = below_60(parts.next()?)?;
        let hours = match parts.next() {
            None if self.brief => 0,
            hours => number(hours?, 1..=6)?,
        };
        let millis = number(millis, 3..=3)?;
        let seconds = (hours.checked_mul(3600)?).checked_add(minutes * 60 + seconds)?;
        let at = seconds.checked_mul(1000)?.checked_add(millis)?;
        (parts.next().is_none() && at <= LAST).then_some(at)
    }

    /// Start and end of a line `start --> end …`.
    pub fn timing(self, line: usize, text: &str, faults: &mut LineFaults) -> Option<(u32, u32)> {
        let (start, rest) = text.split_once("-->")?;
        let end = rest.split_whitespace().next().unwrap_or_default();
        let times = (self.read(start.trim()), self.read(end));
        let (Some(start), Some(end)) = times else {
            let expected = format!(
                "a time is written {}, at most 99:59:59{}999",
                self.example, self.point[0]
            );
            faults.add(line, "invalid_time", expected);
            return None;
        };
        if end <= start {
            faults.add(line, "ends_before_start", "a cue ends after it starts");
            return None;
        }
        Some((start, end))
    }
}

fn below_60(text: &str) -> Option<u32> {
    number(text, 2..=2).filter(|value| *value < 60)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// The text of a cue as it is put together.
#[derive(Debug, Default)]
pub struct Text {
    lines: Vec<Line>,
    voice: Option<String>,
    open: String,
}

impl Text {
    /// Adds what is said.
    pub fn push(&mut self, c: char) {
        self.open.push(c);
    }

    /// Ends the line.
    pub fn end_line(&mut self) {
        let text = clean(&std::mem::take(&mut self.open));
        if !text.is_empty() {
            self.lines.push(Line {
                voice: self.voice.clone(),
                text,
            });
        }
    }

    /// From here on somebody else speaks.
    pub fn speaks(&mut self, voice: &str) {
        self.end_line();
        self.voice = Some(clean(voice)).filter(|voice| !voice.is_empty());
    }

    /// The lines.
    pub fn finish(mut self) -> Vec<Line> {
        self.end_line();
        self.lines
    }
}

/// Text on one line: no control characters, no spaces around or twice.
fn clean(text: &str) -> String {
    let words = text.split_whitespace();
    let words = words.map(|word| word.replace(char::is_control, ""));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
