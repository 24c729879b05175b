-- Sessions an attendee had chosen and that filled up before they got a seat, until they choose anew.
ALTER TABLE attendees ADD COLUMN lost_session_ids TEXT NOT NULL DEFAULT '[]';
