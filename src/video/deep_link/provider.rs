//! Who serves a recording.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who serves a recording, detected from its URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// youtube.com and youtu.be.
    Youtube,
    /// vimeo.com.
    Vimeo,
    /// Any `PeerTube` instance, known by the shape of its paths.
    Peertube,
    /// media.ccc.de.
    Voctoweb,
    /// Any Opencast installation with the Paella player, known by the shape of its paths.
    Opencast,
    /// `SharePoint` and Microsoft Stream.
    Sharepoint,
    /// Panopto's own hosts.
    Panopto,
    /// Kaltura's own hosts.
    Kaltura,
    /// twitch.tv.
    Twitch,
    /// dailymotion.com and dai.ly.
    Dailymotion,
    /// qbrick.com.
    Qbrick,
    /// dreambroker.com.
    Dreambroker,
    /// A media file on any host.
    File,
    /// Everything else.
    Other,
}

impl Provider {
    /// Every provider, in the order in which the API names them.
    pub const ALL: [Self; 14] = [
        Self::Youtube,
        Self::Vimeo,
        Self::Peertube,
        Self::Voctoweb,
        Self::Opencast,
        Self::Sharepoint,
        Self::Panopto,
        Self::Kaltura,
        Self::Twitch,
        Self::Dailymotion,
        Self::Qbrick,
        Self::Dreambroker,
        Self::File,
        Self::Other,
    ];

    /// The value on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Youtube => "youtube",
            Self::Vimeo => "vimeo",
            Self::Peertube => "peertube",
            Self::Voctoweb => "voctoweb",
            Self::Opencast => "opencast",
            Self::Sharepoint => "sharepoint",
            Self::Panopto => "panopto",
            Self::Kaltura => "kaltura",
            Self::Twitch => "twitch",
            Self::Dailymotion => "dailymotion",
            Self::Qbrick => "qbrick",
            Self::Dreambroker => "dreambroker",
            Self::File => "file",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|provider| provider.as_str() == name);
        found.ok_or(UnknownProvider)
    }
}

/// The name is none of [`Provider::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownProvider;

impl fmt::Display for UnknownProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The provider is not one that is known here.")
    }
}

impl std::error::Error for UnknownProvider {}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn names_of_providers_go_both_ways() {
        for provider in Provider::ALL {
            assert_eq!(provider.as_str().parse(), Ok(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
        assert!("YouTube".parse::<Provider>().is_err());
    }
}
