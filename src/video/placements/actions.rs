//! Verifying positions, one or many, and taking it back. All of it shows at once.

use super::input::{VerificationsInput, VerifiedInput};
use super::model::{Known, Verified};
use super::store;
use crate::clock::Instant;
use crate::db::{Conn, Stop};
use crate::events;
use crate::faults::{Faults, Refused};
use crate::ids::{SessionId, SessionKind, SlugOr};
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
    let as_long = || {
        let before = recording.editors_position_of(session, known)?;
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

/// What [`verify_many`] did.
#[derive(Debug)]
pub struct VerifiedMany {
    /// All that were named.
    pub named: Vec<SessionId>,
    /// Those of them that were not verified before.
    pub new: Vec<SessionId>,
}

/// Verifies the computed positions of many sessions as they are; those that are verified stay.
///
/// # Errors
/// What [`VideoRefusal`] says: a session that is not there, is named twice or has no position, is a fault,
/// and then nothing is verified.
pub fn verify_many(
    tx: &mut Conn,
    now: Instant,
    recording: &Recording,
    sessions: &[Session],
    known: &Known,
    input: &VerificationsInput,
) -> Outcome<VerifiedMany> {
    let parsed = input.parse();
    let keys = parsed.map_err(|faults| Stop::Refused(VideoRefusal::Faults(faults)))?;
    let mut faults = Faults::new();
    let (mut named, mut new) = (Vec::new(), Vec::new());
    for (index, key) in keys.iter().enumerate() {
        match placed(recording, sessions, known, key, &named) {
            Ok(verified) => {
                named.push(verified.session_id);
                let before = known.verified(recording.id, verified.session_id);
                new.extend(before.is_none().then_some(verified));
            }
            Err(wrong) => faults.add(format!("/session_ids/{index}"), wrong.code, wrong.detail),
        }
    }
    if !faults.is_empty() {
        return refused(VideoRefusal::Faults(faults));
    }
    if !new.is_empty() {
        store::insert(tx, &new)?;
        events::touch_public(tx, recording.event_id, now)?;
    }
    let new = new.iter().map(|verified| verified.session_id).collect();
    Ok(VerifiedMany { named, new })
}

/// The session of this id or slug where it stands now.
fn placed(
    recording: &Recording,
    sessions: &[Session],
    known: &Known,
    key: &SlugOr<SessionKind>,
    named: &[SessionId],
) -> Result<Verified, Refused> {
    let is_meant = |session: &&Session| match key {
        SlugOr::Id(id) => session.id == *id,
        SlugOr::Slug(slug) => session.slug == *slug,
    };
    let unknown = || {
        let detail = "A session is one of this event's, by id or slug.";
        Refused::new("unknown_session", detail)
    };
    let session = sessions.iter().find(is_meant).ok_or_else(unknown)?;
    if named.contains(&session.id) {
        return Err(Refused::new("duplicate", "A session is named once."));
    }
    let nowhere = || {
        let detail = "The session has no position in this recording.";
        Refused::new("no_position", detail)
    };
    let placement = recording.position_of(session, known).ok_or_else(nowhere)?;
    Ok(Verified {
        recording_id: recording.id,
        session_id: session.id,
        start_seconds: placement.start_seconds,
        end_seconds: placement.end_seconds,
        version: 1,
    })
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
