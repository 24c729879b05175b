-- The zone in which a release shows its times, so that it stays as it was made; null for those that were made
-- before, which show the event's.
ALTER TABLE programme_releases ADD COLUMN timezone TEXT;
