//! Instants, dates and zones as they are written in bodies.

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike,
};
use chrono_tz::Tz;

use crate::clock::Instant;
use crate::faults::Refused;

const YEARS: std::ops::RangeInclusive<i32> = 1970..=2999;

/// An instant in RFC 3339; the offset must be given.
///
/// # Errors
/// `invalid_instant` and an example.
pub fn instant(text: &str) -> Result<Instant, Refused> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        // Second 60 is one that no clock here can show.
        .filter(|instant| YEARS.contains(&instant.year()) && instant.nanosecond() < 1_000_000_000)
        .map(Instant::from)
        .ok_or_else(|| {
            Refused::new(
                "invalid_instant",
                "An instant is RFC 3339 with an offset, such as 2027-11-11T09:00:00+01:00.",
            )
        })
}

/// A date, `YYYY-MM-DD`.
///
/// # Errors
/// `invalid_date` and an example.
pub fn date(text: &str) -> Result<NaiveDate, Refused> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| YEARS.contains(&date.year()) && text.len() == 10)
        .ok_or_else(|| Refused::new("invalid_date", "A date is YYYY-MM-DD, such as 2027-11-11."))
}

/// A zone of the IANA database.
///
/// # Errors
/// `invalid_timezone` and an example.
pub fn timezone(text: &str) -> Result<Tz, Refused> {
    text.parse().map_err(|_| {
        Refused::new(
            "invalid_timezone",
            "A time zone is an IANA name such as Europe/Oslo.",
        )
    })
}

/// The instant of a local time. One that does not exist becomes the first that does; one that
/// exists twice, the earlier.
#[must_use]
pub fn resolve_local(zone: Tz, local: NaiveDateTime) -> Instant {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return Instant::from(found);
    }
    // Gaps are whole minutes and last at most a day (Pacific/Apia skipped one).
    let after_gap = (1..=24 * 60)
        .filter_map(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)))
        .find_map(|later| zone.from_local_datetime(&later).earliest());
    after_gap.map_or_else(|| Instant::from(local.and_utc()), Instant::from)
}

/// The midnight that a local date begins with.
#[must_use]
pub fn start_of_day(zone: Tz, date: NaiveDate) -> Instant {
    resolve_local(zone, date.and_time(NaiveTime::MIN))
}

/// The midnight that a local date ends with.
#[must_use]
pub fn end_of_day(zone: Tz, date: NaiveDate) -> Instant {
    start_of_day(zone, date.succ_opt().unwrap_or(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_needed() {
        assert!(instant("2027-11-11T09:00:00+01:00").is_ok());
        for bad in [
            "2027-11-11T09:00:00",
            "2027-11-11",
            "",
            "2027-13-11T09:00:00Z",
            "99999-01-01T00:00:00Z",
        ] {
            assert!(instant(bad).is_err(), "{bad}");
        }
        assert!(
            date("2027-02-29").is_err() && date("2028-02-29").is_ok() && date("2027-2-3").is_err()
        );
    }

    #[test]
    fn gaps_and_folds_of_the_clock() {
        let oslo = chrono_tz::Europe::Oslo;
        let at = |day: &str, time: &str| {
            resolve_local(oslo, format!("{day}T{time}").parse().unwrap())
                .utc()
                .to_rfc3339()
        };
        assert_eq!(
            at("2026-03-29", "02:30:00"),
            "2026-03-29T01:00:00+00:00",
            "the first that exists"
        );
        assert_eq!(
            at("2026-10-25", "02:30:00"),
            "2026-10-25T00:30:00+00:00",
            "the earlier"
        );
        let apia = start_of_day(
            chrono_tz::Pacific::Apia,
            NaiveDate::from_ymd_opt(2011, 12, 30).unwrap(),
        );
        assert_eq!(
            apia.utc().to_rfc3339(),
            "2011-12-30T10:00:00+00:00",
            "a day that was skipped"
        );
    }
}
