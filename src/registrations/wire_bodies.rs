//! The small bodies of registering, confirming and asking for a link.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{LeadsTo, RegistrationState};
use super::register::Accepted;
use super::wire_own::OwnRegistration;
use crate::http::wire::Moment;

/// The same for everybody: what was sent can lead to a seat once the address is confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationAccepted {
    /// Always `awaiting_confirmation`.
    pub state: RegistrationState,
    /// What confirming the address leads to.
    pub leads_to: LeadsTo,
    /// Until when the seats are held.
    pub confirm_before: Moment,
    /// Where the mail goes.
    #[schema(format = Email, example = "kari@example.org")]
    pub email: String,
    /// The frontend's own reference.
    #[schema(required = true, example = "order-4711")]
    pub reference: Option<String>,
}

impl From<&Accepted> for RegistrationAccepted {
    fn from(accepted: &Accepted) -> Self {
        Self {
            state: RegistrationState::AwaitingConfirmation,
            leads_to: accepted.leads_to,
            confirm_before: Moment::new(accepted.confirm_before, accepted.event.timezone),
            email: accepted.email.to_string(),
            reference: accepted.reference.clone(),
        }
    }
}

/// A token from a mail's link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// What stands behind `token=` in the link.
    #[schema(example = "kgc_…")]
    pub token: String,
}

/// What became of a registration whose offer was declined.
#[derive(Debug, Serialize, ToSchema)]
pub struct Declined {
    /// The registration.
    pub registration: OwnRegistration,
}

/// Where to mail a link to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// Id or slug of the event.
    #[schema(example = "barnevernskonferansen-2027")]
    pub event: String,
    /// The contact's address.
    #[schema(format = Email, example = "kari@example.org")]
    pub email: String,
}

/// The same for everybody: if the address has a registration, a link to it is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkAccepted {
    /// Always `accepted`. The address is not repeated: this answer is kept, and names nobody.
    #[schema(example = "accepted")]
    pub state: &'static str,
}

/// A body that says nothing.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
