-- Sessions are named without a reference: releases show those that the working copy has lost.
CREATE TABLE session_marks (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    session_id UUID NOT NULL,
    edge TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    client_mark_id TEXT,
    -- The mark that made this one, and takes it along when it is undone.
    caused_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    -- What is undone stays, so that a client that repeats itself late does not make it again.
    undone_at TIMESTAMPTZ
);
CREATE INDEX session_marks_of_event ON session_marks (event_id, id);
CREATE UNIQUE INDEX session_marks_by_client ON session_marks (event_id, client_mark_id);

CREATE TABLE verified_positions (
    recording_id UUID NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    session_id UUID NOT NULL,
    start_seconds INTEGER NOT NULL,
    end_seconds INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (recording_id, session_id)
);
