//! Dates, times and amounts in words, in the three languages that mails and pages are written in. Pure.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::clock::Instant;

/// A language that mails and pages exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tongue {
    /// Bokmål.
    Bokmal,
    /// Nynorsk.
    Nynorsk,
    /// English.
    English,
}

impl Tongue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bokmal, Self::Nynorsk, Self::English];

    /// The one to write in for this language tag; bokmål where there is none.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        Self::known(tag).unwrap_or(Self::Bokmal)
    }

    /// The tongue of this tag, `no` being bokmål; `None` for any other language.
    #[must_use]
    pub fn known(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default() {
            "nb" | "no" => Some(Self::Bokmal),
            "nn" => Some(Self::Nynorsk),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The first language of `Accept-Language` that we have (RFC 9110); bokmål if there is none.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut wanted: Vec<(f32, &str)> = header
            .split(',')
            .filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let tag = parts.next()?;
                let quality = parts.find_map(|part| part.strip_prefix("q="));
                let quality = quality.map_or(Some(1.0), |q| q.parse().ok())?;
                (quality > 0.0).then_some((quality, tag))
            })
            .collect();
        // Stable: of equals the first stays the first.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted
            .into_iter()
            .find_map(|(_, tag)| Self::known(&tag.to_ascii_lowercase()))
            .unwrap_or(Self::Bokmal)
    }

    /// The tag for `lang` and `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Bokmal => "nb",
            Self::Nynorsk => "nn",
            Self::English => "en",
        }
    }

    fn weekday(self, date: NaiveDate) -> &'static str {
        const NAMES: [[&str; 7]; 3] = [
            [
                "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag",
            ],
            [
                "måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "sundag",
            ],
            [
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ],
        ];
        NAMES[self as usize][date.weekday().num_days_from_monday() as usize]
    }

    fn month(self, date: NaiveDate) -> &'static str {
        const NORWEGIAN: [&str; 12] = [
            "januar",
            "februar",
            "mars",
            "april",
            "mai",
            "juni",
            "juli",
            "august",
            "september",
            "oktober",
            "november",
            "desember",
        ];
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let names = if self == Self::English {
            ENGLISH
        } else {
            NORWEGIAN
        };
        names[date.month0() as usize]
    }

    /// `11.` or `11`.
    fn day(self, date: NaiveDate) -> String {
        let dot = if self == Self::English { "" } else { "." };
        format!("{}{dot}", date.day())
    }

    /// `torsdag 11. november 2027`
    #[must_use]
    pub fn date(self, date: NaiveDate) -> String {
        format!(
            "{} {} {} {}",
            self.weekday(date),
            self.day(date),
            self.month(date),
            date.year()
        )
    }

    /// The days of an event: `11.–12. november 2027`; without dates, that they are to come.
    #[must_use]
    pub fn dates(self, days: Option<(NaiveDate, NaiveDate)>) -> String {
        let Some((first, last)) = days else {
            return match self {
                Self::Bokmal => "dato kommer",
                Self::Nynorsk => "dato kjem",
                Self::English => "date to be announced",
            }
            .to_owned();
        };
        if first == last {
            return self.date(first);
        }
        let end = format!("{} {} {}", self.day(last), self.month(last), last.year());
        if first.year() != last.year() {
            let start = format!("{} {} {}", self.day(first), self.month(first), first.year());
            format!("{start} – {end}")
        } else if first.month() != last.month() {
            format!("{} {} – {end}", self.day(first), self.month(first))
        } else {
            format!("{}–{end}", self.day(first))
        }
    }

    /// An instant on the wall clock of a zone: `torsdag 11. november 2027 kl. 09.00`. The zone is
    /// named where the reader would guess another.
    #[must_use]
    pub fn moment(self, instant: Instant, zone: Tz) -> String {
        format!("{}{}", self.time(instant, zone), self.place(zone))
    }

    /// From one instant to another on the wall clock of a zone, the day named once:
    /// `torsdag 11. november 2027 kl. 09.00–09.45`.
    #[must_use]
    pub fn span(self, start: Instant, end: Instant, zone: Tz) -> String {
        let (from, until) = (start.in_zone(zone), end.in_zone(zone));
        let until = if from.date_naive() == until.date_naive() {
            format!("–{}", self.clock(end, zone))
        } else {
            format!(" – {}", self.time(end, zone))
        };
        format!("{}{until}{}", self.time(start, zone), self.place(zone))
    }

    /// An amount as people write it, from a decimal number with a dot: `1 250 kr`, `NOK 1,250`. Its gaps
    /// break no line.
    #[must_use]
    pub fn money(self, amount: &str, currency: &str) -> String {
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let norwegian = self != Self::English;
        let (gap, point) = if norwegian {
            ('\u{a0}', ',')
        } else {
            (',', '.')
        };
        let mut text = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(gap);
            }
            text.push(digit);
        }
        if part.contains(|digit| digit != '0') {
            text.push(point);
            text.push_str(part);
        }
        match (norwegian, currency) {
            (true, "NOK") => format!("{text}\u{a0}kr"),
            (true, _) => format!("{text}\u{a0}{currency}"),
            (false, _) => format!("{currency}\u{a0}{text}"),
        }
    }

    /// Where one takes part who sits before a screen.
    #[must_use]
    pub const fn online(self) -> &'static str {
        match self {
            Self::Bokmal | Self::Nynorsk => "Digitalt",
            Self::English => "Online",
        }
    }

    fn time(self, instant: Instant, zone: Tz) -> String {
        let date = self.date(instant.in_zone(zone).date_naive());
        let at = if self == Self::English { "at" } else { "kl." };
        format!("{date} {at} {}", self.clock(instant, zone))
    }

    fn clock(self, instant: Instant, zone: Tz) -> String {
        let local = instant.in_zone(zone);
        match self {
            Self::Bokmal | Self::Nynorsk => local.format("%H.%M").to_string(),
            Self::English => local.format("%H:%M").to_string(),
        }
    }

    fn place(self, zone: Tz) -> String {
        let home = zone == chrono_tz::Europe::Oslo;
        match (self, home) {
            (Self::Bokmal | Self::Nynorsk, true) => String::new(),
            (Self::English, true) => " (Norwegian time)".to_owned(),
            (_, false) => format!(" ({})", zone.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time::{date, instant};

    #[test]
    fn days_as_people_write_them() {
        let days = |a: &str, b: &str| Some((date(a).unwrap(), date(b).unwrap()));
        let nb = |days| Tongue::Bokmal.dates(days);
        assert_eq!(
            nb(days("2027-11-11", "2027-11-11")),
            "torsdag 11. november 2027"
        );
        assert_eq!(
            nb(days("2027-11-11", "2027-11-12")),
            "11.–12. november 2027"
        );
        assert_eq!(
            nb(days("2027-11-30", "2027-12-01")),
            "30. november – 1. desember 2027"
        );
        assert_eq!(
            nb(days("2027-12-31", "2028-01-01")),
            "31. desember 2027 – 1. januar 2028"
        );
        assert_eq!(nb(None), "dato kommer");
        assert_eq!(
            Tongue::Nynorsk.date(date("2027-11-13").unwrap()),
            "laurdag 13. november 2027"
        );
        assert_eq!(
            Tongue::English.dates(days("2027-11-11", "2027-11-12")),
            "11–12 November 2027"
        );
    }

    #[test]
    fn moments_are_of_the_events_zone() {
        let at = instant("2027-11-10T23:30:00Z").unwrap();
        let oslo = chrono_tz::Europe::Oslo;
        assert_eq!(
            Tongue::Bokmal.moment(at, oslo),
            "torsdag 11. november 2027 kl. 00.30"
        );
        assert_eq!(
            Tongue::English.moment(at, oslo),
            "Thursday 11 November 2027 at 00:30 (Norwegian time)"
        );
        let later = instant("2027-11-10T23:55:00Z").unwrap();
        assert_eq!(
            Tongue::Bokmal.span(at, later, oslo),
            "torsdag 11. november 2027 kl. 00.30–00.55"
        );
        assert_eq!(
            Tongue::English.span(at, later, chrono_tz::UTC),
            "Wednesday 10 November 2027 at 23:30–23:55 (UTC)"
        );
        let next = instant("2027-11-11T23:30:00Z").unwrap();
        assert_eq!(
            Tongue::Nynorsk.span(at, next, oslo),
            "torsdag 11. november 2027 kl. 00.30 – fredag 12. november 2027 kl. 00.30"
        );
        assert_eq!(
            Tongue::Nynorsk.moment(at, chrono_tz::America::St_Johns),
            "onsdag 10. november 2027 kl. 20.00 (America/St_Johns)"
        );
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (amount, currency, nb, en) in [
            ("1250.00", "NOK", "1\u{a0}250\u{a0}kr", "NOK\u{a0}1,250"),
            ("950.00", "NOK", "950\u{a0}kr", "NOK\u{a0}950"),
            (
                "1234567.50",
                "EUR",
                "1\u{a0}234\u{a0}567,50\u{a0}EUR",
                "EUR\u{a0}1,234,567.50",
            ),
            ("125000", "JPY", "125\u{a0}000\u{a0}JPY", "JPY\u{a0}125,000"),
        ] {
            assert_eq!(Tongue::Bokmal.money(amount, currency), nb);
            assert_eq!(Tongue::Nynorsk.money(amount, currency), nb);
            assert_eq!(Tongue::English.money(amount, currency), en);
        }
    }

    #[test]
    fn the_reader_chooses() {
        for (header, tongue) in [
            ("nn-NO,nn;q=0.9,en;q=0.5", Tongue::Nynorsk),
            ("de, en;q=0.8, nb;q=0.7", Tongue::English),
            ("no", Tongue::Bokmal),
            ("en;q=0, *", Tongue::Bokmal),
            ("", Tongue::Bokmal),
            ("de", Tongue::Bokmal),
            ("nb;q=x, EN-gb", Tongue::English),
        ] {
            assert_eq!(Tongue::accepted(header), tongue, "{header}");
        }
    }
}
