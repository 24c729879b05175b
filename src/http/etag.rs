//! Entity tags and the preconditions on them (RFC 9110, section 13).

use std::future::{Ready, ready};

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::problem::{Kind, Problem};

/// The tag of a row in its nth version, unquoted.
#[must_use]
pub fn of_version(version: i32) -> String {
    format!("v{version}")
}

/// The tag of bytes that have no version of their own, unquoted.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    URL_SAFE_NO_PAD.encode(&digest[..12])
}

/// The tag of a list as a whole, whatever the page: what is in it, in which order, in which version.
pub fn of_list(versions: impl Iterator<Item = (impl std::fmt::Display, i32)>) -> String {
    let versions = versions.map(|(id, version)| format!("{id}v{version} "));
    let versions: Vec<String> = versions.collect();
    of_bytes(versions.concat().as_bytes())
}

/// What tags are compared by: without `W/`, quotes and the suffix of a content coding.
fn bare(tag: &str) -> &str {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let tag = tag.trim_matches('"');
    ["-br", "-gzip"]
        .iter()
        .find_map(|suffix| tag.strip_suffix(suffix))
        .unwrap_or(tag)
}

/// Whether a list of tags (or `*`) names this one.
fn names(list: &str, tag: &str) -> bool {
    list.split(',')
        .any(|given| given.trim() == "*" || bare(given) == bare(tag))
}

/// Whether the client has this version already (`If-None-Match`), so that a 304 is due.
#[must_use]
pub fn is_known(request: &HttpRequest, tag: &str) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .any(|list| names(list, tag))
}

/// The `If-Match` of a request.
#[derive(Debug, Clone)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Lets a change of something that exists pass only if the client has read this version.
    ///
    /// # Errors
    /// 428 without `If-Match`, 412 with the current tag when it names another.
    pub fn check(&self, current: &str) -> Result<(), Problem> {
        match &self.0 {
            None => Err(Problem::new(
                Kind::PreconditionRequired,
                "Send If-Match with the ETag of what you read.",
            )),
            Some(list) if names(list, current) => Ok(()),
            Some(_) => Err(Problem::stale(format!("\"{current}\""))),
        }
    }

    /// For a change that needs no `If-Match`: one that is sent holds all the same. `None` is the tag of
    /// what can't be read now.
    ///
    /// # Errors
    /// 412 when it names something else.
    pub fn check_if_given(&self, current: Option<&str>) -> Result<(), Problem> {
        match (&self.0, current) {
            (None, _) => Ok(()),
            (Some(_), Some(current)) => self.check(current),
            (Some(list), None) if list.trim() == "*" => Ok(()),
            (Some(_), None) => Err(Problem::new(Kind::Stale, "What you read is gone.")),
        }
    }
}

impl IfMatch {
    /// Lets a PUT of something that does not exist pass: it creates, which needs no `If-Match`. Who
    /// names a version has read one, and it is gone.
    ///
    /// # Errors
    /// 412.
    pub fn check_absent(&self) -> Result<(), Problem> {
        match self.0.as_deref().map(str::trim) {
            None | Some("*") => Ok(()),
            Some(_) => Err(Problem::new(
                Kind::Stale,
                "What you read is not there any more.",
            )),
        }
    }

    /// As [`check`](Self::check) for a tag `v3-…`, whose part behind the dash follows from state that
    /// nobody edits (seats held, a total): GET is honest about it, but an edit of the version that
    /// was read still passes.
    ///
    /// # Errors
    /// As [`check`](Self::check); the 412 names the whole current tag, as GET does.
    pub fn check_version(&self, current: &str) -> Result<(), Problem> {
        let same_version = self.0.as_ref().is_some_and(|list| {
            list.split(',')
                .any(|given| given.trim() == "*" || version_part(given) == version_part(current))
        });
        if same_version {
            return Ok(());
        }
        self.check(current)
    }
}

/// What stands before the first dash.
fn version_part(tag: &str) -> &str {
    let tag = bare(tag);
    tag.split_once('-').map_or(tag, |(version, _)| version)
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let value = request.headers().get(header::IF_MATCH).map(|value| {
            value
                .to_str()
                .map(str::to_owned)
                .map_err(|_| Problem::new(Kind::BadHeader, "If-Match is not visible ASCII."))
        });
        ready(value.transpose().map(IfMatch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_ignore_weakness_and_coding() {
        for list in [
            "\"v7\"",
            "W/\"v7\"",
            "\"v7-br\"",
            "\"v6\", \"v7-gzip\"",
            "*",
            "v7",
        ] {
            assert!(names(list, "v7"), "{list}");
        }
        for list in ["\"v8\"", "\"\"", "", "\"v7-x\""] {
            assert!(!names(list, "v7"), "{list}");
        }
    }

    #[test]
    fn edits_compare_the_version_alone() {
        let if_match = |list: &str| IfMatch(Some(list.to_owned()));
        for list in ["\"v7-17\"", "W/\"v7-3-br\"", "\"v7\"", "*"] {
            assert!(if_match(list).check_version("v7-18").is_ok(), "{list}");
        }
        for list in ["\"v8-18\"", "\"\"", "\"v\""] {
            assert!(if_match(list).check_version("v7-18").is_err(), "{list}");
        }
        assert!(IfMatch(None).check_version("v7-18").is_err());
    }
}
