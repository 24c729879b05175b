//! What organisers do with transcripts, and what of them may leave. All of it shows at once, also in
//! archived events.

use sha2::{Digest, Sha256};

use super::model::Transcript;
use super::print::web_vtt;
use super::store::{self, Kept};
use super::stretch::Stretches;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events;
use crate::ids::SessionId;
use crate::programme;
use crate::video::{self, Recording};

/// Keeps the transcript of a recording in the place of the one that may be there.
///
/// # Errors
/// The store's failure.
pub fn put(
    tx: &mut Conn,
    now: Instant,
    recording: &Recording,
    transcript: Transcript,
) -> Result<Kept, DbError> {
    let kept = Kept {
        tag: tag(&web_vtt(&transcript)),
        transcript,
        updated_at: now,
    };
    store::put(tx, recording.event_id, recording.id, &kept)?;
    events::touch_public(tx, recording.event_id, now)?;
    Ok(kept)
}

/// Names a text: hexadecimal, because a tag ends at its first dash.
fn tag(text: &str) -> String {
    let digest = Sha256::digest(text);
    let digits = digest.iter().take(12).map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// Deletes the transcript of a recording.
///
/// # Errors
/// The store's failure.
pub fn delete(tx: &mut Conn, now: Instant, recording: &Recording) -> Result<(), DbError> {
    store::delete(tx, recording.event_id, recording.id)?;
    events::touch_public(tx, recording.event_id, now)
}

/// What may leave of a transcript that was read in this transaction.
///
/// # Errors
/// The store's failure.
pub fn cut(conn: &mut Conn, recording: &Recording, kept: &Kept) -> Result<Transcript, DbError> {
    let shown = programme::shown(conn, recording.event_id)?;
    let known = video::known(conn, recording.event_id, &shown.placed())?;
    let stretches = Stretches::of(recording, &shown, &known);
    Ok(stretches.cut(kept.transcript.clone()))
}

/// The entity tag of a transcript: what was sent, and what of it leaves.
#[must_use]
pub fn version(kept: &Kept, leaving: &str) -> String {
    format!("{}-{}", kept.tag, tag(leaving))
}

/// What may leave of the part of one session, counted from its start: by its position in the newest
/// published recording that has a transcript. `None` if there is no such recording, or no position.
///
/// # Errors
/// The store's failure.
pub fn part(
    conn: &mut Conn,
    recordings: &[Recording],
    shown: &programme::Shown,
    session: SessionId,
) -> Result<Option<Transcript>, DbError> {
    let Some(first) = recordings.first() else {
        return Ok(None);
    };
    let known = video::known(conn, first.event_id, &shown.placed())?;
    for recording in recordings {
        let kept = store::find(conn, recording.event_id, recording.id)?;
        let stretches = Stretches::of(recording, shown, &known);
        let part = kept.and_then(|kept| stretches.part(session, kept.transcript));
        if part.is_some() {
            return Ok(part);
        }
    }
    Ok(None)
}
