ALTER TABLE programme_releases DROP COLUMN timezone;
