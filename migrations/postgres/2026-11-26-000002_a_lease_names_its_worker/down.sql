ALTER TABLE emails DROP COLUMN lease_holder;
