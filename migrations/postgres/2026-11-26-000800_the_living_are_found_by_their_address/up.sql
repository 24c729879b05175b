-- A live registration is found by its address already: only those that are not live any more need to be
-- found by its hash. So the minute registration opens writes one scattered key less for each.
DROP INDEX registrations_by_person;
CREATE INDEX registrations_by_person ON registrations (event_id, identity_key) WHERE live_identity IS NULL;
