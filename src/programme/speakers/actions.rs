//! What organisers do with speakers.

use super::super::document::{Speaker, Versioned};
use super::super::refusal::{Outcome, ProgrammeRefusal, accepted, refused};
use super::super::uses;
use super::input::{ParsedSpeaker, SpeakerInput};
use super::store;
use crate::clock::{Instant, new_id};
use crate::db::Conn;
use crate::events::Held;
use crate::ids::SpeakerId;

fn speaker(id: SpeakerId, parsed: ParsedSpeaker) -> Speaker {
    Speaker {
        id,
        name: parsed.name,
        position: parsed.position,
        affiliation: parsed.affiliation,
        bio: parsed.bio,
        photo_url: parsed.photo_url,
        links: parsed.links,
        hidden: parsed.hidden,
    }
}

/// Makes a speaker.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &SpeakerInput,
) -> Outcome<Versioned<Speaker>> {
    let made = speaker(new_id(), accepted(input.parse(&event.languages))?);
    store::insert(tx, event.id, &made, now)?;
    Ok(Versioned {
        value: made,
        version: 1,
    })
}

/// Changes a speaker that was read in this transaction.
///
/// # Errors
/// What [`ProgrammeRefusal`] says.
pub fn update(
    tx: &mut Conn,
    event: &Held,
    current: &Versioned<Speaker>,
    input: &SpeakerInput,
) -> Outcome<Versioned<Speaker>> {
    let parsed = accepted(input.parse(&event.languages))?;
    let mut changed = Versioned {
        value: speaker(current.value.id, parsed),
        version: current.version,
    };
    if !store::update(tx, event.id, &changed)? {
        return refused(ProgrammeRefusal::Stale);
    }
    changed.version += 1;
    Ok(changed)
}

/// Deletes a speaker that no session of the working copy or of a release has.
///
/// # Errors
/// [`ProgrammeRefusal::InUse`] while one has.
pub fn delete(tx: &mut Conn, event: &Held, speaker: &Versioned<Speaker>) -> Outcome<()> {
    let id = speaker.value.id;
    let uses = uses::find(tx, event.id, |session| {
        session.speakers.iter().any(|part| part.speaker_id == id)
    })?;
    if !uses.is_none() {
        return refused(ProgrammeRefusal::InUse(uses));
    }
    if !store::delete(tx, event.id, speaker)? {
        return refused(ProgrammeRefusal::Stale);
    }
    Ok(())
}
