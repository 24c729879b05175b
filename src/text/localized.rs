//! Text in several languages.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::faults::{Faults, Refused};

/// A language tag (BCP 47) in canonical case: `nb`, `nn`, `en`, `se`, `en-GB`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// Parses a tag: two or three letters, then subtags of 2 to 8 letters or digits.
    ///
    /// # Errors
    /// `invalid_language` and what a tag looks like.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let refuse = || {
            Refused::new(
                "invalid_language",
                "A language is a tag such as nb, nn, en or en-GB.",
            )
        };
        let mut parts = text.split('-');
        let primary = parts.next().unwrap_or_default();
        if !(2..=3).contains(&primary.len())
            || !primary.bytes().all(|b| b.is_ascii_alphabetic())
            || text.len() > 35
        {
            return Err(refuse());
        }
        let mut tag = primary.to_ascii_lowercase();
        for part in parts {
            if !(2..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(refuse());
            }
            tag.push('-');
            tag.push_str(&canonical_case(part));
        }
        Ok(Self(tag))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Regions are upper-case, scripts in title case (RFC 5646, section 2.1.1).
fn canonical_case(subtag: &str) -> String {
    match subtag.len() {
        2 => subtag.to_ascii_uppercase(),
        4 => subtag[..1].to_ascii_uppercase() + &subtag[1..].to_ascii_lowercase(),
        _ => subtag.to_ascii_lowercase(),
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The languages an event or a series is written in, and the one a plain string is taken as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    /// At least one, no duplicates, in the order given.
    pub all: Vec<Language>,
    /// One of them.
    pub default: Language,
}

impl Languages {
    /// Parses `languages` and `default_language` of a body; the defaults are `["nb"]` and the first.
    /// Every fault is told. `None` if any of the tags can't be read: then nobody knows yet which
    /// texts there may be.
    pub fn parse(
        list: Option<&[String]>,
        default: Option<&str>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let fallback = ["nb".to_owned()];
        let list = list.unwrap_or(&fallback);
        let default = default.map(|tag| faults.take("/default_language", Language::parse(tag)));
        if list.is_empty() || list.len() > 20 {
            faults.add(
                "/languages",
                "invalid_languages",
                "1 to 20 languages are given.",
            );
            return None;
        }
        let (all, are_whole) = Self::distinct(list, faults);
        let known = |default: &Language| all.contains(default);
        if default.iter().flatten().any(|default| !known(default)) {
            faults.add(
                "/default_language",
                "unknown_language",
                "The default language is one of the languages.",
            );
        }
        let default = default.flatten().filter(known);
        let default = default.or_else(|| all.first().cloned())?;
        are_whole.then_some(Self { all, default })
    }

    /// The tags that can be read, each once, and whether those are all.
    fn distinct(list: &[String], faults: &mut Faults) -> (Vec<Language>, bool) {
        let mut all = Vec::new();
        let mut are_whole = true;
        for (index, tag) in list.iter().enumerate() {
            let pointer = format!("/languages/{index}");
            match faults.take(&pointer, Language::parse(tag)) {
                None => are_whole = false,
                Some(language) if all.contains(&language) => {
                    faults.add(pointer, "duplicate", "A language is listed once.");
                }
                Some(language) => all.push(language),
            }
        }
        (all, are_whole)
    }
}

/// Text by language, e.g. `{"nb": "Åpning", "en": "Opening"}`. Empty means there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// The text in this language, else in the default one, else any; empty if there is none.
    #[must_use]
    pub fn best(&self, language: &str, default: &str) -> &str {
        self.0
            .get(language)
            .or_else(|| self.0.get(default))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Whether there is no text in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every text as sanitised HTML (the input is Markdown).
    #[must_use]
    pub fn html(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|(tag, text)| (tag.clone(), super::to_html(text)))
                .collect(),
        )
    }
}

