//! Restoring a version.

use super::super::document::Session;
use super::super::refusal::{Outcome, ProgrammeRefusal, refused};
use super::super::releases::store as releases;
use super::super::sessions::identity_store;
use super::super::sessions::live_store::deleted_unrecorded;
use super::super::{rooms, sessions, speakers, tracks};
use super::model::{Around, Draft, Plan, Step, plan};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::{self, Held};
use crate::faults::Faults;
use crate::tickets::sign_up;

/// Sets the working copy back to a version, without losing what was made since.
///
/// # Errors
/// [`ProgrammeRefusal::Faults`] for a version that is none, [`ProgrammeRefusal::GuidTaken`] when a session
/// made since has the guid of one that comes back.
pub fn restore(tx: &mut Conn, now: Instant, event: &Held, version: i32) -> Outcome<Plan> {
    let Some(release) = releases::find(tx, event.id, version)? else {
        let detail = "The version is one of this event's releases.";
        let faults = Faults::one("/version", "unknown_version", detail);
        return refused(ProgrammeRefusal::Faults(faults));
    };
    let draft = Draft {
        rooms: rooms::store::versions(tx, event.id)?,
        tracks: tracks::store::versions(tx, event.id)?,
        speakers: speakers::store::versions(tx, event.id)?,
        sessions: sessions::store::versions(tx, event.id)?,
    };
    let past = releases::documents(tx, event.id)?.into_iter();
    let released = past.flat_map(|(_, programme)| programme.sessions);
    let around = Around {
        released: released.map(|session| session.id).collect(),
        unrecorded: deleted_unrecorded(tx, event.id)?.into_iter().collect(),
    };
    let plan = plan(&draft, &release.programme, &around);
    match carry_out(tx, now, event, &plan) {
        Ok(true) => {}
        Ok(false) => return refused(ProgrammeRefusal::Stale),
        Err(DbError::Unique) => return refused(ProgrammeRefusal::GuidTaken),
        Err(error) => return Err(error.into()),
    }
    sign_up::recount(tx, event.id)?;
    events::touch_public(tx, event.id, now)?;
    Ok(plan)
}

/// Whether every step was taken: what is set back was as it was read.
fn carry_out(tx: &mut Conn, now: Instant, event: &Held, plan: &Plan) -> Result<bool, DbError> {
    let mut all = true;
    for step in &plan.rooms {
        match step {
            Step::Make(room) => rooms::store::insert(tx, event.id, room, now)?,
            Step::SetBack { to, .. } => all &= rooms::store::update(tx, event.id, to)?,
        }
    }
    for step in &plan.tracks {
        match step {
            Step::Make(track) => tracks::store::insert(tx, event.id, track, now)?,
            Step::SetBack { to, .. } => all &= tracks::store::update(tx, event.id, to)?,
        }
    }
    for step in &plan.speakers {
        match step {
            Step::Make(speaker) => speakers::store::insert(tx, event.id, speaker, now)?,
            Step::SetBack { to, .. } => all &= speakers::store::update(tx, event.id, to)?,
        }
    }
    let back = plan.sessions.iter().filter_map(|step| match step {
        Step::Make(_) => None,
        Step::SetBack { to, .. } => Some(&to.value),
    });
    let aside = plan.renamed.iter().map(|(_, to)| to);
    let back: Vec<&Session> = back.chain(aside.clone().map(|to| &to.value)).collect();
    identity_store::make_way(tx, event.id, &back)?;
    for session in aside {
        all &= sessions::store::update(tx, event.id, session, now)?;
    }
    for step in &plan.sessions {
        match step {
            Step::Make(session) => sessions::store::insert(tx, event.id, session, now)?,
            Step::SetBack { to, .. } => all &= sessions::store::update(tx, event.id, to, now)?,
        }
    }
    Ok(all)
}
