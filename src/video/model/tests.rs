use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{Confidence, Segment, SegmentFaultKind, overlap, place, seek, segments_check};
use crate::video::position::RelativeOffset;

pub(super) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// A moment of a day of November, in Oslo.
fn oslo(time: &str) -> DateTime<Utc> {
    at(&format!("2027-11-11T{time}:00+01:00"))
}

pub(super) fn segment(
    media_start_seconds: u32,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
) -> Segment {
    Segment {
        media_start_seconds,
        starts_at,
        ends_at,
    }
}

/// Video from 09:00, a lunch break cut out from 12:00 to 13:00, and on to the end.
fn day_with_lunch() -> Vec<Segment> {
    vec![
        segment(0, oslo("09:00"), Some(oslo("12:00"))),
        segment(10_800, oslo("13:00"), None),
    ]
}

#[test]
fn wall_clock_vectors() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/offsets.json")).unwrap();
    for row in vectors["wallclock"].as_array().unwrap() {
        let instant = |name: &str| at(row[name].as_str().unwrap());
        let trimmed = row["trimmed_before_s"].as_i64().unwrap();
        // Pre-roll that was cut off makes the recording start later on the wall clock.
        let recording = instant("recording_start") + TimeDelta::seconds(trimmed);
        let placed = place(
            &[segment(0, recording, None)],
            None,
            instant("session_start"),
            None,
        );
        assert_eq!(
            placed.map(|(start, _)| u64::from(start)),
            row["expect_offset_s"].as_u64(),
            "{}",
            row["id"]
        );
    }
}

#[test]
fn one_hour_and_thirteen_minutes_in() {
    let segments = [segment(0, oslo("09:00"), None)];
    let placed = place(&segments, Some(20_000), oslo("10:13"), Some(oslo("10:35")));
    assert_eq!(placed, Some((4380, Some(5700))));
}

#[test]
fn elapsed_time_over_midnight_and_both_changes_of_the_clock() {
    let cases = [
        (
            "2027-11-11T23:30:00+01:00",
            "2027-11-12T00:15:00+01:00",
            2700,
        ),
        (
            "2027-03-28T01:30:00+01:00",
            "2027-03-28T03:30:00+02:00",
            3600,
        ),
        (
            "2026-10-25T01:30:00+02:00",
            "2026-10-25T02:30:00+01:00",
            7200,
        ),
    ];
    for (recording, session, seconds) in cases {
        let placed = place(&[segment(0, at(recording), None)], None, at(session), None);
        assert_eq!(placed, Some((seconds, None)), "{session}");
    }
}

#[test]
fn gaps_follow_the_rule() {
    let segments = day_with_lunch();
    let placed = |from, to| place(&segments, Some(20_000), oslo(from), Some(oslo(to)));
    assert_eq!(
        placed("12:30", "13:10"),
        Some((10_800, Some(11_400))),
        "still running at the next segment"
    );
    assert_eq!(
        placed("12:30", "13:00"),
        None,
        "over when the next segment starts"
    );
    assert_eq!(
        placed("12:00", "12:30"),
        None,
        "the end of a segment is outside it"
    );
    assert_eq!(
        placed("08:50", "09:30"),
        None,
        "before the first segment, though it runs into it"
    );
    assert_eq!(placed("17:00", "18:00"), None, "after the last");
    assert_eq!(
        place(&segments, None, oslo("12:30"), None),
        None,
        "nobody knows how long it ran"
    );
    assert_eq!(place(&[], None, oslo("12:30"), None), None);
}

#[test]
fn what_must_not_be_seen_is_found_wherever_the_recording_shows_it() {
    let segments = day_with_lunch();
    let covered = |from, to| overlap(&segments, Some(20_000), oslo(from), Some(oslo(to)));
    assert_eq!(
        covered("08:50", "09:30"),
        Some((0, Some(1800))),
        "runs into the first"
    );
    assert_eq!(covered("08:00", "09:00"), None, "over when it starts");
    assert_eq!(
        covered("12:30", "13:10"),
        Some((10_800, Some(11_400))),
        "runs into the next"
    );
    assert_eq!(
        covered("08:00", "23:00"),
        Some((0, Some(20_000))),
        "all day"
    );
    for (from, to) in [("09:30", "10:00"), ("12:00", "12:30"), ("17:00", "18:00")] {
        let placed = place(&segments, Some(20_000), oslo(from), Some(oslo(to)));
        assert_eq!(covered(from, to), placed, "{from}");
    }
}

