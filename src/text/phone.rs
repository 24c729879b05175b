//! Phone numbers in E.164 (ITU-T): `+`, the calling code of the country, and the number there.

use crate::faults::Refused;

/// Calling codes that are assigned, by their length (ITU-T E.164, annex to the Operational Bulletin);
/// a range is written with both its ends.
const TWO_DIGITS: [(u16, u16); 14] = [
    (20, 20),
    (27, 27),
    (30, 34),
    (36, 36),
    (39, 41),
    (43, 49),
    (51, 58),
    (60, 66),
    (81, 82),
    (84, 84),
    (86, 86),
    (90, 95),
    (98, 98),
    // North America and Russia have one digit, and what follows is never a code of its own.
    (70, 79),
];
const THREE_DIGITS: [(u16, u16); 23] = [
    (211, 213),
    (216, 216),
    (218, 218),
    (220, 258),
    (260, 269),
    (290, 291),
    (297, 299),
    (350, 359),
    (370, 378),
    (380, 383),
    (385, 387),
    (389, 389),
    (420, 421),
    (423, 423),
    (500, 509),
    (590, 599),
    (670, 692),
    (800, 808),
    (850, 856),
    (870, 888),
    (960, 968),
    (970, 979),
    (992, 998),
];

/// A phone number in E.164. Spaces, hyphens, dots and brackets are taken off; `00` is `+`; eight
/// digits alone are Norwegian. Only ASCII digits count, and Norwegian numbers of fewer than eight
/// digits (such as 116117 and 02800) reach nobody from abroad, so they are refused.
///
/// # Errors
/// `invalid_phone` and what is accepted.
pub fn phone(text: &str) -> Result<String, Refused> {
    bare(text)
        .and_then(|bare| international(&bare))
        .filter(|digits| is_assigned(digits))
        .map(|digits| format!("+{digits}"))
        .ok_or_else(|| {
            Refused::new(
                "invalid_phone",
                "A phone number is Norwegian, with eight digits, or starts with + and the code of its country.",
            )
        })
}

/// The number without what people write between its digits.
fn bare(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 60 {
        return None;
    }
    let separator = |c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '.' | '(' | ')' | '/');
    let bare: String = text.chars().filter(|c| !separator(*c)).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then_some(bare)
        .filter(|bare| bare.len() > 1)
}

/// The digits behind the `+`.
fn international(bare: &str) -> Option<String> {
    if let Some(digits) = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
        return Some(digits.to_owned());
    }
    match bare.len() {
        8 => Some(format!("47{bare}")),
        10 if bare.starts_with("47") => Some(bare.to_owned()),
        _ => None,
    }
}

fn is_assigned(digits: &str) -> bool {
    if let Some(norwegian) = digits.strip_prefix("47") {
        // Numbers of subscribers start with 2 to 9.
        return norwegian.len() == 8 && norwegian.starts_with(|c| ('2'..='9').contains(&c));
    }
    if let Some(american) = digits.strip_prefix('1') {
        return american.len() == 10 && american.starts_with(|c| ('2'..='9').contains(&c));
    }
    let code = |length: usize| {
        digits
            .get(..length)
            .and_then(|code| code.parse::<u16>().ok())
    };
    let within = |ranges: &[(u16, u16)], code: Option<u16>| {
        code.is_some_and(|code| {
            ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&code))
        })
    };
    let known = within(&TWO_DIGITS, code(2)) || within(&THREE_DIGITS, code(3));
    known && (8..=15).contains(&digits.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_vectors() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../tests/vectors/org-numbers.json")).unwrap();
        for case in vectors["phones"].as_array().unwrap() {
            let found = phone(case["input"].as_str().unwrap()).ok();
            assert_eq!(found.as_deref(), case["e164"].as_str(), "{case}");
        }
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (written, e164) in [
            ("406 12 345", "+4740612345"),
            ("40612345", "+4740612345"),
            ("4740612345", "+4740612345"),
            ("+47 406 12 345", "+4740612345"),
            ("(+47) 40-61-23-45", "+4740612345"),
            ("0047\u{a0}40612345", "+4740612345"),
            ("+46 70 123 45 67", "+46701234567"),
            ("0045 12 34 56 78", "+4512345678"),
            ("+1 212 555 0100", "+12125550100"),
            ("+354 410 4000", "+3544104000"),
            ("+298 201 000 1", "+2982010001"),
            ("+7 495 123-45-67", "+74951234567"),
        ] {
            assert_eq!(phone(written).ok().as_deref(), Some(e164), "{written}");
        }
    }

    #[test]
    fn what_reaches_nobody_is_refused() {
        for bad in [
            "",
            "+",
            "00",
            "abc",
            "1234",
            "116117",
            "02800",
            "+4702800",
            "٤٠٦١٢٣٤٥",
            "+47 006 12 345",
            "406123456",
            "+999 123 456 78",
            "+210 1234 5678",
            "1234567890123456789012",
            "+46 70 123 45 67 ext 3",
            "++4740612345",
            "40612345\0",
            "+4612345",
            "+1 123 555 0100",
        ] {
            assert!(phone(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn whatever_comes_is_e164_or_refused(text in "\\PC{0,24}|[+0-9 ()-]{0,24}") {
            if let Ok(number) = phone(&text) {
                prop_assert!((9..=16).contains(&number.len()), "{number}");
                prop_assert!(number.starts_with('+') && number[1..].bytes().all(|b| b.is_ascii_digit()));
                prop_assert_eq!(phone(&number).ok(), Some(number.clone()), "it is its own number");
            }
        }
    }
}
