DROP INDEX registrations_by_person;
CREATE INDEX registrations_by_person ON registrations (event_id, identity_key);
