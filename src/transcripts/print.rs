//! Prints WebVTT.

use std::fmt::Write as _;

use super::model::Transcript;

/// The transcript as WebVTT that every player reads: ascending, escaped, voices as `<v …>`.
#[must_use]
pub fn web_vtt(transcript: &Transcript) -> String {
    let mut file = String::from("WEBVTT\n");
    for cue in transcript.cues() {
        let (start, end) = (time(cue.start), time(cue.end));
        // Writing to a String can't fail.
        let _ = write!(file, "\n{start} --> {end}\n");
        for line in &cue.lines {
            let text = escaped(&line.text);
            let _ = match &line.voice {
                // An arrow is a time's alone: a voice that ends in dashes keeps its distance.
                Some(voice) if voice.ends_with("--") => {
                    writeln!(file, "<v {} >{text}</v>", escaped(voice))
                }
                Some(voice) => writeln!(file, "<v {}>{text}</v>", escaped(voice)),
                None => writeln!(file, "{text}"),
            };
        }
    }
    file
}

fn time(millis: u32) -> String {
    let seconds = millis / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}.{:03}",
        seconds % 60,
        millis % 1000
    )
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
