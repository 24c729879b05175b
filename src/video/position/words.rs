//! The vocabulary of spoken positions in bokmål, nynorsk and English. Everything is lower case.

/// The length in seconds of a unit that stands after a quantity.
pub(super) fn unit(word: &str) -> Option<u64> {
    Some(match word {
        "h" | "hr" | "hrs" | "hour" | "hours" | "t" | "time" | "timer" | "timar" => 3_600,
        "halvtime" | "halvtimer" | "halvtimar" => 1_800,
        "kvarter" => 900,
        "m" | "min" | "mins" | "minute" | "minutes" | "minutt" | "minutter" => 60,
        "s" | "sec" | "secs" | "second" | "seconds" | "sek" | "sekund" | "sekunder" => 1,
        _ => return None,
    })
}

/// The words that join a smaller unit to a larger one.
pub(super) fn is_and(word: &str) -> bool {
    matches!(word, "og" | "and")
}

/// The words of one half.
pub(super) fn is_half(word: &str) -> bool {
    matches!(word, "halv" | "halvt" | "half")
}

/// The words of one and a half.
pub(super) fn is_one_and_a_half(word: &str) -> bool {
    matches!(
        word,
        "halvannen" | "halvannet" | "halvanna" | "halvannan" | "halvtanna" | "halvtannan"
    )
}

/// The words of three quarters of the unit that follows.
pub(super) fn is_three_quarters(word: &str) -> bool {
    matches!(word, "trekvart" | "trekvarts")
}

/// `quarter` needs the hour that it is a quarter of; the Norwegian `kvarter` carries it.
pub(super) fn is_english_quarter(word: &str) -> bool {
    matches!(word, "quarter" | "quarters")
}

/// The value of a number word up to 100, compounds in one word included: `tretten`, `tjuefem`,
/// `femogtyve`.
pub(super) fn number(word: &str) -> Option<u64> {
    below_twenty(word)
        .or_else(|| tens(word))
        .or_else(|| matches!(word, "hundre" | "hundred").then_some(100))
        .or_else(|| compound(word))
}

/// `tjuefem` and, as it was counted until 1951 and often still is, `femogtyve`.
fn compound(word: &str) -> Option<u64> {
    word.char_indices().skip(1).find_map(|(at, _)| {
        let (head, tail) = word.split_at(at);
        let new_style = || Some(tens(head)? + ones(tail)?);
        let old_style = || Some(ones(head.strip_suffix("og")?)? + tens(tail)?);
        new_style().or_else(old_style)
    })
}

/// 1 to 9, the ones that join a ten.
pub(super) fn ones(word: &str) -> Option<u64> {
    below_twenty(word).filter(|value| (1..10).contains(value))
}

/// The tens that take ones after them: 20 to 90.
pub(super) fn tens(word: &str) -> Option<u64> {
    Some(match word {
        "tjue" | "tyve" | "twenty" => 20,
        "tretti" | "tredve" | "thirty" => 30,
        "førti" | "førr" | "forty" => 40,
        "femti" | "fifty" => 50,
        "seksti" | "sixty" => 60,
        "sytti" | "seventy" => 70,
        "åtti" | "eighty" => 80,
        "nitti" | "ninety" => 90,
        _ => return None,
    })
}

fn below_twenty(word: &str) -> Option<u64> {
    Some(match word {
        "null" | "zero" => 0,
        "en" | "ei" | "ein" | "et" | "ett" | "eit" | "eitt" | "one" | "a" | "an" => 1,
        "to" | "two" => 2,
        "tre" | "three" => 3,
        "fire" | "four" => 4,
        "fem" | "five" => 5,
        "seks" | "six" => 6,
        "sju" | "syv" | "seven" => 7,
        "åtte" | "eight" => 8,
        "ni" | "nine" => 9,
        "ti" | "ten" => 10,
        "elleve" | "eleven" => 11,
        "tolv" | "twelve" => 12,
        "tretten" | "thirteen" => 13,
        "fjorten" | "fourteen" => 14,
        "femten" | "fifteen" => 15,
        "seksten" | "sixteen" => 16,
        "sytten" | "seventeen" => 17,
        "atten" | "eighteen" => 18,
        "nitten" | "nineteen" => 19,
        _ => return None,
    })
}

/// Whether `words` is what people add after a position without changing it: `uti opptaket`, `ut i
/// sendingen`, `inn i videoen`, `into the recording`, `fra starten av opptaket`.
pub(super) fn is_trailing(words: &[&str]) -> bool {
    match words {
        ["uti" | "inn" | "inni" | "in"] => true,
        ["fra" | "frå" | "from" | "etter" | "after", rest @ ..] => is_start_of_recording(rest),
        ["ut" | "ute" | "inn" | "inne", "i", rest @ ..]
        | [
            "uti" | "inni" | "i" | "på" | "into" | "in" | "on",
            rest @ ..,
        ] => is_recording(rest),
        _ => false,
    }
}

fn is_start_of_recording(words: &[&str]) -> bool {
    let (["the", "start" | "beginning", rest @ ..]
    | ["start" | "starten" | "begynnelsen" | "byrjinga", rest @ ..]) = words
    else {
        return false;
    };
    match rest {
        [] => true,
        ["av" | "på" | "i" | "of", rest @ ..] => is_recording(rest),
        _ => false,
    }
}

fn is_recording(words: &[&str]) -> bool {
    match words {
        ["the", noun] => matches!(
            *noun,
            "recording" | "broadcast" | "video" | "stream" | "livestream" | "webcast" | "film"
        ),
        [noun] => matches!(
            *noun,
            "opptaket"
                | "videoopptaket"
                | "sendingen"
                | "sendinga"
                | "direktesendingen"
                | "direktesendinga"
                | "videoen"
                | "filmen"
                | "strømmen"
                | "strømmingen"
                | "strømminga"
                | "straumen"
                | "strøyminga"
                | "overføringen"
                | "overføringa"
                | "streamen"
                | "webinaret"
        ),
        _ => false,
    }
}
