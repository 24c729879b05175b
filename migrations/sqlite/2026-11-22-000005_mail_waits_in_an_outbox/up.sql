-- A row is written in the transaction of what it tells. secret stands here only until the mail is
-- sent, failed or suppressed; then it is blanked. address_key is a hash of the folded address.
CREATE TABLE emails (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB REFERENCES events (id) ON DELETE CASCADE,
    registration_id BLOB REFERENCES registrations (id) ON DELETE SET NULL,
    kind TEXT NOT NULL,
    to_name TEXT,
    to_address TEXT NOT NULL,
    address_key BLOB NOT NULL,
    language TEXT NOT NULL,
    context TEXT NOT NULL,
    secret TEXT,
    dedupe_key TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    lease_until INTEGER,
    last_reply TEXT,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX emails_due ON emails (state, next_attempt_at);
CREATE INDEX emails_of_event ON emails (event_id, created_at, id);
CREATE INDEX emails_of_registration ON emails (registration_id);
CREATE INDEX emails_by_address ON emails (address_key, created_at);
