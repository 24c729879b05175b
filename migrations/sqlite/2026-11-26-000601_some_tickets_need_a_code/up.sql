-- code_key is the code as it is compared: without the difference between large and small letters. uses
-- is the counter that the most is decided on, by compare-and-set in the transaction of the registration.
CREATE TABLE access_codes (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    code_key TEXT NOT NULL,
    note TEXT,
    max_uses INTEGER CHECK (max_uses >= 0),
    uses INTEGER NOT NULL CHECK (uses >= 0),
    expires_at INTEGER,
    ticket_types TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (event_id, code_key)
) STRICT;
CREATE INDEX access_codes_of_event ON access_codes (event_id, id);

-- Registrations that use a code now: the rows that its counter counts.
CREATE TABLE access_code_uses (
    registration_id BLOB PRIMARY KEY NOT NULL REFERENCES registrations (id) ON DELETE CASCADE,
    access_code_id BLOB NOT NULL REFERENCES access_codes (id)
) STRICT;
CREATE INDEX access_code_uses_of_code ON access_code_uses (access_code_id);

-- The code a registration came with, also while it holds no seats and so does not use it.
ALTER TABLE registrations ADD COLUMN access_code_id BLOB;
