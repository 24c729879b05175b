//! Errors as RFC 9457 problem documents: one type, one catalogue, each cause logged once.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::db::{DbError, Failure, Stop, Trouble};
use crate::faults::{Fault, Faults};

/// What `Content-Type` a problem has.
pub const CONTENT_TYPE: &str = "application/problem+json";

macro_rules! catalogue {
    ($($kind:ident = $code:literal, $status:literal, $title:literal, $meaning:literal;)*) => {
        /// Every kind of problem this service answers with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(clippy::doc_markdown, reason = "the sentences are shown as plain text too")]
        pub enum Kind {
            $(#[doc = $meaning] $kind,)*
        }

        impl Kind {
            /// All of them, by status and then by subject.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The last segment of `type`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$kind => $status,)* }
            }

            /// A short summary that never changes.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }

            /// What it means and what to do, for the page behind `type`.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$kind => $meaning,)* }
            }
        }
    };
}

catalogue! {
    UnreadableJson = "unreadable-json", 400, "Unreadable JSON", "The body is not JSON in UTF-8. The detail says where reading stopped. Send well-formed JSON.";
    UnreadableXml = "unreadable-xml", 400, "Unreadable XML", "The body is not XML in UTF-8 as it is taken here: well-formed, without a document type, with no entities but the five of XML. The detail names the line where reading stopped.";
    BadHeader = "bad-header", 400, "Unreadable header", "A header can't be read as what it should be. The detail names it.";
    BadRequest = "bad-request", 400, "Bad request", "The request can't be understood as HTTP.";
    NotSignedIn = "not-signed-in", 401, "Credentials needed", "The request has no credentials, or they are unknown, expired or revoked. Send Authorization: Bearer with a token.";
    NotAllowed = "not-allowed", 403, "Not allowed", "The token is good, but its role or scopes do not reach this operation. Ask an owner of the organisation for another one.";
    NotFound = "not-found", 404, "Not found", "There is nothing here, or it is not yours to know of.";
    NoVideo = "no-video", 404, "No video", "The session has no position in a published recording (yet).";
    NoTranscript = "no-transcript", 404, "No transcript", "Nothing that is said in this recording or session may be read (yet).";
    NotScheduled = "not-scheduled", 404, "Not scheduled yet", "The event or the session has no date yet, and this format can't say so. Ask again when it has one, or read the JSON.";
    MethodNotAllowed = "method-not-allowed", 405, "Method not allowed", "The path exists, but not with this method. The Allow header lists the methods.";
    SlowBody = "slow-body", 408, "The body came too slowly", "The body was not there in time: 30 seconds, five minutes for an import. Send it again.";
    WrongState = "wrong-state", 409, "Not in this state", "The thing is in a state from which this change does not lead. Nothing was changed; the detail names the state.";
    SoldOut = "sold-out", 409, "Sold out", "There are not enough free seats of this ticket type. ticket_type_id names it. Nothing was stored.";
    SessionFull = "session-full", 409, "The session is full", "A session that was chosen has no place left. session_id names it, and sessions_left those that have. Nothing was stored.";
    MunicipalityTaken = "municipality-taken", 409, "The municipality has its seat", "This ticket type has one seat for each municipality, and the seat of this one is taken. municipality_number names it.";
    OptionFull = "option-full", 409, "The option is full", "As many as may have chosen this option of a question. question_id and option name it. Nothing was stored.";
    AccessCodeUsedUp = "access-code-used-up", 409, "The access code is used up", "As many registrations as may use this access code. A use is given back when one of them is called off. Nothing was stored.";
    RegistrationClosed = "registration-closed", 409, "Registration is closed", "The ticket type is not on sale now: not yet, not any more, or the event is cancelled or archived.";
    NothingToRelease = "nothing-to-release", 409, "Nothing to release", "The working copy equals the newest release, so no new version was made.";
    InUse = "in-use", 409, "Still in use", "Something else refers to this. Remove the reference first; the detail names it.";
    SlugTaken = "slug-taken", 409, "Already taken", "Another thing has this slug or guid already. The pointer names the field.";
    IdempotencyInProgress = "idempotency-in-progress", 409, "Still running", "A request with this Idempotency-Key is still running. Try again after Retry-After.";
    Expired = "expired", 410, "Expired", "The link or the registration has expired, and its seats have gone to others. Register again.";
    TokenUsed = "token-used", 410, "Already used", "The link has been used. Ask for a new one with POST /registrations/link.";
    Stale = "stale", 412, "Changed meanwhile", "Somebody changed this since you read it. ETag is the current one: read again, merge, and send it as If-Match.";
    BodyTooLarge = "body-too-large", 413, "Body too large", "The body is larger than this operation takes: 256 KiB, 10 MiB for an import.";
    UriTooLong = "uri-too-long", 414, "Address too long", "The address of the request is longer than 4 KiB.";
    UnsupportedMediaType = "unsupported-media-type", 415, "Unsupported media type", "The body must be uncompressed application/json; for PATCH application/merge-patch+json too, for an import XML too.";
    Invalid = "invalid", 422, "Invalid input", "The body or the query was read, but something in it can't be accepted. errors lists all that was found, each with its JSON pointer. Nothing was stored.";
    IdempotencyKeyReused = "idempotency-key-reused", 422, "Idempotency-Key used before", "This key came with another body within 24 hours. Use a new key for a new request.";
    PreconditionRequired = "precondition-required", 428, "If-Match needed", "Changing something that exists needs If-Match with the ETag you read, so that two editors never overwrite each other silently.";
    TooManyRequests = "too-many-requests", 429, "Too many requests", "This client, or this address, has asked too often. Try again after Retry-After.";
    HeadersTooLarge = "headers-too-large", 431, "Headers too large", "The headers together are larger than 16 KiB.";
    Internal = "internal", 500, "Internal error", "Something went wrong here. The instance is the id to report; it is in our log with the cause.";
    Busy = "busy", 503, "Busy", "The store is busy or away. Nothing was stored that was not acknowledged. Try again after Retry-After, with the same Idempotency-Key.";
}

