//! What mails say of those they are about: who comes, by which ticket, and where to.

use minijinja::{Value, context};

use super::super::model::{
    AttendeeFacts, EmailContext, EmailKind, EventFacts, InvoiceFacts, PriceFacts, RegistrarFacts,
    Standing,
};
use super::super::wording::Tongue;
use super::line;
use super::programme::Wording;

/// Where those are to be whom a mail is about: before a screen where each of them has a seat there.
#[must_use]
pub fn place(tongue: Tongue, event: &EventFacts, attendees: &[AttendeeFacts]) -> Option<String> {
    let on_screen = !attendees.is_empty() && attendees.iter().all(|one| one.digital);
    if event.digital || on_screen {
        return Some(tongue.online().to_owned());
    }
    let venue = event.venue.as_deref().map(line);
    venue.filter(|venue| !venue.is_empty())
}

impl Wording<'_> {
    /// A line for each of them. Of a party that is partly in the hall, it says who is not.
    pub(super) fn people(&self, kind: EmailKind, facts: &EmailContext) -> Vec<Value> {
        let (attendees, detailed) = (&facts.attendees, kind.is_detailed());
        let mixed = !facts.event.digital && attendees.iter().any(|one| !one.digital);
        let waits = self.pick(["Venter på", "Ventar på", "Waiting for"]);
        let one = |attendee: &AttendeeFacts| {
            let waits_for = attendee.waits_for.as_ref().filter(|_| detailed);
            let price = attendee.price.as_ref().filter(|_| detailed);
            let sessions = if kind.lists_choices() {
                attendee.sessions.as_slice()
            } else {
                &[]
            };
            context! {
                name => line(&attendee.name), ticket => self.best(&attendee.ticket),
                picture => attendee.ticket_code.map(super::picture),
                online => (mixed && attendee.digital).then(|| self.tongue.online().to_lowercase()),
                price => price.map(|price| self.price(price)),
                waits_for => waits_for.map(|name| format!("{waits}: {}", self.best(name))),
                sessions => self.sessions(sessions),
            }
        };
        attendees.iter().map(one).collect()
    }

    /// What all of them cost together, where that is not one price.
    pub(super) fn total(&self, kind: EmailKind, facts: &EmailContext) -> Option<String> {
        let total = facts.total.as_ref().filter(|_| kind.is_detailed())?;
        let label = self.pick(["Til sammen", "Til saman", "Total"]);
        (facts.attendees.len() > 1).then(|| format!("{label}: {}", self.price(total)))
    }

    /// What stands above those who are in a registration.
    pub(super) fn heading(&self, standing: Option<Standing>, several: bool) -> &'static str {
        self.pick(match standing {
            None if several => ["Påmeldt", "Påmelde", "Registered"],
            None => ["Påmeldt", "Påmeld", "Registered"],
            Some(Standing::AwaitingConfirmation) => [
                "Venter på bekreftelse",
                "Ventar på stadfesting",
                "Waiting for confirmation",
            ],
            Some(Standing::AwaitingApproval) => {
                ["Venter på svar", "Ventar på svar", "Waiting for an answer"]
            }
            Some(Standing::WaitingList) => {
                ["Venter på plass", "Ventar på plass", "Waiting for a seat"]
            }
            Some(Standing::Offered) => [
                "Har tilbud om plass",
                "Har tilbod om plass",
                "Offered a seat",
            ],
        })
    }

    /// Whom to bill: `Faktura: organisasjonsnummer 974760673, referanse PO 12, til faktura@example.org`.
    pub(super) fn invoice(&self, invoice: &InvoiceFacts) -> Option<String> {
        let labels = [
            (
                self.pick([
                    "organisasjonsnummer",
                    "organisasjonsnummer",
                    "organisation number",
                ]),
                &invoice.organisation_number,
            ),
            (
                self.pick(["referanse", "referanse", "reference"]),
                &invoice.reference,
            ),
            (self.pick(["til", "til", "to"]), &invoice.email),
        ];
        let said = labels.into_iter().filter_map(|(label, value)| {
            let value = value
                .as_deref()
                .map(line)
                .filter(|value| !value.is_empty())?;
            Some(format!("{label} {value}"))
        });
        let said: Vec<String> = said.collect();
        let label = self.pick(["Faktura", "Faktura", "Invoice"]);
        (!said.is_empty()).then(|| format!("{label}: {}", said.join(", ")))
    }

    fn price(&self, price: &PriceFacts) -> String {
        self.tongue.money(&price.amount, &line(&price.currency))
    }

    /// Picks the words of the language: bokmål, nynorsk, English.
    fn pick(&self, texts: [&'static str; 3]) -> &'static str {
        texts[self.tongue as usize]
    }
}

/// `Anne Leder (Lørenskog kommune)`
pub(super) fn registrar(facts: &RegistrarFacts) -> String {
    let name = line(&facts.name);
    let organisation = facts.organisation.as_deref().map(line);
    match organisation.filter(|organisation| !organisation.is_empty()) {
        Some(organisation) => format!("{name} ({organisation})"),
        None => name,
    }
}

#[cfg(test)]
mod tests;
