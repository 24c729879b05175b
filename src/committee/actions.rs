//! What organisers do with the committee.

use super::input::{CommitteeMemberInput, ParsedMember};
use super::model::Member;
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError, Stop};
use crate::events::{self, Held};
use crate::faults::Faults;
use crate::ids::{EventId, MemberId};
use crate::order::reorder;
use crate::text::Languages;

/// Why a change of the committee was refused.
#[derive(Debug)]
pub enum CommitteeRefusal {
    /// The input can't be accepted.
    Faults(Faults),
    /// Changed meanwhile.
    Stale,
}

type Outcome<T> = Result<T, Stop<CommitteeRefusal>>;

fn parse(input: &CommitteeMemberInput, languages: &Languages) -> Outcome<ParsedMember> {
    let parsed = input.parse(languages);
    parsed.map_err(|faults| Stop::Refused(CommitteeRefusal::Faults(faults)))
}

fn member(id: MemberId, position: i32, version: i32, parsed: ParsedMember) -> Member {
    Member {
        id,
        name: parsed.name,
        affiliation: parsed.affiliation,
        role: parsed.role,
        bio: parsed.bio,
        photo_url: parsed.photo_url,
        published: parsed.published,
        email: parsed.email,
        position,
        version,
    }
}

/// Puts somebody on the committee, after the last member.
///
/// # Errors
/// What [`CommitteeRefusal`] says.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &CommitteeMemberInput,
) -> Outcome<Member> {
    let parsed = parse(input, &event.languages)?;
    let position = store::next_position(tx, event.id)?;
    let made = member(new_id(), position, 1, parsed);
    store::insert(tx, event.id, &made, now)?;
    events::touch_public(tx, event.id, now)?;
    Ok(made)
}

/// Changes a member that was read in this transaction.
///
/// # Errors
/// What [`CommitteeRefusal`] says.
pub fn update(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    current: &Member,
    input: &CommitteeMemberInput,
) -> Outcome<Member> {
    let parsed = parse(input, &event.languages)?;
    let changed = member(current.id, current.position, current.version, parsed);
    save(tx, event, changed).and_then(|saved| {
        events::touch_public(tx, event.id, now)?;
        Ok(saved)
    })
}

fn save(tx: &mut Conn, event: &Held, mut changed: Member) -> Outcome<Member> {
    if !store::update(tx, event.id, &changed)? {
        return Err(Stop::Refused(CommitteeRefusal::Stale));
    }
    changed.version += 1;
    Ok(changed)
}

/// Takes somebody off the committee.
///
/// # Errors
/// [`CommitteeRefusal::Stale`] if the member changed meanwhile.
pub fn delete(tx: &mut Conn, now: Instant, event: &Held, member: &Member) -> Outcome<()> {
    if !store::delete(tx, event.id, member)? {
        return Err(Stop::Refused(CommitteeRefusal::Stale));
    }
    events::touch_public(tx, event.id, now)?;
    Ok(())
}

/// Copies the committee of one event to another, which has none yet, with everybody's affiliation as it
/// was; the two are independent from then on.
///
/// # Errors
/// The store's failure.
pub fn copy(tx: &mut Conn, now: Instant, from: EventId, to: EventId) -> Result<(), DbError> {
    for member in store::all(tx, from)? {
        let copied = Member {
            id: new_id(),
            version: 1,
            ..member
        };
        store::insert(tx, to, &copied, now)?;
    }
    Ok(())
}

/// Puts the committee, all of which was read in this transaction, into another order.
///
/// # Errors
/// [`CommitteeRefusal::Faults`] unless every member is named exactly once.
pub fn order(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    members: &[Member],
    ids: &[MemberId],
) -> Outcome<Vec<Member>> {
    let moved =
        reorder(members, ids).map_err(|faults| Stop::Refused(CommitteeRefusal::Faults(faults)))?;
    for member in moved {
        save(tx, event, member)?;
    }
    events::touch_public(tx, event.id, now)?;
    Ok(store::all(tx, event.id)?)
}
