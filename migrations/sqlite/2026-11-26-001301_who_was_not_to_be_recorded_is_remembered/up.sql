-- Sessions that were not to be recorded when they were deleted: the release that the public sees may still have
-- them, and may say nothing of it.
CREATE TABLE unrecorded_sessions (
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    session_id BLOB NOT NULL,
    PRIMARY KEY (event_id, session_id)
) STRICT;
