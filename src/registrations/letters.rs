//! Letters about registrations: whom they go to, and what they are filled with.

use super::model::{Attendee, Registration, RegistrationState};
use crate::auth::Secret;
use crate::clock::Instant;
use crate::events::{Event, Format};
use crate::ids::RegistrationTokenId;
use crate::mail::{
    AttendeeFacts, EmailContext, EmailKind, EventFacts, InvoiceFacts, NewEmail, PriceFacts,
    RegistrarFacts, Standing,
};
use crate::text::Email;
use crate::tickets::currencies::decimal;
use crate::tickets::{Attendance, Price, TicketType};

/// A mail to the contact; `None` if the person was erased.
#[must_use]
pub fn letter(
    (event, types): (&Event, &[TicketType]),
    registration: &Registration,
    kind: EmailKind,
    link: Option<(RegistrationTokenId, Secret)>,
) -> Option<NewEmail> {
    let contact = registration.contact.as_ref()?;
    let about = link.as_ref().map_or_else(
        || registration.version.to_string(),
        |(id, _)| id.to_string(),
    );
    let mut letter = NewEmail {
        event_id: event.id,
        registration_id: Some(registration.id),
        kind,
        to_name: Some(contact.name.clone()),
        to: contact.email.clone(),
        language: registration.language.clone(),
        context: context(event, types, registration),
        secret: link.map(|(_, secret)| secret.reveal().to_owned()),
        tickets: Vec::new(),
        dedupe_key: format!("{kind}/{}/{about}", registration.id),
    };
    if kind == EmailKind::RegistrationChanged {
        letter.context.invoice = invoice(registration);
    }
    if kind == EmailKind::ConfirmRegistration && !registration.holds_seats {
        letter.context.confirm_before = None;
    }
    // The others have them in mails of their own.
    let is_here = |one: &Attendee| own_address(registration, one).is_none();
    let here: Vec<&Attendee> = shown(registration).collect();
    enclose_tickets(&mut letter, types, registration, (&here, is_here));
    Some(letter)
}

/// Puts the tickets of those in the mail that `is_here` into it, in the order they stand in: what is shown
/// at the door, so only of who comes there with a seat.
fn enclose_tickets(
    letter: &mut NewEmail,
    types: &[TicketType],
    registration: &Registration,
    (shown, is_here): (&[&Attendee], impl Fn(&Attendee) -> bool),
) {
    letter.tickets.clear();
    let carries = matches!(
        letter.kind,
        EmailKind::RegistrationConfirmed | EmailKind::RegistrationChanged
    );
    if !carries || letter.secret.is_none() || registration.state != RegistrationState::Confirmed {
        return;
    }
    let in_person = |one: &Attendee| {
        let mut types = types.iter().filter(|known| known.id == one.ticket_type_id);
        types.any(|known| known.attendance == Attendance::InPerson)
    };
    for (fact, attendee) in letter.context.attendees.iter_mut().zip(shown) {
        fact.ticket_code = None;
        if attendee.comes() && in_person(attendee) && is_here(attendee) {
            fact.ticket_code = Some(letter.tickets.len());
            letter.tickets.push(attendee.ticket_secret.clone());
        }
    }
}

/// A mail to one attendee who has an address of their own; `None` for everybody else.
#[must_use]
pub fn letter_to_attendee(
    about: (&Event, &[TicketType]),
    registration: &Registration,
    attendee: &Attendee,
    kind: EmailKind,
    link: Option<(RegistrationTokenId, Secret)>,
) -> Option<NewEmail> {
    let to = own_address(registration, attendee)?.clone();
    let mut letter = letter(about, registration, kind, link)?;
    letter.to = to;
    letter.to_name = Some(attendee.name.clone());
    letter.context.contact_name = Some(attendee.name.clone());
    letter.context.attendees = facts(about.1, [attendee]);
    // What the others cost, and who pays, is the contact's to know.
    letter.context.total = None;
    letter.context.invoice = None;
    if kind == EmailKind::RegistrationConfirmed {
        letter.context.registered_by = registrar(registration);
    }
    enclose_tickets(&mut letter, about.1, registration, (&[attendee], |_| true));
    // An entry of its own in a calendar of its own.
    letter.context.calendar_uid = Some(format!("{}@kongress", attendee.id));
    letter.dedupe_key = format!("{}/{}", letter.dedupe_key, attendee.id);
    Some(letter)
}

/// The address of an attendee who is not the contact.
#[must_use]
pub fn own_address<'a>(registration: &Registration, attendee: &'a Attendee) -> Option<&'a Email> {
    let contact = registration.contact.as_ref()?;
    let address = attendee.email.as_ref()?;
    let other = attendee.comes() && address.identity() != contact.email.identity();
    other.then_some(address)
}

