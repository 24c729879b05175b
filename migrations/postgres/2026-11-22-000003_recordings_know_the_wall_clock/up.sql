CREATE TABLE recordings (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    title JSON NOT NULL,
    url TEXT NOT NULL,
    provider TEXT NOT NULL,
    language TEXT,
    duration_seconds INTEGER,
    state TEXT NOT NULL,
    captions_url TEXT,
    segments JSON NOT NULL,
    published_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX recordings_of_event ON recordings (event_id, id);

-- No row for a recording means all rooms.
CREATE TABLE recording_rooms (
    recording_id UUID NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    room_id UUID NOT NULL REFERENCES rooms (id),
    PRIMARY KEY (recording_id, room_id)
);
CREATE INDEX recording_rooms_by_room ON recording_rooms (room_id);
