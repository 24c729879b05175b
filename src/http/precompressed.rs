//! Documents that are made and compressed once and then served as they are.

use std::io::Write;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Responder};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::etag;
use super::reply::{Caching, ListOf, next_link};
use crate::page::Page;
use crate::problem::Problem;

/// How hard brotli tries: beyond this it costs more time than it saves bytes.
const BROTLI_QUALITY: i32 = 5;

/// A JSON document in every coding, ready to be sent any number of times. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Document {
    identity: Representation,
    gzip: Representation,
    brotli: Representation,
    tag: Arc<str>,
    next_cursor: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
struct Representation {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Representation {
    fn new(bytes: Vec<u8>, tag: &str, suffix: &str) -> Result<Self, Problem> {
        Ok(Self {
            bytes: bytes.into(),
            etag: HeaderValue::from_str(&format!("\"{tag}{suffix}\""))
                .map_err(Problem::internal)?,
        })
    }
}

impl Document {
    /// Serialises and compresses. This takes time: large documents are made off the request path.
    ///
    /// # Errors
    /// 500 when the body can't be serialised, which is a fault of ours.
    pub fn of(body: &impl Serialize) -> Result<Self, Problem> {
        let plain = serde_json::to_vec(body).map_err(Problem::internal)?;
        let tag = etag::of_bytes(&plain);
        Ok(Self {
            gzip: Representation::new(gzip(&plain).map_err(Problem::internal)?, &tag, "-gzip")?,
            brotli: Representation::new(brotli(&plain).map_err(Problem::internal)?, &tag, "-br")?,
            identity: Representation::new(plain, &tag, "")?,
            tag: tag.into(),
            next_cursor: None,
        })
    }

    /// One page of a list, with `Link` to the next.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn page<T: Serialize>(page: Page<T>) -> Result<Self, Problem> {
        let next_cursor = page.next_cursor.as_deref().map(Arc::from);
        let body = ListOf {
            items: page.items,
            next_cursor: page.next_cursor,
        };
        Ok(Self {
            next_cursor,
            ..Self::of(&body)?
        })
    }

    /// Bytes that it takes in memory, roughly.
    #[must_use]
    pub fn size(&self) -> usize {
        self.identity.bytes.len() + self.gzip.bytes.len() + self.brotli.bytes.len()
    }
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::default());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn brotli(mut plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        size_hint: plain.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut packed = Vec::with_capacity(plain.len() / 4);
    brotli::BrotliCompress(&mut plain, &mut packed, &parameters)?;
    Ok(packed)
}

/// A document on its way to a client, in the coding that the client prefers.
#[derive(Debug, Clone)]
pub struct Precompressed {
    /// What is sent.
    pub document: Document,
    /// Who may keep it.
    pub caching: Caching,
}

impl Responder for Precompressed {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let document = self.document;
        let coding = Coding::preferred(request.headers());
        let representation = match coding {
            Coding::Brotli => document.brotli,
            Coding::Gzip => document.gzip,
            Coding::Identity => document.identity,
        };
        let known = etag::is_known(request, &document.tag);
        let mut response = HttpResponse::build(if known {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        });
        response
            .insert_header((header::CACHE_CONTROL, self.caching.header()))
            .insert_header((header::ETAG, representation.etag))
            .insert_header((header::VARY, "Accept-Encoding"));
        if let Some(cursor) = &document.next_cursor {
            response.insert_header((header::LINK, next_link(request, cursor)));
        }
        if known {
            return response.finish();
        }
        if let Some(name) = coding.name() {
            response.insert_header((header::CONTENT_ENCODING, name));
        }
        response
            .content_type("application/json; charset=utf-8")
            .body(representation.bytes)
    }
}

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What `Accept-Encoding` prefers (RFC 9110, section 12.5.3): the highest weight, of equals the
    /// smallest result. Where nothing we have is accepted, the answer goes out uncoded.
    fn preferred(headers: &HeaderMap) -> Self {
        let mut accepted = Accepted::default();
        for value in headers.get_all(header::ACCEPT_ENCODING) {
            for item in value.to_str().unwrap_or_default().split(',') {
                accepted.note(item);
            }
        }
        let brotli = accepted.brotli.or(accepted.any).unwrap_or(0.0);
        let gzip = accepted.gzip.or(accepted.any).unwrap_or(0.0);
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
    fn note(&mut self, item: &str) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        // A weight that is none is taken as a refusal: the uncoded answer is always understood.
        let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        let place = match name.as_str() {
            "br" => &mut self.brotli,
            "gzip" | "x-gzip" => &mut self.gzip,
            "identity" => &mut self.identity,
            "*" => &mut self.any,
            _ => return,
        };
        *place = Some(weight);
    }
}

#[cfg(test)]
mod tests {
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
