//! The municipalities of Norway, with the years in which their numbers are valid.
//!
//! The list is Statistics Norway's standard classification of municipalities (KLASS 131): every
//! number since 2013 with its official name. Numbers change on 1 January only, so a year says when one
//! is valid. Before 2013 the list of 2013 stands in. A number is text, so that Oslo (0301) keeps its
//! zero. Pure.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};

use crate::faults::Refused;

/// `number;name;first year;last year`, by number; the last year is empty while the number is in use.
const LIST: &str = include_str!("list.csv");

/// The first year that the list knows.
const FIRST_YEAR: i32 = 2013;

/// A number, its name, and when it is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Municipality {
    /// Four digits.
    pub number: &'static str,
    /// The official name; in all its languages, with ` - ` between them.
    pub name: &'static str,
    first_year: i32,
    last_year: Option<i32>,
}

impl Municipality {
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split(';');
        Some(Self {
            number: fields.next()?,
            name: fields.next()?,
            first_year: fields.next()?.parse().ok()?,
            last_year: fields.next()?.parse().ok(),
        })
    }

    /// Whether the number is valid on this day.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        let year = day.year().max(FIRST_YEAR);
        self.first_year <= year && self.last_year.is_none_or(|last| year <= last)
    }

    fn shares_a_name_with(&self, other: &Self) -> bool {
        let mut names = self.name.split(" - ");
        names.any(|name| other.name.split(" - ").any(|theirs| theirs == name))
    }
}

static ALL: LazyLock<Vec<Municipality>> =
    LazyLock::new(|| LIST.lines().filter_map(Municipality::read).collect());

/// Four digits, as they are written; whether a municipality has them is another question.
///
/// # Errors
/// `invalid_municipality_number` and what it looks like.
pub fn number(text: &str) -> Result<&str, Refused> {
    let text = text.trim();
    if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) && text != "0000" {
        return Ok(text);
    }
    Err(Refused::new(
        "invalid_municipality_number",
        "A municipality number has four digits, such as 0301.",
    ))
}

/// The municipality that has this number on this day.
///
/// # Errors
/// `invalid_municipality_number` for what is no number; `unknown_municipality` for a number that no
/// municipality has on that day, with the number it has instead where there is one.
pub fn parse(text: &str, day: NaiveDate) -> Result<Municipality, Refused> {
    let number = number(text)?;
    let at = ALL.partition_point(|one| one.number < number);
    let known: Vec<&Municipality> = ALL[at..]
        .iter()
        .take_while(|one| one.number == number)
        .collect();
    if let Some(valid) = known.iter().find(|one| one.is_valid_on(day)) {
        return Ok(**valid);
    }
    let year = day.year();
    let detail = match known.last() {
        None => format!("No municipality has the number {number}."),
        Some(other) => match successor(other, day) {
            Some(now) => format!(
                "{number} was the number of {}; in {year} it is {}.",
                other.name, now.number
            ),
            None => format!("{number} is a number of {}, but not in {year}.", other.name),
        },
    };
    Err(Refused::new("unknown_municipality", detail))
}

/// The one municipality of that day with the name of this one; some names are borne by two.
fn successor(of: &Municipality, day: NaiveDate) -> Option<&'static Municipality> {
    let mut found = ALL
        .iter()
        .filter(|one| one.is_valid_on(day) && one.shares_a_name_with(of));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn day(year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 6, 1).unwrap()
    }

    #[test]
    fn the_list_is_whole_in_every_year() {
        assert_eq!(ALL.len(), LIST.lines().count(), "every line was read");
        // How many municipalities there were, as Statistics Norway counts them.
        for (year, count) in [
            (2013, 428),
            (2016, 428),
            (2017, 426),
            (2018, 422),
            (2019, 422),
        ]
        .into_iter()
        .chain([(2020, 356), (2023, 356), (2024, 357), (2027, 357)])
        {
            let valid = ALL.iter().filter(|one| one.is_valid_on(day(year)));
            let numbers: Vec<&str> = valid.map(|one| one.number).collect();
            let distinct: BTreeSet<&&str> = numbers.iter().collect();
            assert_eq!((numbers.len(), distinct.len()), (count, count), "{year}");
        }
        assert!(ALL.is_sorted_by_key(|one| one.number));
    }

    #[test]
    fn the_vectors() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../tests/vectors/org-numbers.json")).unwrap();
        for case in vectors["kommunenummer"].as_array().unwrap() {
            let found = parse(case["code"].as_str().unwrap(), day(2024));
            assert_eq!(found.is_ok(), case["valid"].as_bool().unwrap(), "{case}");
            if let Ok(found) = found {
                assert_eq!(found.name, case["name"].as_str().unwrap());
            }
        }
    }

    #[test]
    fn a_number_is_valid_in_its_years() {
        for (number, year) in [
            ("3222", 2024),
            ("3029", 2020),
            ("3029", 2023),
            ("0230", 2019),
        ] {
            assert_eq!(parse(number, day(year)).unwrap().name, "Lørenskog");
        }
        let old = parse("3029", day(2027)).unwrap_err();
        assert_eq!(old.code, "unknown_municipality");
        assert_eq!(
            old.detail,
            "3029 was the number of Lørenskog; in 2027 it is 3222."
        );
        assert!(parse("3222", day(2023)).is_err());
        assert_eq!(parse(" 0301 ", day(1990)).unwrap().name, "Oslo");
        assert_eq!(parse("0402", day(2012)).unwrap().name, "Kongsvinger");
        // Two are called Våler, so neither is named.
        let ambiguous = parse("0137", day(2027)).unwrap_err().detail;
        assert_eq!(ambiguous, "0137 is a number of Våler, but not in 2027.");
        assert_eq!(
            parse("5622", day(2025)).unwrap().name,
            "Porsanger - Porsángu - Porsanki"
        );
        assert!(
            parse("2020", day(2025))
                .unwrap_err()
                .detail
                .ends_with("5622.")
        );
        assert_eq!(
            parse("9999", day(2025)).unwrap_err().code,
            "unknown_municipality"
        );
        for bad in ["", "301", "03011", "٠٣٠١", "0000", "030a"] {
            let code = parse(bad, day(2025)).unwrap_err().code;
            assert_eq!(code, "invalid_municipality_number", "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn whatever_comes_is_a_municipality_or_refused(text in "\\PC{0,8}|[0-9]{4}", year in 1970..2999) {
            if let Ok(found) = parse(&text, day(year)) {
                prop_assert_eq!(found.number, text.trim());
                prop_assert!(found.is_valid_on(day(year)));
            }
        }
    }
}
