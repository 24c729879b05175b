//! Confirming many addresses in one transaction: those that hold their seats and come for the first
//! time are written together, the odd ones one by one.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::confirm::{Confirmed, Opened, confirm, needs_approval};
use super::letters::{letter, letter_to_attendee, own_address};
use super::mails::send;
use super::model::{Attendee, LeadsTo, Registration, RegistrationState, Step};
use super::places::Own;
use super::refusal::Refusal;
use super::register::Rules;
use super::store;
use super::timetable::Timetable;
use super::tokens::{self, Purpose, Token};
use crate::clock::Instant;
use crate::db::rows::{hold_event, serialise_on};
use crate::db::{Conn, DbError, Stop};
use crate::events::{self, Event};
use crate::ids::{EventId, RegistrationId};
use crate::mail::{EmailKind, NewEmail};
use crate::tickets::{self, TicketType};

/// How one of them ended.
pub type Ended = Result<Confirmed, Refusal>;

/// One that waits for nothing but to be written.
struct Plain {
    place: usize,
    token: Token,
    registration: Registration,
}

/// Confirms the addresses of registrations by the tokens of their links, in order, each as
/// [`confirm`] would.
///
/// # Errors
/// The store's failure: nothing may be kept of the transaction then.
pub fn confirm_all(
    tx: &mut Conn,
    now: Instant,
    rules: Rules,
    secrets: &[&str],
) -> Result<Vec<Ended>, DbError> {
    serialise_on(tx, secrets.iter().map(|secret| secret.as_bytes()))?;
    let (plain, about) = find_plain(tx, secrets)?;
    let mut ended: HashMap<usize, Ended> = write(tx, now, plain, &about)?;
    let mut results = Vec::with_capacity(secrets.len());
    for (place, secret) in secrets.iter().enumerate() {
        results.push(match ended.remove(&place) {
            Some(result) => result,
            None => match confirm(tx, now, rules, secret) {
                Ok(confirmed) => Ok(confirmed),
                Err(Stop::Refused(refusal)) => Err(refusal),
                Err(Stop::Store(error)) => return Err(error),
            },
        });
    }
    Ok(results)
}

type About = HashMap<EventId, (Event, Vec<TicketType>)>;

/// Those that hold their seats and whose link was not used, and the events they are for.
fn find_plain(tx: &mut Conn, secrets: &[&str]) -> Result<(Vec<Plain>, About), DbError> {
    let found = tokens::find_all(tx, secrets, Purpose::Confirm)?;
    let mut tokens: HashMap<RegistrationId, (usize, Token)> = HashMap::new();
    for (place, token) in found.into_iter().enumerate() {
        if let Some(token) = token.filter(|token| token.used_at.is_none()) {
            // A link that came twice is confirmed once, and then followed again.
            tokens
                .entry(token.registration_id)
                .or_insert((place, token));
        }
    }
    let ids: Vec<RegistrationId> = tokens.keys().copied().collect();
    let before = store::list_by_ids(tx, &ids)?;
    let events: BTreeSet<EventId> = before.iter().map(|one| one.event_id).collect();
    let mut about = About::new();
    for id in events {
        hold_event(tx, id)?;
        about.insert(
            id,
            (events::find_by_id(tx, id)?, tickets::list_all(tx, id)?),
        );
    }
    // Read again: they may have changed while this waited for the events.
    let plain = store::list_by_ids(tx, &ids)?
        .into_iter()
        .filter(|one| one.state == RegistrationState::AwaitingConfirmation && one.holds_seats)
        .filter(|one| {
            let types = about.get(&one.event_id).map(|(_, types)| types);
            types.is_some_and(|types| !needs_approval(types, one))
        })
        .filter_map(|registration| {
            let (place, token) = tokens.remove(&registration.id)?;
            Some(Plain {
                place,
                token,
                registration,
            })
        });
    Ok((plain.collect(), about))
}

