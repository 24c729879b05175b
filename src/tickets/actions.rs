//! What organisers do with quotas and ticket types.

use super::input::{ParsedTicketType, QuotaInput, TicketTypeInput};
use super::model::{Quota, TicketType};
use super::{counts, quotas, seats, store};
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError, Stop};
use crate::events::{self, Event, EventState};
use crate::faults::Faults;
use crate::ids::QuotaId;

/// Why a change was refused.
#[derive(Debug)]
pub enum TicketRefusal {
    /// The input can't be accepted.
    Faults(Faults),
    /// The event is archived: its tickets are locked.
    Locked(EventState),
    /// Changed meanwhile.
    Stale,
    /// Something refers to it.
    InUse(&'static str),
}

/// What an action ends with.
pub type Outcome<T> = Result<T, Stop<TicketRefusal>>;

pub(super) fn refused<T>(refusal: TicketRefusal) -> Outcome<T> {
    Err(Stop::Refused(refusal))
}

/// Notes that the public sees something else, which also takes the event's row: nobody claims seats
/// of this event until this transaction ends. Refuses where tickets are locked.
pub(super) fn begin_change(tx: &mut Conn, now: Instant, event: &Event) -> Outcome<()> {
    if !event.is_editable() {
        return refused(TicketRefusal::Locked(event.state));
    }
    Ok(events::touch_public(tx, event.id, now)?)
}

/// Makes a quota.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn create_quota(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    input: &QuotaInput,
) -> Outcome<Quota> {
    begin_change(tx, now, event)?;
    let parsed = input
        .parse(&event.languages)
        .map_err(|faults| Stop::Refused(TicketRefusal::Faults(faults)))?;
    let quota = Quota {
        id: new_id(),
        event_id: event.id,
        name: parsed.name,
        size: parsed.size,
        held: 0,
        waiting: 0,
        version: 1,
        created_at: now,
    };
    quotas::insert(tx, &quota)?;
    Ok(quota)
}

/// Changes a quota that was read in this transaction. A size below what is held is taken.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn update_quota(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    current: &Quota,
    input: &QuotaInput,
) -> Outcome<Quota> {
    begin_change(tx, now, event)?;
    let parsed = input
        .parse(&event.languages)
        .map_err(|faults| Stop::Refused(TicketRefusal::Faults(faults)))?;
    let changed = Quota {
        name: parsed.name,
        size: parsed.size,
        ..current.clone()
    };
    if !quotas::update(tx, &changed)? {
        return refused(TicketRefusal::Stale);
    }
    // Read again: what is held may have moved since.
    match quotas::find(tx, event.id, current.id)? {
        Some(quota) => Ok(quota),
        None => refused(TicketRefusal::Stale),
    }
}

/// Deletes a quota that no ticket type draws on.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn delete_quota(tx: &mut Conn, now: Instant, event: &Event, quota: &Quota) -> Outcome<()> {
    begin_change(tx, now, event)?;
    match quotas::delete(tx, quota.id) {
        Err(DbError::Reference) => {
            refused(TicketRefusal::InUse("A ticket type draws on the quota."))
        }
        result => Ok(result?),
    }
}

fn parse(tx: &mut Conn, event: &Event, input: &TicketTypeInput) -> Outcome<ParsedTicketType> {
    let known: Vec<QuotaId> = quotas::list_all(tx, event.id)?
        .into_iter()
        .map(|quota| quota.id)
        .collect();
    let mut faults = Faults::new();
    for (index, id) in input.quotas.iter().flatten().enumerate().take(20) {
        if !known.contains(id) {
            faults.add(
                format!("/quotas/{index}"),
                "unknown_quota",
                "The quota is one of this event's.",
            );
        }
    }
    let parsed = input.parse(event).map_err(|more| faults.extend(more)).ok();
    faults
        .finish(parsed)
        .map_err(|faults| Stop::Refused(TicketRefusal::Faults(faults)))
}

