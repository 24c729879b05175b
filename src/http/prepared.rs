//! Documents that are made once and sent any number of times, in every coding.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::coding::Coding;
use super::etag;
use super::reply::ListOf;
use crate::page::Page;
use crate::problem::Problem;

/// How hard brotli tries: beyond this it costs more time than it saves bytes.
const BROTLI_QUALITY: i32 = 5;
const JSON: &str = "application/json; charset=utf-8";

/// A document, ready to be sent any number of times. Each coding is made when it is first asked
/// for, and only then: a document that is replaced soon costs little. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Document(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    plain: Bytes,
    /// `None` within is a coding that could not be made: the document goes out uncoded then.
    gzip: OnceLock<Option<Bytes>>,
    brotli: OnceLock<Option<Bytes>>,
    /// Unquoted and without the suffix of a coding.
    tag: String,
    /// By [`Coding`].
    etags: [HeaderValue; 3],
    next_cursor: Option<String>,
    media_type: &'static str,
    /// `Content-Disposition`: what a browser calls the file that is kept of it.
    disposition: Option<HeaderValue>,
}

impl Document {
    /// Serialises. This takes time: large documents are made off the request path.
    ///
    /// # Errors
    /// 500 when the body can't be serialised, which is a fault of ours.
    pub fn of(body: &impl Serialize) -> Result<Self, Problem> {
        let plain = serde_json::to_vec(body).map_err(Problem::internal)?;
        Self::of_bytes(plain, JSON, None, None)
    }

    /// Of text in another format, which a browser shows, or keeps under this name.
    ///
    /// # Errors
    /// 500 for a name that can't stand in a header.
    pub fn file(text: String, media_type: &'static str, name: &str) -> Result<Self, Problem> {
        let disposition = format!("inline; filename=\"{name}\"");
        let disposition = HeaderValue::try_from(disposition).map_err(Problem::internal)?;
        Self::of_bytes(text.into_bytes(), media_type, Some(disposition), None)
    }

