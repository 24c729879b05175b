//! The wall-clock map of a recording: which second of the video shows which moment of the day.
//!
//! A recording is cut into **segments**, stretches of video with a known wall clock. A session's
//! time, scheduled or marked, is mapped through them to its position. Everything is an instant in
//! UTC, so midnight and the changes to and from summer time need no rule of their own; all
//! intervals are half-open.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::position::{Position, RelativeOffset};

/// A stretch of a recording with a known wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Where it starts in the video, in seconds.
    pub media_start_seconds: u32,
    /// The moment that is seen there.
    pub starts_at: DateTime<Utc>,
    /// The moment at which it ends, where that is known; the next segment and the recording's
    /// duration may end it earlier.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
}

/// How well a position is known. Ordered: the greater is the better, and the best that is known
/// wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Mapped from the session's scheduled time.
    Scheduled,
    /// Mapped from the session's actual time, as marked while it happened.
    Marked,
    /// Set or confirmed by an editor.
    Verified,
}

impl Confidence {
    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Marked => "marked",
            Self::Verified => "verified",
        }
    }
}

/// Where a session stands in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// Seconds from the start of the recording.
    pub start_seconds: u32,
    /// The first second that is no longer the session, where it is known.
    pub end_seconds: Option<u32>,
    /// How well it is known.
    pub confidence: Confidence,
}

/// What is wrong with one segment of a list, and with which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentFault {
    /// Index of the segment in the list, for the JSON pointer.
    pub index: usize,
    /// What is wrong with it.
    pub kind: SegmentFaultKind,
}

/// The ways in which a segment can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentFaultKind {
    /// Its place in the video is not after that of the segment before it.
    MediaNotAscending,
    /// It starts no later on the wall clock than the segment before it.
    WallClockNotAscending,
    /// It ends when or before it starts.
    EndsBeforeStart,
    /// It starts at or after the end of the recording.
    StartsBeyondDuration,
    /// It starts past 99:59:59, where no position can be.
    StartsBeyondLimit,
}

impl SegmentFaultKind {
    /// The stable code of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MediaNotAscending => "media_not_ascending",
            Self::WallClockNotAscending => "wall_clock_not_ascending",
            Self::EndsBeforeStart => "ends_before_start",
            Self::StartsBeyondDuration => "beyond_duration",
            Self::StartsBeyondLimit => "invalid_position",
        }
    }

    /// The field of the segment that is at fault, the last token of the JSON pointer.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::MediaNotAscending | Self::StartsBeyondDuration | Self::StartsBeyondLimit => {
                "media_start_seconds"
            }
            Self::WallClockNotAscending => "starts_at",
            Self::EndsBeforeStart => "ends_at",
        }
    }
}

impl fmt::Display for SegmentFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MediaNotAscending => {
                "A segment starts later in the video than the one before it."
            }
            Self::WallClockNotAscending => {
                "A segment starts later on the wall clock than the one before it."
            }
            Self::EndsBeforeStart => "A segment ends after it starts.",
            Self::StartsBeyondDuration => "A segment starts before the end of the recording.",
            Self::StartsBeyondLimit => "A segment starts at 99:59:59 or before.",
        })
    }
}

/// Everything that is wrong with a list of segments, in its order; empty where it can be stored.
///
/// An `ends_at` after the next segment's start is no fault: the segment simply ends there.
#[must_use]
pub fn segments_check(segments: &[Segment], duration: Option<u32>) -> Vec<SegmentFault> {
    let mut faults = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let previous = index.checked_sub(1).and_then(|before| segments.get(before));
        let checks = [
            (
                SegmentFaultKind::MediaNotAscending,
                previous.is_some_and(|p| segment.media_start_seconds <= p.media_start_seconds),
            ),
            (
                SegmentFaultKind::WallClockNotAscending,
                previous.is_some_and(|p| segment.starts_at <= p.starts_at),
            ),
            (
                SegmentFaultKind::EndsBeforeStart,
                segment.ends_at.is_some_and(|end| end <= segment.starts_at),
            ),
            (
                SegmentFaultKind::StartsBeyondDuration,
                duration.is_some_and(|duration| segment.media_start_seconds >= duration),
            ),
            (
                SegmentFaultKind::StartsBeyondLimit,
                Position::new(segment.media_start_seconds).is_none(),
            ),
        ];
        let found = checks.into_iter().filter(|(_, wrong)| *wrong);
        faults.extend(found.map(|(kind, _)| SegmentFault { index, kind }));
    }
    faults
}

