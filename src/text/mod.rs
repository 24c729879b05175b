//! Parsed text: below the routes no raw string holds an e-mail, a slug, a language or a link.
//!
//! Every parser says in one sentence what it accepts ([`Refused`]); none of them guesses.

mod email;
mod localized;
mod markdown;
mod phone;
mod slug;
pub mod time;
pub mod wall;

pub use email::Email;
pub use localized::{Language, Languages, Localized, LocalizedInput};
pub use markdown::{to_html, to_plain};
pub use phone::phone;
pub use slug::Slug;
use unicode_normalization::UnicodeNormalization;

use crate::faults::Refused;

/// Longest text that a person may write into a Markdown field, in characters.
pub const LONG_TEXT: usize = 20_000;
/// Longest title, in characters.
pub const TITLE: usize = 300;

/// Whether a character steers the terminal, the header or the direction of writing rather than
/// being read: C0 and C1 controls, line separators and bidirectional marks.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}'
        )
        || ('\u{202A}'..='\u{202E}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}

/// Whether a character shows nothing by itself: of such alone no name and no title is made.
fn is_invisible(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}')
}

fn mentions_url(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("://")
        || lower.contains("www.")
        || lower.contains("http:")
        || lower.contains("https:")
        || lower.split_whitespace().any(leads_somewhere)
}

/// Whether a word in small letters is what a mail program makes a link of: `bit.ly/x9`, `kari@example.org`.
fn leads_somewhere(word: &str) -> bool {
    let is_host = |host: &str| {
        let labels = host.rsplit_once('.');
        labels.is_some_and(|(before, last)| {
            let is_letter = |c: char| c.is_ascii_lowercase();
            before.ends_with(char::is_alphanumeric)
                && last.len() >= 2
                && last.chars().all(is_letter)
        })
    };
    let path = word.split_once('/');
    let address = word.split_once('@');
    path.is_some_and(|(host, _)| is_host(host))
        || address
            .is_some_and(|(_, host)| is_host(host.trim_end_matches(|c: char| !c.is_alphanumeric())))
}

/// A person's or a thing's name: 1–100 characters, no control characters, no URLs; NFC, trimmed.
///
/// # Errors
/// `invalid_name` and what a name may be.
pub fn name(text: &str) -> Result<String, Refused> {
    let name: String = text.trim().nfc().collect();
    let refuse = |detail| Err(Refused::new("invalid_name", detail));
    if name.chars().all(is_invisible) || name.chars().count() > 100 {
        return refuse("A name has 1 to 100 characters.");
    }
    if name.chars().any(is_hidden) {
        return refuse("A name has no control characters or direction marks.");
    }
    if mentions_url(&name) {
        return refuse("A name holds no web address.");
    }
    Ok(name)
}

/// One line of text such as a title: 1 to `max` characters after trimming, no control characters.
///
/// # Errors
/// `invalid_text` and what is accepted.
pub fn line(text: &str, max: usize) -> Result<String, Refused> {
    let line: String = text.trim().nfc().collect();
    if line.chars().all(is_invisible) || line.chars().count() > max {
        return Err(Refused::new(
            "invalid_text",
            format!("The text has 1 to {max} characters."),
        ));
    }
    if line.chars().any(is_hidden) {
        return Err(Refused::new(
            "invalid_text",
            "The text has no control characters or direction marks.",
        ));
    }
    Ok(line)
}

/// Long text (Markdown): at most `max` characters, line breaks and tabs allowed.
///
/// # Errors
/// `invalid_text` and what is accepted.
pub fn long(text: &str, max: usize) -> Result<String, Refused> {
    let long: String = text.trim_end().nfc().collect();
    if long.chars().count() > max {
        return Err(Refused::new(
            "invalid_text",
            format!("The text has at most {max} characters."),
        ));
    }
    if long
        .chars()
        .any(|c| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Refused::new(
            "invalid_text",
            "The text has no control characters or direction marks.",
        ));
    }
    Ok(long)
}

/// An absolute `http` or `https` address of at most 2,000 characters, kept byte for byte.
///
/// # Errors
/// `invalid_url` and what is accepted.
pub fn web_url(text: &str) -> Result<String, Refused> {
    let refuse = || {
        Err(Refused::new(
            "invalid_url",
            "An address is absolute, starts with http:// or https:// and has no spaces.",
        ))
    };
    let text = text.trim();
    if text.len() > 2000
        || text
            .chars()
            .any(|c| is_hidden(c) || c.is_whitespace() || c == '\\')
    {
        return refuse();
    }
    match url::Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(text.to_owned())
        }
        _ => refuse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        assert_eq!(name(" Åse Ærø ").unwrap(), "Åse Ærø");
        assert_eq!(name("A\u{30a}se").unwrap(), "Åse", "NFC");
        for good in [
            "J.R.R. Tolkien",
            "Kari Nordmann, St. Olavs hospital",
            "A/S Norsk",
            "Kari @ Hamar",
        ] {
            assert_eq!(name(good).unwrap(), good);
        }
        for bad in [
            "",
            "  ",
            "a\nb",
            "a\u{202e}b",
            "see https://x.example",
            "Se bit.ly/x9",
            "kari@example.org",
            "Kari (kari@example.org)",
            "www.x.example",
            &"x".repeat(101),
        ] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_absolute_and_kept_as_they_are() {
        let signed = "https://video.example.org/a.mp4?Signature=a%2Bb~c&e=1";
        assert_eq!(web_url(signed).unwrap(), signed);
        for bad in [
            "",
            "/path",
            "ftp://x.example",
            "javascript:alert(1)",
            "https://u:p@x.example",
            "https://x.example/a b",
        ] {
            assert!(web_url(bad).is_err(), "{bad:?}");
        }
    }
}
