CREATE TABLE committee_members (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    affiliation TEXT,
    role TEXT NOT NULL,
    bio JSON NOT NULL,
    photo_url TEXT,
    published BOOLEAN NOT NULL,
    email TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX committee_members_in_order ON committee_members (event_id, position, id);

CREATE TABLE rooms (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name JSON NOT NULL,
    capacity INTEGER,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rooms_in_order ON rooms (event_id, position, id);

CREATE TABLE tracks (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name JSON NOT NULL,
    color TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tracks_in_order ON tracks (event_id, position, id);

CREATE TABLE speakers (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    job_position TEXT,
    affiliation TEXT,
    bio JSON NOT NULL,
    photo_url TEXT,
    links JSON NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX speakers_of_event ON speakers (event_id, id);

-- number is small and never used twice in an event: next_session_number remembers the highest.
ALTER TABLE events ADD COLUMN next_session_number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE events ADD COLUMN released_version INTEGER NOT NULL DEFAULT 0;

CREATE TABLE sessions (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    guid UUID NOT NULL,
    number INTEGER NOT NULL,
    title JSON NOT NULL,
    abstract_text JSON NOT NULL,
    kind TEXT NOT NULL,
    type_label JSON NOT NULL,
    language TEXT,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    room_id UUID REFERENCES rooms (id),
    track_id UUID REFERENCES tracks (id),
    materials JSON NOT NULL,
    do_not_record BOOLEAN NOT NULL,
    sign_up_capacity INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (event_id, slug),
    UNIQUE (event_id, guid),
    UNIQUE (event_id, number)
);
CREATE INDEX sessions_by_room ON sessions (room_id);
CREATE INDEX sessions_by_track ON sessions (track_id);

CREATE TABLE session_speakers (
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    speaker_id UUID NOT NULL REFERENCES speakers (id),
    role TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (session_id, speaker_id)
);
CREATE INDEX session_speakers_by_speaker ON session_speakers (speaker_id);

CREATE TABLE programme_releases (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    released_at TIMESTAMPTZ NOT NULL,
    note JSON NOT NULL,
    document JSON NOT NULL,
    changes JSON NOT NULL,
    UNIQUE (event_id, version)
);
