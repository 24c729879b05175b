-- Not offered any more, and left out of releases unless a session uses it.
ALTER TABLE rooms ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tracks ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE speakers ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
