-- Not offered any more, and left out of releases unless a session uses it.
ALTER TABLE rooms ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracks ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE speakers ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;
