//! Who is asking for their own registration: whoever holds its access token.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev};

use super::refusal::Refusal;
use super::tokens::{self, Purpose};
use crate::auth::bearer;
use crate::http::edge::Caller;
use crate::ids::{AttendeeId, RegistrationId};
use crate::problem::{Kind, Problem};
use crate::server::{App, AppState};

/// Whoever holds a good access token.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// The registration that it opens.
    pub registration_id: RegistrationId,
    /// The attendee whose own link it was; `None`: the contact.
    pub attendee_id: Option<AttendeeId>,
}

impl Own {
    /// Lets only the contact pass.
    ///
    /// # Errors
    /// 403 for an attendee.
    pub fn require_contact(self) -> Result<(), Problem> {
        match self.attendee_id {
            None => Ok(()),
            Some(_) => Err(Refusal::ContactOnly.into()),
        }
    }
}

impl FromRequest for Own {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        // Whoever is asked of by a handler has passed the gate of the API.
        let known = request.extensions().get::<Self>().copied();
        ready(known.ok_or_else(|| Problem::internal("a handler of one's own outside their tree")))
    }
}

/// Finds out whose registration the access token of this request opens.
///
/// # Errors
/// 401 without a good token, 429 for a client that has tried too many.
pub async fn sign_in(app: &App, request: &HttpRequest) -> Result<Own, Problem> {
    let token = bearer(request)?;
    let found = app
        .db
        .read(move |conn| tokens::find(conn, &token, Purpose::Access))
        .await?;
    let now = app.clock.now();
    match found.filter(|token| token.expires_at.is_none_or(|end| end > now)) {
        Some(token) => Ok(Own {
            registration_id: token.registration_id,
            attendee_id: token.attendee_id,
        }),
        None => Err(unknown(
            app,
            &Caller::of(request),
            Problem::new(
                Kind::NotSignedIn,
                "The access token is unknown, expired or ended.",
            ),
        )),
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
