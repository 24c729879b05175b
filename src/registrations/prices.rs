//! What was agreed: each attendee keeps the price that their ticket had when it was asked for.

use super::model::{Attendee, Registration};
use super::refusal::{Outcome, Refusal};
use crate::faults::Faults;
use crate::tickets::{Price, TicketType};

impl Attendee {
    /// Has a ticket of this type from now on, for what it costs now.
    pub fn take(&mut self, ticket: &TicketType) {
        self.ticket_type_id = ticket.id;
        self.price.clone_from(&ticket.price);
    }

    /// Has what they wait for from now on, for what it cost when they asked for it; `false` if they wait for
    /// nothing.
    pub fn take_wish(&mut self) -> bool {
        let Some(wish) = self.waiting_for.take() else {
            return false;
        };
        self.ticket_type_id = wish.ticket_type_id;
        self.price = self.waiting_price.take();
        true
    }

    /// The prices that stand in their name: of their seat, and of what they wait for.
    pub fn prices(&self) -> impl Iterator<Item = &Price> {
        self.price.iter().chain(&self.waiting_price)
    }
}

impl Registration {
    /// What the seats of those who come cost together; `None` where each is free. What costs anything is of
    /// one currency.
    #[must_use]
    pub fn total(&self) -> Option<Price> {
        let prices: Vec<&Price> = self.active().filter_map(|one| one.price.as_ref()).collect();
        let costs = prices.iter().copied().filter(|price| price.costs());
        let sum = costs.cloned().reduce(|sum, price| Price {
            amount: sum.amount.saturating_add(price.amount),
            currency: sum.currency,
        });
        sum.or_else(|| prices.first().copied().cloned())
    }
}

/// Whether a ticket of this type may come beside those of these attendees: nothing is paid in two
/// currencies.
///
/// # Errors
/// The fault at `/ticket_type_id`.
pub fn check_currency<'a>(
    ticket: &TicketType,
    mut others: impl Iterator<Item = &'a Attendee>,
) -> Outcome<()> {
    let Some(new) = ticket.price.as_ref().filter(|price| price.costs()) else {
        return Ok(());
    };
    let other = |price: &Price| price.costs() && price.currency != new.currency;
    if others.any(|one| one.prices().any(other)) {
        let detail = "The tickets of one registration have one currency.";
        let faults = Faults::one("/ticket_type_id", "mixed_currencies", detail);
        return Err(Refusal::Faults(faults).into());
    }
    Ok(())
}
