-- Who has leased a mail, so that a worker can make its leases longer while it lives.
ALTER TABLE emails ADD COLUMN lease_holder UUID;
