//! Reading the start times that pasted URLs carry, each as its player reads it. Fractions are
//! rounded down, and what a player would not understand is no time.

/// One value of `t`, `start` and the like as most players take it: `4380`, `4380s`, `12.7`, `73m`,
/// `1h13m0s`, `1:13:00`.
pub(super) fn player_time(value: &str) -> Option<u32> {
    if value.contains(':') {
        return colon_time(value);
    }
    let lower = value.to_ascii_lowercase();
    let mut rest = lower.as_str();
    let mut total = 0u32;
    for (unit, length) in [('h', 3_600), ('m', 60)] {
        if let Some((digits, tail)) = rest.split_once(unit) {
            total = total.checked_add(number(digits)?.checked_mul(length)?)?;
            rest = tail;
        }
    }
    if rest.is_empty() && !lower.is_empty() {
        return Some(total);
    }
    total.checked_add(whole_part(rest.strip_suffix('s').unwrap_or(rest))?)
}

/// The first value that stands in the URL, as most players take it.
pub(super) fn first_player_time(values: &[String]) -> Option<u32> {
    player_time(values.first()?)
}

/// As JavaScript's `parseFloat` reads it, which voctoweb's player uses: the number in front counts,
/// what follows does not, so `1h13m0s` is one second.
pub(super) fn first_leading_number(values: &[String]) -> Option<u32> {
    let value = values.first()?.trim_start();
    let end = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    number(value.get(..end)?)
}

/// The start of a temporal media fragment in normal play time: `a`, `a,b` or `,b`, where the last
/// valid one wins (W3C Media Fragments URI 1.0, sections 4.2.1 and 5.1).
pub(super) fn last_valid_npt(values: &[String]) -> Option<u32> {
    values.iter().rev().find_map(|value| npt_start(value))
}

fn npt_start(value: &str) -> Option<u32> {
    let value = value.strip_prefix("npt:").unwrap_or(value);
    let Some((start, end)) = value.split_once(',') else {
        return npt(value).map(|(seconds, _)| seconds);
    };
    let start = if start.is_empty() {
        (0, 0)
    } else {
        npt(start)?
    };
    (start < npt(end)?).then_some(start.0)
}

/// Seconds and microseconds of `npt-sec`, `npt-mmss` or `npt-hhmmss`.
fn npt(text: &str) -> Option<(u32, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros = number(format!("{fraction:0<6}").get(..6)?)?;
    let two_digits = |part: &str| number(part).filter(|value| part.len() == 2 && *value < 60);
    let parts: Vec<&str> = whole.split(':').collect();
    let seconds = match parts.as_slice() {
        [seconds] => number(seconds)?,
        [minutes, seconds] => two_digits(minutes)? * 60 + two_digits(seconds)?,
        [hours, minutes, seconds] => number(hours)?
            .checked_mul(3_600)?
            .checked_add(two_digits(minutes)? * 60 + two_digits(seconds)?)?,
        _ => return None,
    };
    Some((seconds, micros))
}

/// `M:SS` and `H:MM:SS` without a care for leading zeros.
fn colon_time(value: &str) -> Option<u32> {
    let (clock, last) = value.rsplit_once(':')?;
    let mut total = 0u32;
    for part in clock.split(':') {
        total = total.checked_mul(60)?.checked_add(number(part)?)?;
    }
    let has_three_parts_at_most = clock.matches(':').count() <= 1;
    let total = total.checked_mul(60)?.checked_add(whole_part(last)?)?;
    has_three_parts_at_most.then_some(total)
}

/// `12` of `12.75`.
fn whole_part(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = fraction.bytes().all(|byte| byte.is_ascii_digit());
    number(whole).filter(|_| is_number)
}

/// ASCII digits only: `parse` alone would take a sign.
fn number(digits: &str) -> Option<u32> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| only_digits)
}
