//! What organisers do with recordings. All of it shows at once, also in archived events.

use super::input::{ParsedRecording, RecordingInput, SegmentsInput};
use super::position::Position;
use super::recording::{Recording, RecordingState};
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::{Conn, Stop};
use crate::events::{self, Event};
use crate::faults::Faults;

/// Why a change of a recording was refused.
#[derive(Debug)]
pub enum VideoRefusal {
    /// The input can't be accepted.
    Faults(Faults),
    /// Changed meanwhile.
    Stale,
}

type Outcome<T> = Result<T, Stop<VideoRefusal>>;

fn faulty(faults: Faults) -> Stop<VideoRefusal> {
    Stop::Refused(VideoRefusal::Faults(faults))
}

fn parse(tx: &mut Conn, event: &Event, input: &RecordingInput) -> Outcome<ParsedRecording> {
    let rooms = store::rooms_of_event(tx, event.id)?;
    input.parse(&event.languages, &rooms).map_err(faulty)
}

/// Makes a recording; with it comes the time that its address carried.
///
/// # Errors
/// What [`VideoRefusal`] says.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    input: &RecordingInput,
) -> Outcome<(Recording, Option<Position>)> {
    let parsed = parse(tx, event, input)?;
    let proposed = parsed.video.proposed_position;
    let recording = Recording {
        id: new_id(),
        event_id: event.id,
        title: parsed.title,
        url: parsed.video.url,
        provider: parsed.video.provider,
        language: parsed.language,
        room_ids: parsed.room_ids,
        duration_seconds: parsed.duration_seconds,
        state: parsed.state,
        captions_url: parsed.captions_url,
        segments: parsed.segments,
        published_at: (parsed.state == RecordingState::Published).then_some(now),
        version: 1,
        created_at: now,
    };
    store::insert(tx, &recording)?;
    events::touch_public(tx, event.id, now)?;
    Ok((recording, proposed))
}

/// Changes a recording that was read in this transaction.
///
/// # Errors
/// What [`VideoRefusal`] says.
pub fn update(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    current: &Recording,
    input: &RecordingInput,
) -> Outcome<(Recording, Option<Position>)> {
    let parsed = parse(tx, event, input)?;
    let proposed = parsed.video.proposed_position;
    let changed = Recording {
        title: parsed.title,
        url: parsed.video.url,
        provider: parsed.video.provider,
        language: parsed.language,
        room_ids: parsed.room_ids,
        duration_seconds: parsed.duration_seconds,
        state: parsed.state,
        captions_url: parsed.captions_url,
        segments: parsed.segments,
        published_at: current
            .published_at
            .or((parsed.state == RecordingState::Published).then_some(now)),
        ..*current
    };
    Ok((save(tx, now, changed)?, proposed))
}

/// Replaces the segments of a recording that was read in this transaction.
///
/// # Errors
/// What [`VideoRefusal`] says.
pub fn replace_segments(
    tx: &mut Conn,
    now: Instant,
    current: Recording,
    input: &SegmentsInput,
) -> Outcome<Recording> {
    let changed = with_segments(current, input).map_err(faulty)?;
    save(tx, now, changed)
}

/// The recording as it would be with these segments.
///
/// # Errors
/// All faults, with their pointers.
pub fn with_segments(recording: Recording, input: &SegmentsInput) -> Result<Recording, Faults> {
    let segments = input.parse(recording.duration_seconds)?;
    Ok(Recording {
        segments,
        ..recording
    })
}

fn save(tx: &mut Conn, now: Instant, mut changed: Recording) -> Outcome<Recording> {
    if !store::update(tx, &changed)? {
        return Err(Stop::Refused(VideoRefusal::Stale));
    }
    changed.version += 1;
    events::touch_public(tx, changed.event_id, now)?;
    Ok(changed)
}

/// Deletes a recording.
///
/// # Errors
/// The store's failure.
pub fn delete(tx: &mut Conn, now: Instant, recording: &Recording) -> Outcome<()> {
    store::delete(tx, recording.id)?;
    events::touch_public(tx, recording.event_id, now)?;
    Ok(())
}
