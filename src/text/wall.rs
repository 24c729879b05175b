//! Moving instants by the wall clock: what was at nine stays at nine, also over a change of the clock.
//! Pure.

use chrono::{NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::time::resolve_local;
use crate::clock::Instant;

/// An instant that was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Where it is now.
    pub at: Instant,
    /// Whether the local time that it was moved to exists; where not, `at` is the first that does.
    pub exists: bool,
}

/// Moves an instant by this much on the wall clock of a zone. A local time that does not exist becomes
/// the first that does; one that exists twice, the earlier, unless the instant itself was the later
/// of two: then it stays with the later, so that nothing moves back in time by being moved on.
#[must_use]
pub fn moved(zone: Tz, at: Instant, by: TimeDelta) -> Moved {
    let here = at.in_zone(zone);
    let local = here.naive_local();
    let target = local.checked_add_signed(by).unwrap_or(local);
    let later = later_of_two(zone, target).filter(|_| later_of_two(zone, local) == Some(at));
    Moved {
        at: later.unwrap_or_else(|| resolve_local(zone, target)),
        exists: zone.from_local_datetime(&target).earliest().is_some(),
    }
}

/// The later instant of a local time that exists twice.
fn later_of_two(zone: Tz, local: NaiveDateTime) -> Option<Instant> {
    let both = zone.from_local_datetime(&local);
    let (earlier, later) = (both.earliest()?, both.latest()?);
    (earlier.offset().fix() != later.offset().fix()).then(|| Instant::from(later))
}

/// A stretch of time that was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedSpan {
    /// Where it starts now.
    pub starts_at: Option<Instant>,
    /// Where it ends now.
    pub ends_at: Option<Instant>,
    /// Whether both local times exist.
    pub exists: bool,
}

/// Moves start and end, each by the wall clock. A stretch that would have no length, because all of it
/// falls into the hour that is skipped, keeps the length it had.
#[must_use]
pub fn moved_span(
    zone: Tz,
    starts_at: Option<Instant>,
    ends_at: Option<Instant>,
    by: TimeDelta,
) -> MovedSpan {
    let start = starts_at.map(|at| moved(zone, at, by));
    let end = ends_at.map(|at| moved(zone, at, by));
    let exists = [start, end].into_iter().flatten().all(|moved| moved.exists);
    let ends_at = match (start, end, starts_at.zip(ends_at)) {
        (Some(start), Some(end), Some((before, until))) if end.at <= start.at => {
            Some(start.at + (until - before))
        }
        _ => end.map(|end| end.at),
    };
    MovedSpan {
        starts_at: start.map(|start| start.at),
        ends_at,
        exists,
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::instant;
    use super::*;
    use chrono_tz::Europe::Oslo;

    fn at(text: &str) -> Instant {
        instant(text).unwrap()
    }

    fn by_minutes(text: &str, minutes: i64) -> (String, bool) {
        let moved = moved(Oslo, at(text), TimeDelta::minutes(minutes));
        (moved.at.to_rfc3339_in(Oslo), moved.exists)
    }

    #[test]
    fn a_time_that_is_skipped_becomes_the_first_that_exists() {
        let moved = by_minutes("2026-03-29T01:50:00+01:00", 40);
        assert_eq!(moved, ("2026-03-29T03:00:00+02:00".into(), false));
        let moved = by_minutes("2026-03-29T01:30:00+01:00", 90);
        assert_eq!(moved, ("2026-03-29T03:00:00+02:00".into(), true));
    }

    #[test]
    fn a_time_that_comes_twice_is_the_earlier_unless_it_was_the_later() {
        let moved = by_minutes("2026-10-25T01:30:00+02:00", 60);
        assert_eq!(moved, ("2026-10-25T02:30:00+02:00".into(), true));
        let moved = by_minutes("2026-10-25T02:30:00+01:00", 15);
        assert_eq!(moved, ("2026-10-25T02:45:00+01:00".into(), true));
    }

    #[test]
    fn days_keep_the_local_time_over_a_change_of_the_clock() {
        let week = TimeDelta::days(7);
        let span = |from: &str, until: &str| {
            let moved = moved_span(Oslo, Some(at(from)), Some(at(until)), week);
            let (start, end) = (moved.starts_at.unwrap(), moved.ends_at.unwrap());
            (
                start.to_rfc3339_in(Oslo),
                (end - start).num_minutes(),
                moved.exists,
            )
        };
        let night = span("2026-03-22T01:30:00+01:00", "2026-03-22T03:30:00+01:00");
        assert_eq!(night, ("2026-03-29T01:30:00+01:00".into(), 60, true));
        let night = span("2026-10-18T01:30:00+02:00", "2026-10-18T03:30:00+02:00");
        assert_eq!(night, ("2026-10-25T01:30:00+02:00".into(), 180, true));
        let skipped = span("2026-03-22T02:10:00+01:00", "2026-03-22T02:40:00+01:00");
        assert_eq!(skipped, ("2026-03-29T03:00:00+02:00".into(), 30, false));
    }

    #[test]
    fn there_and_back_is_where_it_was() {
        for days in -400..400 {
            let start = at("2026-06-01T12:00:00+02:00") + TimeDelta::days(days);
            let there = moved(Oslo, start, TimeDelta::days(days * 7 + 1));
            assert!(there.exists, "noon exists on every day");
            let back = moved(Oslo, there.at, TimeDelta::days(-days * 7 - 1));
            assert_eq!(back.at, start);
        }
    }
}
