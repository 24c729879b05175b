//! Norwegian organisation numbers. Pure.

use crate::faults::Refused;

const WEIGHTS: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];

/// Ways in which Peppol writes that a Norwegian organisation number follows; 9908 is the retired scheme.
const SCHEMES: [&str; 3] = ["iso6523-actorid-upis::0192:", "0192:", "9908:"];

/// The nine digits of an organisation number; spaces, `MVA` and `NO…MVA` and the schemes of Peppol are taken off.
/// The check digit is 11 less the weighted sum modulo 11.
///
/// # Errors
/// `invalid_organisation_number` and what it looks like.
pub fn parse(text: &str) -> Result<String, Refused> {
    let bare: String = text.split_whitespace().collect();
    let scheme = SCHEMES.iter().find_map(|scheme| bare.strip_prefix(scheme));
    let bare = scheme.unwrap_or(&bare);
    let bare = bare
        .strip_suffix("MVA")
        .map_or(bare, |rest| rest.strip_prefix("NO").unwrap_or(rest));
    let digits: Option<Vec<u32>> = bare.chars().map(|c| c.to_digit(10)).collect();
    digits
        .filter(|digits| is_valid(digits))
        .map(|_| bare.to_owned())
        .ok_or_else(|| {
            Refused::new(
                "invalid_organisation_number",
                "An organisation number has nine digits, the last of which checks the others.",
            )
        })
}

/// Where electronic invoices for this number go: its participant in Peppol (scheme 0192).
#[must_use]
pub fn peppol_participant(number: &str) -> String {
    format!("iso6523-actorid-upis::0192:{number}")
}

fn is_valid(digits: &[u32]) -> bool {
    let [body @ .., check] = digits else {
        return false;
    };
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    let expected = (11 - sum % 11) % 11;
    body.len() == WEIGHTS.len() && sum > 0 && expected == *check
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_vectors() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../tests/vectors/org-numbers.json")).unwrap();
        let text = |case: &Value, field: &str| case[field].as_str().unwrap().to_owned();
        for case in vectors["orgnr_valid"].as_array().unwrap() {
            for field in ["orgnr", "display"] {
                assert_eq!(parse(&text(case, field)).unwrap(), text(case, "orgnr"));
            }
        }
        for case in vectors["orgnr_normalise"].as_array().unwrap() {
            assert_eq!(parse(&text(case, "input")).unwrap(), text(case, "orgnr"));
        }
        for written in ["974 760 673 MVA", "974760673MVA"] {
            assert_eq!(parse(written).unwrap(), "974760673");
        }
        for case in vectors["orgnr_invalid"].as_array().unwrap() {
            assert!(parse(&text(case, "input")).is_err(), "{case}");
        }
        for case in vectors["peppol"].as_array().unwrap() {
            let number = text(case, "orgnr");
            assert_eq!(peppol_participant(&number), text(case, "participant"));
            for field in ["participant", "vat"] {
                assert_eq!(parse(&text(case, field)).unwrap(), number);
            }
            let endpoint = format!("{}:{number}", text(case, "endpoint_scheme"));
            assert_eq!(parse(&endpoint).unwrap(), number);
        }
    }

    #[test]
    fn a_wrong_digit_is_found() {
        for at in 0..9 {
            let mut digits = *b"974760673";
            digits[at] = b'0' + (digits[at] - b'0' + 1) % 10;
            let wrong = String::from_utf8(digits.to_vec()).unwrap();
            assert!(parse(&wrong).is_err(), "{wrong}");
        }
        for bad in [
            "",
            "NO",
            "9747606730",
            "97476067",
            "9908:",
            "NO974760673",
            "MVA974760673",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(10_000))]

        #[test]
        fn whatever_comes_is_a_number_or_refused(text in "\\PC{0,20}|[0-9]{9}|NO[0-9 ]{9,11}MVA") {
            if let Ok(number) = parse(&text) {
                proptest::prop_assert!(number.len() == 9 && number.bytes().all(|b| b.is_ascii_digit()));
                proptest::prop_assert_eq!(parse(&number).ok(), Some(number.clone()));
            }
        }
    }
}
