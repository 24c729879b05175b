//! Entries of the audit in the store. They are inserted and read, never changed.

use diesel::prelude::*;
use serde_json::Value;

use super::entry::{Actor, Entry};
use super::model::{ChangeKind, Resource};
use crate::auth::Role;
use crate::clock::Instant;
use crate::db::schema::audit_entries;
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{ApiTokenId, AuditEntryId, EventId, OrganisationId};
use crate::page::{Keyset, Page};
use crate::per_backend;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries)]
struct Row {
    id: AuditEntryId,
    organisation_id: OrganisationId,
    event_id: Option<EventId>,
    actor_id: Option<ApiTokenId>,
    actor_name: String,
    actor_role: Option<AsWord<Role>>,
    operation: String,
    kind: AsWord<ChangeKind>,
    resource: AsWord<Resource>,
    resource_id: String,
    before: Option<AsJson<Value>>,
    after: Option<AsJson<Value>>,
    at: Instant,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            actor: match row.actor_id.zip(row.actor_role) {
                Some((id, role)) => Actor::Token {
                    id,
                    name: row.actor_name,
                    role: role.0,
                },
                None => Actor::CommandLine,
            },
            operation: row.operation,
            kind: row.kind.0,
            resource: row.resource.0,
            resource_id: row.resource_id,
            before: row.before.map(|json| json.0),
            after: row.after.map(|json| json.0),
            at: row.at,
        }
    }
}

/// Inserts an entry.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, organisation: OrganisationId, entry: &Entry) -> Result<(), DbError> {
    let (actor_id, actor_name, actor_role) = match &entry.actor {
        Actor::Token { id, name, role } => (Some(*id), name.clone(), Some(AsWord(*role))),
        Actor::CommandLine => (None, String::new(), None),
    };
    let row = Row {
        id: entry.id,
        organisation_id: organisation,
        event_id: entry.event_id,
        actor_id,
        actor_name,
        actor_role,
        operation: entry.operation.clone(),
        kind: AsWord(entry.kind),
        resource: AsWord(entry.resource),
        resource_id: entry.resource_id.clone(),
        before: entry.before.clone().map(AsJson),
        after: entry.after.clone().map(AsJson),
        at: entry.at,
    };
    per_backend!(conn, c => diesel::insert_into(audit_entries::table).values(&row).execute(c))?;
    Ok(())
}

/// What a list of entries is narrowed to.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Only of this organisation.
    pub organisation: OrganisationId,
    /// Only of this event.
    pub event: Option<EventId>,
    /// Only by this token.
    pub actor: Option<ApiTokenId>,
    /// Only what happened like this.
    pub kind: Option<ChangeKind>,
    /// Only through this operation.
    pub operation: Option<String>,
    /// Only of this kind of thing.
    pub resource: Option<Resource>,
    /// Only of the thing with this id.
    pub resource_id: Option<String>,
    /// At this instant or later.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
}

/// The sort key of lists of entries.
pub type AuditKey = (Instant, AuditEntryId);

/// Entries, newest first.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    keyset: &Keyset<AuditKey>,
) -> Result<Page<Entry>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = audit_entries::table
            .filter(audit_entries::organisation_id.eq(filter.organisation))
            .order((audit_entries::at.desc(), audit_entries::id.desc()))
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(event) = filter.event {
            query = query.filter(audit_entries::event_id.eq(event));
        }
        if let Some(actor) = filter.actor {
            query = query.filter(audit_entries::actor_id.eq(actor));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(audit_entries::kind.eq(AsWord(kind)));
        }
        if let Some(operation) = &filter.operation {
            query = query.filter(audit_entries::operation.eq(operation));
        }
        if let Some(resource) = filter.resource {
            query = query.filter(audit_entries::resource.eq(AsWord(resource)));
        }
        if let Some(id) = &filter.resource_id {
            query = query.filter(audit_entries::resource_id.eq(id));
        }
        if let Some(from) = filter.from {
            query = query.filter(audit_entries::at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(audit_entries::at.lt(to));
        }
        if let Some((at, id)) = keyset.after {
            query = query.filter(
                audit_entries::at.lt(at).or(audit_entries::at.eq(at).and(audit_entries::id.lt(id))),
            );
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| (row.at, row.id)).map(Into::into))
}