/// One problem, on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<Fault>,
    extra: Map<String, Value>,
    etag: Option<String>,
    retry_after: Option<u64>,
    trouble: Trouble,
    replayed: bool,
}

impl Problem {
    /// A problem of this kind; `detail` is one sentence about this very case.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            extra: Map::new(),
            etag: None,
            retry_after: match kind {
                Kind::Busy => Some(2),
                Kind::IdempotencyInProgress => Some(1),
                _ => None,
            },
            trouble: Trouble::None,
            replayed: false,
        }
    }

    /// 404, the same whether a thing is not there or not the caller's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "There is nothing at this address.")
    }

    /// 412 with the current entity tag.
    pub fn stale(etag: impl Into<String>) -> Self {
        let mut problem = Self::new(Kind::Stale, "This was changed since you read it.");
        problem.etag = Some(etag.into());
        problem
    }

    /// A constant answer to the client; the cause goes to the log, here and only here.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(Kind::Internal, "Something went wrong here.")
    }

    /// 429 or 503 with the seconds to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The seconds to wait before the request is tried again, where waiting helps.
    #[must_use]
    pub const fn seconds_to_wait(&self) -> Option<u64> {
        self.retry_after
    }

    /// Adds an extension member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the place of the fault.
    #[must_use]
    pub fn at(
        mut self,
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        self.errors
            .extend(Faults::one(pointer, code, detail).into_list());
        self
    }

    /// The problem as it is kept under an `Idempotency-Key`.
    #[must_use]
    pub fn to_kept(&self) -> Value {
        json!({"code": self.kind.code(), "detail": self.detail, "errors": self.errors, "extra": self.extra})
    }

    /// The problem that [`to_kept`](Self::to_kept) made; `None` for anything else.
    #[must_use]
    pub fn from_kept(kept: &Value) -> Option<Self> {
        let kind = Kind::ALL.iter().find(|kind| kept["code"] == kind.code())?;
        let mut problem = Self::new(*kind, kept["detail"].as_str()?);
        problem.errors = Deserialize::deserialize(&kept["errors"]).ok()?;
        problem.extra.clone_from(kept["extra"].as_object()?);
        problem.replayed = true;
        Some(problem)
    }

    /// What is wrong with the input, each with its place.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.errors
    }

    /// What kind of problem this is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The whole answer, for the request with this id.
    #[must_use]
    pub fn render(&self, instance: &str) -> HttpResponse {
        let document = ProblemDocument {
            r#type: format!("/problems/{}", self.kind.code()),
            title: self.kind.title().to_owned(),
            status: self.kind.status(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            errors: self.errors.clone(),
            extra: self.extra.clone(),
        };
        let mut response = HttpResponse::build(self.status_code());
        response
            .content_type(CONTENT_TYPE)
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("Content-Language", "en"));
        if let Some(etag) = &self.etag {
            response.insert_header(("ETag", etag.as_str()));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header(("Retry-After", seconds.to_string()));
        }
        if self.replayed {
            response.insert_header(("Idempotent-Replayed", "true"));
        }
        if self.kind == Kind::NotSignedIn {
            response.insert_header(("WWW-Authenticate", "Bearer realm=\"kongress\""));
        }
        response.json(document)
    }
}

/// How a problem looks on the wire (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `/problems/<code>`: a page that explains this kind of problem.
    #[schema(example = "/problems/invalid")]
    r#type: String,
    /// A short summary of the kind.
    #[schema(example = "Invalid input")]
    title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// One sentence about this case.
    #[schema(example = "The body has 1 fault.")]
    detail: String,
    /// The id of the request, also in `X-Request-Id`.
    #[schema(example = "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c")]
    instance: String,
    /// Every fault with its place, for 422 and 409 where a field is meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Fault>,
    /// Further members, named in the explanation of the kind.
    #[serde(flatten)]
    #[schema(ignore)]
    extra: Map<String, Value>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code(), self.detail)
    }
}

// The outermost layer renders the problem, because it knows the id of the request.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl Failure for Problem {
    fn trouble(&self) -> Trouble {
        self.trouble
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let trouble = error.trouble();
        let mut problem = match error {
            DbError::Busy | DbError::Conflict | DbError::LockTimeout => {
                Self::new(Kind::Busy, "The store is busy.")
            }
            DbError::Unavailable(cause) => {
                tracing::error!(%cause, "the store is away");
                Self::new(Kind::Busy, "The store is away.")
            }
            DbError::Unique
            | DbError::Reference
            | DbError::Query(_)
            | DbError::Panicked(_)
            | DbError::Internal(_) => Self::internal(error),
        };
        problem.trouble = trouble;
        problem
    }
}

impl<R: Into<Self>> From<Stop<R>> for Problem {
    fn from(stop: Stop<R>) -> Self {
        match stop {
            Stop::Refused(refusal) => refusal.into(),
            Stop::Store(error) => error.into(),
        }
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        let errors = faults.into_list();
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            many => format!("The input has {} faults.", many.len()),
        };
        let mut problem = Self::new(Kind::Invalid, detail);
        problem.errors = errors;
        problem
    }
}
