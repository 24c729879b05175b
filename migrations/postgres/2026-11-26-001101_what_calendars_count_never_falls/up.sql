-- How often, and when last, something changed that every entry of an event's calendars shows.
ALTER TABLE events ADD COLUMN calendar_changes JSON NOT NULL DEFAULT '{"count":0,"last_at":null}';
-- A cancellation was counted while it lasted.
UPDATE events SET calendar_changes = '{"count":1,"last_at":null}' WHERE state = 'cancelled';
