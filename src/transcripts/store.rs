//! Transcripts in the store, always within their event. As they were sent: whoever lets them out cuts
//! them first ([`Stretches`](super::stretch::Stretches)).

use diesel::prelude::*;

use super::model::Transcript;
use crate::clock::Instant;
use crate::db::schema::transcripts;
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{EventId, RecordingId};
use crate::per_backend;

/// A transcript with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What is said.
    pub transcript: Transcript,
    /// Names what was sent.
    pub tag: String,
    /// When it was sent.
    pub updated_at: Instant,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = transcripts)]
struct Row {
    recording_id: RecordingId,
    event_id: EventId,
    cues: AsJson<Transcript>,
    cue_count: i32,
    ends_at_ms: i32,
    tag: String,
    updated_at: Instant,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        Self {
            transcript: row.cues.0,
            tag: row.tag,
            updated_at: row.updated_at,
        }
    }
}

/// The transcript of a recording.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    recording: RecordingId,
) -> Result<Option<Kept>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        transcripts::table
            .filter(transcripts::event_id.eq(event))
            .filter(transcripts::recording_id.eq(recording))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The recordings of an event that have a transcript.
///
/// # Errors
/// The store's failure.
pub fn recordings_with_transcript(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<RecordingId>, DbError> {
    Ok(per_backend!(conn, c => {
        transcripts::table
            .filter(transcripts::event_id.eq(event))
            .order(transcripts::recording_id)
            .select(transcripts::recording_id)
            .load(c)
    })?)
}

/// Puts a transcript in the place of the one that may be there.
///
/// # Errors
/// The store's failure.
pub fn put(
    conn: &mut Conn,
    event: EventId,
    recording: RecordingId,
    kept: &Kept,
) -> Result<(), DbError> {
    let cues = kept.transcript.cues();
    let ends_at = cues.iter().map(|cue| cue.end).max().unwrap_or(0);
    let row = Row {
        recording_id: recording,
        event_id: event,
        cue_count: i32::try_from(cues.len()).map_err(DbError::internal)?,
        ends_at_ms: i32::try_from(ends_at).map_err(DbError::internal)?,
        cues: AsJson(kept.transcript.clone()),
        tag: kept.tag.clone(),
        updated_at: kept.updated_at,
    };
    per_backend!(conn, c => {
        diesel::insert_into(transcripts::table)
            .values(&row)
            .on_conflict(transcripts::recording_id)
            .do_update()
            .set(&row)
            .execute(c)
    })?;
    Ok(())
}

/// Deletes the transcript of a recording.
///
/// # Errors
/// The store's failure.
pub fn delete(conn: &mut Conn, event: EventId, recording: RecordingId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(
            transcripts::table
                .filter(transcripts::event_id.eq(event))
                .filter(transcripts::recording_id.eq(recording)),
        )
        .execute(c)
    })?;
    Ok(())
}
