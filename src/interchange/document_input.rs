//! What may be imported as JSON, for those who read what an operation takes.
#![expect(
    dead_code,
    reason = "a document is told by its content and read as one or the other; this says so"
)]

use serde::Deserialize;
use utoipa::ToSchema;

use super::own_input::ProgrammeInput;
use super::schedule_input::ScheduleFile;

/// A programme to be imported: this service's own document, or a schedule, which is known by its `schedule`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ProgrammeDocument {
    /// Our own.
    Programme(Box<ProgrammeInput>),
    /// A schedule of frab, pretalx or c3voc's programs.
    Schedule(Box<ScheduleFile>),
}
