//! What a registration is found by: the words of its code, its names and its contact's address.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Longest part of a word that is looked up, in characters; beyond it the text itself is read.
const LONGEST: usize = 40;

/// The words of a text, each once, in lower case: runs of letters and digits, so that an address has one
/// for each of its parts.
#[must_use]
pub fn words(text: &str) -> BTreeSet<String> {
    let lower = text.nfc().collect::<String>().to_lowercase();
    lower
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

/// Whether each of the sought words begins one of the text's.
#[must_use]
pub fn has(text: &str, sought: &BTreeSet<String>) -> bool {
    let there = words(text);
    sought.iter().all(|word| {
        // The first that is not smaller begins with it, if any does.
        let mut after = there.range(word.clone()..);
        after.next().is_some_and(|found| found.starts_with(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "k7xq2mpa\nåse brøgger-lie\nase.lie+kongress@example.org\nola nordmann";

    #[test]
    fn each_word_begins_one() {
        for found in [
            "ÅSE",
            "a\u{30a}se",
            "lie",
            "nord ola",
            "ase.lie+kongress@example.org",
            "Brøgger-Lie",
            "K7XQ",
            "example.org",
            "  ola  ",
            "lie lie",
        ] {
            assert!(has(TEXT, &words(found)), "{found}");
        }
        for not in ["mann", "ola hansen", "7xq2", "kari", "example.com"] {
            assert!(!has(TEXT, &words(not)), "{not}");
        }
        assert!(words("% @ \u{0}").is_empty());
    }

    #[test]
    fn long_words_are_cut_between_letters() {
        let cut = cut(&"å".repeat(90));
        assert_eq!(cut.chars().count(), LONGEST);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_there_is_found_by_its_beginning(text in "\\PC{0,60}", most in 1_usize..9) {
            for word in words(&text) {
                let beginning: String = word.chars().take(most).collect();
                // Lower-casing may make a letter of two; what it makes is sought as it is.
                proptest::prop_assert!(has(&text, &BTreeSet::from([beginning])));
            }
        }
    }
}
