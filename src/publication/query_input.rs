//! Which sessions a list shows, cut from those at hand.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::snapshot::SessionEntry;
use crate::faults::{Faults, Refused};
use crate::http::keyset;
use crate::ids::{Id, RoomId, SpeakerId, TrackId};
use crate::page::Keyset;
use crate::problem::Problem;
use crate::programme::document::SessionKind;
use crate::text::time;

/// Filters of the list of sessions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// The local date they start on.
    #[param(value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub day: Option<String>,
    /// Id of their track.
    #[param(format = Uuid)]
    pub track: Option<String>,
    /// Id of their room.
    #[param(format = Uuid)]
    pub room: Option<String>,
    /// What kind they are.
    pub kind: Option<SessionKind>,
    /// Id of somebody who takes part.
    #[param(format = Uuid)]
    pub speaker: Option<String>,
    /// Whether they can be watched.
    #[param(value_type = Option<bool>)]
    pub has_video: Option<String>,
    /// Text in the title, the abstract, the label, or in a speaker's name or affiliation.
    pub q: Option<String>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The filters as parsed.
#[derive(Debug, Default)]
pub struct SessionFilter {
    day: Option<NaiveDate>,
    track: Option<TrackId>,
    room: Option<RoomId>,
    kind: Option<SessionKind>,
    speaker: Option<SpeakerId>,
    has_video: Option<bool>,
    text: Option<String>,
}

fn id<K>(text: &str) -> Result<Id<K>, Refused> {
    text.parse()
        .map_err(|_| Refused::new("invalid_id", "An id is a UUID."))
}

fn flag(text: &str) -> Result<bool, Refused> {
    text.parse()
        .map_err(|_| Refused::new("invalid_value", "The value is true or false."))
}

impl SessionQuery {
    /// Where the page starts.
    ///
    /// # Errors
    /// 422 for a bad limit or cursor.
    pub fn keyset(&self) -> Result<Keyset<(i64, i32)>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }

    /// The filters.
    ///
    /// # Errors
    /// 422 with all that can't be read.
    pub fn filter(&self) -> Result<SessionFilter, Problem> {
        let mut faults = Faults::new();
        let text = self.q.as_deref().map(str::trim).map(str::to_lowercase);
        let filter = SessionFilter {
            day: faults.take_optional("/day", self.day.as_deref(), time::date),
            track: faults.take_optional("/track", self.track.as_deref(), id),
            room: faults.take_optional("/room", self.room.as_deref(), id),
            kind: self.kind,
            speaker: faults.take_optional("/speaker", self.speaker.as_deref(), id),
            has_video: faults.take_optional("/has_video", self.has_video.as_deref(), flag),
            text: text.filter(|text| !text.is_empty()),
        };
        Ok(faults.finish(Some(filter))?)
    }
}

impl SessionFilter {
    /// Whether the list shows this session.
    #[must_use]
    pub fn takes(&self, entry: &SessionEntry) -> bool {
        let session = &entry.view.session;
        let fits = |wanted: Option<bool>| wanted.unwrap_or(true);
        fits(self.day.map(|day| entry.date == Some(day)))
            && fits(self.track.map(|track| session.track_id == Some(track)))
            && fits(self.room.map(|room| session.room_id == Some(room)))
            && fits(self.kind.map(|kind| session.kind == kind))
            && fits(self.speaker.map(|speaker| {
                let mut speakers = session.speakers.iter();
                speakers.any(|part| part.speaker_id == speaker)
            }))
            && fits(self.has_video.map(|has| entry.view.video.is_empty() != has))
            && fits(self.text.as_ref().map(|text| entry.text.contains(text)))
    }
}
