DROP TABLE programme_releases;
DROP TABLE session_speakers;
DROP TABLE sessions;
DROP TABLE speakers;
DROP TABLE tracks;
DROP TABLE rooms;
DROP TABLE committee_members;
ALTER TABLE events DROP COLUMN next_session_number;
ALTER TABLE events DROP COLUMN released_version;
