DROP TABLE events;
DROP TABLE series;
DROP TABLE api_tokens;
DROP TABLE organisations;
