//! Chapters as players read them.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Chapter, Fillers, for_youtube, without_gaps};
use crate::video::deep_link::{VideoUrl, watch_link};
use crate::video::position::Position;

fn position(seconds: u32) -> Position {
    Position::new(seconds).unwrap_or(Position::MAX)
}

/// The end of a chapter for formats that need one: its own, else that of the recording, else the last
/// position there is; always after its start.
fn end_of(chapter: &Chapter, duration: Option<u32>) -> u32 {
    let end = chapter.end.or(duration).unwrap_or(Position::MAX.seconds());
    end.max(chapter.start + 1)
}

/// Text within an element or attribute of XML, or in a cue of `WebVTT`, where `-->` must not stand.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// `WebVTT` (W3C), one numbered cue each.
#[must_use]
pub fn web_vtt(chapters: &[Chapter], duration: Option<u32>) -> String {
    let mut out = String::from("WEBVTT\n");
    for (number, chapter) in (1..).zip(chapters) {
        let start = position(chapter.start).webvtt();
        let end = position(end_of(chapter, duration)).webvtt();
        // Quotes are plain text in a cue.
        let title = escaped(&chapter.title).replace("&quot;", "\"");
        let _ = write!(out, "\n{number}\n{start} --> {end}\n{title}\n");
    }
    out
}

/// Podcasting 2.0 chapters.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonChapters<'a> {
    version: &'a str,
    title: &'a str,
    chapters: Vec<JsonChapter<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonChapter<'a> {
    start_time: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<u32>,
    title: &'a str,
    url: String,
}

/// Podcasting 2.0 JSON chapters 1.2; each links to its second where the provider can jump.
///
/// # Errors
/// When it can't be serialised.
pub fn podcast_json(
    chapters: &[Chapter],
    title: &str,
    video: &VideoUrl,
) -> Result<String, serde_json::Error> {
    let chapters = chapters.iter().map(|one| JsonChapter {
        start_time: one.start,
        end_time: one.end,
        title: &one.title,
        url: watch_link(video, position(one.start)).url,
    });
    serde_json::to_string(&JsonChapters {
        version: "1.2.0",
        title,
        chapters: chapters.collect(),
    })
}

/// Podlove Simple Chapters 1.2.
#[must_use]
pub fn podlove(chapters: &[Chapter], duration: Option<u32>, fillers: Fillers) -> String {
    let mut out = String::from(
        "<psc:chapters version=\"1.2\" xmlns:psc=\"http://podlove.org/simple-chapters\">\n",
    );
    for chapter in without_gaps(chapters, duration, fillers, 1) {
        let start = position(chapter.start).webvtt();
        let title = escaped(&chapter.title);
        let _ = writeln!(out, "  <psc:chapter start=\"{start}\" title=\"{title}\"/>");
    }
    out.push_str("</psc:chapters>\n");
    out
}

/// The lines of a description on `YouTube`, where `<` and `>` must not stand.
#[must_use]
pub fn youtube(chapters: &[Chapter], duration: Option<u32>, fillers: Fillers) -> String {
    let mut out = String::new();
    for chapter in for_youtube(chapters, duration, fillers) {
        let start = position(chapter.start).clock();
        let title = chapter.title.replace(['<', '>'], "");
        let title = Some(title.trim()).filter(|title| !title.is_empty());
        let _ = writeln!(out, "{start} {}", title.unwrap_or("–"));
    }
    out
}

/// `FFmpeg`'s metadata.
#[must_use]
pub fn ffmetadata(chapters: &[Chapter], duration: Option<u32>) -> String {
    let mut out = String::from(";FFMETADATA1\n");
    for chapter in chapters {
        let start = u64::from(chapter.start) * 1000;
        let end = u64::from(end_of(chapter, duration)) * 1000;
        let mut title = String::with_capacity(chapter.title.len());
        for c in chapter.title.chars() {
            if matches!(c, '=' | ';' | '#' | '\\') {
                title.push('\\');
            }
            title.push(c);
        }
        let _ = write!(
            out,
            "[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}\n"
        );
    }
    out
}