#[test]
fn ends_are_what_the_recording_shows() {
    let segments = day_with_lunch();
    let end = |from, to| {
        place(&segments, Some(20_000), oslo(from), Some(oslo(to)))
            .unwrap()
            .1
    };
    assert_eq!(
        end("11:00", "12:00"),
        Some(10_800),
        "exactly at the end of its segment"
    );
    assert_eq!(end("11:00", "12:30"), Some(10_800), "in the gap");
    assert_eq!(
        end("11:00", "13:00"),
        Some(10_800),
        "when the next segment starts"
    );
    assert_eq!(end("11:00", "13:20"), Some(12_000), "in the next segment");
    assert_eq!(end("15:00", "23:00"), Some(20_000), "after the recording");
    assert_eq!(end("11:00", "10:00"), None, "ends before it starts");
}

#[test]
fn a_segment_ends_at_the_earliest_of_its_four_ends() {
    let start = |segments: &[Segment], duration| place(segments, duration, oslo("09:30"), None);
    let next = |media, wall| {
        [
            segment(0, oslo("09:00"), None),
            segment(media, oslo(wall), None),
        ]
    };
    assert_eq!(
        start(&[segment(0, oslo("09:00"), Some(oslo("09:30")))], None),
        None,
        "its ends_at"
    );
    assert_eq!(
        start(&next(7200, "09:30"), None),
        Some((7200, None)),
        "the next start, where that takes over"
    );
    assert_eq!(
        start(&next(1800, "10:00"), None),
        None,
        "the video up to the next"
    );
    assert_eq!(
        start(&[segment(0, oslo("09:00"), None)], Some(1800)),
        None,
        "the duration"
    );
    assert_eq!(
        start(&[segment(0, oslo("09:00"), None)], Some(1801)),
        Some((1800, None))
    );
}

#[test]
fn positions_stop_at_the_limit_without_a_duration() {
    let recording = oslo("09:00");
    let session = |seconds| recording + TimeDelta::seconds(seconds);
    let segments = [segment(0, recording, None)];
    assert_eq!(
        place(&segments, None, session(359_999), None),
        Some((359_999, None))
    );
    assert_eq!(place(&segments, None, session(360_000), None), None);
    assert_eq!(
        place(&segments, None, session(359_000), Some(session(400_000))),
        Some((359_000, Some(359_999)))
    );
    assert_eq!(
        place(&segments, Some(u32::MAX), session(360_000), None),
        None
    );
}

#[test]
fn faults_name_the_segment_and_the_field() {
    let faults = |segments: &[Segment], duration| -> Vec<(usize, &'static str, &'static str)> {
        let found = segments_check(segments, duration);
        found
            .iter()
            .map(|fault| (fault.index, fault.kind.field(), fault.kind.code()))
            .collect()
    };
    assert_eq!(faults(&day_with_lunch(), Some(20_000)), []);
    assert_eq!(faults(&[], None), []);
    let crossed = [
        segment(100, oslo("10:00"), None),
        segment(100, oslo("10:00"), None),
    ];
    assert_eq!(
        faults(&crossed, Some(101)),
        [
            (1, "media_start_seconds", "media_not_ascending"),
            (1, "starts_at", "wall_clock_not_ascending")
        ]
    );
    let empty = [segment(100, oslo("10:00"), Some(oslo("10:00")))];
    assert_eq!(
        faults(&empty, Some(100)),
        [
            (0, "ends_at", "ends_before_start"),
            (0, "media_start_seconds", "beyond_duration")
        ]
    );
    let far = segments_check(&[segment(360_000, oslo("10:00"), None)], None);
    assert_eq!(far[0].kind, SegmentFaultKind::StartsBeyondLimit);
}

#[test]
fn seeking_stays_within_the_recording() {
    let seek = |start, text, duration| {
        seek(start, RelativeOffset::parse(text).unwrap(), duration).seconds()
    };
    assert_eq!(seek(4380, "1:30", Some(20_000)), 4470);
    assert_eq!(seek(10, "-15", Some(20_000)), 0);
    assert_eq!(seek(19_990, "15", Some(20_000)), 19_999);
    assert_eq!(seek(359_990, "15", None), 359_999);
    assert_eq!(seek(0, "15", Some(0)), 0);
    assert_eq!(seek(u32::MAX, "-15", Some(u32::MAX)), 359_999);
}

#[test]
fn confidences_are_ordered_and_lower_case() {
    assert!(
        Confidence::Verified > Confidence::Marked && Confidence::Marked > Confidence::Scheduled
    );
    for confidence in [
        Confidence::Scheduled,
        Confidence::Marked,
        Confidence::Verified,
    ] {
        assert_eq!(
            serde_json::to_value(confidence).unwrap(),
            confidence.as_str()
        );
    }
}
