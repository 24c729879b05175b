CREATE TABLE committee_members (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    affiliation TEXT,
    role TEXT NOT NULL,
    bio TEXT NOT NULL,
    photo_url TEXT,
    published INTEGER NOT NULL,
    email TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX committee_members_in_order ON committee_members (event_id, position, id);

CREATE TABLE rooms (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    capacity INTEGER,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rooms_in_order ON rooms (event_id, position, id);

CREATE TABLE tracks (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    color TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tracks_in_order ON tracks (event_id, position, id);

CREATE TABLE speakers (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    job_position TEXT,
    affiliation TEXT,
    bio TEXT NOT NULL,
    photo_url TEXT,
    links TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX speakers_of_event ON speakers (event_id, id);

-- number is small and never used twice in an event: next_session_number remembers the highest.
ALTER TABLE events ADD COLUMN next_session_number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE events ADD COLUMN released_version INTEGER NOT NULL DEFAULT 0;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    guid BLOB NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    abstract_text TEXT NOT NULL,
    kind TEXT NOT NULL,
    type_label TEXT NOT NULL,
    language TEXT,
    starts_at INTEGER,
    ends_at INTEGER,
    room_id BLOB REFERENCES rooms (id),
    track_id BLOB REFERENCES tracks (id),
    materials TEXT NOT NULL,
    do_not_record INTEGER NOT NULL,
    sign_up_capacity INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (event_id, slug),
    UNIQUE (event_id, guid),
    UNIQUE (event_id, number)
) STRICT;
CREATE INDEX sessions_by_room ON sessions (room_id);
CREATE INDEX sessions_by_track ON sessions (track_id);

CREATE TABLE session_speakers (
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    speaker_id BLOB NOT NULL REFERENCES speakers (id),
    role TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (session_id, speaker_id)
) STRICT;
CREATE INDEX session_speakers_by_speaker ON session_speakers (speaker_id);

CREATE TABLE programme_releases (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    released_at INTEGER NOT NULL,
    note TEXT NOT NULL,
    document TEXT NOT NULL,
    changes TEXT NOT NULL,
    UNIQUE (event_id, version)
) STRICT;
