//! Transcripts: what is said in a recording, with the second at which it is said.
//!
//! An organiser sends a file, WebVTT ([`vtt`]) or SubRip ([`srt`]); what is kept is time, words and
//! who speaks them ([`model`]), not how captions are painted. It leaves as WebVTT: whole, or the part
//! of one session by its position in the recording. The stretches of sessions that are not to be
//! recorded ([`stretch`]) are cut from everything that leaves, and what was sent stays as it was
//! sent, so that taking the mark off a session brings its words back.

pub mod actions;
mod lines;
pub mod model;
pub mod print;
pub mod public_routes;
pub mod routes;
mod srt;
pub mod store;
pub mod stretch;
#[cfg(test)]
mod tests;
mod vtt;
pub mod wire;

pub use model::{Cue, Line, Transcript};
pub use print::web_vtt;
pub use store::{find as find_transcript, recordings_with_transcript};

use crate::events::Event;
use crate::faults::Faults;
use crate::ids::RecordingId;

/// What a file of captions may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// WebVTT (W3C).
    WebVtt,
    /// SubRip.
    SubRip,
    /// One of them; WebVTT says so in its first line.
    Told,
}

/// Reads a file of captions.
///
/// # Errors
/// All faults, each with the number of its line: `/lines/17`.
pub fn parse(format: Format, bytes: &[u8]) -> Result<Transcript, Faults> {
    let text = lines::decode(bytes)?;
    let file = lines::Lines::of(text);
    match format {
        Format::WebVtt => vtt::parse(&file),
        Format::Told if vtt::is_one(&file) => vtt::parse(&file),
        Format::SubRip | Format::Told => srt::parse(&file),
    }
}

/// Where everybody finds the transcript of a recording that has one.
#[must_use]
pub fn public_address(public_url: &str, event: &Event, recording: RecordingId) -> String {
    format!(
        "{public_url}/api/v1/events/{}/recordings/{recording}/transcript.vtt",
        event.slug
    )
}
