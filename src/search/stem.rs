//! Word stems, light ones: enough that *kommune*, *kommunen* and *kommunenes* are one word. Pure.
//!
//! The Norwegian steps follow the Snowball stemmer (<https://snowballstem.org/algorithms/norwegian/stemmer.html>)
//! on folded letters, with the endings of nynorsk and of those who do something (*leder*, *ledere*) added.
//! English loses its plural, *-ing* and *-ed*. A stem is for comparing, not for reading.

/// Endings that go, longest first.
const ENDINGS: [&str; 41] = [
    "hetenes", "erenes", "hetene", "hetens", "arane", "endes", "erens", "heten", "heter", "ande",
    "anes", "aren", "edes", "ende", "enes", "eren", "erne", "erte", "ane", "ara", "are", "ars",
    "ast", "ede", "ene", "ens", "ere", "ers", "ert", "est", "ets", "het", "ar", "as", "en", "er",
    "es", "et", "or", "a", "e",
];

/// Endings of adjectives, taken off after the others.
const DERIVED: [&str; 11] = [
    "hetslov", "eleg", "elig", "elov", "slov", "leg", "eig", "lig", "els", "lov", "ig",
];

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Where endings may start: behind the first consonant that follows a vowel, and never before the
/// fourth letter.
fn region(word: &[u8]) -> usize {
    let pair = word
        .windows(2)
        .position(|pair| matches!(pair, [a, b] if is_vowel(*a) && !is_vowel(*b)));
    pair.map_or(word.len(), |at| (at + 2).max(3))
}

/// The word without this ending, where the ending lies in the region.
fn without<'a>(word: &'a str, ending: &str, region: usize) -> Option<&'a str> {
    word.strip_suffix(ending)
        .filter(|rest| rest.len() >= region)
}

/// The stem of a folded word, as Norwegian.
#[must_use]
pub fn norwegian(word: &str) -> &str {
    let region = region(word.as_bytes());
    let mut endings = ENDINGS.iter();
    let inflected = endings.find_map(|ending| without(word, ending, region));
    let stem = inflected.or_else(|| genitive(word, region)).unwrap_or(word);
    let hard = ["dt", "vt"].iter().any(|end| stem.ends_with(end)) && stem.len() > region;
    let stem = if hard { &stem[..stem.len() - 1] } else { stem };
    let mut derived = DERIVED.iter();
    derived
        .find_map(|ending| without(stem, ending, region))
        .unwrap_or(stem)
}

/// A single *s* goes where it can be an ending.
fn genitive(word: &str, region: usize) -> Option<&str> {
    let rest = without(word, "s", region)?;
    let takes_s = rest.ends_with(|last: char| "bcdfghjlmnoprtvyz".contains(last));
    takes_s.then_some(rest)
}

/// The stem of a folded word, as English.
#[must_use]
pub fn english(word: &str) -> String {
    let word = plural(word);
    for ending in ["ing", "ed", "ly"] {
        let Some(rest) = word.strip_suffix(ending) else {
            continue;
        };
        if rest.len() < 3 || !rest.bytes().any(is_vowel) {
            continue;
        }
        let doubled = rest
            .as_bytes()
            .last_chunk::<2>()
            .is_some_and(|[a, b]| a == b && !matches!(b, b'l' | b's' | b'z') && !is_vowel(*b));
        return rest[..rest.len() - usize::from(doubled)].to_owned();
    }
    word
}

fn plural(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 1) {
        return format!("{rest}y");
    }
    for hissing in ["sses", "shes", "ches", "xes"] {
        if word.ends_with(hissing) {
            return word[..word.len() - 2].to_owned();
        }
    }
    let rest = word.strip_suffix('s').filter(|rest| rest.len() > 2);
    let rest = rest.filter(|rest| !rest.ends_with(['s', 'u', 'i']));
    rest.unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_norwegian_word_have_one_stem() {
        for forms in [
            "kommune kommunen kommuner kommunene kommunenes kommunar kommunane",
            "barn barnet barna barns barnets",
            "leder lederen ledere lederne lederens",
            "plan planen planer planene planens planar planane",
            "forebygging forebyggingen forebygginga forebyggingens",
            "familie familien familier familiene familiar familiane",
            "oppvekstplan oppvekstplanen oppvekstplaner",
            "konferanse konferansen konferanser konferansene konferansar",
            "trygghet tryggheten",
            "fattig fattige",
            "samarbeid samarbeidet samarbeids",
        ] {
            let stems: Vec<&str> = forms.split(' ').map(norwegian).collect();
            assert!(
                stems.iter().all(|stem| *stem == stems[0]),
                "{forms}: {stems:?}"
            );
        }
    }

    #[test]
    fn short_words_stay() {
        for word in ["en", "se", "hus", "as", "et", "a", "", "alene"] {
            assert!(norwegian(word).len() >= word.len().min(3), "{word}");
        }
    }

    #[test]
    fn forms_of_an_english_word_have_one_stem() {
        for forms in [
            "service services",
            "municipality municipalities",
            "plan plans planning planned",
            "help helps helping helped",
            "family families",
            "speech speeches",
        ] {
            let stems: Vec<String> = forms.split(' ').map(english).collect();
            assert!(
                stems.iter().all(|stem| *stem == stems[0]),
                "{forms}: {stems:?}"
            );
        }
        assert_eq!(english("class"), "class");
    }
}
