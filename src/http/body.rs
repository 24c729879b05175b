//! Request bodies: uncompressed JSON of at most 256 KiB that comes within 30 seconds; what is imported
//! may be larger and come more slowly.

use std::marker::PhantomData;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::strict;
use crate::problem::{Kind, Problem};

/// How large a body may be, and how slow.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Largest body, in bytes.
    bytes: usize,
    /// How much of a body that is too large is read and thrown away, so that its sender sees the 413
    /// rather than a closed connection.
    drain: usize,
    /// How long it may take.
    time: Duration,
    /// What is told about a body that is too large.
    too_large: &'static str,
    /// What is told about a body that is too slow.
    too_slow: &'static str,
}

/// Of bodies that people write.
const USUAL: Limits = Limits {
    bytes: 256 * 1024,
    drain: 8 * 1024 * 1024,
    time: Duration::from_secs(30),
    too_large: "The body is larger than 256 KiB.",
    too_slow: "The body was not there within 30 seconds.",
};

/// Of files that are imported.
const FILES: Limits = Limits {
    bytes: 10 * 1024 * 1024,
    drain: 32 * 1024 * 1024,
    time: Duration::from_mins(5),
    too_large: "The body is larger than 10 MiB.",
    too_slow: "The body was not there within five minutes.",
};

/// A file that is imported, not yet read.
#[derive(Debug)]
pub struct Upload {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What it is said to be, in lower case.
    pub media_type: String,
}

impl Upload {
    /// What an import may be said to be.
    pub const TYPES: [&'static str; 5] = [
        "application/json",
        "application/vnd.c3voc.schedule+json",
        "application/vnd.c3voc.schedule+xml",
        "application/xml",
        "text/xml",
    ];
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let media_type = media_type(request).unwrap_or_default();
        let read = read_within(request, payload.take(), &Self::TYPES, FILES);
        Box::pin(async move {
            let bytes = read.await?.to_vec();
            Ok(Self { bytes, media_type })
        })
    }
}

/// Which files of text an operation takes.
pub trait TextTypes: 'static {
    /// Their media types, without parameters.
    const TYPES: &'static [&'static str];
}

/// A file of text, of one of the media types that `T` names. Whether it is UTF-8 is for its reader to
/// say, who knows in which line it is not.
#[derive(Debug)]
pub struct TextFile<T> {
    /// Its media type, without parameters, in lower case.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    types: PhantomData<T>,
}

impl<T: TextTypes> FromRequest for TextFile<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let media_type = media_type(request).unwrap_or_default();
        let read = read_within(request, payload.take(), T::TYPES, FILES);
        Box::pin(async move {
            Ok(Self {
                media_type,
                bytes: read.await?.to_vec(),
                types: PhantomData,
            })
        })
    }
}

/// A JSON body as a `T`; unknown fields and wrong types never get this far.
#[derive(Debug)]
pub struct Json<T> {
    /// The body.
    pub value: T,
    /// SHA-256 of the bytes, for `Idempotency-Key`.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let read = read(request, payload.take(), &["application/json"]);
        Box::pin(async move {
            let bytes = read.await?;
            Ok(Self {
                value: strict::typed(strict::value(&bytes)?)?,
                digest: Sha256::digest(&bytes).into(),
            })
        })
    }
}

/// A JSON body that may be left out: then it is as if nothing in it was said.
#[derive(Debug)]
pub struct MaybeJson<T>(pub Json<T>);

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let is_json = media_type(request).is_some_and(|given| given == "application/json");
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect_within(payload, USUAL).await?;
            let value = match (bytes.is_empty(), is_json) {
                (true, _) => T::default(),
                (false, true) => strict::typed(strict::value(&bytes)?)?,
                (false, false) => return Err(unsupported(&["application/json"])),
            };
            let digest = Sha256::digest(&bytes).into();
            Ok(Self(Json { value, digest }))
        })
    }
}

