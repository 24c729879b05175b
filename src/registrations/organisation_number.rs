//! Norwegian organisation numbers. Pure.

use crate::faults::Refused;

const WEIGHTS: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];

/// The nine digits of an organisation number; spaces, `NO…MVA` and the scheme `9908:` are taken off.
/// The check digit is 11 less the weighted sum modulo 11.
///
/// # Errors
/// `invalid_organisation_number` and what it looks like.
pub fn parse(text: &str) -> Result<String, Refused> {
    let bare: String = text.split_whitespace().collect();
    let bare = bare.strip_prefix("9908:").unwrap_or(&bare);
    let bare = bare
        .strip_prefix("NO")
        .and_then(|rest| rest.strip_suffix("MVA"))
        .unwrap_or(bare);
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
        for case in vectors["orgnr_invalid"].as_array().unwrap() {
            assert!(parse(&text(case, "input")).is_err(), "{case}");
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
            "974760673MVA",
            "NO974760673",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