/// What a body may say: a plain string (the default language) or an object by language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalizedInput {
    /// In the event's default language.
    Plain(String),
    /// By language tag.
    ByLanguage(BTreeMap<String, String>),
}

impl From<&Localized> for LocalizedInput {
    fn from(text: &Localized) -> Self {
        Self::ByLanguage(text.0.clone())
    }
}

impl Serialize for LocalizedInput {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(text) => text.serialize(serializer),
            Self::ByLanguage(texts) => texts.serialize(serializer),
        }
    }
}

// Written out because `untagged` would lose the place of a wrong type inside the object.
impl<'de> Deserialize<'de> for LocalizedInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = LocalizedInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or an object of strings by language tag")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(LocalizedInput::Plain(text.to_owned()))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<Self::Value, A::Error> {
                BTreeMap::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(LocalizedInput::ByLanguage)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl LocalizedInput {
    /// Parses each text with `parse`; a language outside the event's is a fault at its key. Empty
    /// texts are dropped.
    pub fn parse(
        &self,
        pointer: &str,
        languages: &Languages,
        faults: &mut Faults,
        parse: impl Fn(&str) -> Result<String, Refused>,
    ) -> Localized {
        let mut texts = BTreeMap::new();
        match self {
            Self::Plain(text) if text.trim().is_empty() => {}
            Self::Plain(text) => {
                if let Some(text) = faults.take(pointer, parse(text)) {
                    texts.insert(languages.default.as_str().to_owned(), text);
                }
            }
            Self::ByLanguage(given) => {
                for (tag, text) in given {
                    let place = format!("{pointer}/{}", tag.replace('~', "~0").replace('/', "~1"));
                    let known = Language::parse(tag)
                        .ok()
                        .filter(|tag| languages.all.contains(tag));
                    match known {
                        None => faults.add(
                            place,
                            "unknown_language",
                            format!("The text is in one of: {}.", languages.list()),
                        ),
                        Some(_) if text.trim().is_empty() => {}
                        // `nb` and `NB` are one language.
                        Some(tag) if texts.contains_key(&tag.0) => {
                            faults.add(place, "duplicate", "A language is given once.");
                        }
                        Some(tag) => {
                            if let Some(text) = faults.take(&place, parse(text)) {
                                texts.insert(tag.0, text);
                            }
                        }
                    }
                }
            }
        }
        Localized(texts)
    }

    /// As [`parse`](Self::parse) for one-line text that must be there in at least one language.
    pub fn required_line(
        &self,
        pointer: &str,
        languages: &Languages,
        faults: &mut Faults,
    ) -> Localized {
        let before = faults.clone();
        let text = self.parse(pointer, languages, faults, |text| {
            super::line(text, super::TITLE)
        });
        if text.is_empty() && *faults == before {
            faults.add(
                pointer,
                "required",
                "The text is given in at least one language.",
            );
        }
        text
    }

    /// Optional one-line text.
    pub fn optional_line(
        input: Option<&Self>,
        pointer: &str,
        languages: &Languages,
        faults: &mut Faults,
    ) -> Localized {
        input.map_or_else(Localized::default, |input| {
            input.parse(pointer, languages, faults, |text| {
                super::line(text, super::TITLE)
            })
        })
    }

    /// Optional Markdown.
    pub fn optional_long(
        input: Option<&Self>,
        pointer: &str,
        languages: &Languages,
        faults: &mut Faults,
    ) -> Localized {
        input.map_or_else(Localized::default, |input| {
            input.parse(pointer, languages, faults, |text| {
                super::long(text, super::LONG_TEXT)
            })
        })
    }
}

impl Languages {
    /// Whether this tag is one of them.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        self.all.iter().any(|language| language.as_str() == tag)
    }

    fn list(&self) -> String {
        let tags: Vec<&str> = self.all.iter().map(Language::as_str).collect();
        tags.join(", ")
    }
}

#[cfg(test)]
mod tests;
