ALTER TABLE attendees DROP COLUMN price_currency;
ALTER TABLE attendees DROP COLUMN price_amount;
