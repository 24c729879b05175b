//! The exact forms of a position: plain seconds, clock and ISO 8601. What is none of them is handed
//! to `phrase`.

use super::phrase;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// The seconds that `text` means, however many; `None` where it is none of the accepted forms.
/// `text` is trimmed.
pub(super) fn seconds(text: &str) -> Option<u64> {
    if text.starts_with(['p', 'P']) {
        return iso8601(text);
    }
    if is_digits(text) {
        return number(text);
    }
    if text.contains(':') {
        return clock_with_phrase(text);
    }
    phrase::seconds(text)
}

/// `1:13:00`, and `1:13:00 uti opptaket` with what people add to it.
fn clock_with_phrase(text: &str) -> Option<u64> {
    match text.split_once(phrase::is_space) {
        Some((time, rest)) if phrase::is_trailing_text(rest) => clock(time),
        Some(_) => None,
        None => clock(text),
    }
}

/// `M:SS` or `H:MM:SS`; only the leading component may have one digit, or exceed 59.
fn clock(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let leading = parts.next().filter(|part| is_digits(part))?;
    let sexagesimal = parts
        .map(below_sixty)
        .collect::<Option<Vec<u64>>>()
        .filter(|rest| matches!(rest.len(), 1 | 2))?;
    sexagesimal
        .into_iter()
        .try_fold(number(leading)?, |total, part| {
            total.checked_mul(60)?.checked_add(part)
        })
}

/// Exactly two digits, 00 to 59.
fn below_sixty(part: &str) -> Option<u64> {
    if part.len() != 2 || !is_digits(part) {
        return None;
    }
    number(part).filter(|value| *value < 60)
}

/// An ISO 8601 duration of days, hours, minutes and seconds. Years, months and weeks are refused:
/// the first two have no fixed length, and the third is longer than any recording. A fraction may
/// stand in the last component, as the standard has it, and must come to whole seconds.
fn iso8601(text: &str) -> Option<u64> {
    let upper = text.to_ascii_uppercase();
    let body = upper.strip_prefix('P')?;
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (body, ""),
    };
    let mut components = designated(date, &[('D', DAY, u64::MAX)])?;
    components.extend(designated(
        time,
        &[('H', HOUR, 24), ('M', MINUTE, 60), ('S', 1, 60)],
    )?);
    sum_of_components(&components)
}

/// A number as ISO 8601 writes it, with the length of its unit and the value from which it would
/// overflow into a larger one.
struct Component<'a> {
    digits: &'a str,
    unit: u64,
    overflows_at: u64,
}

/// Splits `1H13M` at its designators, which must come in the order of `units`.
fn designated<'a>(text: &'a str, units: &[(char, u64, u64)]) -> Option<Vec<Component<'a>>> {
    let mut rest = text;
    let mut units = units.iter();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (digits, tail) = rest.split_at(end);
        let designator = tail.chars().next()?;
        let &(_, unit, overflows_at) = units.find(|(name, ..)| *name == designator)?;
        found.push(Component {
            digits,
            unit,
            overflows_at,
        });
        rest = tail.get(1..)?;
    }
    Some(found)
}

fn sum_of_components(components: &[Component<'_>]) -> Option<u64> {
    let last = components.len().checked_sub(1)?;
    let mut total = 0u64;
    for (index, component) in components.iter().enumerate() {
        let (whole, fraction) = match component.digits.split_once(['.', ',']) {
            Some((whole, fraction)) if index == last => (whole, Some(fraction)),
            Some(_) => return None,
            None => (component.digits, None),
        };
        let whole = Some(whole).filter(|digits| is_digits(digits))?;
        let whole = number(whole).filter(|value| index == 0 || *value < component.overflows_at)?;
        total = total.checked_add(whole.checked_mul(component.unit)?)?;
        if let Some(fraction) = fraction {
            total = total.checked_add(whole_seconds(fraction, component.unit)?)?;
        }
    }
    Some(total)
}

/// `0.fraction` of `unit` seconds, where that is whole. A fraction of a second is refused even
/// where it is zero.
fn whole_seconds(fraction: &str, unit: u64) -> Option<u64> {
    if unit == 1 || !is_digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let scale = 10u64.pow(u32::try_from(fraction.len()).ok()?);
    let scaled = number(fraction)?.checked_mul(unit)?;
    (scaled % scale == 0).then_some(scaled / scale)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// ASCII digits as a number. More digits than fit are past every limit, which is for the caller to
/// say.
fn number(digits: &str) -> Option<u64> {
    let significant = digits.trim_start_matches('0');
    match significant.len() {
        0 => Some(0),
        1..=12 => significant.parse().ok(),
        _ => Some(1_000_000_000_000),
    }
}
