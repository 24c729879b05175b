//! A URL in its parts, each kept as it was written.
//!
//! The `url` crate judges the whole and reads the host; the rest is cut from the text itself,
//! because a parser that normalises paths and queries would break signatures.

use std::borrow::Cow;
use std::fmt;

use url::{Url, form_urlencoded};

use super::VideoUrlError;

/// The two parts of a URL that hold parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Query,
    Fragment,
}

/// An absolute http or https URL. Its parts are ASCII, whatever was pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SplitUrl {
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    /// Lower case, in A-labels, without a trailing dot.
    pub(super) host: String,
    /// Only where it is not the scheme's own.
    pub(super) port: Option<u16>,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) fragment: Option<String>,
    original: String,
}

impl SplitUrl {
    /// Splits what was pasted. Spaces around it are trimmed, those inside refused.
    pub(super) fn parse(input: &str) -> Result<Self, VideoUrlError> {
        let text = input.trim_matches(|c: char| c.is_ascii_whitespace());
        if text.contains(is_barred) {
            return Err(VideoUrlError::Invalid);
        }
        let (scheme, rest) = scheme(text)?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(VideoUrlError::CredentialsInUrl);
        }
        let url = Url::parse(text).map_err(|_| VideoUrlError::Invalid)?;
        let host = host(&url).ok_or(VideoUrlError::Invalid)?;
        let ascii_rest = ascii(rest);
        let mut split = Self::from_parts(scheme, host, url.port(), &ascii_rest);
        text.clone_into(&mut split.original);
        Ok(split)
    }

    /// The page `path` of `host` over https.
    pub(super) fn https(host: &str, path: &str, query: Option<String>) -> Self {
        Self {
            query,
            ..Self::from_parts("https", host.to_owned(), None, path)
        }
    }

    fn from_parts(scheme: &'static str, host: String, port: Option<u16>, rest: &str) -> Self {
        let (rest, fragment) = cut(rest, '#');
        let (path, query) = cut(rest, '?');
        Self {
            scheme,
            host,
            port,
            path: path.to_owned(),
            query,
            fragment,
            original: String::new(),
        }
    }

    /// The URL as it was pasted, without the spaces around it.
    pub(super) fn into_original(self) -> String {
        self.original
    }

    /// The segments of the path, decoded by nobody; a trailing slash adds none.
    pub(super) fn segments(&self) -> Vec<&str> {
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        let path = path.strip_suffix('/').unwrap_or(path);
        path.split('/').collect()
    }

    /// The first non-empty value of a parameter of the query.
    pub(super) fn parameter(&self, key: &str) -> Option<String> {
        let mut values = self.values(Part::Query, key).into_iter();
        values.next().filter(|value| !value.is_empty())
    }

    /// Every value of a parameter, decoded, in order.
    pub(super) fn values(&self, part: Part, key: &str) -> Vec<String> {
        let pieces = self.part(part).unwrap_or_default().split('&');
        let pairs = pieces.filter_map(pair);
        pairs
            .filter(|(name, _)| name == key)
            .map(|(_, value)| value.into_owned())
            .collect()
    }

    /// Takes a parameter out, every time that it stands there, and leaves the rest untouched.
    pub(super) fn remove(&mut self, part: Part, key: &str) {
        if !self.has(part, key) {
            return;
        }
        let text = self.part(part).unwrap_or_default();
        let kept: Vec<&str> = text
            .split('&')
            .filter(|piece| !is_named(piece, key))
            .collect();
        let kept = (!kept.is_empty()).then(|| kept.join("&"));
        *self.part_mut(part) = kept;
    }

    /// Adds a parameter at the end; `value` is written as it is.
    pub(super) fn append(&mut self, part: Part, key: &str, value: &str) {
        let piece = format!("{}={value}", encode(key));
        let part = self.part_mut(part);
        *part = match part.take() {
            Some(text) if !text.is_empty() => Some(format!("{text}&{piece}")),
            _ => Some(piece),
        };
    }

    /// Gives a parameter another value where it first stands; `value` is written as it is.
    pub(super) fn replace(&mut self, part: Part, key: &str, value: &str) {
        let mut replacement = Some(format!("{}={value}", encode(key)));
        let text = self.part(part).unwrap_or_default();
        let with_replacement = |piece| {
            let new = if is_named(piece, key) {
                replacement.take()
            } else {
                None
            };
            new.map_or(Cow::Borrowed(piece), Cow::Owned)
        };
        let pieces: Vec<Cow<'_, str>> = text.split('&').map(with_replacement).collect();
        let text = pieces.join("&");
        *self.part_mut(part) = Some(text);
    }

    pub(super) fn has(&self, part: Part, key: &str) -> bool {
        self.part(part)
            .is_some_and(|text| text.split('&').any(|piece| is_named(piece, key)))
    }

    fn part(&self, part: Part) -> Option<&str> {
        match part {
            Part::Query => self.query.as_deref(),
            Part::Fragment => self.fragment.as_deref(),
        }
    }

    const fn part_mut(&mut self, part: Part) -> &mut Option<String> {
        match part {
            Part::Query => &mut self.query,
            Part::Fragment => &mut self.fragment,
        }
    }
}

impl fmt::Display for SplitUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)?;
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        if let Some(fragment) = &self.fragment {
            write!(f, "#{fragment}")?;
        }
        Ok(())
    }
}

/// What no part of a URL may hold: controls would break out of a header, and invisible characters
/// make one address look like another. Browsers read a backslash as a slash, other parsers do not.
fn is_barred(c: char) -> bool {
    let is_invisible = matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    is_invisible || c.is_control() || c.is_whitespace() || c == '\\'
}

/// Percent-encodes everything but letters, digits and `*-._`.
pub(super) fn encode(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // A `+` of the text itself has become %2B, so every one left is a space.
    encoded.replace('+', "%20")
}

fn scheme(text: &str) -> Result<(&'static str, &str), VideoUrlError> {
    let (scheme, rest) = text.split_once(':').ok_or(VideoUrlError::Invalid)?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return Err(VideoUrlError::Invalid);
    }
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "https" => "https",
        "http" => "http",
        _ => return Err(VideoUrlError::UnsupportedScheme),
    };
    // Parsers for browsers read `https:host` and `https:///host` as well; people who paste that
    // made a mistake.
    let rest = rest
        .strip_prefix("//")
        .filter(|rest| !rest.starts_with('/'));
    Ok((scheme, rest.ok_or(VideoUrlError::Invalid)?))
}

fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let labels_are_filled = host.split('.').all(|label| !label.is_empty());
    labels_are_filled.then(|| host.to_ascii_lowercase())
}

fn cut(text: &str, at: char) -> (&str, Option<String>) {
    match text.split_once(at) {
        Some((head, tail)) => (head, Some(tail.to_owned())),
        None => (text, None),
    }
}

/// Percent-encodes what is not ASCII and nothing else: a `Location` header holds no other bytes.
fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let encode_char = |c: char| {
        if c.is_ascii() {
            return c.to_string();
        }
        encode(c.encode_utf8(&mut [0; 4]))
    };
    Cow::Owned(text.chars().map(encode_char).collect())
}

fn pair(piece: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(piece.as_bytes()).next()
}

fn is_named(piece: &str, key: &str) -> bool {
    pair(piece).is_some_and(|(name, _)| name == key)
}
