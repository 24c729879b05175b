//! From the URL of a recording and a position to a link that opens the video there.
//!
//! A pasted URL is split once and strictly (`split`), recognised by its host's whole labels or by
//! the shape of its path (`table`, `shapes`), and brought to the form that is stored: `YouTube` and
//! Vimeo to their canonical pages, everything else byte for byte, so that signed URLs survive. A
//! time that it already carries is taken off (`times`, and `nav` for `SharePoint`) and offered as
//! the proposed position. Nothing is ever fetched or expanded, and an address that no rule knows is
//! left alone: no parameter is appended on a guess.

mod nav;
mod provider;
mod shapes;
mod split;
mod table;
mod times;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

use self::split::SplitUrl;
use self::table::Recognised;
use super::position::Position;

pub use provider::{Provider, UnknownProvider};

/// The longest URL that is stored, in bytes.
pub const MAX_URL_BYTES: usize = 4_096;

/// The address of a recording in the form that is stored: absolute http or https, without a start
/// time. An address that no provider is known for is exactly what was pasted, which need not be
/// ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct VideoUrl(String);

/// What a pasted URL turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedVideo {
    /// The address to store.
    pub url: VideoUrl,
    /// Who serves it.
    pub provider: Provider,
    /// The time that the pasted URL carried, rounded down to the second.
    pub proposed_position: Option<Position>,
}

/// A link that opens a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeepLink {
    /// Where to send the viewer.
    pub url: String,
    /// Whether the provider starts at the position; where not, `url` is the plain address.
    pub jumps: bool,
}

impl VideoUrl {
    /// Reads a pasted URL. Reading a stored one again gives the same URL and provider, and no
    /// proposed position.
    ///
    /// # Errors
    ///
    /// A [`VideoUrlError`] for what is no absolute http or https URL, holds spaces or control
    /// characters, carries credentials or is too long.
    pub fn parse(input: &str) -> Result<ParsedVideo, VideoUrlError> {
        let split = SplitUrl::parse(input)?;
        let Recognised { provider, page } = table::recognise(&split);
        let Some((jump, mut page)) = page else {
            return Self::stored(split.into_original(), provider, None);
        };
        let proposed = jump.proposed_seconds(&split).and_then(Position::new);
        jump.take_time_off(&mut page);
        Self::stored(page.to_string(), provider, proposed)
    }

    /// A URL that comes from where [`VideoUrl::parse`] put it. Nothing is checked; an address that
    /// is no URL never jumps.
    #[must_use]
    pub const fn from_stored(url: String) -> Self {
        Self(url)
    }

    /// The address, without a start time.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who serves it.
    #[must_use]
    pub fn provider(&self) -> Provider {
        SplitUrl::parse(&self.0).map_or(Provider::Other, |split| table::recognise(&split).provider)
    }

    fn stored(
        url: String,
        provider: Provider,
        proposed_position: Option<Position>,
    ) -> Result<ParsedVideo, VideoUrlError> {
        if url.len() > MAX_URL_BYTES {
            return Err(VideoUrlError::TooLong);
        }
        Ok(ParsedVideo {
            url: Self(url),
            provider,
            proposed_position,
        })
    }
}

impl fmt::Display for VideoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for VideoUrl {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The link that opens the recording at `position`. At the very start no time parameter is added,
/// and `jumps` still says what the provider can.
#[must_use]
pub fn watch_link(video: &VideoUrl, position: Position) -> DeepLink {
    let page = SplitUrl::parse(video.as_str())
        .ok()
        .and_then(|split| table::recognise(&split).page);
    let Some((jump, mut page)) = page else {
        return DeepLink {
            url: video.0.clone(),
            jumps: false,
        };
    };
    jump.take_time_off(&mut page);
    jump.carrier.put(&mut page, position);
    DeepLink {
        url: page.to_string(),
        jumps: true,
    }
}

/// The address of the provider's embeddable player at `position`; `None` where none is known.
#[must_use]
pub fn embed_link(video: &VideoUrl, position: Position) -> Option<String> {
    let split = SplitUrl::parse(video.as_str()).ok()?;
    let (jump, page) = table::recognise(&split).page?;
    let embed = jump.embed.as_ref()?;
    let mut player = (embed.player)(&page)?;
    embed.carrier.put(&mut player, position);
    Some(player.to_string())
}

/// The address of a still picture of the video; `None` where none follows from the video's own address.
#[must_use]
pub fn still_link(video: &VideoUrl) -> Option<String> {
    let split = SplitUrl::parse(video.as_str()).ok()?;
    let (jump, page) = table::recognise(&split).page?;
    Some((jump.still)(&page)?.to_string())
}

impl DeepLink {
    /// The link as a `Location` header takes it: in ASCII, with A-labels and percent-encoding where
    /// it was not.
    #[must_use]
    pub fn location(&self) -> String {
        if self.url.is_ascii() {
            return self.url.clone();
        }
        SplitUrl::parse(&self.url)
            .map_or_else(|_| split::encode(&self.url), |split| split.to_string())
    }
}

/// Why a URL was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VideoUrlError {
    /// It is no absolute URL, or holds spaces, control or invisible characters, or backslashes.
    Invalid,
    /// It is longer than [`MAX_URL_BYTES`].
    TooLong,
    /// It is neither http nor https.
    UnsupportedScheme,
    /// It carries a user name or password, or looks as if it did.
    CredentialsInUrl,
}

impl VideoUrlError {
    /// The stable code of the refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invalid | Self::TooLong => "invalid_url",
            Self::UnsupportedScheme => "unsupported_scheme",
            Self::CredentialsInUrl => "credentials_in_url",
        }
    }
}

impl fmt::Display for VideoUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => {
                "A recording needs a complete address that starts with https:// or http://, without spaces."
            }
            Self::TooLong => "The address of a recording is at most 4096 characters long.",
            Self::UnsupportedScheme => "The address of a recording starts with https:// or http://.",
            Self::CredentialsInUrl => {
                "The address of a recording must not hold a user name or password before the host."
            }
        })
    }
}

impl std::error::Error for VideoUrlError {}
