//! Places in parallel sessions, which attendees choose at registration or later.

use std::collections::BTreeMap;

use super::model::{Attendee, Registration};
use super::news;
use super::refusal::Refusal;
use crate::db::{Conn, DbError};
use crate::faults::Faults;
use crate::ids::{EventId, SessionId};
use crate::mail::ChoiceFacts;
use crate::programme;
use crate::tickets::model::SignUpSession;
use crate::tickets::sign_up::{self, released_sessions_with_sign_up};

/// Takes a place for every choice of every attendee, all or none.
///
/// # Errors
/// The store's failure.
pub fn take(tx: &mut Conn, registration: &Registration) -> Result<Result<(), Refusal>, DbError> {
    let wanted = wanted(registration);
    let mut taken = Vec::new();
    for (session, count) in wanted {
        if !sign_up::enter(tx, session, count)? {
            for (session, count) in taken {
                sign_up::leave(tx, session, count)?;
            }
            return full(tx, registration.event_id, session).map(Err);
        }
        taken.push((session, count));
    }
    Ok(Ok(()))
}

/// Takes a place for every choice that can still be had, and notes the others as lost: a seat that is
/// offered is worth more than a session that has filled up meanwhile.
///
/// # Errors
/// The store's failure.
pub fn take_what_is_left(tx: &mut Conn, registration: &mut Registration) -> Result<(), DbError> {
    let mut wanted: Vec<SessionId> = wanted(registration).into_keys().collect();
    wanted.sort_unstable();
    for session in wanted {
        for attendee in registration.attendees.iter_mut().filter(|one| one.comes()) {
            if attendee.session_ids.contains(&session) && !sign_up::enter(tx, session, 1)? {
                attendee.session_ids.retain(|chosen| *chosen != session);
                attendee.lost_session_ids.push(session);
            }
        }
    }
    Ok(())
}

/// What mails say of the choices of these attendees that filled up before a seat was theirs.
///
/// # Errors
/// The store's failure.
pub fn filled<'a>(
    conn: &mut Conn,
    event: EventId,
    attendees: impl IntoIterator<Item = &'a Attendee>,
) -> Result<Vec<ChoiceFacts>, DbError> {
    let lost = |one: &&Attendee| !one.lost_session_ids.is_empty();
    let who: Vec<&Attendee> = attendees.into_iter().filter(lost).collect();
    if who.is_empty() {
        return Ok(Vec::new());
    }
    let newest = programme::newest_release(conn, event)?;
    let programme = newest.map(|release| release.programme).unwrap_or_default();
    let facts = who.into_iter();
    Ok(facts
        .filter_map(|one| news::choices(&programme, one, &one.lost_session_ids))
        .collect())
}

/// Gives the places of all attendees back.
///
/// # Errors
/// The store's failure.
pub fn give(tx: &mut Conn, registration: &Registration) -> Result<(), DbError> {
    for (session, count) in wanted(registration) {
        sign_up::leave(tx, session, count)?;
    }
    Ok(())
}

/// Moves one attendee from these choices to those.
///
/// # Errors
/// The store's failure.
pub fn change(
    tx: &mut Conn,
    event: EventId,
    (from, to): (&[SessionId], &[SessionId]),
) -> Result<Result<(), Refusal>, DbError> {
    for session in from.iter().filter(|one| !to.contains(one)) {
        sign_up::leave(tx, *session, 1)?;
    }
    let mut new: Vec<SessionId> = to
        .iter()
        .filter(|one| !from.contains(one))
        .copied()
        .collect();
    new.sort_unstable();
    for session in new {
        if !sign_up::enter(tx, session, 1)? {
            return full(tx, event, session).map(Err);
        }
    }
    Ok(Ok(()))
}

fn wanted(registration: &Registration) -> BTreeMap<SessionId, i32> {
    let mut wanted = BTreeMap::new();
    for session in registration.active().flat_map(|one| &one.session_ids) {
        *wanted.entry(*session).or_default() += 1;
    }
    wanted
}

fn full(tx: &mut Conn, event: EventId, session: SessionId) -> Result<Refusal, DbError> {
    let left = released_sessions_with_sign_up(tx, event)?
        .into_iter()
        .filter(|one| one.taken < one.capacity)
        .map(|one| one.id)
        .collect();
    Ok(Refusal::SessionFull { session, left })
}

/// Looks at choices, each attendee's with the pointer of its list: every one takes sign-up, and no two
/// of one attendee are at the same time.
///
/// # Errors
/// The store's failure.
pub fn check(
    conn: &mut Conn,
    event: EventId,
    choices: &[(String, &[SessionId])],
) -> Result<Result<(), Faults>, DbError> {
    if choices.iter().all(|(_, chosen)| chosen.is_empty()) {
        return Ok(Ok(()));
    }
    let sessions = released_sessions_with_sign_up(conn, event)?;
    let mut faults = Faults::new();
    for (pointer, chosen) in choices {
        judge(&sessions, pointer, chosen, &mut faults);
    }
    Ok(faults.finish(Some(())))
}

fn judge(sessions: &[SignUpSession], pointer: &str, chosen: &[SessionId], faults: &mut Faults) {
    let mut before: Vec<&SignUpSession> = Vec::new();
    for (index, id) in chosen.iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        let Some(session) = sessions.iter().find(|one| one.id == *id) else {
            let detail = "The session is a released one of this event that takes sign-up.";
            faults.add(pointer, "unknown_session", detail);
            continue;
        };
        if let Some(other) = before.iter().find(|other| other.overlaps(session)) {
            let detail = format!("The session is at the same time as {}.", other.id);
            faults.add(pointer, "overlapping_sessions", detail);
        }
        before.push(session);
    }
}