/// A form that a page of ours sent, not yet read: whoever answers with a page must know its language
/// before they can say what is wrong with it.
#[derive(Debug)]
pub struct Form(Result<String, Problem>);

impl Form {
    /// One field as it was sent, whatever else is wrong with the form.
    #[must_use]
    pub fn field(&self, wanted: &str) -> Option<String> {
        let text = self.0.as_ref().ok()?;
        url::form_urlencoded::parse(text.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    }

    /// The fields as a `T`, which denies unknown ones.
    ///
    /// # Errors
    /// What is wrong with the body or a field.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        super::query::parse(&self.0?)
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let read = read(
            request,
            payload.take(),
            &["application/x-www-form-urlencoded"],
        );
        Box::pin(async move {
            let bytes = read.await;
            let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            Ok(Self(text))
        })
    }
}

/// A JSON Merge Patch (RFC 7396), not yet applied.
#[derive(Debug)]
pub struct Patch(Value);

impl Patch {
    /// Applies the patch to what is there and reads the result as a whole new input: absent keeps,
    /// `null` clears, arrays are replaced whole.
    ///
    /// # Errors
    /// 422 with the pointer of the wrong type or the unknown field.
    pub fn apply<T: serde::Serialize + DeserializeOwned>(&self, current: &T) -> Result<T, Problem> {
        let mut document = serde_json::to_value(current).map_err(Problem::internal)?;
        super::patch::merge(&mut document, &self.0);
        strict::typed(document)
    }

    /// Whether it says anything of this field.
    #[must_use]
    pub fn names(&self, field: &str) -> bool {
        self.0.get(field).is_some()
    }
}

impl FromRequest for Patch {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let read = read(
            request,
            payload.take(),
            &["application/merge-patch+json", "application/json"],
        );
        Box::pin(async move {
            let value = strict::value(&read.await?)?;
            if value.is_object() {
                return Ok(Self(value));
            }
            Err(
                crate::faults::Faults::one("", "invalid_type", "A merge patch is an object.")
                    .into(),
            )
        })
    }
}

fn read(
    request: &HttpRequest,
    payload: dev::Payload,
    types: &[&str],
) -> LocalBoxFuture<'static, Result<BytesMut, Problem>> {
    read_within(request, payload, types, USUAL)
}

fn read_within(
    request: &HttpRequest,
    payload: dev::Payload,
    types: &[&str],
    limits: Limits,
) -> LocalBoxFuture<'static, Result<BytesMut, Problem>> {
    let accepted = media_type(request).is_some_and(|given| types.contains(&given.as_str()));
    if !accepted {
        let problem = unsupported(types);
        return Box::pin(async { Err(problem) });
    }
    Box::pin(collect_within(payload, limits))
}

fn unsupported(types: &[&str]) -> Problem {
    let detail = format!("The body must be {}.", types.join(" or "));
    Problem::new(Kind::UnsupportedMediaType, detail)
}

async fn collect_within(payload: dev::Payload, limits: Limits) -> Result<BytesMut, Problem> {
    tokio::time::timeout(limits.time, collect(payload, limits))
        .await
        .map_err(|_| Problem::new(Kind::SlowBody, limits.too_slow))?
}

async fn collect(mut payload: dev::Payload, limits: Limits) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    let mut seen = 0;
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| Problem::new(Kind::BadRequest, "The body ended before its end."))?;
        seen += chunk.len();
        if seen > limits.drain {
            break;
        }
        if seen <= limits.bytes {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > limits.bytes {
        return Err(Problem::new(Kind::BodyTooLarge, limits.too_large));
    }
    Ok(bytes)
}

/// The media type without its parameters, in lower case. A charset other than UTF-8 is none of ours.
fn media_type(request: &HttpRequest) -> Option<String> {
    let value = request
        .headers()
        .get(header::CONTENT_TYPE)?
        .to_str()
        .ok()?
        .to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next()?.to_owned();
    let utf8 = parts.all(|parameter| {
        parameter
            .strip_prefix("charset=")
            .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    });
    utf8.then_some(media_type)
}
