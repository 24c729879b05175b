-- Key, fingerprint and answer stand in the transaction of the effect: there is no row without an
-- answer after a commit, and so no key that a crash could leave locked.
CREATE TABLE idempotency_keys (
    key_hash BYTEA PRIMARY KEY NOT NULL,
    fingerprint BYTEA NOT NULL,
    status INTEGER NOT NULL,
    headers JSON NOT NULL,
    body TEXT NOT NULL,
    registration_id UUID,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_of_registration ON idempotency_keys (registration_id);
