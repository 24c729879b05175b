//! The chapters of a recording, and the five formats that players read. Pure.
//!
//! Chapters are made from where sessions stand: in order, each ending where the next one starts at the
//! latest, and going on behind it if it lasts longer. A session that is not to be recorded is none of them,
//! and nothing reaches into its stretch. [`formats`] prints them; formats whose chapters have no end get a neutral one where nothing
//! is on, so that a player does not count that stretch as the session before it. [`youtube`] has rules
//! of its own.

use std::collections::{BTreeSet, HashSet};

pub mod formats;
#[cfg(test)]
mod tests;
mod youtube;

pub use youtube::{for_youtube, youtube_faults};

/// A stretch of a recording with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Seconds from the start of the recording.
    pub start: u32,
    /// The first second that is no longer it, where that is known.
    pub end: Option<u32>,
    /// What it is called.
    pub title: String,
}

/// What a reader of a format stumbles over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There are fewer than three (`YouTube`).
    FewerThanThree,
    /// The first is not at the start (`YouTube`).
    FirstNotZero,
    /// One is shorter than ten seconds (`YouTube`).
    TooShort,
    /// One starts before the one in front of it.
    NotAscending,
    /// Two start at the same second.
    DuplicateStart,
    /// One starts at or after the end of the recording.
    BeyondDuration,
    /// One has no title.
    EmptyTitle,
    /// A title holds a control character.
    ControlCharacter,
}

impl Fault {
    /// The stable code of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FewerThanThree => "fewer_than_3",
            Self::FirstNotZero => "first_not_zero",
            Self::TooShort => "shorter_than_10s",
            Self::NotAscending => "not_ascending",
            Self::DuplicateStart => "duplicate_start",
            Self::BeyondDuration => "beyond_duration",
            Self::EmptyTitle => "empty_title",
            Self::ControlCharacter => "control_character",
        }
    }
}

/// What readers of every format stumble over; empty for what [`chapters`] makes.
#[must_use]
pub fn faults(chapters: &[Chapter], duration: Option<u32>) -> Vec<Fault> {
    let pairs = || chapters.iter().zip(chapters.iter().skip(1));
    let checks = [
        (
            Fault::NotAscending,
            pairs().any(|(one, next)| next.start < one.start),
        ),
        (
            Fault::DuplicateStart,
            pairs().any(|(one, next)| next.start == one.start),
        ),
        (
            Fault::BeyondDuration,
            chapters
                .iter()
                .any(|one| duration.is_some_and(|duration| one.start >= duration)),
        ),
        (
            Fault::EmptyTitle,
            chapters.iter().any(|one| one.title.trim().is_empty()),
        ),
        (
            Fault::ControlCharacter,
            chapters
                .iter()
                .any(|one| one.title.chars().any(char::is_control)),
        ),
    ];
    let found = checks.into_iter().filter(|(_, is_wrong)| *is_wrong);
    found.map(|(fault, _)| fault).collect()
}

/// The shortest rest of an interrupted session that is worth a chapter, in seconds.
const LEAST_RESUMED: u32 = 10;

/// What stands between two titles of one chapter.
const AND: &str = " / ";

/// Two titles as one.
fn joined(one: &str, other: &str) -> String {
    format!("{one}{AND}{other}")
}

