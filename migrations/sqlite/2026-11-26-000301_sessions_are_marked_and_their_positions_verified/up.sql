-- Sessions are named without a reference: releases show those that the working copy has lost.
CREATE TABLE session_marks (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    session_id BLOB NOT NULL,
    edge TEXT NOT NULL,
    at INTEGER NOT NULL,
    client_mark_id TEXT,
    -- The mark that made this one, and takes it along when it is undone.
    caused_by BLOB,
    created_at INTEGER NOT NULL,
    -- What is undone stays, so that a client that repeats itself late does not make it again.
    undone_at INTEGER
) STRICT;
CREATE INDEX session_marks_of_event ON session_marks (event_id, id);
CREATE UNIQUE INDEX session_marks_by_client ON session_marks (event_id, client_mark_id);

CREATE TABLE verified_positions (
    recording_id BLOB NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    session_id BLOB NOT NULL,
    start_seconds INTEGER NOT NULL,
    end_seconds INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (recording_id, session_id)
) STRICT;
