CREATE TABLE organisations (
    id UUID PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Only the hash of a token is stored; the token itself is shown once.
CREATE TABLE api_tokens (
    id UUID PRIMARY KEY NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes JSON NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    expires_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX api_tokens_by_organisation ON api_tokens (organisation_id, id);

CREATE TABLE series (
    id UUID PRIMARY KEY NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    slug TEXT NOT NULL UNIQUE,
    title JSON NOT NULL,
    description JSON NOT NULL,
    languages JSON NOT NULL,
    default_language TEXT NOT NULL,
    website_url TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX series_by_organisation ON series (organisation_id, id);

-- search_text is the title and subtitle in lower case, made in Rust, because SQLite folds ASCII only.
-- starts_at and ends_at are the midnights around the event's local dates, so that its phase is a
-- comparison of instants. public_version rises with every change that the public sees at once.
CREATE TABLE events (
    id UUID PRIMARY KEY NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    series_id UUID REFERENCES series (id),
    slug TEXT NOT NULL UNIQUE,
    title JSON NOT NULL,
    subtitle JSON NOT NULL,
    description JSON NOT NULL,
    edition INTEGER,
    starts_on DATE,
    ends_on DATE,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    timezone TEXT NOT NULL,
    format TEXT NOT NULL,
    venue JSON,
    languages JSON NOT NULL,
    default_language TEXT NOT NULL,
    organisers JSON NOT NULL,
    links JSON NOT NULL,
    cancel_until TIMESTAMPTZ,
    state TEXT NOT NULL,
    search_text TEXT NOT NULL,
    published_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    public_version BIGINT NOT NULL,
    public_changed_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX events_by_organisation ON events (organisation_id, id);
CREATE INDEX events_by_series ON events (series_id, starts_on, id);
CREATE INDEX events_by_date ON events (starts_on, id);
CREATE INDEX events_by_public_change ON events (public_changed_at);
