//! Filters of the organiser's list of sessions.

use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::document::SessionKind;
use super::store::{Filter, SessionKey};
use crate::faults::Faults;
use crate::http::keyset;
use crate::ids::{RoomId, SpeakerId, TrackId};
use crate::page::Keyset;
use crate::problem::Problem;
use crate::text::time;

/// Filters of lists of sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// Sessions that start on this local date.
    #[param(value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub day: Option<String>,
    /// Id of a track.
    pub track: Option<TrackId>,
    /// Id of a room.
    pub room: Option<RoomId>,
    /// Kind.
    pub kind: Option<SessionKind>,
    /// Id of a speaker.
    pub speaker: Option<SpeakerId>,
    /// Text in the title or the abstract.
    pub q: Option<String>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl SessionQuery {
    /// Where the page starts.
    ///
    /// # Errors
    /// 422 for a bad limit or cursor.
    pub fn keyset(&self) -> Result<Keyset<SessionKey>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }

    /// The filter, in the zone of the event.
    ///
    /// # Errors
    /// 422 for a day that is none.
    pub fn filter(&self, zone: Tz) -> Result<Filter, Problem> {
        let mut faults = Faults::new();
        let day = faults.take_optional("/day", self.day.as_deref(), time::date);
        let filter = Filter {
            between: day.map(|day| (time::start_of_day(zone, day), time::end_of_day(zone, day))),
            track: self.track,
            room: self.room,
            kind: self.kind,
            speaker: self.speaker,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
        };
        Ok(faults.finish(Some(filter))?)
    }
}
