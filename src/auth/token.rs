//! Secrets: made from 256 random bits, shown once, stored as SHA-256.
//!
//! A plain hash is enough, because there is nothing to guess: a slow one would only cost time.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::clock::{NoRandomness, random_256};

/// A secret on its way to the one who may have it. Never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret with this prefix, e.g. `kgr_`.
    ///
    /// # Errors
    /// When the operating system has no random bytes.
    pub fn generate(prefix: &str) -> Result<Self, NoRandomness> {
        Ok(Self(format!(
            "{prefix}{}",
            URL_SAFE_NO_PAD.encode(random_256()?)
        )))
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }

    /// The secret itself, for the one place that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is stored of a secret.
#[must_use]
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
