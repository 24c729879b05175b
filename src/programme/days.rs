//! Sessions by day. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::clock::Instant;

/// One day of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day<T> {
    /// The local date; `None` for what has no time yet.
    pub date: Option<NaiveDate>,
    /// What starts on it, in the order it was given.
    pub sessions: Vec<T>,
}

/// Groups sessions by the date on which they start in `zone`, days in order, what has no time last.
/// A session that runs past midnight belongs to the day it starts on.
pub fn by_local_date<T>(
    sessions: impl IntoIterator<Item = T>,
    zone: Tz,
    starts_at: impl Fn(&T) -> Option<Instant>,
) -> Vec<Day<T>> {
    let mut days: BTreeMap<NaiveDate, Vec<T>> = BTreeMap::new();
    let mut undated = Vec::new();
    for session in sessions {
        match starts_at(&session) {
            Some(start) => days
                .entry(start.in_zone(zone).date_naive())
                .or_default()
                .push(session),
            None => undated.push(session),
        }
    }
    let mut days: Vec<Day<T>> = days
        .into_iter()
        .map(|(date, sessions)| Day {
            date: Some(date),
            sessions,
        })
        .collect();
    if !undated.is_empty() {
        days.push(Day {
            date: None,
            sessions: undated,
        });
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time;

    #[test]
    fn the_date_is_that_of_the_event() {
        let at = |text: &str| Some(time::instant(text).unwrap());
        // 23:30 UTC is the next day in Oslo, and still the day before in St. John's.
        let sessions = [
            ("late", at("2027-11-11T23:30:00Z")),
            ("someday", None),
            ("early", at("2027-11-11T08:00:00Z")),
        ];
        let names = |zone| {
            by_local_date(sessions, zone, |(_, start)| *start)
                .into_iter()
                .map(|day| {
                    let names: Vec<&str> = day.sessions.iter().map(|(name, _)| *name).collect();
                    (day.date.map(|date| date.to_string()), names)
                })
                .collect::<Vec<_>>()
        };
        let day = |date: &str| Some(date.to_owned());
        assert_eq!(
            names(chrono_tz::Europe::Oslo),
            [
                (day("2027-11-11"), vec!["early"]),
                (day("2027-11-12"), vec!["late"]),
                (None, vec!["someday"])
            ]
        );
        assert_eq!(
            names(chrono_tz::America::St_Johns),
            [
                (day("2027-11-11"), vec!["late", "early"]),
                (None, vec!["someday"])
            ]
        );
    }
}
