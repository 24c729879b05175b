//! Verifying positions, one or many, and taking it back. All of it shows at once.

use super::input::{VerificationsInput, VerifiedInput};
use super::model::{Known, Verified};
use super::store;
use crate::clock::Instant;
use crate::db::{Conn, Stop};
use crate::events;
use crate::faults::Faults;
use crate::ids::SessionId;
use crate::programme::document::Session;
use crate::video::{Recording, VideoRefusal};

type Outcome<T> = Result<T, Stop<VideoRefusal>>;

fn refused<T>(refusal: VideoRefusal) -> Outcome<T> {
    Err(Stop::Refused(refusal))
}

/// Sets the position of a session, in a recording that was read in this transaction. Without an end it
/// stays as long as it was.
///
/// # Errors
/// What [`VideoRefusal`] says.
pub fn verify(
    tx: &mut Conn,
    now: Instant,
    recording: &Recording,
    session: &Session,
    known: &Known,
    input: &VerifiedInput,
) -> Outcome<Verified> {
    let parsed = input.parse(recording);
    let (start_seconds, end) =
        parsed.map_err(|faults| Stop::Refused(VideoRefusal::Faults(faults)))?;
    if session.do_not_record {
        return refused(VideoRefusal::NotRecorded);
    }
    let as_long = || {
        let before = recording.position_of(session, known)?;
        let length = before.end_seconds?.checked_sub(before.start_seconds)?;
        let last = recording.duration_seconds.unwrap_or(359_999).min(359_999);
        let end = start_seconds.saturating_add(length).min(last);
        (end > start_seconds).then_some(end)
    };
    let before = known.verified(recording.id, session.id);
    let verified = Verified {
        recording_id: recording.id,
        session_id: session.id,
        start_seconds,
        end_seconds: end.or_else(as_long),
        version: before.map_or(1, |before| before.version + 1),
    };
    match before {
        None => store::insert(tx, &[verified])?,
        Some(before) if store::update(tx, &verified, before.version)? => {}
        Some(_) => return refused(VideoRefusal::Stale),
    }
    events::touch_public(tx, recording.event_id, now)?;
    Ok(verified)
}

/// Verifies the computed positions of many sessions as they are; those that are verified stay. Returns
/// those that were not.
///
/// # Errors
/// What [`VideoRefusal`] says: a session that is not there, or has no position, is a fault, and then
/// nothing is verified.
pub fn verify_many(
    tx: &mut Conn,
    now: Instant,
    recording: &Recording,
    sessions: &[Session],
    known: &Known,
    input: &VerificationsInput,
) -> Outcome<Vec<SessionId>> {
    let parsed = input.parse();
    let ids = parsed.map_err(|faults| Stop::Refused(VideoRefusal::Faults(faults)))?;
    let mut faults = Faults::new();
    let mut new = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let pointer = format!("/session_ids/{index}");
        let Some(session) = sessions.iter().find(|session| session.id == *id) else {
            let detail = "A session is one of this event's, by id.";
            faults.add(pointer, "unknown_session", detail);
            continue;
        };
        let Some(placement) = recording.position_of(session, known) else {
            let detail = "The session has no position in this recording.";
            faults.add(pointer, "no_position", detail);
            continue;
        };
        if known.verified(recording.id, *id).is_none() {
            new.push(Verified {
                recording_id: recording.id,
                session_id: *id,
                start_seconds: placement.start_seconds,
                end_seconds: placement.end_seconds,
                version: 1,
            });
        }
    }
    if !faults.is_empty() {
        return refused(VideoRefusal::Faults(faults));
    }
    if !new.is_empty() {
        store::insert(tx, &new)?;
        events::touch_public(tx, recording.event_id, now)?;
    }
    Ok(new.iter().map(|verified| verified.session_id).collect())
}

/// Lets the position of a session be computed again.
///
/// # Errors
/// The store's failure.
pub fn compute_again(
    tx: &mut Conn,
    now: Instant,
    recording: &Recording,
    verified: &Verified,
) -> Outcome<()> {
    store::delete(tx, verified)?;
    events::touch_public(tx, recording.event_id, now)?;
    Ok(())
}
