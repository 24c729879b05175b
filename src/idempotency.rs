//! `Idempotency-Key`: the same key and body twice have one effect and one answer.
//!
//! Key, fingerprint and answer are written in the transaction of the effect. So there is never a
//! key without its answer, a crash leaves nothing locked, and a second request that comes while the
//! first is running waits for its commit: on `PostgreSQL` for the key's name, on `SQLite` in the queue.

use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, dev};
use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::clock::Instant;
use crate::db::rows::serialise_on;
use crate::db::schema::idempotency_keys::{self, dsl};
use crate::db::types::AsJson;
use crate::db::{Conn, Db, DbError, Failure, Trouble};
use crate::http::{Answer, Json, Reply};
use crate::ids::RegistrationId;
use crate::problem::{Kind, Problem};
use crate::{insert_rows, per_backend};

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
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Headers {
    location: Option<String>,
    etag: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
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

    /// What names the key, if the request has one: two of the same name never run at once.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.key_hash.as_deref()
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
        if self.key_hash.is_none() {
            return db
                .write(move |tx| effect(tx).map(|effect| effect.reply))
                .await;
        }
        let once = self.clone();
        let result = db
            .write(move |tx| -> Result<Reply, Ended> {
                if let Some(kept) = find_all(tx, now, &[&once])?.pop().flatten() {
                    return kept.map_err(Ended::Key);
                }
                let effect = effect(tx).map_err(Ended::Effect)?;
                let kept = effect.kept.as_ref().unwrap_or(&effect.reply);
                keep_all(tx, now, &[(&once, Ok(kept), effect.registration)])?;
                Ok(effect.reply)
            })
            .await;
        match result {
            Ok(reply) => Ok(reply),
            Err(Ended::Key(problem)) => Err(problem),
            Err(Ended::Effect(problem)) => {
                self.keep_refusal(db, now, &problem).await?;
                Err(problem)
            }
        }
    }

    /// Keeps a refusal of the input. The effect was rolled back, so this is a transaction of its own;
    /// if another request took the key meanwhile, its answer stands.
    async fn keep_refusal(self, db: &Db, now: Instant, problem: &Problem) -> Result<(), Problem> {
        if let Some(row) = self.row(now, Err(problem), None) {
            let keep = move |tx: &mut Conn| insert(tx, std::slice::from_ref(&row));
            db.write(keep).await?;
        }
        Ok(())
    }

    /// The answer as it is kept; `None` if there is no key, or the answer is not kept.
    fn row(
        &self,
        now: Instant,
        answer: Result<&Reply, &Problem>,
        registration_id: Option<RegistrationId>,
    ) -> Option<Row> {
        let (status, headers, body) = match answer {
            Ok(reply) => {
                let (location, etag) = (reply.location.clone(), reply.etag.clone());
                let status = reply.status.as_u16();
                (status, Headers { location, etag }, reply.body.clone())
            }
            Err(problem) => {
                let status = problem.kind().status();
                if !(400..500).contains(&status) || matches!(status, 409 | 429) {
                    return None;
                }
                (status, Headers::default(), problem.to_kept().to_string())
            }
        };
        Some(Row {
            key_hash: self.key_hash.clone()?,
            fingerprint: self.fingerprint.clone(),
            status: i32::from(status),
            headers: AsJson(headers),
            body,
            registration_id,
            created_at: now,
        })
    }

    /// What a failure of the store means to the request with this key.
    #[must_use]
    pub fn problem(&self, error: DbError) -> Problem {
        match error {
            DbError::LockTimeout if self.key_hash.is_some() => still_running(),
            other => other.into(),
        }
    }
}

fn still_running() -> Problem {
    let detail = "A request with this Idempotency-Key is still running.";
    Problem::new(Kind::IdempotencyInProgress, detail)
}

/// Why the transaction ended: the key's own rules, or the effect.
enum Ended {
    Key(Problem),
    Effect(Problem),
}

