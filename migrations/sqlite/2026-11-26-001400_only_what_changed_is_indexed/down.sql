-- Entries held what events, other sessions and recordings say of themselves: all are made anew.
DROP TRIGGER search_entries_are_forgotten;
INSERT INTO search_words (search_words) VALUES ('delete-all');
DELETE FROM search_entries;
CREATE TRIGGER search_entries_are_forgotten AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
END;
UPDATE events SET searched_version = 0;
