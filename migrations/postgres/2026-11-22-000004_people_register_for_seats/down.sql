DROP TABLE registration_tokens;
DROP TABLE municipality_claims;
DROP TABLE attendees;
DROP TABLE registrations;
DROP TABLE ticket_type_quotas;
DROP TABLE ticket_types;
DROP TABLE quotas;
