DROP TABLE recording_rooms;
DROP TABLE recordings;
