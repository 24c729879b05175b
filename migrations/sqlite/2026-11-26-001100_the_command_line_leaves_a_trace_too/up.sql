-- Whoever works on the command line has neither a token nor a role.
CREATE TABLE audit_entries_next (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    event_id BLOB,
    actor_id BLOB,
    actor_name TEXT NOT NULL,
    actor_role TEXT,
    operation TEXT NOT NULL,
    kind TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    before TEXT,
    after TEXT,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO audit_entries_next SELECT * FROM audit_entries;
DROP TABLE audit_entries;
ALTER TABLE audit_entries_next RENAME TO audit_entries;
CREATE INDEX audit_of_event ON audit_entries (event_id, at, id);
CREATE INDEX audit_of_organisation ON audit_entries (organisation_id, at, id);