fn filled(ticket: &TicketType, parsed: ParsedTicketType) -> TicketType {
    let mut quotas = parsed.quotas;
    quotas.sort_unstable();
    TicketType {
        name: parsed.name,
        description: parsed.description,
        attendance: parsed.attendance,
        price: parsed.price,
        opens_at: parsed.opens_at,
        closes_at: parsed.closes_at,
        min_per_registration: parsed.min_per_registration,
        max_per_registration: parsed.max_per_registration,
        access_code_required: parsed.access_code_required,
        requires_approval: parsed.requires_approval,
        waiting_list: parsed.waiting_list,
        unique_by: parsed.unique_by,
        position: parsed.position.unwrap_or(ticket.position),
        quotas,
        ..ticket.clone()
    }
}

/// Makes a ticket type.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn create_ticket_type(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    input: &TicketTypeInput,
) -> Outcome<TicketType> {
    begin_change(tx, now, event)?;
    let parsed = parse(tx, event, input)?;
    let empty = TicketType {
        id: new_id(),
        event_id: event.id,
        name: parsed.name.clone(),
        description: parsed.description.clone(),
        attendance: parsed.attendance,
        price: None,
        opens_at: None,
        closes_at: None,
        min_per_registration: 1,
        max_per_registration: 1,
        access_code_required: false,
        requires_approval: false,
        waiting_list: false,
        unique_by: None,
        position: store::next_position(tx, event.id)?,
        quotas: Vec::new(),
        version: 1,
        created_at: now,
    };
    let ticket = filled(&empty, parsed);
    store::insert(tx, &ticket)?;
    Ok(ticket)
}

/// Changes a ticket type that was read in this transaction. Seats that are held move with it: they
/// leave the quotas it no longer draws on and are claimed in those it draws on anew.
///
/// # Errors
/// What [`TicketRefusal`] says; `InUse` where a new quota has no room for the seats that are held, or
/// where seats become unique that were taken without that rule.
pub fn update_ticket_type(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    current: &TicketType,
    input: &TicketTypeInput,
) -> Outcome<TicketType> {
    begin_change(tx, now, event)?;
    let parsed = parse(tx, event, input)?;
    let mut changed = filled(current, parsed);
    let held = counts::count_held(tx, current.id)?;
    if held > 0 && changed.unique_by.is_some() && current.unique_by.is_none() {
        return refused(TicketRefusal::InUse(
            "Seats are held that are not unique; unique_by is set before the first registration.",
        ));
    }
    move_seats(tx, current, &changed, held)?;
    if !store::update(tx, &changed)? {
        return refused(TicketRefusal::Stale);
    }
    changed.version += 1;
    Ok(changed)
}

fn move_seats(tx: &mut Conn, from: &TicketType, to: &TicketType, held: i32) -> Outcome<()> {
    if from.quotas == to.quotas {
        return Ok(());
    }
    if counts::is_offered_beside(tx, from.id)? {
        return refused(TicketRefusal::InUse(
            "Somebody is offered a seat in exchange for another; the quotas can change when they have answered.",
        ));
    }
    let waiting = counts::count_waiting(tx, from.id)?;
    let mut all: Vec<QuotaId> = from.quotas.iter().chain(&to.quotas).copied().collect();
    all.sort_unstable();
    all.dedup();
    for quota in all {
        let sign = match (from.quotas.contains(&quota), to.quotas.contains(&quota)) {
            (false, true) => 1,
            (true, false) => -1,
            _ => 0,
        };
        seats::line_up(tx, quota, sign * waiting)?;
        let count = sign * held;
        if count > 0 && !seats::enter(tx, quota, count)? {
            return refused(TicketRefusal::InUse(
                "A quota has too few free seats for those who hold this ticket type.",
            ));
        }
        if count < 0 {
            seats::leave(tx, quota, -count)?;
        }
    }
    Ok(())
}

/// Deletes a ticket type that nobody has ever registered for.
///
/// # Errors
/// What [`TicketRefusal`] says.
pub fn delete_ticket_type(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    ticket: &TicketType,
) -> Outcome<()> {
    begin_change(tx, now, event)?;
    match store::delete(tx, ticket.id) {
        Err(DbError::Reference) => refused(TicketRefusal::InUse(
            "Somebody has registered for the ticket type.",
        )),
        result => Ok(result?),
    }
}
