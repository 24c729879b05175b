DROP TABLE search_entries;
DROP TABLE search_words;
DROP INDEX events_to_be_indexed;
ALTER TABLE events DROP COLUMN searched_version;
