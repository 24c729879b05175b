-- wording rises when a question is put differently, so that old answers keep their meaning.
CREATE TABLE questions (
    id BLOB PRIMARY KEY NOT NULL,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    help TEXT NOT NULL,
    kind TEXT NOT NULL,
    required INTEGER NOT NULL,
    required_from TEXT,
    ticket_types TEXT NOT NULL,
    sensitive INTEGER NOT NULL,
    delete_after_days INTEGER,
    hidden INTEGER NOT NULL,
    position INTEGER NOT NULL,
    wording INTEGER NOT NULL,
    answers_deleted_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX questions_in_order ON questions (event_id, position, id);

-- held is the counter that a limit is decided on, by compare-and-set in the transaction of the answer.
-- An option that is not offered any more stays while somebody has chosen it.
CREATE TABLE question_options (
    question_id BLOB NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    option_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    size INTEGER CHECK (size >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    offered INTEGER NOT NULL,
    PRIMARY KEY (question_id, option_key)
) STRICT;

-- How a question was put, by the wording that an answer names.
CREATE TABLE question_wordings (
    question_id BLOB NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    wording INTEGER NOT NULL,
    label TEXT NOT NULL,
    help TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (question_id, wording)
) STRICT;

-- Who holds one of an option: the rows that its counter counts.
CREATE TABLE option_claims (
    attendee_id BLOB NOT NULL REFERENCES attendees (id) ON DELETE CASCADE,
    question_id BLOB NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    option_key TEXT NOT NULL,
    PRIMARY KEY (attendee_id, question_id, option_key)
) STRICT;
CREATE INDEX option_claims_of_question ON option_claims (question_id, option_key);

-- Null where nothing was answered, so that most rows stay as they were.
ALTER TABLE attendees ADD COLUMN answers TEXT;
