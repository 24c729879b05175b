-- Who changed what, when, from what to what; written in the transaction of the change, never changed.
-- event_id and resource_id refer to nothing, because a trace outlives what it tells of.
CREATE TABLE audit_entries (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    event_id BLOB,
    actor_id BLOB NOT NULL,
    actor_name TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    operation TEXT NOT NULL,
    kind TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    before TEXT,
    after TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_of_event ON audit_entries (event_id, at, id);
CREATE INDEX audit_of_organisation ON audit_entries (organisation_id, at, id);
