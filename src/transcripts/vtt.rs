//! Reads WebVTT (W3C, <https://www.w3.org/TR/webvtt1/>). Stricter than a player, which skips what it
//! can't read: an organiser should hear of it. Cue settings, styles, regions and notes are passed
//! over; of the tags only `<v …>`, who speaks, is kept.

use super::lines::{Block, Clock, LineFaults, Lines, Text};
use super::model::{Cue, Line, Transcript};
use crate::faults::Faults;

const CLOCK: Clock = Clock {
    point: &['.'],
    brief: true,
    example: "01:02:03.456 or 02:03.456",
};

/// Whether the first line says that it is WebVTT.
pub fn is_one(file: &Lines<'_>) -> bool {
    is_headed(file.first(), "WEBVTT")
}

/// Whether a line is this word, alone or with more behind a space or tab.
fn is_headed(line: &str, word: &str) -> bool {
    let rest = line.strip_prefix(word);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// Reads a file.
///
/// # Errors
/// All faults by line.
pub fn parse(file: &Lines<'_>) -> Result<Transcript, Faults> {
    let mut faults = LineFaults::default();
    let mut blocks = file.blocks(str::is_empty).peekable();
    if is_one(file) {
        let head = blocks.next();
        for (number, line) in head.into_iter().flat_map(Block::numbered) {
            if line.contains("-->") {
                faults.add(
                    number,
                    "blank_line_missing",
                    "an empty line ends the header",
                );
            }
        }
    } else {
        faults.add(1, "header_missing", "the first line is WEBVTT");
    }
    let mut cues = Vec::new();
    for block in blocks.filter(|block| !is_aside(block)) {
        cues.extend(cue(block, &mut faults));
    }
    faults.finish(cues)
}

/// Whether it is a note, a style sheet or a region.
fn is_aside(block: &Block<'_>) -> bool {
    let first = block.lines.first().copied().unwrap_or_default();
    let is_style = ["STYLE", "REGION"].contains(&first.trim_end());
    // A cue may be called STYLE.
    let timed = block.lines.get(1).is_some_and(|line| line.contains("-->"));
    is_headed(first, "NOTE") || is_style && !timed
}

fn cue(block: Block<'_>, faults: &mut LineFaults) -> Option<Cue> {
    let is_timing = |line: &&str| line.contains("-->");
    let Some(at) = block.lines.iter().take(2).position(is_timing) else {
        let expected = "a cue has its times, start --> end, in its first or second line";
        faults.add(block.number, "timing_missing", expected);
        return None;
    };
    let timing = block.after(at);
    let line = timing.lines.first().copied().unwrap_or_default();
    let times = CLOCK.timing(timing.number, line, faults);
    let lines = text(timing.after(1), faults);
    let (start, end) = times?;
    (!lines.is_empty()).then_some(Cue { start, end, lines })
}

fn text(block: Block<'_>, faults: &mut LineFaults) -> Vec<Line> {
    for (number, line) in block.numbered() {
        if line.contains("-->") {
            faults.add(number, "blank_line_missing", "an empty line ends a cue");
            return Vec::new();
        }
    }
    let whole = block.lines.join("\n");
    let mut text = Text::default();
    let mut rest = whole.as_str();
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '<' => {
                let Some((tag, behind)) = rest[1..].split_once('>') else {
                    let before = &whole[..whole.len() - rest.len()];
                    let number = block.number + before.matches('\n').count();
                    let expected = "a < begins a tag, which a > ends; write &lt; for the sign";
                    faults.add(number, "unclosed_tag", expected);
                    return Vec::new();
                };
                open_or_close(tag, &mut text);
                behind
            }
            '&' => {
                let (c, behind) = entity(rest);
                text.push(c);
                behind
            }
            '\n' => {
                text.end_line();
                &rest[1..]
            }
            c => {
                text.push(c);
                &rest[c.len_utf8()..]
            }
        };
    }
    text.finish()
}

/// Of the tags only those of voices matter.
fn open_or_close(tag: &str, text: &mut Text) {
    let (name, annotation) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let name = name.split('.').next().unwrap_or_default();
    match name {
        "v" => text.speaks(&decoded(annotation)),
        "/v" => text.speaks(""),
        _ => {}
    }
}

fn decoded(mut rest: &str) -> String {
    let mut decoded = String::new();
    while let Some(c) = rest.chars().next() {
        if c == '&' {
            let (c, behind) = entity(rest);
            decoded.push(c);
            rest = behind;
        } else {
            decoded.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    decoded
}

/// The character that a text starting with `&` begins with, and what is behind it.
fn entity(text: &str) -> (char, &str) {
    let named = text[1..].split_once(';').and_then(|(name, behind)| {
        let c = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "nbsp" => '\u{a0}',
            "lrm" => '\u{200e}',
            "rlm" => '\u{200f}',
            "quot" => '"',
            "apos" => '\'',
            _ => numbered(name)?,
        };
        Some((c, behind))
    });
    named.unwrap_or(('&', &text[1..]))
}

fn numbered(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}
