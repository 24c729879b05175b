//! Tickets as search engines know them.

use serde_json::{Value, json};

use super::shown::Shown;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::EventId;
use crate::tickets::currencies::decimal;
use crate::tickets::model::{Availability, Quota, TicketType};
use crate::tickets::{list_all, quotas};

/// What anybody can register for: what needs a code is shown to nobody without it.
#[derive(Debug)]
pub struct Tickets {
    types: Vec<TicketType>,
    quotas: Vec<Quota>,
}

impl Tickets {
    /// Of this event.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(conn: &mut Conn, event: EventId) -> Result<Self, DbError> {
        let mut types = list_all(conn, event)?;
        types.retain(|ticket| !ticket.access_code_required);
        Ok(Self {
            types,
            quotas: quotas::list_all(conn, event)?,
        })
    }

    /// As schema.org `Offer`s.
    #[must_use]
    pub fn offers(&self, shown: &Shown, now: Instant) -> Vec<Value> {
        let event = shown.event();
        let url = shown.website();
        let offer = |ticket: &TicketType| self.offer(ticket, event, &url, now);
        self.types.iter().map(offer).collect()
    }

    fn offer(&self, ticket: &TicketType, event: &Event, url: &str, now: Instant) -> Value {
        let zone = event.timezone;
        let price = ticket.price.as_ref();
        let availability = match ticket.availability(event, &self.quotas, now) {
            Availability::NotYet => "PreOrder",
            Availability::FewLeft => "LimitedAvailability",
            Availability::SoldOut | Availability::Closed => "SoldOut",
            Availability::Available => "InStock",
            Availability::WaitingList => "BackOrder",
        };
        let mut offer = json!({
            "@type": "Offer",
            "name": ticket.name.best(event.languages.default.as_str(), ""),
            // Free is a price too; it needs a currency all the same.
            "price": price.map_or_else(|| "0".to_owned(), |price| decimal(price.amount, &price.currency)),
            "priceCurrency": price.map_or("NOK", |price| price.currency.as_str()),
            "availability": format!("https://schema.org/{availability}"),
            "url": url
        });
        if let Some(opens_at) = ticket.opens_at.or(event.published_at) {
            offer["validFrom"] = opens_at.to_rfc3339_in(zone).into();
        }
        if let Some(ends_at) = ticket.ends_at(event) {
            offer["validThrough"] = ends_at.to_rfc3339_in(zone).into();
        }
        offer
    }
}
