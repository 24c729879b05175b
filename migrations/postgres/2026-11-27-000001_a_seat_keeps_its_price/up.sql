-- What a seat costs is what was asked when it was taken, whatever the ticket type costs later. For seats
-- taken before, what their ticket type costs now is all that is known.
ALTER TABLE attendees ADD COLUMN price_amount BIGINT;
ALTER TABLE attendees ADD COLUMN price_currency TEXT;
UPDATE attendees SET
  price_amount = (SELECT t.price_amount FROM ticket_types t WHERE t.id = attendees.ticket_type_id),
  price_currency = (SELECT t.price_currency FROM ticket_types t WHERE t.id = attendees.ticket_type_id);
