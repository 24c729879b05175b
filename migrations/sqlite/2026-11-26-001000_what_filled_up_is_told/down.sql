ALTER TABLE attendees DROP COLUMN lost_session_ids;
