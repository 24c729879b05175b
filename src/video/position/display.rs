//! The forms in which a position is printed. Every one of them is read back by [`Position::parse`],
//! except `webvtt`.

use std::fmt::Write as _;

use super::Position;

/// A language that positions are written out in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WordLanguage {
    /// Bokmål.
    Nb,
    /// Nynorsk.
    Nn,
    /// English.
    En,
}

impl WordLanguage {
    /// The language for a BCP 47 tag: `nn` and `en` by their primary subtag, everything else
    /// bokmål, which is what readers of a programme without their own wording here are served.
    #[must_use]
    pub fn for_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next() {
            Some(primary) if primary.eq_ignore_ascii_case("nn") => Self::Nn,
            Some(primary) if primary.eq_ignore_ascii_case("en") => Self::En,
            _ => Self::Nb,
        }
    }

    /// Singular and plural of hour, minute and second.
    const fn units(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Nb => [
                ("time", "timer"),
                ("minutt", "minutter"),
                ("sekund", "sekunder"),
            ],
            Self::Nn => [
                ("time", "timar"),
                ("minutt", "minutt"),
                ("sekund", "sekund"),
            ],
            Self::En => [
                ("hour", "hours"),
                ("minute", "minutes"),
                ("second", "seconds"),
            ],
        }
    }

    const fn and(self) -> &'static str {
        match self {
            Self::Nb | Self::Nn => "og",
            Self::En => "and",
        }
    }
}

impl Position {
    /// Hours (any number), minutes and seconds below 60.
    const fn parts(self) -> [u32; 3] {
        let seconds = self.seconds();
        [seconds / 3_600, seconds / 60 % 60, seconds % 60]
    }

    /// As a clock: `1:13:00`, below an hour `13:00`.
    #[must_use]
    pub fn clock(self) -> String {
        match self.parts() {
            [0, minutes, seconds] => format!("{minutes}:{seconds:02}"),
            [hours, minutes, seconds] => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }

    /// As an ISO 8601 duration in hours, minutes and seconds: `PT1H13M`; the start is `PT0S`.
    #[must_use]
    pub fn iso8601(self) -> String {
        let mut text = String::from("PT");
        for (value, designator) in self.parts().into_iter().zip(['H', 'M', 'S']) {
            if value > 0 {
                let _ = write!(text, "{value}{designator}");
            }
        }
        if text.len() == 2 {
            text.push_str("0S");
        }
        text
    }

    /// With all three units: `1h13m0s`, as Twitch and Opencast take it.
    #[must_use]
    pub fn hms(self) -> String {
        let [hours, minutes, seconds] = self.parts();
        format!("{hours}h{minutes}m{seconds}s")
    }

    /// As a `WebVTT` timestamp: `01:13:00.000`.
    #[must_use]
    pub fn webvtt(self) -> String {
        format!("{}.000", self.npt())
    }

    /// As normal play time (RFC 2326) with two-digit hours: `01:13:00`.
    #[must_use]
    pub fn npt(self) -> String {
        let [hours, minutes, seconds] = self.parts();
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }

    /// In words: `1 time og 13 minutter`.
    #[must_use]
    pub fn words(self, language: WordLanguage) -> String {
        self.words_spaced(language, ' ')
    }

    /// In words for HTML, with a no-break space between each number and its unit.
    #[must_use]
    pub fn words_unbroken(self, language: WordLanguage) -> String {
        self.words_spaced(language, '\u{a0}')
    }

    fn words_spaced(self, language: WordLanguage, space: char) -> String {
        let units = language.units();
        let mut parts: Vec<String> = self
            .parts()
            .into_iter()
            .zip(units)
            .filter(|(value, _)| *value > 0)
            .map(|(value, (one, many))| {
                format!("{value}{space}{}", if value == 1 { one } else { many })
            })
            .collect();
        match (parts.pop(), parts.is_empty()) {
            (None, _) => format!("0{space}{}", units[2].1),
            (Some(only), true) => only,
            (Some(last), false) => format!("{} {} {last}", parts.join(", "), language.and()),
        }
    }
}
