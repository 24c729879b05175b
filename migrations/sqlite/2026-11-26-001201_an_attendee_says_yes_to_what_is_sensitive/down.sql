ALTER TABLE attendees DROP COLUMN sensitive_consent;
