-- An event is indexed as of the public version that searched_version names; 0 is never. The index of
-- events that are stale is as small as they are few.
ALTER TABLE events ADD COLUMN searched_version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX events_to_be_indexed ON events (id) WHERE searched_version <> public_version AND state <> 'draft';

-- words are the tokens by which an entry is found, made in Rust: the store knows no language. id is
-- the row of the full-text index, INT and not INTEGER so that it is a key of its own, as elsewhere.
CREATE TABLE search_entries (
    id INT PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    content TEXT NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (event_id, name)
) STRICT;

CREATE VIRTUAL TABLE search_words USING fts5(
    words, content = 'search_entries', content_rowid = 'id', tokenize = 'ascii', detail = none, columnsize = 0
);
CREATE TRIGGER search_entries_are_found AFTER INSERT ON search_entries BEGIN
    INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
END;
CREATE TRIGGER search_entries_are_forgotten AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
END;
