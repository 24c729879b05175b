//! `Idempotency-Key`: the same key and body twice have one effect and one answer.
//!
//! Key, fingerprint and answer are written in the transaction of the effect. So there is never a
//! key without its answer, a crash leaves nothing locked, and a second request that comes while the
//! first is running waits for its commit: on `PostgreSQL` on the key's row, on `SQLite` in the queue.

use std::future::{Ready, ready};

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, dev};
use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::clock::Instant;
use crate::db::schema::idempotency_keys::{self, dsl};
use crate::db::types::AsJson;
use crate::db::{Conn, Db, DbError, Failure, Trouble, wait_for_locks};
use crate::http::{Answer, Json, Reply};
use crate::ids::RegistrationId;
use crate::per_backend;
use crate::problem::{Kind, Problem};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// The `Idempotency-Key` of a request, if it has one, with its scope: the token, else the
/// publishable key, else anonymous; the method and the path; never the address of the client.
#[derive(Debug, Clone)]
pub struct Once {
    key_hash: Option<Vec<u8>>,
    fingerprint: Vec<u8>,
}

impl FromRequest for Once {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(of_request(request))
    }
}

fn of_request(request: &HttpRequest) -> Result<Once, Problem> {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.as_bytes().to_vec())
    };
    let Some(value) = header("idempotency-key") else {
        return Ok(Once {
            key_hash: None,
            fingerprint: Vec::new(),
        });
    };
    let bare = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .unwrap_or(&value);
    if bare.is_empty() || bare.len() > 255 || !bare.iter().all(u8::is_ascii_graphic) {
        return Err(Problem::new(
            Kind::BadHeader,
            "Idempotency-Key is 1 to 255 visible ASCII characters.",
        ));
    }
    let scope = header("authorization")
        .or_else(|| header("kongress-frontend"))
        .unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [
        bare,
        &scope,
        request.method().as_str().as_bytes(),
        request.path().as_bytes(),
    ] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    Ok(Once {
        key_hash: Some(hash.finalize().to_vec()),
        fingerprint: Vec::new(),
    })
}

/// An answer as it is kept.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Headers {
    location: Option<String>,
    etag: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
struct Row {
    key_hash: Vec<u8>,
    fingerprint: Vec<u8>,
    status: i32,
    headers: AsJson<Headers>,
    body: String,
    registration_id: Option<RegistrationId>,
    created_at: Instant,
}

/// What a creating request did: the answer, and whose data the answer holds.
#[derive(Debug)]
pub struct Effect {
    /// The answer to give and to keep.
    pub reply: Reply,
    /// What a repeated request is answered with instead, where the first answer shows a secret.
    pub kept: Option<Reply>,
    /// The registration that the answer tells of, so that erasing it erases the answer.
    pub registration: Option<RegistrationId>,
}

impl From<Reply> for Effect {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            kept: None,
            registration: None,
        }
    }
}

impl Once {
    /// Binds the key to the body it came with.
    #[must_use]
    pub fn with<T>(mut self, body: &Json<T>) -> Self {
        self.fingerprint = body.digest.to_vec();
        self
    }

    /// Runs `effect` in one transaction, once per key. Refusals are kept too, except 409, 429 and
    /// 5xx, which may end differently next time.
    ///
    /// # Errors
    /// What `effect` refuses; 422 for a key that came with another body; 409 while the first
    /// request with this key is still running.
    pub async fn run<F>(self, db: &Db, now: Instant, mut effect: F) -> Answer
    where
        F: FnMut(&mut Conn) -> Result<Effect, Problem> + Send + 'static,
    {
        let Some(key_hash) = self.key_hash else {
            return db
                .write(move |tx| effect(tx).map(|effect| effect.reply))
                .await;
        };
        let fingerprint = self.fingerprint;
        let (key, print) = (key_hash.clone(), fingerprint.clone());
        let result = db
            .write(move |tx| -> Result<Reply, Ended> {
                wait_for_locks(tx, 5)?;
                if let Some(reply) = claim(tx, &key, &print, now)? {
                    return Ok(reply);
                }
                let effect = effect(tx).map_err(Ended::Effect)?;
                let kept = effect.kept.as_ref().unwrap_or(&effect.reply);
                keep(tx, &key, kept, effect.registration)?;
                Ok(effect.reply)
            })
            .await;
        match result {
            Ok(reply) => Ok(reply),
            Err(Ended::Key(problem)) => Err(problem),
            Err(Ended::Effect(problem)) => {
                keep_refusal(db, key_hash, fingerprint, now, &problem).await?;
                Err(problem)
            }
        }
    }
}

/// Why the transaction ended: the key's own rules, or the effect.
enum Ended {
    Key(Problem),
    Effect(Problem),
}

impl From<DbError> for Ended {
    fn from(error: DbError) -> Self {
        match error {
            DbError::LockTimeout => Self::Key(Problem::new(
                Kind::IdempotencyInProgress,
                "A request with this Idempotency-Key is still running.",
            )),
            other => Self::Key(other.into()),
        }
    }
}

impl Failure for Ended {
    fn trouble(&self) -> Trouble {
        match self {
            Self::Key(problem) | Self::Effect(problem) => problem.trouble(),
        }
    }
}

