-- quotas.waiting counts attendees who wait for a seat of it, in the transaction in which they start or
-- stop to; whoever registers sees by it, without another look, that somebody stands before them.
ALTER TABLE quotas ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0);

-- joined_at is the place in the line and stays when the line is left; offer_expires_at stands only while
-- seats are offered. notes are for staff alone. new_contact counts once its address is confirmed.
ALTER TABLE registrations ADD COLUMN wants_list BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE registrations ADD COLUMN joined_at TIMESTAMPTZ;
ALTER TABLE registrations ADD COLUMN offer_expires_at TIMESTAMPTZ;
ALTER TABLE registrations ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN new_contact JSON;
CREATE INDEX registrations_in_line ON registrations (event_id, joined_at, id) WHERE joined_at IS NOT NULL;
CREATE INDEX registrations_by_offer ON registrations (offer_expires_at) WHERE offer_expires_at IS NOT NULL;

-- An attendee who keeps a seat and waits for one of another ticket type.
ALTER TABLE attendees ADD COLUMN waiting_for UUID;
ALTER TABLE attendees ADD COLUMN joined_at TIMESTAMPTZ;
ALTER TABLE attendees ADD COLUMN offer_expires_at TIMESTAMPTZ;
CREATE INDEX attendees_in_line ON attendees (event_id, joined_at, id) WHERE joined_at IS NOT NULL;

-- Whose link it is, where it is one attendee's and not the contact's.
ALTER TABLE registration_tokens ADD COLUMN attendee_id UUID;

-- Sessions an attendee signed up for; signed_up counts those who hold a place there.
ALTER TABLE attendees ADD COLUMN session_ids JSON NOT NULL DEFAULT '[]';
ALTER TABLE sessions ADD COLUMN signed_up INTEGER NOT NULL DEFAULT 0 CHECK (signed_up >= 0);
