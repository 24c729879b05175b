//! How the programme as a whole looks in answers, and how refusals do.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::days::by_local_date;
use super::document::Programme;
use super::refusal::ProgrammeRefusal;
use super::releases::wire::{ChangesView, ConflictView};
use super::rooms::wire::RoomView;
use super::sessions::wire::{Names, SessionView};
use super::speakers::wire::SpeakerView;
use super::tracks::wire::TrackView;
use crate::problem::{Kind, Problem};

/// One day of the programme.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftDay)]
pub struct DayView {
    /// The event's local date; null for sessions without a time, which come last.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub date: Option<String>,
    /// What starts on it, by start, then number.
    pub sessions: Vec<SessionView>,
}

/// Sessions by day, and what they refer to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftProgrammeParts)]
pub struct ProgrammeParts {
    /// By the event's local date.
    pub days: Vec<DayView>,
    /// In order.
    pub rooms: Vec<RoomView>,
    /// In order.
    pub tracks: Vec<TrackView>,
    /// By name.
    pub speakers: Vec<SpeakerView>,
}

impl ProgrammeParts {
    /// The programme on the wall clock of `zone`.
    #[must_use]
    pub fn new(programme: &Programme, zone: Tz) -> Self {
        let speakers = programme.speakers.iter();
        let names: Names = speakers.map(|s| (s.id, s.name.clone())).collect();
        let days = by_local_date(&programme.sessions, zone, |session| session.starts_at);
        let days = days.into_iter().map(|day| DayView {
            date: day.date.map(|date| date.to_string()),
            sessions: day
                .sessions
                .into_iter()
                .map(|session| SessionView::new(session, &names, zone))
                .collect(),
        });
        Self {
            days: days.collect(),
            rooms: programme.rooms.iter().map(RoomView::from).collect(),
            tracks: programme.tracks.iter().map(TrackView::from).collect(),
            speakers: programme.speakers.iter().map(SpeakerView::from).collect(),
        }
    }
}

/// How the working copy differs from the newest release.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeDiff)]
pub struct DiffView {
    /// The newest release; 0 before the first.
    #[schema(minimum = 0, example = 1)]
    pub version: i32,
    /// Whether there is anything to release, rooms, tracks and speakers included.
    #[schema(example = true)]
    pub differs: bool,
    /// The sessions that differ.
    #[serde(flatten)]
    pub changes: ChangesView,
}

/// What is odd about the working copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProgrammeConflicts)]
pub struct ConflictsView {
    /// At most 500 about single sessions, 500 about rooms, and 500 about people.
    pub conflicts: Vec<ConflictView>,
}

impl From<ProgrammeRefusal> for Problem {
    fn from(refusal: ProgrammeRefusal) -> Self {
        let taken = |field: &str, detail: &str| {
            Self::new(Kind::SlugTaken, detail).at(format!("/{field}"), "taken", detail)
        };
        match refusal {
            ProgrammeRefusal::Faults(faults) => faults.into(),
            ProgrammeRefusal::SlugTaken => taken("slug", "Another session has this slug."),
            ProgrammeRefusal::GuidTaken => taken("guid", "Another session has this guid."),
            ProgrammeRefusal::Stale => {
                Self::new(Kind::Stale, "This was changed since you read it.")
            }
            ProgrammeRefusal::InUse(uses) => Self::new(Kind::InUse, uses.sentence()),
            ProgrammeRefusal::NothingToRelease => Self::new(
                Kind::NothingToRelease,
                "The working copy equals the newest release.",
            ),
        }
    }
}
