-- Whoever works on the command line has neither a token nor a role.
ALTER TABLE audit_entries ALTER COLUMN actor_id DROP NOT NULL, ALTER COLUMN actor_role DROP NOT NULL;
