//! Slugs: the readable name of a thing in a path.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::faults::Refused;

/// `a-z0-9-`, 1 to 80 characters, no hyphen at either end, none doubled, not shaped like an id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Longest slug, in characters.
    pub const MAX: usize = 80;

    /// Takes a slug as it is written.
    ///
    /// # Errors
    /// `invalid_slug` and what a slug looks like.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let chars_ok = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if text.is_empty()
            || text.len() > Self::MAX
            || !chars_ok
            || text.starts_with('-')
            || text.ends_with('-')
            || text.contains("--")
            || uuid::Uuid::try_parse(text).is_ok()
        {
            return Err(Refused::new(
                "invalid_slug",
                "A slug has 1 to 80 of a-z, 0-9 and single hyphens between them.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// A slug that was parsed before it was stored.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The slug of a title: æ→ae, ø→o, å→a, other accents dropped, everything else a hyphen.
    /// A title without any usable letter gives `fallback`.
    #[must_use]
    pub fn derive(title: &str, fallback: &str) -> Self {
        let mut slug = String::new();
        for c in title.to_lowercase().nfc() {
            match c {
                'æ' | 'ä' => slug.push_str(if c == 'æ' { "ae" } else { "a" }),
                'ø' | 'ö' => slug.push('o'),
                'å' => slug.push('a'),
                'ß' => slug.push_str("ss"),
                'đ' | 'ð' => slug.push('d'),
                'þ' => slug.push_str("th"),
                'ŧ' => slug.push('t'),
                'ŋ' => slug.push_str("ng"),
                _ => push_base_letter(&mut slug, c),
            }
        }
        slug.truncate(Self::MAX);
        let slug = slug.trim_matches('-');
        Self::parse(slug).unwrap_or_else(|_| Self(fallback.to_owned()))
    }

    /// The nth try at a free slug: `salen`, `salen-2`, `salen-3` …, never longer than allowed.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        if n <= 1 {
            return self.clone();
        }
        let suffix = format!("-{n}");
        let keep = self.0.len().min(Self::MAX - suffix.len());
        Self(format!("{}{suffix}", self.0[..keep].trim_end_matches('-')))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Pushes the ASCII letter or digit under an accent, or one hyphen for anything else.
fn push_base_letter(slug: &mut String, c: char) {
    let mut decomposed = std::iter::once(c).nfd();
    match decomposed.next() {
        Some(base) if base.is_ascii_lowercase() || base.is_ascii_digit() => slug.push(base),
        _ if !slug.ends_with('-') => slug.push('-'),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_slugs() {
        for (title, slug) in [
            ("Oppvekstplanen i Lørenskog", "oppvekstplanen-i-lorenskog"),
            ("Åpning: æ, ø & å!", "apning-ae-o-a"),
            ("  --  ", "session"),
            ("Café № 5", "cafe-5"),
            ("日本", "session"),
        ] {
            assert_eq!(Slug::derive(title, "session").as_str(), slug, "{title}");
        }
        assert!(Slug::derive(&"lang tittel ".repeat(20), "x").as_str().len() <= Slug::MAX);
    }

    #[test]
    fn written_slugs_are_strict() {
        assert!(Slug::parse("barnevernskonferansen-2027").is_ok());
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "å",
            "a_b",
            "01890a5d-ac96-774b-bcce-b302099a8057",
            &"a".repeat(81),
        ] {
            assert!(Slug::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn numbered_slugs_stay_short() {
        let long = Slug::parse(&"a".repeat(80)).unwrap();
        assert_eq!(long.numbered(12).as_str().len(), 80);
        assert_eq!(
            Slug::parse("salen").unwrap().numbered(2).as_str(),
            "salen-2"
        );
    }
}
