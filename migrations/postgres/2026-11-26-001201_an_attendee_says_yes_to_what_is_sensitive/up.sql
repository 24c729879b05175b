-- Whether an attendee said yes by their own link to what is kept of their sensitive answers.
ALTER TABLE attendees ADD COLUMN sensitive_consent BOOLEAN NOT NULL DEFAULT FALSE;
