-- What a seat costs is what was asked when it was taken, whatever the ticket type costs later; what is
-- waited for beside it, likewise. For what was taken before, what the ticket type costs now is all that is
-- known.
ALTER TABLE attendees ADD COLUMN price_amount BIGINT;
ALTER TABLE attendees ADD COLUMN price_currency TEXT;
ALTER TABLE attendees ADD COLUMN waiting_price_amount BIGINT;
ALTER TABLE attendees ADD COLUMN waiting_price_currency TEXT;
UPDATE attendees SET
  price_amount = (SELECT t.price_amount FROM ticket_types t WHERE t.id = attendees.ticket_type_id),
  price_currency = (SELECT t.price_currency FROM ticket_types t WHERE t.id = attendees.ticket_type_id),
  waiting_price_amount = (SELECT t.price_amount FROM ticket_types t WHERE t.id = attendees.waiting_for),
  waiting_price_currency = (SELECT t.price_currency FROM ticket_types t WHERE t.id = attendees.waiting_for);
