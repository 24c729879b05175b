-- Entries are made anew, as they were before.
UPDATE events SET searched_version = 0;
