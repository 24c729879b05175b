//! Who can leave a trace.

use super::entry::Actor;
use crate::auth::Organiser;
use crate::clock::Instant;
use crate::ids::OrganisationId;

/// Whoever changes something, in which organisation, through what, and when.
pub trait Author {
    /// The organisation that the change belongs to.
    fn organisation(&self) -> OrganisationId;

    /// Who they are.
    fn actor(&self) -> Actor;

    /// The id of the operation, as in the document of the API.
    fn operation(&self) -> &str;

    /// When they asked.
    fn asked_at(&self) -> Instant;

    /// Hears that what they did is in the audit.
    fn left_a_trace(&self) {}
}

impl Author for Organiser {
    fn organisation(&self) -> OrganisationId {
        self.organisation_id
    }

    fn actor(&self) -> Actor {
        Actor::Token {
            id: self.token_id,
            name: self.token_name.clone(),
            role: self.role,
        }
    }

    fn operation(&self) -> &str {
        &self.operation
    }

    fn asked_at(&self) -> Instant {
        self.asked_at
    }

    fn left_a_trace(&self) {
        Self::left_a_trace(self);
    }
}

/// Whoever runs a command beside the service: they hold no token, and nothing is closed to them.
#[derive(Debug, Clone, Copy)]
pub struct CommandLine {
    /// The organisation that is worked on.
    pub organisation: OrganisationId,
    /// The operation of the API that does the same, or would.
    pub operation: &'static str,
    /// When the command ran.
    pub asked_at: Instant,
}

impl Author for CommandLine {
    fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    fn actor(&self) -> Actor {
        Actor::CommandLine
    }

    fn operation(&self) -> &str {
        self.operation
    }

    fn asked_at(&self) -> Instant {
        self.asked_at
    }
}
