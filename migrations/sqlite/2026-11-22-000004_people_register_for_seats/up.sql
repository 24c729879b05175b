-- held is the counter that capacity is decided on, by compare-and-set in the transaction of the
-- claim. It is not checked against size, which may be made smaller than what is held.
CREATE TABLE quotas (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER CHECK (size >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX quotas_of_event ON quotas (event_id, id);

CREATE TABLE ticket_types (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    attendance TEXT NOT NULL,
    price_amount INTEGER,
    price_currency TEXT,
    opens_at INTEGER,
    closes_at INTEGER,
    min_per_registration INTEGER NOT NULL,
    max_per_registration INTEGER NOT NULL,
    access_code_required INTEGER NOT NULL,
    requires_approval INTEGER NOT NULL,
    waiting_list INTEGER NOT NULL,
    unique_by TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_types_in_order ON ticket_types (event_id, position, id);

CREATE TABLE ticket_type_quotas (
    ticket_type_id BLOB NOT NULL REFERENCES ticket_types (id) ON DELETE CASCADE,
    quota_id BLOB NOT NULL REFERENCES quotas (id),
    PRIMARY KEY (ticket_type_id, quota_id)
) STRICT;
CREATE INDEX ticket_type_quotas_by_quota ON ticket_type_quotas (quota_id);

-- live_identity is the contact's address while the registration is live and null afterwards: its
-- unique key is the promise of one live registration per address and event. identity_key is the
-- hash of that address, kept until erasure, so that erasing a person finds all they left behind.
CREATE TABLE registrations (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id),
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    holds_seats INTEGER NOT NULL,
    live_identity TEXT,
    identity_key BLOB,
    search_text TEXT NOT NULL,
    language TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    contact_phone TEXT,
    consents TEXT NOT NULL,
    invoice TEXT,
    reference TEXT,
    confirm_before INTEGER NOT NULL,
    calendar_sequence INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    cancelled_at INTEGER,
    erased_at INTEGER,
    version INTEGER NOT NULL,
    UNIQUE (event_id, code),
    UNIQUE (event_id, live_identity)
) STRICT;
CREATE INDEX registrations_in_order ON registrations (event_id, created_at, id);
CREATE INDEX registrations_by_person ON registrations (event_id, identity_key);
CREATE INDEX registrations_by_deadline ON registrations (state, holds_seats, confirm_before);

CREATE TABLE attendees (
    id BLOB PRIMARY KEY NOT NULL,
    registration_id BLOB NOT NULL REFERENCES registrations (id) ON DELETE CASCADE,
    event_id BLOB NOT NULL REFERENCES events (id),
    ticket_type_id BLOB NOT NULL REFERENCES ticket_types (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    organisation TEXT,
    job_position TEXT,
    municipality_numbers TEXT NOT NULL,
    state TEXT NOT NULL,
    ticket_secret TEXT NOT NULL UNIQUE,
    checked_in_at INTEGER
) STRICT;
CREATE INDEX attendees_of_registration ON attendees (registration_id, position);
CREATE INDEX attendees_by_ticket_type ON attendees (ticket_type_id, registration_id);

-- One seat per municipality: the key decides, in the transaction of the registration.
CREATE TABLE municipality_claims (
    ticket_type_id BLOB NOT NULL REFERENCES ticket_types (id) ON DELETE CASCADE,
    municipality_number TEXT NOT NULL,
    attendee_id BLOB NOT NULL REFERENCES attendees (id) ON DELETE CASCADE,
    PRIMARY KEY (ticket_type_id, municipality_number)
) STRICT;
CREATE INDEX municipality_claims_by_attendee ON municipality_claims (attendee_id);

-- Mailed links and access tokens: 256 random bits, one purpose each, stored hashed.
CREATE TABLE registration_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    registration_id BLOB NOT NULL REFERENCES registrations (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    used_at INTEGER
) STRICT;
CREATE INDEX registration_tokens_of_registration ON registration_tokens (registration_id, purpose);