/// Writes them all, with their mails and the tokens that open them.
fn write(
    tx: &mut Conn,
    now: Instant,
    mut plain: Vec<Plain>,
    about: &About,
) -> Result<HashMap<usize, Ended>, DbError> {
    if plain.is_empty() {
        return Ok(HashMap::new());
    }
    for one in &mut plain {
        let step = Step::Confirm(LeadsTo::Confirmed);
        one.registration
            .step(step, now)
            .map_err(|wrong| DbError::internal(format!("one that is {} was plain", wrong.0)))?;
        one.registration.version += 1;
    }
    let ids: Vec<RegistrationId> = plain.iter().map(|one| one.registration.id).collect();
    store::confirm_all(tx, &ids, now)?;
    let used: Vec<_> = plain.iter().map(|one| one.token.id).collect();
    tokens::mark_used(tx, &used, now)?;
    let wanted: Vec<_> = [Purpose::Manage, Purpose::Access]
        .into_iter()
        .flat_map(|purpose| ids.iter().map(move |id| (*id, None, purpose)))
        .collect();
    let mut links = tokens::issue_all(tx, now, &wanted)?;
    let access = links.split_off(ids.len());
    let mut letters: Vec<NewEmail> = letters_to_attendees(tx, now, &plain, about)?;
    let timetables = timetables(tx, &plain, about)?;
    let mut ended = HashMap::new();
    for ((one, link), (_, access_token)) in plain.into_iter().zip(links).zip(access) {
        let (event, types) = about
            .get(&one.registration.event_id)
            .ok_or_else(|| DbError::internal("an event is gone"))?;
        let kind = EmailKind::RegistrationConfirmed;
        letters.extend(letter((event, types), &one.registration, kind, Some(link)));
        let timetable = timetables.get(&event.id).map(Arc::clone);
        let own = Own {
            timetable: timetable.unwrap_or_default(),
            ..Own::default()
        };
        let opened = Opened {
            event: event.clone(),
            types: types.clone(),
            registration: one.registration,
            own,
            access_token,
        };
        ended.insert(one.place, Ok(Confirmed::Yes(Box::new(opened))));
    }
    send(tx, now, letters)?;
    Ok(ended)
}

/// When the sessions are that they chose; each event's programme is read once for all of them.
fn timetables(
    tx: &mut Conn,
    plain: &[Plain],
    about: &About,
) -> Result<HashMap<EventId, Arc<Timetable>>, DbError> {
    let of_event = |id: &EventId| {
        let all = plain.iter().map(|one| &one.registration);
        let of: Vec<&Registration> = all.filter(|one| one.event_id == *id).collect();
        Ok((*id, Arc::new(Timetable::read(tx, *id, &of)?)))
    };
    about.keys().map(of_event).collect()
}

/// Tickets for those who have an address of their own, each with their own link.
fn letters_to_attendees(
    tx: &mut Conn,
    now: Instant,
    plain: &[Plain],
    about: &About,
) -> Result<Vec<NewEmail>, DbError> {
    let with_address: Vec<(&Registration, &Attendee)> = plain
        .iter()
        .map(|one| &one.registration)
        .flat_map(|one| one.attendees.iter().map(move |attendee| (one, attendee)))
        .filter(|(one, attendee)| own_address(one, attendee).is_some())
        .collect();
    let wanted: Vec<tokens::Wanted> = with_address
        .iter()
        .map(|(one, attendee)| (one.id, Some(attendee.id), Purpose::Manage))
        .collect();
    let links = tokens::issue_all(tx, now, &wanted)?;
    let letter = |((one, attendee), link): ((&Registration, &Attendee), _)| {
        let (event, types) = about.get(&one.event_id)?;
        let kind = EmailKind::RegistrationConfirmed;
        letter_to_attendee((event, types), one, attendee, kind, Some(link))
    };
    Ok(with_address
        .into_iter()
        .zip(links)
        .filter_map(letter)
        .collect())
}
