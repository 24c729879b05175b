-- Entries of transcripts hold how they go on from here on: all are made anew.
UPDATE events SET searched_version = 0;
