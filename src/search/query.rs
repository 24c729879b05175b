//! What somebody looks for. Pure.

use super::stem;
use super::words::{FIRST_PART, SHORTEST_PART, in_title, words};

/// Most words of a query that are looked at.
pub const MOST_TERMS: usize = 12;
/// Shortest beginning of a word that is looked for.
const SHORTEST_BEGINNING: usize = 3;
/// Shortest stem that compounds are looked for by.
const SHORTEST_STEM: usize = 5;

/// Words that say nothing, folded: left out unless there are no others.
const EMPTY: [&str; 51] = [
    "a", "an", "and", "at", "av", "da", "de", "dei", "den", "det", "du", "eg", "ei", "ein", "eit",
    "eller", "en", "er", "et", "for", "fra", "har", "hva", "i", "ikke", "ikkje", "in", "is", "ja",
    "jeg", "kva", "me", "med", "men", "ni", "of", "og", "om", "on", "or", "pa", "sa", "seg", "sin",
    "som", "the", "til", "to", "ved", "vi", "we",
];

/// One word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Folded.
    pub folded: String,
    norwegian: String,
    english: String,
}

/// A token, or all that begin with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// ASCII letters and digits.
    pub token: String,
    /// Whether it is a beginning.
    pub is_prefix: bool,
}

/// Words that are all looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// At least one, each once.
    pub terms: Vec<Term>,
}

/// How well a word fits a term, in thousandths.
pub type Quality = i64;

impl Query {
    /// The words of a text; `None` if there are none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut terms: Vec<Term> = Vec::new();
        for word in words(text) {
            if !terms.iter().any(|term| term.folded == word.folded) {
                terms.push(Term::new(word.folded));
            }
        }
        let says_something = |term: &Term| !EMPTY.contains(&term.folded.as_str());
        if terms.iter().any(says_something) {
            terms.retain(says_something);
        }
        terms.truncate(MOST_TERMS);
        (!terms.is_empty()).then_some(Self { terms })
    }
}

impl Term {
    fn new(folded: String) -> Self {
        Self {
            norwegian: stem::norwegian(&folded).to_owned(),
            english: stem::english(&folded),
            folded,
        }
    }

    /// The tokens of what fits: an entry has at least one.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let form = |kind: char, text: &str, is_prefix| Form {
            token: format!("{kind}{text}"),
            is_prefix,
        };
        let is_beginning = self.folded.len() >= SHORTEST_BEGINNING;
        let mut forms = vec![
            form('w', &self.folded, is_beginning),
            form('s', &self.norwegian, false),
        ];
        if self.english != self.norwegian {
            forms.push(form('s', &self.english, false));
        }
        if self.norwegian.len() >= SHORTEST_STEM && self.norwegian != self.folded {
            forms.push(form('w', &self.norwegian, true));
        }
        if self.folded.len() >= SHORTEST_PART {
            forms.push(form('c', &self.folded, true));
        }
        forms
    }

    /// The tokens of what fits in a title.
    #[must_use]
    pub fn forms_in_title(&self) -> Vec<Form> {
        let forms = self.forms().into_iter();
        forms
            .map(|form| Form {
                token: in_title(&form.token),
                ..form
            })
            .collect()
    }

    /// The token of the word as it is looked for.
    #[must_use]
    pub fn exact(&self) -> Form {
        Form {
            token: format!("w{}", self.folded),
            is_prefix: false,
        }
    }

    /// How well a folded word fits; 0 is not at all. It fits if and only if one of the
    /// [`forms`](Self::forms) is among its tokens.
    #[must_use]
    pub fn quality(&self, word: &str) -> Quality {
        if word == self.folded {
            return 1000;
        }
        if self.same_stem(word) {
            return 900;
        }
        if self.folded.len() >= SHORTEST_BEGINNING && word.starts_with(&self.folded) {
            return 700;
        }
        if self.norwegian.len() >= SHORTEST_STEM && word.starts_with(&self.norwegian) {
            return 500;
        }
        let is_part = self.folded.len() >= SHORTEST_PART
            && word
                .get(FIRST_PART..)
                .is_some_and(|rest| rest.contains(&self.folded));
        if is_part { 400 } else { 0 }
    }

    fn same_stem(&self, word: &str) -> bool {
        // Stems are beginnings, or nearly so: most words need not be stemmed to be told apart.
        let begins_alike = word.as_bytes().first() == self.folded.as_bytes().first();
        begins_alike
            && (stem::norwegian(word) == self.norwegian
                || stem::norwegian(word) == self.english
                || stem::english(word) == self.english
                || stem::english(word) == self.norwegian)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::words::tokens;

    fn quality(query: &str, word: &str) -> Quality {
        let word = words(word).remove(0);
        Query::parse(query).unwrap().terms[0].quality(&word.folded)
    }

    #[test]
    fn compounds_and_forms_fit_less_than_the_word_itself() {
        assert_eq!(quality("barnevern", "Barnevern"), 1000);
        assert_eq!(quality("barnevernet", "barnevernets"), 900);
        assert_eq!(quality("barnevern", "barnevernleder"), 700);
        assert_eq!(quality("barnevernet", "barnevernleder"), 500);
        assert_eq!(quality("leder", "barnevernledere"), 400);
        assert_eq!(quality("children", "childrens"), 900);
        assert_eq!(quality("loerenskog", "Lørenskogs"), 900);
        for (query, word) in [
            ("barn", "bjørn"),
            ("se", "sett"),
            ("plan", "plage"),
            ("led", "sled"),
        ] {
            assert_eq!(quality(query, word), 0, "{query} {word}");
        }
    }

    #[test]
    fn words_that_say_nothing_count_only_alone() {
        let terms = |text: &str| -> Vec<String> {
            let query = Query::parse(text).unwrap();
            query.terms.into_iter().map(|term| term.folded).collect()
        };
        assert_eq!(
            terms("Hva er barnets beste? Barnets!"),
            ["barnets", "beste"]
        );
        assert_eq!(terms("i og på"), ["i", "og", "pa"]);
        for nothing in ["", "  ", "\"'*:^()-", "🎬👍", "\u{301}"] {
            assert_eq!(Query::parse(nothing), None, "{nothing}");
        }
        assert_eq!(terms(&"ord ".repeat(5)).len(), 1);
        let many: Vec<String> = (0..99).map(|n| n.to_string()).collect();
        assert_eq!(terms(&many.join(" ")).len(), MOST_TERMS);
    }

    proptest! {
        #[test]
        fn a_word_fits_if_its_entry_is_found(query in "[a-eæø]{1,7}(er|et|en|s|ing)?", word in "[a-eæø]{0,9}(er|et|ene|s|ed)?") {
            let term = &Query::parse(&query).unwrap().terms[0];
            let tokens = tokens([word.as_str()]);
            let found = term.forms().iter().any(|form| {
                tokens.iter().any(|token| *token == form.token || form.is_prefix && token.starts_with(&form.token))
            });
            let fits = words(&word).iter().any(|word| term.quality(&word.folded) > 0);
            prop_assert_eq!(found, fits, "{} {}", query, word);
        }
    }
}
