DELETE FROM audit_entries WHERE actor_id IS NULL;
ALTER TABLE audit_entries ALTER COLUMN actor_id SET NOT NULL, ALTER COLUMN actor_role SET NOT NULL;