impl From<DbError> for Ended {
    fn from(error: DbError) -> Self {
        match error {
            DbError::LockTimeout => Self::Key(still_running()),
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

/// Takes the keys of these requests for this transaction, all at once and before anything else, so that
/// transactions meet in one order.
///
/// # Errors
/// [`DbError::LockTimeout`] while another transaction has one of the keys; or the store's failure.
pub fn take_all<'a>(
    conn: &mut Conn,
    requests: impl Iterator<Item = &'a Once>,
) -> Result<(), DbError> {
    let mut keys = requests.filter_map(Once::key).peekable();
    match keys.peek() {
        Some(_) => serialise_on(conn, keys),
        None => Ok(()),
    }
}

/// Takes the keys of these requests for this transaction, and finds the answers that are kept under
/// them, in order; `None` where there is no key or no answer yet. No key may come twice.
///
/// # Errors
/// [`DbError::LockTimeout`] while another transaction has one of the keys; or the store's failure.
pub fn find_all(
    conn: &mut Conn,
    now: Instant,
    requests: &[&Once],
) -> Result<Vec<Option<Answer>>, DbError> {
    let keys: Vec<&[u8]> = requests.iter().filter_map(|once| once.key()).collect();
    if keys.is_empty() {
        return Ok(requests.iter().map(|_| None).collect());
    }
    take_all(conn, requests.iter().copied())?;
    let rows: Vec<Row> = per_backend!(conn, c => {
        let these = || dsl::idempotency_keys.filter(dsl::key_hash.eq_any(&keys));
        diesel::delete(these().filter(dsl::created_at.le(now - KEPT))).execute(c)?;
        these().select(Row::as_select()).load(c)?
    });
    let mut kept: HashMap<Vec<u8>, Row> = rows
        .into_iter()
        .map(|row| (row.key_hash.clone(), row))
        .collect();
    let mut find = |once: &&Once| match once.key().and_then(|key| kept.remove(key)) {
        None => Ok(None),
        Some(row) if row.fingerprint != once.fingerprint => Ok(Some(Err(Problem::new(
            Kind::IdempotencyKeyReused,
            "This Idempotency-Key came with another body before.",
        )))),
        Some(row) => row.into_answer().map(Some),
    };
    requests.iter().map(&mut find).collect()
}

impl Row {
    fn into_answer(self) -> Result<Answer, DbError> {
        let status = u16::try_from(self.status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| DbError::internal("a kept answer without status"))?;
        if status.is_client_error() {
            let kept = serde_json::from_str(&self.body).map_err(DbError::internal)?;
            let problem = Problem::from_kept(&kept)
                .ok_or_else(|| DbError::internal("a kept refusal can't be read"))?;
            return Ok(Err(problem));
        }
        let mut reply = Reply::raw(status, self.body);
        reply.location = self.headers.0.location;
        reply.etag = self.headers.0.etag;
        reply.replayed = true;
        Ok(Ok(reply))
    }
}

/// Keeps answers under the keys of their requests, with the registration that an answer tells of.
/// 409, 429 and 5xx are not kept.
///
/// # Errors
/// The store's failure.
pub fn keep_all(
    conn: &mut Conn,
    now: Instant,
    answers: &[(&Once, Result<&Reply, &Problem>, Option<RegistrationId>)],
) -> Result<(), DbError> {
    let rows: Vec<Row> = answers
        .iter()
        .filter_map(|(once, answer, registration)| once.row(now, *answer, *registration))
        .collect();
    insert(conn, &rows)
}

fn insert(conn: &mut Conn, rows: &[Row]) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    insert_rows!(conn, dsl::idempotency_keys, rows, on_conflict_do_nothing)?;
    Ok(())
}

/// Writes an answer that nobody will ask for, so that a request which finds nothing to do keeps the store
/// about as busy as one that does.
///
/// # Errors
/// The store's failure, or no random bytes.
pub fn keep_nothing(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    let random = crate::clock::random_256().map_err(DbError::internal)?;
    let row = Row {
        key_hash: random.to_vec(),
        fingerprint: Vec::new(),
        status: 0,
        headers: AsJson(Headers::default()),
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
