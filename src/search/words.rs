//! Words as they are compared: without case, accents and the differences between `ø`, `oe` and `o`;
//! and the tokens that both stores find them by. Pure.
//!
//! A token is a letter that says what it is, and ASCII letters and digits: `w` a word, `s` its stem, `c`
//! the rest of a long word from its fourth letter on, so that parts of compounds are found; `t` before any
//! of them says that it is in a title. `k`, `e` and `r` are no words but the kind, the event and the series
//! of an entry. The stores take tokens as
//! they are: neither knows Norwegian, so both give the same answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::stem;

/// Longest word that is told apart from others that begin alike, in folded letters.
const LONGEST: usize = 40;
/// Shortest part of a compound that is looked for.
pub const SHORTEST_PART: usize = 4;
/// Where in a compound the first part may begin.
pub const FIRST_PART: usize = 3;
/// Most words of one entry.
const MOST_WORDS: usize = 5_000;

/// A word of a text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// Folded; never empty.
    pub folded: String,
}

/// The words of a text, in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_letter(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let folded = fold(text.get(from..at).unwrap_or_default());
                if !folded.is_empty() {
                    words.push(Word {
                        at: from..at,
                        folded,
                    });
                }
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// A word in ASCII letters and digits. Other scripts are spelled by code point, so that words of any
/// are found as they are written.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => folded.push(c),
            _ => fold_char(c, &mut folded),
        }
        if folded.len() >= 2 * LONGEST {
            break;
        }
    }
    let mut folded = folded.replace("aa", "a").replace("oe", "o");
    folded.truncate(LONGEST);
    folded
}

fn fold_char(c: char, folded: &mut String) {
    match c {
        'æ' => folded.push_str("ae"),
        'ø' | 'œ' => folded.push('o'),
        'ß' => folded.push_str("ss"),
        'þ' => folded.push_str("th"),
        'ð' | 'đ' => folded.push('d'),
        'ł' => folded.push('l'),
        'ŋ' => folded.push('n'),
        'ŧ' => folded.push('t'),
        'ı' => folded.push('i'),
        _ => {
            for part in std::iter::once(c).nfkd() {
                match part.to_ascii_lowercase() {
                    part @ ('a'..='z' | '0'..='9') => folded.push(part),
                    _ if unicode_normalization::char::is_combining_mark(part) => {}
                    _ if part.is_alphanumeric() => {
                        // Writing to a String can't fail.
                        let _ = write!(folded, "u{:x}", u32::from(part));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// A token of what something is called. It is a token beside the other, so that it is told which entries
/// are called what is looked for.
#[must_use]
pub fn in_title(token: &str) -> String {
    format!("t{token}")
}

/// What an entry with these texts is found by.
#[must_use]
pub fn tokens<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut folded = BTreeSet::new();
    for word in texts.into_iter().flat_map(words) {
        if folded.len() == MOST_WORDS {
            break;
        }
        folded.insert(word.folded);
    }
    let mut tokens = BTreeSet::new();
    for word in &folded {
        tokens.insert(format!("s{}", stem::norwegian(word)));
        tokens.insert(format!("s{}", stem::english(word)));
        for at in FIRST_PART..word.len().saturating_sub(SHORTEST_PART - 1) {
            tokens.insert(format!("c{}", &word[at..]));
        }
        tokens.insert(format!("w{word}"));
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_are_one() {
        for spellings in [
            "Lørenskog lorenskog LOERENSKOG lo\u{338}renskog Lörenskog",
            "Ås AAS as Aas A\u{30a}s",
            "Kjær kjaer KJÆR",
            "idé ide IDE\u{301}",
            "Čáhput cahput",
            "ﬁlm film",
        ] {
            let folded: Vec<String> = spellings.split(' ').map(fold).collect();
            assert!(
                folded.iter().all(|one| *one == folded[0]),
                "{spellings}: {folded:?}"
            );
        }
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "«Én time», 13 min–ut 🎬 слово";
        let found: Vec<(&str, String)> = words(text)
            .into_iter()
            .map(|word| (&text[word.at], word.folded))
            .collect();
        let spelled = "u441u43bu43eu432u43e".to_owned();
        let expected = [
            ("Én", "en"),
            ("time", "time"),
            ("13", "13"),
            ("min", "min"),
            ("ut", "ut"),
        ];
        let mut expected: Vec<(&str, String)> = expected
            .map(|(text, folded)| (text, folded.to_owned()))
            .into();
        expected.push(("слово", spelled));
        assert_eq!(found, expected);
        assert!(
            words("🎬 \u{301} — '\"")
                .iter()
                .all(|word| !word.folded.is_empty())
        );
    }

    #[test]
    fn tokens_are_ascii_and_hold_the_parts_of_compounds() {
        let tokens = tokens(["Barnevernledere, слово 👍"]);
        for token in [
            "wbarnevernledere",
            "cledere",
            "cvernledere",
            "sbarnevernled",
        ] {
            assert!(tokens.contains(token), "{token}: {tokens:?}");
        }
        let plain = |token: &String| token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(tokens.iter().all(plain), "{tokens:?}");
        assert!(!tokens.iter().any(|token| token.starts_with("cere")));
    }
}
