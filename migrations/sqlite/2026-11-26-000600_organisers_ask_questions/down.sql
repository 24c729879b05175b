ALTER TABLE attendees DROP COLUMN answers;
DROP TABLE option_claims;
DROP TABLE question_wordings;
DROP TABLE question_options;
DROP TABLE questions;
