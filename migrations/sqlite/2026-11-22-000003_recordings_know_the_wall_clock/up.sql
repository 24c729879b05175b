CREATE TABLE recordings (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    provider TEXT NOT NULL,
    language TEXT,
    duration_seconds INTEGER,
    state TEXT NOT NULL,
    captions_url TEXT,
    segments TEXT NOT NULL,
    published_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recordings_of_event ON recordings (event_id, id);

-- No row for a recording means all rooms.
CREATE TABLE recording_rooms (
    recording_id BLOB NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    room_id BLOB NOT NULL REFERENCES rooms (id),
    PRIMARY KEY (recording_id, room_id)
) STRICT;
CREATE INDEX recording_rooms_by_room ON recording_rooms (room_id);