    /// Of text of another kind than JSON; `media_type` is sent as it is.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn text(media_type: &'static str, text: String) -> Result<Self, Problem> {
        Self::of_bytes(text.into_bytes(), media_type, None, None)
    }

    /// Of JSON that is printed already.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn printed(json: Vec<u8>) -> Result<Self, Problem> {
        Self::of_bytes(json, JSON, None, None)
    }

    /// One page of a list, with `Link` to the next.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn page<T: Serialize>(page: Page<T>) -> Result<Self, Problem> {
        let next_cursor = page.next_cursor.clone();
        let body = ListOf {
            items: page.items,
            next_cursor: page.next_cursor,
        };
        let plain = serde_json::to_vec(&body).map_err(Problem::internal)?;
        Self::of_bytes(plain, JSON, None, next_cursor)
    }

    fn of_bytes(
        plain: Vec<u8>,
        media_type: &'static str,
        disposition: Option<HeaderValue>,
        next_cursor: Option<String>,
    ) -> Result<Self, Problem> {
        let tag = etag::of_bytes(&plain);
        let etag = |coding: Coding| match coding.name() {
            Some(name) => HeaderValue::try_from(format!("\"{tag}-{name}\"")),
            None => HeaderValue::try_from(format!("\"{tag}\"")),
        };
        let etags = [Coding::Brotli, Coding::Gzip, Coding::Identity].map(etag);
        let [brotli, gzip, identity] = etags.map(|etag| etag.map_err(Problem::internal));
        Ok(Self(Arc::new(Inner {
            etags: [brotli?, gzip?, identity?],
            tag,
            // To its length: what is kept for long keeps no spare room.
            plain: plain.into_boxed_slice().into(),
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
            next_cursor,
            media_type,
            disposition,
        })))
    }

    /// Makes every coding now: for documents that are made off the request path and stay.
    #[must_use]
    pub fn prepared(self) -> Self {
        self.coded(Coding::Gzip);
        self.coded(Coding::Brotli);
        self
    }

    /// Makes the coding that this client prefers, off the request path, unless it is there already or
    /// the client has the document.
    ///
    /// # Errors
    /// 500 when the thread that makes it is lost.
    pub async fn ready_for(self, request: &HttpRequest) -> Result<Self, Problem> {
        if self.is_ready_for(request) {
            return Ok(self);
        }
        let coding = Coding::preferred(request.headers());
        let making = tokio::task::spawn_blocking(move || {
            self.coded(coding);
            self
        });
        making.await.map_err(Problem::internal)
    }

    /// Whether it can be sent to this client as it is: in the coding that the client prefers, or not at
    /// all, because the client has it.
    #[must_use]
    pub fn is_ready_for(&self, request: &HttpRequest) -> bool {
        self.has(Coding::preferred(request.headers())) || etag::is_known(request, &self.0.tag)
    }

    fn has(&self, coding: Coding) -> bool {
        match coding {
            Coding::Brotli => self.0.brotli.get().is_some(),
            Coding::Gzip => self.0.gzip.get().is_some(),
            Coding::Identity => true,
        }
    }

    /// The bytes in this coding, made at most once; `None` if they can't be made.
    pub(super) fn coded(&self, coding: Coding) -> Option<Bytes> {
        let kept = |made: std::io::Result<Vec<u8>>| match made {
            Ok(bytes) => Some(bytes.into_boxed_slice().into()),
            Err(error) => {
                tracing::error!(%error, ?coding, "a document was not compressed");
                None
            }
        };
        let Inner {
            plain,
            gzip,
            brotli,
            ..
        } = &*self.0;
        match coding {
            Coding::Brotli => brotli.get_or_init(|| kept(pack_brotli(plain))).clone(),
            Coding::Gzip => gzip.get_or_init(|| kept(pack_gzip(plain))).clone(),
            Coding::Identity => Some(plain.clone()),
        }
    }

    /// What its bytes are named by, unquoted and without the suffix of a coding.
    pub(super) fn tag(&self) -> &str {
        &self.0.tag
    }

    /// Its entity tag in this coding.
    pub(super) fn etag(&self, coding: Coding) -> HeaderValue {
        self.0.etags[coding as usize].clone()
    }

    /// Its bytes, uncoded.
    pub(super) fn plain(&self) -> Bytes {
        self.0.plain.clone()
    }

    /// The cursor of the next page, if it is one page of a list.
    pub(super) fn next_cursor(&self) -> Option<&str> {
        self.0.next_cursor.as_deref()
    }

    /// What it is.
    pub(super) fn media_type(&self) -> &'static str {
        self.0.media_type
    }

    /// What a browser calls the file that is kept of it.
    pub(super) fn disposition(&self) -> Option<HeaderValue> {
        self.0.disposition.clone()
    }

    /// Bytes that it takes in memory, roughly; a coding that is not made yet counts as if it saved
    /// nothing.
    #[must_use]
    pub fn size(&self) -> usize {
        let plain = self.0.plain.len();
        let of = |place: &OnceLock<Option<Bytes>>| match place.get() {
            Some(Some(bytes)) => bytes.len(),
            Some(None) => 0,
            None => plain,
        };
        plain + of(&self.0.gzip) + of(&self.0.brotli)
    }
}

fn pack_gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::default());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn pack_brotli(mut plain: &[u8]) -> std::io::Result<Vec<u8>> {
    // A window that holds the document: one of the default size takes megabytes for every kilobyte.
    let window = (usize::BITS - plain.len().leading_zeros()).clamp(16, 22);
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: i32::try_from(window).unwrap_or(22),
        size_hint: plain.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut packed = Vec::with_capacity(plain.len() / 4);
    brotli::BrotliCompress(&mut plain, &mut packed, &parameters)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_coding_is_the_same_document() {
        let text = "Barnevernskonferansen ".repeat(200);
        let document = Document::of(&text).unwrap();
        let plain = document.coded(Coding::Identity).unwrap();
        assert_eq!(document.size(), 3 * plain.len());
        let document = document.prepared();
        let gzip = document.coded(Coding::Gzip).unwrap();
        let brotli = document.coded(Coding::Brotli).unwrap();
        assert_eq!(document.size(), plain.len() + gzip.len() + brotli.len());
        assert!(brotli.len() < gzip.len() && gzip.len() < plain.len());
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(&gzip[..])
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, plain);
        let mut read = Vec::new();
        brotli::Decompressor::new(&brotli[..], 4096)
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, plain);
    }

    #[test]
    fn a_coding_is_made_once_however_many_ask() {
        let document = Document::of(&"x".repeat(100_000)).unwrap();
        let made: Vec<Bytes> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| document.coded(Coding::Brotli).unwrap()))
                .collect();
            threads.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.iter().all(|one| one.as_ptr() == made[0].as_ptr()));
    }
}
