//! What the files of the demo data hold.

use serde::Deserialize;
use serde_json::Value;

use crate::events::input::EventInput;
use crate::events::series_input::SeriesInput;
use crate::ids::RecordingId;
use crate::programme::releases::input::ReleaseInput;

/// `organisations.json`: who there is, and their series.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisations {
    /// Who there is.
    pub organisations: Vec<Organisation>,
    /// Their series; each names its organisation.
    pub series: Vec<SeriesInput>,
}

/// An organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name in paths.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

/// What is said in a recording.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// The recording.
    pub recording_id: RecordingId,
    /// The lines of a WebVTT file.
    pub web_vtt: Vec<String>,
}

/// One event with everything in it. The parts stay JSON until the keys in them are ids.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    /// When it was all made; at this start if absent.
    pub made_at: Option<String>,
    /// The event.
    pub event: EventInput,
    /// Members of the committee, in order.
    #[serde(default)]
    pub committee: Vec<Value>,
    /// Rooms, in order.
    #[serde(default)]
    pub rooms: Vec<Value>,
    /// Tracks, in order.
    #[serde(default)]
    pub tracks: Vec<Value>,
    /// Speakers.
    #[serde(default)]
    pub speakers: Vec<Value>,
    /// Sessions.
    #[serde(default)]
    pub sessions: Vec<Value>,
    /// The first release; without it the programme stays a draft.
    pub release: Option<ReleaseInput>,
    /// Recordings.
    #[serde(default)]
    pub recordings: Vec<Value>,
    /// What is said in them.
    #[serde(default)]
    pub transcripts: Vec<Value>,
    /// Quotas.
    #[serde(default)]
    pub quotas: Vec<Value>,
    /// Ticket types, in order.
    #[serde(default)]
    pub ticket_types: Vec<Value>,
    /// Registrations; each is confirmed.
    #[serde(default)]
    pub registrations: Vec<Value>,
    /// Whether it is archived at the end.
    #[serde(default)]
    pub archived: bool,
}
