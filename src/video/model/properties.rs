//! What holds for every list of segments that passes the check.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::tests::{at, segment};
use super::{Segment, place, segments_check};

fn epoch() -> DateTime<Utc> {
    at("2027-11-11T00:00:00Z")
}

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

/// Lists that pass the check: every gap, overlap of `ends_at` and jump of the video that an editor
/// could save.
fn segment_lists() -> impl Strategy<Value = Vec<Segment>> {
    let steps = prop::collection::vec((1u32..4000, 1i64..4000, prop::option::of(1i64..5000)), 1..6);
    (0u32..100, steps).prop_map(|(first, steps)| {
        let (mut media, mut wall) = (first, epoch());
        let mut segments = Vec::new();
        for (video, clock, length) in steps {
            segments.push(segment(
                media,
                wall,
                length.map(|length| wall + seconds(length)),
            ));
            media += video;
            wall += seconds(clock);
        }
        segments
    })
}

fn moved(segments: &[Segment], by: TimeDelta) -> Vec<Segment> {
    let shift = |s: &Segment| {
        segment(
            s.media_start_seconds,
            s.starts_at + by,
            s.ends_at.map(|end| end + by),
        )
    };
    segments.iter().map(shift).collect()
}

proptest! {
    #[test]
    fn moving_everything_changes_nothing(
        segments in segment_lists(), duration in prop::option::of(1u32..30_000),
        start in -100i64..20_000, length in prop::option::of(1i64..9000),
        by in -1_000_000_000i64..1_000_000_000,
    ) {
        let session = epoch() + seconds(start);
        let end = length.map(|length| session + seconds(length));
        let by = seconds(by);
        prop_assert_eq!(
            place(&segments, duration, session, end),
            place(&moved(&segments, by), duration, session + by, end.map(|end| end + by))
        );
    }

    #[test]
    fn moving_a_segment_later_moves_a_position_earlier(
        start in 0i64..5000, length in 1i64..2000, by in 0i64..5000,
    ) {
        let session = epoch() + seconds(start);
        let end = Some(session + seconds(length));
        let before = place(&[segment(7, epoch(), None)], None, session, end);
        let after = place(&[segment(7, epoch() + seconds(by), None)], None, session, end);
        if by <= start {
            let by = u32::try_from(by).unwrap();
            prop_assert_eq!(before.map(|(s, e)| (s - by, e.map(|e| e - by))), after);
        } else {
            prop_assert_eq!(after, None);
        }
    }

    #[test]
    fn later_sessions_are_never_earlier_in_the_video(
        segments in segment_lists(), duration in prop::option::of(1u32..30_000),
        first in 0i64..20_000, later in 0i64..5000,
    ) {
        prop_assert!(segments_check(&segments, None).is_empty());
        let end = Some(epoch() + seconds(30_000));
        let position = |at| place(&segments, duration, epoch() + seconds(at), end);
        if let (Some((a, _)), Some((b, _))) = (position(first), position(first + later)) {
            prop_assert!(a <= b);
        }
    }

    #[test]
    fn within_a_segment_seconds_are_seconds(at in 0i64..3000, further in 0i64..3000) {
        let segments = [segment(50, epoch(), Some(epoch() + seconds(6000)))];
        let position = |at| place(&segments, None, epoch() + seconds(at), None).unwrap().0;
        prop_assert_eq!(i64::from(position(at + further)) - i64::from(position(at)), further);
    }

    #[test]
    fn no_position_is_outside_the_recording(
        list in prop::collection::vec(
            (any::<u32>(), -9000i64..9000, prop::option::of(-9000i64..9000)), 0..6,
        ),
        duration in prop::option::of(prop_oneof![0u32..20_000, any::<u32>()]),
        start in -9000i64..20_000, length in prop::option::of(-100i64..20_000),
    ) {
        // Also for lists that the check would refuse: nothing panics and nothing leaves the
        // recording.
        let make = |&(media, wall, end): &(u32, i64, Option<i64>)| {
            segment(media % 30_000, epoch() + seconds(wall), end.map(|end| epoch() + seconds(end)))
        };
        let segments: Vec<Segment> = list.iter().map(make).collect();
        let session = epoch() + seconds(start);
        let end = length.map(|length| session + seconds(length));
        if let Some((start, end)) = place(&segments, duration, session, end) {
            prop_assert!(start <= 359_999 && duration.is_none_or(|duration| start < duration));
            prop_assert!(end.is_none_or(|end| start < end && end <= 359_999));
            prop_assert!(end.is_none_or(|end| duration.is_none_or(|duration| end <= duration)));
        }
    }
}
