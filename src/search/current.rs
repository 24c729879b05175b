//! What of an event may be found now, for as long as its index is behind: consent does not wait for it.

use std::collections::{HashMap, HashSet};

use super::content::{Content, Field, HitKind};
use crate::db::{Conn, DbError};
use crate::events::find_public;
use crate::ids::{EventId, RecordingId, SessionId, SlugOr, SpeakerId};
use crate::programme::shown;
use crate::transcripts::recordings_with_transcript;
use crate::transcripts::stretch::Stretches;
use crate::video::{known, list_public};

/// What the public may see of an event.
#[derive(Debug, Default)]
pub struct Current {
    sessions: HashSet<SessionId>,
    hidden: HashSet<SessionId>,
    speakers: HashSet<SpeakerId>,
    /// Of recordings that may surface and have a transcript.
    said: HashMap<RecordingId, Stretches>,
}

impl Current {
    /// What it is now: nothing if nobody may read the event.
    ///
    /// # Errors
    /// The store's failure.
    pub fn of(conn: &mut Conn, event: EventId) -> Result<Self, DbError> {
        if find_public(conn, &SlugOr::Id(event))?.is_none() {
            return Ok(Self::default());
        }
        let shown = shown(conn, event)?;
        let known = known(conn, event, &shown.placed())?;
        let with_transcript = recordings_with_transcript(conn, event)?;
        let mut recordings = list_public(conn, event)?;
        recordings.retain(|recording| with_transcript.contains(&recording.id));
        let said = recordings.iter();
        let said = said.map(|one| (one.id, Stretches::of(one, &shown, &known)));
        let hidden: HashSet<_> = shown.hidden.iter().map(|session| session.id).collect();
        let sessions = shown.programme.sessions.iter().map(|session| session.id);
        Ok(Self {
            sessions: sessions.filter(|id| !hidden.contains(id)).collect(),
            speakers: shown.programme.speakers.iter().map(|one| one.id).collect(),
            said: said.collect(),
            hidden,
        })
    }

    /// What may be found of an entry that was indexed before; `None` if that is nothing.
    #[must_use]
    pub fn left_of(&self, mut content: Content) -> Option<Content> {
        let is_there = match content.kind {
            HitKind::Session | HitKind::Material => content
                .session
                .is_some_and(|id| self.sessions.contains(&id)),
            HitKind::Speaker => {
                let speaker = content.speaker.as_ref();
                speaker.is_some_and(|speaker| self.speakers.contains(&speaker.id))
            }
            HitKind::Transcript => {
                let is_hidden = |id: SessionId| self.hidden.contains(&id);
                let stretches = self.said.get(&content.recording?)?;
                content.fields.retain(|field| is_heard(stretches, field));
                content.goes_on.retain(|field| is_heard(stretches, field));
                !content.fields.is_empty() && !content.session.is_some_and(is_hidden)
            }
        };
        // A speaker is found without it, and words are said whatever the programme says.
        content.session = content.session.filter(|id| self.sessions.contains(id));
        is_there.then_some(content)
    }
}

/// Whether all that is said in these seconds may leave.
fn is_heard(stretches: &Stretches, field: &Field) -> bool {
    let from = field.at.unwrap_or(0).saturating_mul(1000);
    let to = field
        .until
        .map_or(u32::MAX, |until| until.saturating_mul(1000));
    let mut hidden = stretches.hidden.iter();
    hidden.all(|stretch| to <= stretch.start || stretch.end <= from)
}
