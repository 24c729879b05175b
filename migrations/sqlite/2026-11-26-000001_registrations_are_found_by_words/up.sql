-- What search_text of registrations is found by: each of its words once. A row is a function of that
-- text, so whoever changes the text takes away the rows of the old one; no foreign key, which would
-- need one more index to look back.
CREATE TABLE registration_words (
    event_id BLOB NOT NULL,
    word TEXT NOT NULL,
    registration_id BLOB NOT NULL,
    PRIMARY KEY (event_id, word, registration_id)
) STRICT, WITHOUT ROWID;

-- Registrations whose words do not stand there yet: those of a crowd are written together afterwards.
CREATE TABLE unindexed_registrations (
    registration_id BLOB PRIMARY KEY NOT NULL REFERENCES registrations (id) ON DELETE CASCADE,
    event_id BLOB NOT NULL
) STRICT;
CREATE INDEX unindexed_registrations_of_event ON unindexed_registrations (event_id);
INSERT INTO unindexed_registrations (registration_id, event_id) SELECT id, event_id FROM registrations;
