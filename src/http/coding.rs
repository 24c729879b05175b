//! Which content coding a client prefers.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};

/// Whether gzip is among what this client takes.
#[must_use]
pub fn accepts_gzip(request: &HttpRequest) -> bool {
    Accepted::of(request.headers()).gzip() > 0.0
}

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    /// What `Content-Encoding` and the suffix of an entity tag call it.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What `Accept-Encoding` prefers (RFC 9110, section 12.5.3): the highest weight, of equals the
    /// smallest result. Where nothing we have is accepted, the answer goes out uncoded.
    pub fn preferred(headers: &HeaderMap) -> Self {
        let accepted = Accepted::of(headers);
        let brotli = accepted.brotli.or(accepted.any).unwrap_or(0.0);
        let gzip = accepted.gzip();
        let identity = accepted.identity.unwrap_or(0.0);
        if brotli > 0.0 && brotli >= gzip && brotli >= identity {
            Self::Brotli
        } else if gzip > 0.0 && gzip >= identity {
            Self::Gzip
        } else {
            Self::Identity
        }
    }
}

/// The weights that a client gave; `None` is not named.
#[derive(Debug, Default)]
struct Accepted {
    brotli: Option<f32>,
    gzip: Option<f32>,
    identity: Option<f32>,
    any: Option<f32>,
}

impl Accepted {
    fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        for value in headers.get_all(header::ACCEPT_ENCODING) {
            for item in value.to_str().unwrap_or_default().split(',') {
                accepted.note(item);
            }
        }
        accepted
    }

    fn gzip(&self) -> f32 {
        self.gzip.or(self.any).unwrap_or(0.0)
    }

    fn note(&mut self, item: &str) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        // A weight that is none is taken as a refusal: the uncoded answer is always understood.
        let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let place = if is("br") {
            &mut self.brotli
        } else if is("gzip") || is("x-gzip") {
            &mut self.gzip
        } else if is("identity") {
            &mut self.identity
        } else if name == "*" {
            &mut self.any
        } else {
            return;
        };
        *place = Some(weight);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_weights_of_the_client_decide() {
        for (accept, coding) in [
            ("", Coding::Identity),
            ("br", Coding::Brotli),
            ("gzip, deflate, br", Coding::Brotli),
            ("gzip, deflate", Coding::Gzip),
            ("x-gzip", Coding::Gzip),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("br;q=0, gzip;q=0", Coding::Identity),
            ("BR;Q=1.0", Coding::Brotli),
            ("*", Coding::Brotli),
            ("br;q=0, *;q=0.1", Coding::Gzip),
            ("identity;q=1, br;q=0.5", Coding::Identity),
            ("zstd", Coding::Identity),
            ("br;q=x", Coding::Identity),
            ("identity;q=0", Coding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::ACCEPT_ENCODING,
                HeaderValue::from_str(accept).unwrap(),
            );
            assert_eq!(Coding::preferred(&headers), coding, "{accept}");
        }
        assert_eq!(Coding::preferred(&HeaderMap::new()), Coding::Identity);
    }
}
