//! E-mail addresses that can be sent to.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::faults::Refused;

/// An address that SMTP can carry: at most 254 characters, a dot in the domain, no quoted local
/// part, no IP literal. The domain is stored as A-labels (`høyre.example` → `xn--…`), so that every
/// server takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Parses an address as a person types it.
    ///
    /// # Errors
    /// `invalid_email` and what an address looks like.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let refuse = || {
            Refused::new(
                "invalid_email",
                "An e-mail address looks like name@example.org.",
            )
        };
        let text: String = text.trim().nfc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or_else(refuse)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| refuse())?;
        let hidden = text
            .chars()
            .any(|c| super::is_hidden(c) || c.is_whitespace());
        let quoted = local.contains(['"', '\\', '(', ')', ',', ':', ';', '<', '>', '@', '[', ']']);
        let address = format!("{local}@{domain}");
        if hidden
            || quoted
            || local.is_empty()
            || local.len() > 64
            || address.len() > 254
            || !is_registrable(&domain)
            || address.parse::<lettre::Address>().is_err()
        {
            return Err(refuse());
        }
        Ok(Self(address))
    }

    /// An address that was parsed before it was stored.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The address as it is sent to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who this is, per event: lower-cased, NFC. `+tag` is part of it.
    #[must_use]
    pub fn identity(&self) -> String {
        if self.0.is_ascii() {
            return self.0.to_ascii_lowercase();
        }
        self.0.to_lowercase().nfc().collect()
    }

    /// The key for limits on mails: as the identity, without `+tag`, hashed.
    #[must_use]
    pub fn limit_key(&self) -> Vec<u8> {
        let identity = self.identity();
        let (local, domain) = identity.rsplit_once('@').unwrap_or((&identity, ""));
        let base = local.split_once('+').map_or(local, |(base, _)| base);
        Sha256::digest(format!("{base}@{domain}").as_bytes()).to_vec()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Two labels or more, the last not a number: no IP address, no bare host.
fn is_registrable(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
        && labels
            .last()
            .is_some_and(|last| last.chars().any(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_can_be_sent() {
        assert_eq!(
            Email::parse(" Kari.Nordmann+hall@Example.ORG ")
                .unwrap()
                .as_str(),
            "Kari.Nordmann+hall@example.org"
        );
        assert_eq!(
            Email::parse("kari@høyre.example").unwrap().as_str(),
            "kari@xn--hyre-gra.example"
        );
        assert!(
            Email::parse("bjørn@example.org").is_ok(),
            "needs SMTPUTF8, and has it"
        );
    }

    #[test]
    fn refuses_what_cannot() {
        for bad in [
            "",
            "a",
            "a@",
            "@b.no",
            "a@b",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "\"a b\"@c.no",
            "a b@c.no",
            "a@b.no\nTo: c@d.no",
            "a@b..no",
            "a@b.no,c@d.no",
            "Ola <a@b.no>",
            "a\u{202e}@b.no",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn case_and_composition_are_one_identity_and_tags_are_not() {
        let plain = Email::parse("åse@example.org").unwrap();
        assert_eq!(
            Email::parse("A\u{30a}SE@EXAMPLE.org").unwrap().identity(),
            plain.identity()
        );
        let tagged = Email::parse("åse+1@example.org").unwrap();
        assert_ne!(tagged.identity(), plain.identity());
        assert_eq!(tagged.limit_key(), plain.limit_key());
    }
}
