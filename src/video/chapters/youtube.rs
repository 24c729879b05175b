//! `YouTube`'s rules: the first chapter at 0:00, three or more, each ten seconds or longer. One that is
//! broken makes all chapters vanish, so what breaks them is added to or merged.

use super::{Chapter, Fault, Fillers, faults, joined, without_gaps};

/// The shortest chapter, in seconds.
const SHORTEST: u32 = 10;
/// The fewest chapters.
const FEWEST: usize = 3;
/// What the last chapter is taken to last when nobody knows how long the recording is, in seconds.
const ASSUMED: u32 = 60;

/// What `YouTube` stumbles over, in these chapters as they are.
#[must_use]
pub fn youtube_faults(chapters: &[Chapter], duration: Option<u32>) -> Vec<Fault> {
    let mut found = faults(chapters, duration);
    if chapters.len() < FEWEST {
        found.push(Fault::FewerThanThree);
    }
    if chapters.first().is_some_and(|first| first.start != 0) {
        found.push(Fault::FirstNotZero);
    }
    if lengths(chapters, duration).any(|length| length.is_some_and(|length| length < SHORTEST)) {
        found.push(Fault::TooShort);
    }
    found
}

/// How long each chapter lasts, in seconds; the last one's may not be known.
fn lengths(chapters: &[Chapter], duration: Option<u32>) -> impl Iterator<Item = Option<u32>> {
    let starts = chapters.iter().map(|chapter| chapter.start);
    let ends = starts.clone().skip(1).map(Some).chain([duration]);
    starts
        .zip(ends)
        .map(|(start, end)| end.map(|end| end.saturating_sub(start)))
}

/// The chapters as `YouTube` takes them; none where the recording is too short for any.
#[must_use]
pub fn for_youtube(chapters: &[Chapter], duration: Option<u32>, fillers: Fillers) -> Vec<Chapter> {
    if chapters.is_empty() {
        return Vec::new();
    }
    let mut list = without_gaps(chapters, duration, fillers, SHORTEST);
    from_zero(&mut list, fillers);
    merge_short(&mut list, duration);
    while list.len() < FEWEST {
        if !split_longest(&mut list, duration, fillers) {
            return Vec::new();
        }
    }
    list
}

/// Starts at 0:00: with a neutral chapter, or earlier with the first one where that would be too short.
fn from_zero(list: &mut Vec<Chapter>, fillers: Fillers) {
    let Some(first) = list.first_mut().filter(|first| first.start > 0) else {
        return;
    };
    if first.start < SHORTEST {
        first.start = 0;
        return;
    }
    let before = Chapter {
        start: 0,
        end: Some(first.start),
        title: fillers.before.to_owned(),
    };
    list.insert(0, before);
}

/// Puts what is too short together with what comes after it, or before it at the end.
fn merge_short(list: &mut Vec<Chapter>, duration: Option<u32>) {
    loop {
        let is_short = |length: Option<u32>| length.is_some_and(|length| length < SHORTEST);
        let Some(short) = lengths(list, duration).position(is_short) else {
            return;
        };
        if list.len() == 1 {
            return;
        }
        let into = short.min(list.len() - 2);
        let next = list.remove(into + 1);
        if let Some(kept) = list.get_mut(into) {
            kept.title = joined(&kept.title, &next.title);
            kept.end = next.end;
        }
    }
}

/// Makes two of the longest chapter; `false` if none is long enough.
fn split_longest(list: &mut Vec<Chapter>, duration: Option<u32>, fillers: Fillers) -> bool {
    let lengths: Vec<u32> = lengths(list, duration)
        .map(|length| length.unwrap_or(ASSUMED))
        .collect();
    let longest = lengths
        .iter()
        .enumerate()
        .max_by_key(|(_, length)| **length);
    let Some((index, length)) = longest else {
        return false;
    };
    if *length < 2 * SHORTEST {
        return false;
    }
    // In thirds where one chapter has to become three.
    let parts = u32::try_from(FEWEST + 1 - list.len()).unwrap_or(2);
    let part = (length / parts).max(SHORTEST);
    let Some(whole) = list.get(index).cloned() else {
        return false;
    };
    let rest = Chapter {
        start: whole.start + part,
        title: part_title(&whole.title, fillers),
        ..whole
    };
    list.insert(index + 1, rest);
    true
}

/// `Title (part 2)`, and behind that `Title (part 3)`.
fn part_title(title: &str, fillers: Fillers) -> String {
    let marker = format!(" ({} ", fillers.part);
    let (whole, before) = title.rsplit_once(marker.as_str()).unwrap_or((title, "1)"));
    let before = before.trim_end_matches(')').parse().unwrap_or(1);
    format!("{whole}{marker}{})", before + 1)
}
