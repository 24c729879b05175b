//! Why a change of the programme may be refused.

use super::uses::Uses;
use crate::db::Stop;
use crate::faults::Faults;

/// Why a change of the programme was refused.
#[derive(Debug)]
pub enum ProgrammeRefusal {
    /// The input can't be accepted.
    Faults(Faults),
    /// Another session of the event has this slug.
    SlugTaken,
    /// Another session of the event has this guid.
    GuidTaken,
    /// Changed meanwhile.
    Stale,
    /// Something refers to it.
    InUse(Uses),
    /// The working copy equals the newest release.
    NothingToRelease,
}

/// What an action gives back.
pub type Outcome<T> = Result<T, Stop<ProgrammeRefusal>>;

/// Refuses.
pub(super) fn refused<T>(refusal: ProgrammeRefusal) -> Outcome<T> {
    Err(Stop::Refused(refusal))
}

/// Turns faults of an input into a refusal.
pub(super) fn accepted<T>(parsed: Result<T, Faults>) -> Outcome<T> {
    parsed.map_err(|faults| Stop::Refused(ProgrammeRefusal::Faults(faults)))
}
