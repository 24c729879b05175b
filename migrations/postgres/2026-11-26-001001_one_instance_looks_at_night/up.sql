-- Work that one instance does for all when its turn comes: the turn that was begun last, until when whoever
-- began it has it, and what was found, which is not known before it is done.
CREATE TABLE turns (
    name TEXT PRIMARY KEY NOT NULL,
    turn_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ NOT NULL,
    found INTEGER
);