/// What a mail says of these attendees.
pub fn facts<'a>(
    types: &[TicketType],
    attendees: impl IntoIterator<Item = &'a Attendee>,
) -> Vec<AttendeeFacts> {
    let find = |id| types.iter().find(|known| known.id == id);
    let fact = |attendee: &Attendee| {
        let ticket = find(attendee.ticket_type_id);
        let wish = attendee.waiting_for;
        let waits_for = wish.and_then(|wish| find(wish.ticket_type_id));
        AttendeeFacts {
            name: attendee.name.clone(),
            ticket: ticket.map(|known| known.name.clone()).unwrap_or_default(),
            ticket_code: None,
            digital: ticket.is_some_and(|known| known.attendance == Attendance::Digital),
            price: attendee.price.as_ref().and_then(price),
            waits_for: waits_for.map(|known| known.name.clone()),
            session_ids: attendee.session_ids.clone(),
            sessions: Vec::new(),
        }
    };
    attendees.into_iter().map(fact).collect()
}

/// What a mail says of a price; nothing where it is none.
fn price(price: &Price) -> Option<PriceFacts> {
    price.costs().then(|| PriceFacts {
        amount: decimal(price.amount, &price.currency),
        currency: price.currency.clone(),
    })
}

/// What a registration is as long as its seats are not its own.
#[must_use]
pub fn standing(registration: &Registration) -> Option<Standing> {
    use RegistrationState as S;
    match registration.state {
        S::AwaitingConfirmation => Some(Standing::AwaitingConfirmation),
        S::AwaitingApproval => Some(Standing::AwaitingApproval),
        S::WaitingList => Some(Standing::WaitingList),
        S::Offered => Some(Standing::Offered),
        S::Confirmed | S::Rejected | S::Expired | S::OfferExpired | S::Cancelled => None,
    }
}

fn invoice(registration: &Registration) -> Option<InvoiceFacts> {
    let invoice = registration.invoice.as_ref()?;
    Some(InvoiceFacts {
        organisation_number: invoice.organisation_number.clone(),
        reference: invoice.reference.clone(),
        email: invoice.email.clone(),
    })
}

/// The contact, with where they work if they come themselves and said so.
fn registrar(registration: &Registration) -> Option<RegistrarFacts> {
    let contact = registration.contact.as_ref()?;
    let mut attendees = registration.attendees.iter();
    let own = attendees.find(|one| registration.is_contacts_own(one));
    Some(RegistrarFacts {
        name: contact.name.clone(),
        organisation: own.and_then(|one| one.organisation.clone()),
    })
}

/// Whom a mail to the contact names: who left is not told of any more, unless everybody has.
fn shown(registration: &Registration) -> impl Iterator<Item = &Attendee> {
    let comes = registration.active().next().is_some();
    let attendees = registration.attendees.iter();
    attendees.filter(move |one| one.comes() || !comes)
}

fn context(event: &Event, types: &[TicketType], registration: &Registration) -> EmailContext {
    // Who gets a seat after that can't cancel it by themselves.
    let in_time = |end: &Instant| registration.confirmed_at.is_none_or(|at| at < *end);
    EmailContext {
        event: event_facts(event),
        code: Some(registration.code.clone()),
        contact_name: registration
            .contact
            .as_ref()
            .map(|contact| contact.name.clone()),
        attendees: facts(types, shown(registration)),
        total: registration.total().as_ref().and_then(price),
        standing: standing(registration),
        cancel_until: event.cancel_until.filter(in_time),
        confirm_before: Some(registration.confirm_before),
        offer_expires_at: registration.offer_expires_at,
        calendar_uid: Some(format!("{}@kongress", registration.id)),
        calendar_sequence: registration.version,
        ..EmailContext::default()
    }
}

fn event_facts(event: &Event) -> EventFacts {
    let venue = event.venue.as_ref().map(|venue| match &venue.address {
        Some(address) => format!("{}, {address}", venue.name),
        None => venue.name.clone(),
    });
    EventFacts {
        title: event.title.clone(),
        default_language: event.languages.default.to_string(),
        starts_on: event.dates.map(|dates| dates.starts_on.to_string()),
        ends_on: event.dates.map(|dates| dates.ends_on.to_string()),
        timezone: event.timezone.name().to_owned(),
        venue,
        digital: event.format == Format::Digital,
        slug: event.slug.to_string(),
        contact_email: event.links.contact_email.clone(),
        privacy_url: event.links.privacy_url.clone(),
    }
}
