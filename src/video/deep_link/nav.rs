//! The `nav` parameter of `SharePoint` and Stream: JSON, percent-encoded or in base64, with the
//! start time deep inside.
//!
//! It is edited as text: everything in it that is not the start time, and the order of it all,
//! stays as it was. Observed in public links, not documented by the vendor.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::IgnoredAny;

use super::split::{Part, SplitUrl, encode};
use super::times;

const KEY: &str = "nav";
const OPTIONS: &str = "\"playbackOptions\"";
const START: &str = "\"startTimeInSeconds\"";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_encode_padding(false),
);

/// How a `nav` was written, and so is written back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Percent,
    Base64 { padded: bool },
}

/// The members of a JSON object as they were written: keys with their quotes, values as text.
type Members<'a> = Vec<(&'a str, &'a str)>;

/// Whether the URL has no `nav`, or one that can be read.
pub(super) fn is_usable(url: &SplitUrl) -> bool {
    !url.has(Part::Query, KEY) || read(url).is_some()
}

/// The start time in `nav`, in seconds.
pub(super) fn start(url: &SplitUrl) -> Option<u32> {
    let (json, _) = read(url)?;
    let top = members(&json)?;
    let options = members(value_of(&top, OPTIONS)?)?;
    times::player_time(value_of(&options, START)?)
}

/// Takes the start time out of `nav`, and `nav` out of the URL where nothing else is in it.
pub(super) fn take_start_off(url: &mut SplitUrl) {
    let Some((json, coding)) = read(url) else {
        return;
    };
    let Some(top) = members(&json) else {
        return;
    };
    let Some(mut options) = value_of(&top, OPTIONS).and_then(members) else {
        return;
    };
    if value_of(&options, START).is_none() {
        return;
    }
    options.retain(|(key, _)| *key != START);
    if options.is_empty() && top.len() == 1 {
        url.remove(Part::Query, KEY);
        return;
    }
    let edited = with_options(&top, &object(&options));
    url.replace(Part::Query, KEY, &write(&edited, coding));
}

/// Puts a start time into `nav`, or adds one that holds nothing else. Expects that none is in it.
pub(super) fn put_start(url: &mut SplitUrl, seconds: u32) {
    let seconds = seconds.to_string();
    let (json, coding) = read(url).unwrap_or_else(|| ("{}".to_owned(), Coding::Percent));
    let top = members(&json).unwrap_or_default();
    let mut options = value_of(&top, OPTIONS)
        .and_then(members)
        .unwrap_or_default();
    options.push((START, &seconds));
    let edited = write(&with_options(&top, &object(&options)), coding);
    if url.has(Part::Query, KEY) {
        url.replace(Part::Query, KEY, &edited);
    } else {
        url.append(Part::Query, KEY, &edited);
    }
}

/// The JSON object in `nav`.
fn read(url: &SplitUrl) -> Option<(String, Coding)> {
    // A bare `+` in a query decodes to a space, and in base64 it was a plus.
    let value = url.parameter(KEY)?;
    if value.trim_start().starts_with('{') {
        return members(&value)
            .is_some()
            .then_some((value, Coding::Percent));
    }
    let text = value.replace([' ', '-'], "+").replace('_', "/");
    let json = String::from_utf8(BASE64.decode(&text).ok()?).ok()?;
    let padded = text.len().is_multiple_of(4);
    members(&json)
        .is_some()
        .then_some((json, Coding::Base64 { padded }))
}

fn write(json: &str, coding: Coding) -> String {
    let Coding::Base64 { padded } = coding else {
        return encode(json);
    };
    let mut text = BASE64.encode(json);
    while padded && !text.len().is_multiple_of(4) {
        text.push('=');
    }
    encode(&text)
}

fn with_options(top: &Members<'_>, options: &str) -> String {
    let mut top = top.clone();
    match top.iter_mut().find(|(key, _)| *key == OPTIONS) {
        Some((_, value)) => *value = options,
        None => top.push((OPTIONS, options)),
    }
    object(&top)
}

fn object(members: &Members<'_>) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(key, value)| format!("{key}:{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn value_of<'a>(members: &Members<'a>, key: &str) -> Option<&'a str> {
    members
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| *value)
}

/// Splits a JSON object into its members; `None` where the text is no JSON or no object.
fn members(json: &str) -> Option<Members<'_>> {
    serde_json::from_str::<IgnoredAny>(json).ok()?;
    let inside = json.trim().strip_prefix('{')?.strip_suffix('}')?;
    let (mut depth, mut in_string, mut escaped) = (0u32, false, false);
    let (mut member_start, mut colon) = (0, None);
    let mut found = Members::new();
    for (at, byte) in inside.bytes().chain(*b",").enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => colon = colon.or(Some(at)),
            b',' if depth == 0 => {
                if let Some(colon) = colon.take() {
                    found.push((
                        inside.get(member_start..colon)?.trim(),
                        inside.get(colon + 1..at)?.trim(),
                    ));
                }
                member_start = at + 1;
            }
            _ => {}
        }
    }
    Some(found)
}
