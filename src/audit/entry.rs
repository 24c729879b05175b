//! An entry of the audit.

use serde_json::Value;

use super::model::{ChangeKind, Resource};
use crate::auth::Role;
use crate::clock::Instant;
use crate::ids::{ApiTokenId, AuditEntryId, EventId};

/// Who changed something, as they were then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Whoever held a token.
    Token {
        /// The token.
        id: ApiTokenId,
        /// What it was called.
        name: String,
        /// The role it had.
        role: Role,
    },
    /// Whoever ran a command beside the service.
    CommandLine,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: AuditEntryId,
    /// The event it belongs to.
    pub event_id: Option<EventId>,
    /// Who.
    pub actor: Actor,
    /// Through which operation of the API.
    pub operation: String,
    /// What happened.
    pub kind: ChangeKind,
    /// To what.
    pub resource: Resource,
    /// Its id.
    pub resource_id: String,
    /// How it was.
    pub before: Option<Value>,
    /// How it is now.
    pub after: Option<Value>,
    /// When.
    pub at: Instant,
}
