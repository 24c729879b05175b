ALTER TABLE attendees DROP COLUMN waiting_price_currency;
ALTER TABLE attendees DROP COLUMN waiting_price_amount;
ALTER TABLE attendees DROP COLUMN price_currency;
ALTER TABLE attendees DROP COLUMN price_amount;
