//! What the pages ask of the registrations, and what they need to hear back.

use super::pages::Shown;
use crate::problem::{Kind, Problem};
use crate::server::App;

/// What lets somebody act on a registration.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The token of a mailed link.
    Token(String),
    /// The access token that such a token was exchanged for.
    Access(String),
}

/// What somebody wants done.
#[derive(Clone, PartialEq, Eq)]
pub enum Wish {
    /// Confirm the address: the token of a `confirm` link.
    Confirm(String),
    /// See the registration.
    Show(Credential),
    /// Cancel it: frees the seats.
    Cancel(Credential),
    /// Erase the person.
    Erase(Credential),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Here it is; `access_token` is for the next step.
    Shown {
        /// What the page shows.
        registration: Shown,
        /// Acts on this registration.
        access_token: String,
    },
    /// The registration is cancelled.
    Cancelled,
    /// The person is erased.
    Erased,
}

/// Does what was wished, by the registrations' own actions.
///
/// # Errors
/// Their refusals: 404 for an unknown token, 410 for one that has expired or was used, 409 where the
/// state does not lead there. Until the registrations are connected here: `not-available`.
pub async fn perform(app: &App, wish: Wish) -> Result<Done, Problem> {
    let (_, _) = (app, wish);
    std::future::ready(Err(Problem::new(
        Kind::NotAvailable,
        "These pages are not connected to the registrations yet.",
    )))
    .await
}
