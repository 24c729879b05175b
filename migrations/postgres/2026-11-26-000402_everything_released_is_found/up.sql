-- An event is indexed as of the public version that searched_version names; 0 is never. The index of
-- events that are stale is as small as they are few.
ALTER TABLE events ADD COLUMN searched_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX events_to_be_indexed ON events (id) WHERE searched_version <> public_version AND state <> 'draft';

-- words are the tokens by which an entry is found, made in Rust: the store knows no language. Entries
-- are written seldom and read often, so their index keeps no list of pending ones.
CREATE TABLE search_entries (
    id BIGINT PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest BYTEA NOT NULL,
    content JSON NOT NULL,
    words TSVECTOR NOT NULL,
    UNIQUE (event_id, name)
);
CREATE INDEX search_entries_by_word ON search_entries USING gin (words) WITH (fastupdate = off);
