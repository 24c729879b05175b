-- cues is what was sent, by time, also where it must not surface; tag names it for If-Match.
CREATE TABLE transcripts (
    recording_id UUID PRIMARY KEY NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    cues JSON NOT NULL,
    cue_count INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    tag TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX transcripts_of_event ON transcripts (event_id);
