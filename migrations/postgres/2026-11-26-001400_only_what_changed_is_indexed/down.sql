-- Entries held what events, other sessions and recordings say of themselves: all are made anew.
DELETE FROM search_entries;
UPDATE events SET searched_version = 0;
ALTER INDEX search_entries_by_word SET (fastupdate = off);
