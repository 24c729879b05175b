-- cues is what was sent, by time, also where it must not surface; tag names it for If-Match.
CREATE TABLE transcripts (
    recording_id BLOB PRIMARY KEY NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    cues TEXT NOT NULL,
    cue_count INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    tag TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX transcripts_of_event ON transcripts (event_id);
