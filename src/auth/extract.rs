//! Who is asking in the organiser tree.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev};
use chrono::TimeDelta;

use super::model::{Access, Area, Role, Scope};
use super::store::{self, ApiToken};
use crate::clock::Instant;
use crate::db::Conn;
use crate::http::edge::Caller;
use crate::ids::{ApiTokenId, OrganisationId};
use crate::problem::{Kind, Problem};
use crate::server::App;

/// How exactly the last use of a token is noted.
const TOUCH_EVERY: TimeDelta = TimeDelta::hours(1);

/// Whoever holds a good token.
#[derive(Debug, Clone)]
pub struct Organiser {
    /// The token.
    pub token_id: ApiTokenId,
    /// What the token is called.
    pub token_name: String,
    /// The organisation that every query is scoped to.
    pub organisation_id: OrganisationId,
    /// The slug of that organisation.
    pub organisation_slug: String,
    /// The role of the token.
    pub role: Role,
    /// What the token is narrowed to; empty means nothing is taken away.
    pub scopes: Vec<Scope>,
    /// When the token ends.
    pub expires_at: Option<Instant>,
    /// When they asked.
    pub asked_at: Instant,
    /// What they ask for: the id of an operation of the document.
    pub operation: String,
    /// Whether this request has answered for its trace in the [audit](crate::audit).
    traced: Arc<AtomicBool>,
}

impl Organiser {
    fn of(token: ApiToken, organisation_slug: String, asked_at: Instant) -> Self {
        Self {
            token_id: token.id,
            token_name: token.name,
            organisation_id: token.organisation_id,
            organisation_slug,
            role: token.role,
            scopes: token.scopes,
            expires_at: token.expires_at,
            asked_at,
            operation: String::new(),
            traced: Arc::default(),
        }
    }

    /// Notes that what they do is in the audit.
    pub(crate) fn left_a_trace(&self) {
        self.traced.store(true, Ordering::Relaxed);
    }

    /// Says of a request that may write by its method, but by its meaning changes nothing (a dry run, a
    /// preview), that it leaves no trace in the audit.
    pub fn leaves_no_trace(&self) {
        self.left_a_trace();
    }

    /// Whether this request has answered for its trace in the audit.
    #[must_use]
    pub fn is_traced(&self) -> bool {
        self.traced.load(Ordering::Relaxed)
    }

    /// Lets the operation pass if role and scopes reach it.
    ///
    /// # Errors
    /// 403.
    pub fn require(&self, area: Area, access: Access) -> Result<(), Problem> {
        let in_scope = self.scopes.is_empty() || self.scopes.contains(&area);
        if in_scope && self.role.reaches(area, access) {
            return Ok(());
        }
        Err(Problem::new(
            Kind::NotAllowed,
            "The role or the scopes of this token do not reach this operation.",
        ))
    }
}

impl FromRequest for Organiser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        // Whoever is asked of by a handler has passed the gate of the API.
        let known = request.extensions().get::<Self>().cloned();
        ready(known.ok_or_else(|| Problem::internal("a handler of organisers outside their tree")))
    }
}

/// Finds out who holds the token of this request. In the same read, `admits` says whether what the
/// address names is theirs.
///
/// # Errors
/// 401 without a good token, 429 for a client that has tried too many; what `admits` refuses.
pub async fn sign_in<F>(app: &App, request: &HttpRequest, admits: F) -> Result<Organiser, Problem>
where
    F: Fn(&mut Conn, &Organiser) -> Result<(), Problem> + Send + 'static,
{
    let hash = super::hash(&bearer(request)?);
    let now = app.clock.now();
    let found = app
        .db
        .read(move |conn| {
            let live = store::find_by_hash(conn, &hash)?.filter(|(token, _)| is_live(token, now));
            let Some((token, organisation_slug)) = live else {
                return Ok(None);
            };
            let last_used_at = token.last_used_at;
            let organiser = Organiser::of(token, organisation_slug, now);
            admits(conn, &organiser)?;
            Ok::<_, Problem>(Some((organiser, last_used_at)))
        })
        .await?;
    let Some((organiser, last_used_at)) = found else {
        return Err(unknown(app, Caller::of(request).client));
    };
    if last_used_at.is_none_or(|used| now - used > TOUCH_EVERY) {
        let id = organiser.token_id;
        app.db.write(move |tx| store::touch(tx, id, now)).await?;
    }
    Ok(organiser)
}

fn is_live(token: &ApiToken, now: Instant) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > now)
}

fn unknown(app: &App, client: IpAddr) -> Problem {
    match app.limits.failure(client) {
        Ok(()) => Problem::new(
            Kind::NotSignedIn,
            "The token is unknown, expired or revoked.",
        ),
        Err(seconds) => Problem::new(
            Kind::TooManyRequests,
            "Too many unknown tokens from this client.",
        )
        .retry_after(seconds),
    }
}

/// The token in `Authorization: Bearer …`.
///
/// # Errors
/// 401 when there is none.
pub fn bearer(request: &HttpRequest) -> Result<String, Problem> {
    let refuse = || {
        Problem::new(
            Kind::NotSignedIn,
            "Send Authorization: Bearer with a token.",
        )
    };
    let value = request
        .headers()
        .get(header::AUTHORIZATION)
        .ok_or_else(refuse)?;
    let value = value.to_str().map_err(|_| refuse())?;
    let (scheme, token) = value.split_once(' ').ok_or_else(refuse)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(refuse());
    }
    Ok(token.trim().to_owned())
}
