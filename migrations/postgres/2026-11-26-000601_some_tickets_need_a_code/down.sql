ALTER TABLE registrations DROP COLUMN access_code_id;
DROP TABLE access_code_uses;
DROP TABLE access_codes;
