//! The extractor of the organiser tree.

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev, web};
use chrono::TimeDelta;
use futures_util::future::LocalBoxFuture;

use super::model::{Access, Area, Role, Scope};
use super::store;
use crate::clock::Instant;
use crate::http::edge::Caller;
use crate::ids::{ApiTokenId, OrganisationId};
use crate::problem::{Kind, Problem};
use crate::server::AppState;

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
}

impl Organiser {
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
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let app = request.app_data::<web::Data<AppState>>().cloned();
        let token = bearer(request);
        let client = Caller::of(request).client;
        Box::pin(async move {
            let app = app.ok_or_else(|| Problem::internal("no state"))?;
            let hash = super::hash(&token?);
            let found = app
                .db
                .read(move |conn| store::find_by_hash(conn, &hash))
                .await?;
            let now = app.clock.now();
            let live = found.filter(|(token, _)| {
                token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > now)
            });
            let Some((token, organisation_slug)) = live else {
                app.limits.failure(client).map_err(|seconds| {
                    Problem::new(
                        Kind::TooManyRequests,
                        "Too many unknown tokens from this client.",
                    )
                    .retry_after(seconds)
                })?;
                return Err(Problem::new(
                    Kind::NotSignedIn,
                    "The token is unknown, expired or revoked.",
                ));
            };
            if token
                .last_used_at
                .is_none_or(|used| now - used > TOUCH_EVERY)
            {
                let id = token.id;
                app.db.write(move |tx| store::touch(tx, id, now)).await?;
            }
            Ok(Self {
                token_id: token.id,
                token_name: token.name,
                organisation_id: token.organisation_id,
                organisation_slug,
                role: token.role,
                scopes: token.scopes,
                expires_at: token.expires_at,
            })
        })
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
