//! What a registration is found by: the words of its code, its names and its contact's address.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Longest part of a word that is looked up, in characters; beyond it the text itself is read.
const LONGEST: usize = 40;

/// What texts are compared by: composed letters in lower case.
fn folded(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}

/// The words of a text, each once, in lower case: runs of letters and digits, so that an address has one
/// for each of its parts.
#[must_use]
pub fn words(text: &str) -> BTreeSet<String> {
    folded(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A word as it stands in the index.
#[must_use]
pub fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// What is sought: terms with space between them, each of which has to begin where a word does.
#[derive(Debug, Clone)]
pub struct Sought {
    terms: Vec<String>,
    words: BTreeSet<String>,
}

impl Sought {
    /// Reads what was typed.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self {
            terms: folded(text).split_whitespace().map(str::to_owned).collect(),
            words: words(text),
        }
    }

    /// The words in it, each of which begins a word of every text that has all terms. Without any,
    /// nothing is found.
    #[must_use]
    pub const fn words(&self) -> &BTreeSet<String> {
        &self.words
    }

    /// Whether a text has all terms, each as it was typed.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let text = folded(text);
        self.terms.iter().all(|term| begins_in(&text, term))
    }
}

/// Whether the term stands in the text where a word begins; one that itself begins with a sign, such as
/// `@example.org`, anywhere.
fn begins_in(text: &str, term: &str) -> bool {
    let within_word = |c: char| c.is_alphanumeric();
    let anywhere = !term.starts_with(within_word);
    text.match_indices(term)
        .any(|(place, _)| anywhere || !text[..place].ends_with(within_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "k7xq2mpa\nåse brøgger-lie\nase.lie+kongress@example.org\nola nordmann";

    #[test]
    fn each_term_begins_where_a_word_does() {
        for found in [
            "ÅSE",
            "a\u{30a}se",
            "lie",
            "nord ola",
            "ase.lie+kongress@example.org",
            "Brøgger-Lie",
            "K7XQ",
            "example.org",
            "@example",
            "ase.",
            "  ola  ",
            "lie lie",
        ] {
            assert!(Sought::parse(found).is_in(TEXT), "{found}");
        }
        for not in [
            "mann",
            "ola hansen",
            "7xq2",
            "kari",
            "example.com",
            "k@example.org",
            "@xample",
            "ase lie@",
        ] {
            assert!(!Sought::parse(not).is_in(TEXT), "{not}");
        }
        assert!(Sought::parse("% @ \u{0}").words().is_empty());
    }

    #[test]
    fn long_words_are_cut_between_letters() {
        let cut = cut(&"å".repeat(90));
        assert_eq!(cut.chars().count(), LONGEST);
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_is_found_by_the_index_too(text in "[a-cÅå@. -]{0,12}", query in "[a-cÅå@. -]{1,4}") {
            let sought = Sought::parse(&query);
            if sought.is_in(&text) {
                let there = words(&text);
                for word in sought.words() {
                    proptest::prop_assert!(there.iter().any(|one| one.starts_with(word)), "{word}");
                }
            }
        }
    }
}
