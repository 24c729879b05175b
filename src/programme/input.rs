//! What several things of the programme are sent with.

use crate::faults::{Faults, Refused};
use crate::text::{self, Languages, Localized, LocalizedInput};

/// Longest job, affiliation or link title, in characters.
pub(super) const SHORT: usize = 200;
/// Highest place in a list.
const LAST_POSITION: i32 = 1_000_000;

/// A name in at least one language: 1–100 characters, no control characters, no web address.
pub(super) fn required_name(
    input: &LocalizedInput,
    pointer: &str,
    languages: &Languages,
    faults: &mut Faults,
) -> Localized {
    let before = faults.clone();
    let name = input.parse(pointer, languages, faults, text::name);
    if name.is_empty() && *faults == before {
        faults.add(
            pointer,
            "required",
            "The name is given in at least one language.",
        );
    }
    name
}

/// One line of at most [`SHORT`] characters.
pub(super) fn short(text: &str) -> Result<String, Refused> {
    text::line(text, SHORT)
}

/// A whole number that is not negative.
pub(super) fn natural(number: i32) -> Result<i32, Refused> {
    if number >= 0 {
        return Ok(number);
    }
    Err(Refused::new("out_of_range", "The number is 0 or more."))
}

/// A place in a list.
pub(super) fn position(number: i32) -> Result<i32, Refused> {
    if (0..=LAST_POSITION).contains(&number) {
        return Ok(number);
    }
    Err(Refused::new(
        "out_of_range",
        "A position is a number from 0 to 1,000,000.",
    ))
}
