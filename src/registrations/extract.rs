//! The extractor of one's own registration: whoever holds its access token.

use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::future::LocalBoxFuture;

use super::tokens::{self, Purpose};
use crate::auth::bearer;
use crate::http::edge::Caller;
use crate::ids::RegistrationId;
use crate::problem::{Kind, Problem};
use crate::server::AppState;

/// Whoever holds a good access token.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// The registration that it opens.
    pub registration_id: RegistrationId,
}

impl FromRequest for Own {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let app = request.app_data::<web::Data<AppState>>().cloned();
        let token = bearer(request);
        let caller = Caller::of(request);
        Box::pin(async move {
            let app = app.ok_or_else(|| Problem::internal("no state"))?;
            let token = token?;
            let found = app
                .db
                .read(move |conn| tokens::find(conn, &token, Purpose::Access))
                .await?;
            let now = app.clock.now();
            match found.filter(|token| token.expires_at.is_none_or(|end| end > now)) {
                Some(token) => Ok(Self {
                    registration_id: token.registration_id,
                }),
                None => Err(unknown(
                    &app,
                    &caller,
                    Problem::new(
                        Kind::NotSignedIn,
                        "The access token is unknown, expired or ended.",
                    ),
                )),
            }
        })
    }
}

/// The problem for an unknown token, or 429 for a client that has tried too many.
#[must_use]
pub fn unknown(app: &AppState, caller: &Caller, problem: Problem) -> Problem {
    match app.limits.failure(caller.client) {
        Ok(()) => problem,
        Err(seconds) => Problem::new(
            Kind::TooManyRequests,
            "Too many unknown tokens from this client.",
        )
        .retry_after(seconds),
    }
}