/// Takes the key for this transaction, or finds the answer that is kept under it.
fn claim(
    conn: &mut Conn,
    key: &[u8],
    fingerprint: &[u8],
    now: Instant,
) -> Result<Option<Reply>, Ended> {
    let row = Row {
        key_hash: key.to_vec(),
        fingerprint: fingerprint.to_vec(),
        status: 0,
        headers: AsJson(Headers {
            location: None,
            etag: None,
        }),
        body: String::new(),
        registration_id: None,
        created_at: now,
    };
    let taken = per_backend!(conn, c => {
        diesel::delete(dsl::idempotency_keys.filter(dsl::key_hash.eq(key)).filter(dsl::created_at.le(now - KEPT)))
            .execute(c)
            .and_then(|_| diesel::insert_into(dsl::idempotency_keys).values(&row).on_conflict_do_nothing().execute(c))
    })
    .map_err(DbError::from)?;
    if taken == 1 {
        return Ok(None);
    }
    let kept: Row = per_backend!(conn, c => {
        dsl::idempotency_keys.filter(dsl::key_hash.eq(key)).select(Row::as_select()).first(c)
    })
    .map_err(DbError::from)?;
    if kept.fingerprint != fingerprint {
        return Err(Ended::Key(Problem::new(
            Kind::IdempotencyKeyReused,
            "This Idempotency-Key came with another body before.",
        )));
    }
    kept.into_reply().map(Some)
}

impl Row {
    fn into_reply(self) -> Result<Reply, Ended> {
        let status = u16::try_from(self.status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| DbError::internal("a kept answer without status"))?;
        if status.is_client_error() {
            let kept = serde_json::from_str(&self.body).map_err(DbError::internal)?;
            let problem = Problem::from_kept(&kept)
                .ok_or_else(|| DbError::internal("a kept refusal can't be read"))?;
            return Err(Ended::Key(problem));
        }
        let mut reply = Reply::raw(status, self.body);
        reply.location = self.headers.0.location;
        reply.etag = self.headers.0.etag;
        reply.replayed = true;
        Ok(reply)
    }
}

fn keep(
    conn: &mut Conn,
    key: &[u8],
    reply: &Reply,
    registration: Option<RegistrationId>,
) -> Result<(), Ended> {
    let headers = AsJson(Headers {
        location: reply.location.clone(),
        etag: reply.etag.clone(),
    });
    per_backend!(conn, c => {
        diesel::update(dsl::idempotency_keys.filter(dsl::key_hash.eq(key)))
            .set((
                dsl::status.eq(i32::from(reply.status.as_u16())),
                dsl::headers.eq(&headers),
                dsl::body.eq(&reply.body),
                dsl::registration_id.eq(registration),
            ))
            .execute(c)
    })
    .map_err(DbError::from)?;
    Ok(())
}

/// Keeps a refusal of the input. The effect was rolled back, so this is a transaction of its own;
/// if another request took the key meanwhile, its answer stands.
async fn keep_refusal(
    db: &Db,
    key: Vec<u8>,
    fingerprint: Vec<u8>,
    now: Instant,
    problem: &Problem,
) -> Result<(), Problem> {
    let status = problem.kind().status();
    if !(400..500).contains(&status) || matches!(status, 409 | 429) {
        return Ok(());
    }
    let body = problem.to_kept().to_string();
    db.write(move |tx| {
        let row = Row {
            key_hash: key.clone(),
            fingerprint: fingerprint.clone(),
            status: i32::from(status),
            headers: AsJson(Headers { location: None, etag: None }),
            body: body.clone(),
            registration_id: None,
            created_at: now,
        };
        per_backend!(tx, c => {
            diesel::insert_into(dsl::idempotency_keys).values(&row).on_conflict_do_nothing().execute(c)
        })
        .map_err(DbError::from)?;
        Ok::<_, Problem>(())
    })
    .await
}

/// Writes an answer that nobody will ask for, so that a request which finds nothing to do takes about as
/// long as one that does.
///
/// # Errors
/// The store's failure, or no random bytes.
pub fn keep_nothing(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    let row = Row {
        key_hash: crate::clock::random_256()
            .map_err(DbError::internal)?
            .to_vec(),
        fingerprint: Vec::new(),
        status: 0,
        headers: AsJson(Headers {
            location: None,
            etag: None,
        }),
        body: String::new(),
        registration_id: None,
        created_at: now,
    };
    per_backend!(conn, c => diesel::insert_into(dsl::idempotency_keys).values(&row).execute(c))?;
    Ok(())
}

/// Forgets the answers that tell of this registration.
///
/// # Errors
/// The store's failure.
pub fn forget(conn: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(dsl::idempotency_keys.filter(dsl::registration_id.eq(registration))).execute(c)
    })?;
    Ok(())
}

/// Forgets answers older than [`KEPT`]; returns how many.
///
/// # Errors
/// The store's failure.
pub fn sweep(conn: &mut Conn, now: Instant) -> Result<usize, DbError> {
    Ok(per_backend!(conn, c => {
        diesel::delete(dsl::idempotency_keys.filter(dsl::created_at.le(now - KEPT))).execute(c)
    })?)
}
