-- Entries no longer hold what events, other sessions and recordings say of themselves: all are made anew.
DELETE FROM search_entries;
UPDATE events SET searched_version = 0;
-- A transcript is thousands of entries at once: taken into the index together they cost a quarter of what
-- each costs by itself. Whoever writes them empties the list of pending ones in the end.
ALTER INDEX search_entries_by_word SET (fastupdate = on);
