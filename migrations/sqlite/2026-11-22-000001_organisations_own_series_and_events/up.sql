CREATE TABLE organisations (
    id BLOB PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Only the hash of a token is stored; the token itself is shown once.
CREATE TABLE api_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_tokens_by_organisation ON api_tokens (organisation_id, id);

CREATE TABLE series (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    languages TEXT NOT NULL,
    default_language TEXT NOT NULL,
    website_url TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX series_by_organisation ON series (organisation_id, id);

-- search_text is the title and subtitle in lower case, made in Rust, because SQLite folds ASCII only.
-- starts_at and ends_at are the midnights around the event's local dates, so that its phase is a
-- comparison of instants. public_version rises with every change that the public sees at once.
CREATE TABLE events (
    id BLOB PRIMARY KEY NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    series_id BLOB REFERENCES series (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    subtitle TEXT NOT NULL,
    description TEXT NOT NULL,
    edition INTEGER,
    starts_on TEXT,
    ends_on TEXT,
    starts_at INTEGER,
    ends_at INTEGER,
    timezone TEXT NOT NULL,
    format TEXT NOT NULL,
    venue TEXT,
    languages TEXT NOT NULL,
    default_language TEXT NOT NULL,
    organisers TEXT NOT NULL,
    links TEXT NOT NULL,
    cancel_until INTEGER,
    state TEXT NOT NULL,
    search_text TEXT NOT NULL,
    published_at INTEGER,
    version INTEGER NOT NULL,
    public_version INTEGER NOT NULL,
    public_changed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_organisation ON events (organisation_id, id);
CREATE INDEX events_by_series ON events (series_id, starts_on, id);
CREATE INDEX events_by_date ON events (starts_on, id);
CREATE INDEX events_by_public_change ON events (public_changed_at);
