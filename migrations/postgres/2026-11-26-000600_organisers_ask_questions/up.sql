-- wording rises when a question is put differently, so that old answers keep their meaning.
CREATE TABLE questions (
    id UUID PRIMARY KEY NOT NULL,
    event_id UUID NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    label JSON NOT NULL,
    help JSON NOT NULL,
    kind TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    required_from DATE,
    ticket_types JSON NOT NULL,
    sensitive BOOLEAN NOT NULL,
    delete_after_days INTEGER,
    hidden BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    wording INTEGER NOT NULL,
    answers_deleted_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX questions_in_order ON questions (event_id, position, id);

-- held is the counter that a limit is decided on, by compare-and-set in the transaction of the answer.
-- An option that is not offered any more stays while somebody has chosen it.
CREATE TABLE question_options (
    question_id UUID NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    option_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    label JSON NOT NULL,
    size INTEGER CHECK (size >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    offered BOOLEAN NOT NULL,
    PRIMARY KEY (question_id, option_key)
);

-- How a question was put, by the wording that an answer names.
CREATE TABLE question_wordings (
    question_id UUID NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    wording INTEGER NOT NULL,
    label JSON NOT NULL,
    help JSON NOT NULL,
    options JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (question_id, wording)
);

-- Who holds one of an option: the rows that its counter counts.
CREATE TABLE option_claims (
    attendee_id UUID NOT NULL REFERENCES attendees (id) ON DELETE CASCADE,
    question_id UUID NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    option_key TEXT NOT NULL,
    PRIMARY KEY (attendee_id, question_id, option_key)
);
CREATE INDEX option_claims_of_question ON option_claims (question_id, option_key);

-- Null where nothing was answered, so that most rows stay as they were.
ALTER TABLE attendees ADD COLUMN answers JSON;