/// Maps a session from the wall clock to its start and end in the recording, in seconds; `None`
/// where it has no position.
///
/// `segments` are those that passed [`segments_check`], in their order.
///
/// - A session that starts inside a segment starts at that moment of the video, rounded down to the
///   second.
/// - One that starts in a gap gets the next segment's start if it was still running then. Without
///   an `ends_at` nobody knows whether it was, so it has none.
/// - One before the first segment or after the last has none, also when it runs on into the first.
///
/// The end is the last moment of the session that the recording shows: inside a segment that moment
/// itself, in a gap or after the last segment the end of the segment before. A session that runs on
/// over a gap thus ends in the later segment, and what the video holds between the two belongs to
/// it. The end is `None` where `ends_at` is, or where it is no later than the start.
///
/// The start is always before the recording's duration and the end never after it; without a
/// duration 99:59:59 takes its place.
#[must_use]
pub fn place(
    segments: &[Segment],
    duration: Option<u32>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
) -> Option<(u32, Option<u32>)> {
    let stretches = stretches(segments, duration);
    let is_covered = stretches.first()?.starts_at <= starts_at;
    is_covered.then(|| shown(&stretches, starts_at, ends_at))?
}

/// As [`place`], also for a session that begins before the first segment and runs on into it: whatever
/// the video shows of it, for what must not be seen.
#[must_use]
pub fn overlap(
    segments: &[Segment],
    duration: Option<u32>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
) -> Option<(u32, Option<u32>)> {
    shown(&stretches(segments, duration), starts_at, ends_at)
}

/// From where to where these stretches show what happens from `starts_at` to `ends_at`.
fn shown(
    stretches: &[Stretch],
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
) -> Option<(u32, Option<u32>)> {
    let (index, start) = start_of_session(stretches, starts_at, ends_at)?;
    let shown = stretches.get(index..).unwrap_or_default();
    let end = ends_at
        .and_then(|ends_at| end_of_session(shown, ends_at))
        .map(|end| end.min(Position::MAX.seconds()))
        .filter(|end| *end > start);
    Some((start, end))
}

/// The position that `watch?at=` asks for: `at` seconds from the session's start, kept within the
/// recording.
///
/// The last second of a recording is `duration - 1`; without a known duration it is 99:59:59.
#[must_use]
pub fn seek(start_seconds: u32, at: RelativeOffset, duration: Option<u32>) -> Position {
    let last = duration.map_or(Position::MAX.seconds(), |duration| {
        duration.saturating_sub(1).min(Position::MAX.seconds())
    });
    let wanted = (i64::from(start_seconds) + at.seconds()).clamp(0, last.into());
    u32::try_from(wanted)
        .ok()
        .and_then(Position::new)
        .unwrap_or(Position::START)
}

/// A segment with its end worked out: never empty.
#[derive(Clone, Copy)]
struct Stretch {
    media_start: u32,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl Stretch {
    /// The second of the video that shows `instant`, which is not before the stretch.
    fn position_of(&self, instant: DateTime<Utc>) -> Option<u32> {
        let elapsed = (instant - self.starts_at).num_seconds();
        self.media_start.checked_add(u32::try_from(elapsed).ok()?)
    }
}

/// The segments that show anything, each ending at the earliest of its `ends_at`, the next
/// segment's `starts_at`, its start plus the video up to the next segment, and its start plus the
/// video up to the end of the recording.
fn stretches(segments: &[Segment], duration: Option<u32>) -> Vec<Stretch> {
    let past_the_last = Position::MAX.seconds() + 1;
    let video_end = duration.map_or(past_the_last, |duration| duration.min(past_the_last));
    let with_next = segments
        .iter()
        .enumerate()
        .map(|(index, segment)| (segment, segments.get(index + 1)));
    let ended = with_next.filter_map(|(segment, next)| {
        let media_end = next.map_or(video_end, |next| next.media_start_seconds.min(video_end));
        let video = media_end.checked_sub(segment.media_start_seconds)?;
        let until_video_ends = segment
            .starts_at
            .checked_add_signed(TimeDelta::seconds(video.into()))?;
        let ends = [
            Some(until_video_ends),
            segment.ends_at,
            next.map(|next| next.starts_at),
        ];
        Some(Stretch {
            media_start: segment.media_start_seconds,
            starts_at: segment.starts_at,
            ends_at: ends.into_iter().flatten().min()?,
        })
    });
    ended
        .filter(|stretch| stretch.starts_at < stretch.ends_at)
        .collect()
}

/// The stretch that the session's video begins in, and the second at which it does.
fn start_of_session(
    stretches: &[Stretch],
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
) -> Option<(usize, u32)> {
    let index = stretches
        .iter()
        .position(|stretch| starts_at < stretch.ends_at)?;
    let stretch = stretches.get(index)?;
    if stretch.starts_at <= starts_at {
        return Some((index, stretch.position_of(starts_at)?));
    }
    let was_running = ends_at.is_some_and(|ends_at| stretch.starts_at < ends_at);
    was_running.then_some((index, stretch.media_start))
}

/// The second of the video just after the last moment before `ends_at` that `stretches` show.
fn end_of_session(stretches: &[Stretch], ends_at: DateTime<Utc>) -> Option<u32> {
    let last = stretches
        .iter()
        .rfind(|stretch| stretch.starts_at < ends_at)?;
    last.position_of(ends_at.min(last.ends_at))
}
