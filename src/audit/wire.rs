//! How the audit looks in answers.

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::entry::{Actor, Entry};
use super::model::{ActorKind, ChangeKind, Resource};
use crate::auth::Role;
use crate::http::wire::Moment;
use crate::ids::{ApiTokenId, AuditEntryId, EventId};

/// Who changed something, as they were then.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub struct ActorView {
    /// How they came.
    pub kind: ActorKind,
    /// Their token; null for the command line.
    #[schema(required = true)]
    pub id: Option<ApiTokenId>,
    /// What it was called.
    #[schema(example = "Programredaksjonen")]
    pub name: String,
    /// The role it had; null for the command line, to which nothing is closed.
    #[schema(required = true)]
    pub role: Option<Role>,
}

impl From<Actor> for ActorView {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::Token { id, name, role } => Self {
                kind: ActorKind::Token,
                id: Some(id),
                name,
                role: Some(role),
            },
            Actor::CommandLine => Self {
                kind: ActorKind::CommandLine,
                id: None,
                name: "command line".to_owned(),
                role: None,
            },
        }
    }
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    /// Id.
    pub id: AuditEntryId,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: ActorView,
    /// Through which operation of this document.
    #[schema(example = "update_room")]
    pub operation: String,
    /// What happened.
    pub kind: ChangeKind,
    /// To what.
    pub resource: Resource,
    /// Its id, or what else it is known by.
    #[schema(example = "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c")]
    pub resource_id: String,
    /// The event it belongs to; null for what belongs to the organisation.
    #[schema(required = true)]
    pub event_id: Option<EventId>,
    /// How it was: of a change, the fields that differ. Addresses of people and secrets are not kept.
    #[schema(required = true, value_type = Option<Object>, example = json!({"capacity": 600}))]
    pub before: Option<Value>,
    /// How it is now, likewise.
    #[schema(required = true, value_type = Option<Object>, example = json!({"capacity": 550}))]
    pub after: Option<Value>,
}

impl EntryView {
    /// The entry on the wall clock of `zone`.
    #[must_use]
    pub fn new(entry: Entry, zone: Tz) -> Self {
        Self {
            id: entry.id,
            at: Moment::new(entry.at, zone),
            actor: entry.actor.into(),
            operation: entry.operation,
            kind: entry.kind,
            resource: entry.resource,
            resource_id: entry.resource_id,
            event_id: entry.event_id,
            before: entry.before,
            after: entry.after,
        }
    }
}