/// Makes chapters of where sessions stand, in any order. Those that start at the same second are one; one
/// that starts later interrupts, and the one before it goes on behind it. `unseen` are the stretches of what
/// is not to be recorded: they interrupt too, and none starts within them. One without an end lasts until
/// something else begins.
#[must_use]
pub fn chapters(
    sessions: Vec<Chapter>,
    unseen: &[(u32, Option<u32>)],
    duration: Option<u32>,
) -> Vec<Chapter> {
    let groups = grouped(sessions, unseen, duration);
    let ends = unseen.iter().filter_map(|(_, end)| *end);
    let starts = unseen.iter().map(|(start, _)| *start);
    let bounds = groups
        .iter()
        .flat_map(|group| [Some(group.start), group.end]);
    let edges: BTreeSet<u32> = bounds.flatten().chain(starts).chain(ends).collect();
    let is_unseen = |second: u32| {
        let mut stretches = unseen.iter();
        stretches.any(|(start, end)| *start <= second && end.is_none_or(|end| second < end))
    };
    let mut pieces: Vec<(usize, Chapter)> = Vec::with_capacity(groups.len());
    let nexts = edges.iter().skip(1).copied().map(Some).chain([None]);
    for (start, next) in edges.iter().copied().zip(nexts) {
        let end = [next, duration].into_iter().flatten().min();
        let mut on = groups.iter().enumerate().rev();
        let on = on.find(|(_, one)| {
            one.start <= start && one.end.is_none_or(|end| start < end) && !is_unseen(start)
        });
        let Some((index, group)) = on.filter(|_| end.is_none_or(|end| start < end)) else {
            continue;
        };
        match pieces.last_mut() {
            Some((last, piece)) if *last == index && piece.end == Some(start) => piece.end = end,
            _ => {
                let title = group.title.clone();
                pieces.push((index, Chapter { start, end, title }));
            }
        }
    }
    let mut begun = HashSet::new();
    pieces.retain(|(index, piece)| {
        let is_long = piece
            .end
            .is_none_or(|end| end - piece.start >= LEAST_RESUMED);
        begun.insert(*index) || is_long
    });
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

/// The sessions by start, those that start at the same second as one, none of them beyond the end.
fn grouped(
    sessions: Vec<Chapter>,
    unseen: &[(u32, Option<u32>)],
    duration: Option<u32>,
) -> Vec<Chapter> {
    let mut sorted: Vec<Chapter> = sessions
        .into_iter()
        .filter_map(|session| clear_of(session, unseen))
        .filter(|session| duration.is_none_or(|duration| session.start < duration))
        .collect();
    sorted.sort_by_key(|chapter| chapter.start);
    let mut groups: Vec<Chapter> = Vec::with_capacity(sorted.len());
    for chapter in sorted {
        let title = one_line(&chapter.title);
        match groups.last_mut() {
            Some(last) if last.start == chapter.start => {
                last.title = joined(&last.title, &title);
                last.end = last.end.zip(chapter.end).map(|(one, other)| one.max(other));
            }
            _ => groups.push(Chapter { title, ..chapter }),
        }
    }
    let starts: Vec<u32> = groups.iter().skip(1).map(|group| group.start).collect();
    let nexts = starts.into_iter().map(Some).chain([None]);
    for (group, next) in groups.iter_mut().zip(nexts) {
        if group.end.is_none() {
            let hidden = unseen.iter().map(|(start, _)| *start);
            let hidden = hidden.filter(|start| *start > group.start);
            group.end = hidden.chain(next).chain(duration).min();
        }
    }
    groups
}

/// A title of a player's list: one line without control characters.
fn one_line(title: &str) -> String {
    let spaced: String = title
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a session after what must not be seen of it; `None` if that is nothing.
fn clear_of(session: Chapter, unseen: &[(u32, Option<u32>)]) -> Option<Chapter> {
    let mut session = session;
    let mut stretches = unseen.to_vec();
    stretches.sort_unstable();
    for (start, end) in stretches {
        if start <= session.start && end.is_none_or(|end| session.start < end) {
            session.start = end?;
        }
    }
    let is_left = session.end.is_none_or(|end| session.start < end);
    is_left.then_some(session)
}

/// What the chapters are called that no session stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fillers {
    /// From the start of the recording to the first session.
    pub before: &'static str,
    /// Between two sessions.
    pub between: &'static str,
    /// From the end of the last one.
    pub after: &'static str,
    /// What a part of a session is called, after its title.
    pub part: &'static str,
}

impl Fillers {
    /// In the language of this tag; bokmål where there is none.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("en") => Self {
                before: "Before the start",
                between: "In between",
                after: "After the end",
                part: "part",
            },
            Some("nn") => Self {
                before: "Før start",
                between: "Mellom innslaga",
                after: "Etter slutt",
                part: "del",
            },
            _ => Self {
                before: "Før start",
                between: "Mellom innslagene",
                after: "Etter slutt",
                part: "del",
            },
        }
    }
}

/// The same with neutral chapters where nothing is on, so that each ends where the next one starts:
/// for formats whose chapters have no end. `least` is the shortest that is worth a chapter, in seconds.
#[must_use]
pub fn without_gaps(
    chapters: &[Chapter],
    duration: Option<u32>,
    fillers: Fillers,
    least: u32,
) -> Vec<Chapter> {
    let mut whole = Vec::with_capacity(chapters.len());
    for (index, chapter) in chapters.iter().enumerate() {
        whole.push(chapter.clone());
        let next = chapters.get(index + 1);
        let until = next.map(|next| next.start).or(duration);
        let Some(end) = chapter.end else { continue };
        if until.is_none_or(|until| until.saturating_sub(end) >= least) {
            let title = next.map_or(fillers.after, |_| fillers.between).to_owned();
            whole.push(Chapter {
                start: end,
                end: until,
                title,
            });
        }
    }
    whole
}
