//! What everybody may know of an event, as every format is drawn from it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::events::{Event, Format};
use crate::ids::SessionId;
use crate::mail::calendar::nowhere;
use crate::mail::wording::Tongue;
use crate::programme::Released;
use crate::programme::document::Programme;
use crate::publication::Snapshot;
use crate::publication::video_wire::{PublishedSession, VideoPosition};

/// One snapshot with the release behind it.
#[derive(Debug)]
pub struct Shown {
    /// What everybody reads.
    pub snapshot: Arc<Snapshot>,
    /// The release it was drawn from.
    pub released: Arc<Released>,
    /// Where this service is, without a slash at the end.
    pub public_url: String,
}

impl Shown {
    /// The event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.snapshot.event
    }

    /// The sessions as they are shown, by id: what is not to be recorded is taken from here, because
    /// it acts without a release.
    #[must_use]
    pub fn views(&self) -> HashMap<SessionId, &PublishedSession> {
        let views = self.snapshot.sessions.iter().map(|entry| &entry.view);
        views.map(|view| (view.session.id, view)).collect()
    }

    /// The programme as it is shown.
    #[must_use]
    pub fn programme(&self) -> Programme {
        let views = self.views();
        let mut programme = self.released.programme.clone();
        for session in &mut programme.sessions {
            if let Some(view) = views.get(&session.id) {
                session.do_not_record = view.session.do_not_record;
            }
        }
        programme
    }

    /// Where people read of the event: its own website, or what we know of it.
    #[must_use]
    pub fn website(&self) -> String {
        let own = self.event().links.website_url.clone();
        own.unwrap_or_else(|| format!("{}/api/v1/events/{}", self.public_url, self.event().slug))
    }

    /// Where one learns more of this session.
    #[must_use]
    pub fn page_of(&self, slug: &str) -> String {
        let own = self.event().links.website_url.clone();
        own.unwrap_or_else(|| {
            format!(
                "{}/api/v1/events/{}/sessions/{slug}",
                self.public_url,
                self.event().slug
            )
        })
    }

    /// Where a session is held that has neither a room nor a venue: what is held on screens only is not to
    /// be announced, it is online.
    #[must_use]
    pub fn elsewhere(&self) -> String {
        let event = self.event();
        if event.format != Format::Digital {
            return self.nowhere().to_owned();
        }
        let online = match Tongue::of(event.languages.default.as_str()) {
            Tongue::Bokmal | Tongue::Nynorsk => "På nett",
            Tongue::English => "Online",
        };
        let own = event.links.website_url.clone();
        own.unwrap_or_else(|| online.to_owned())
    }

    /// What the place of a session without one is called, in the event's language.
    #[must_use]
    pub fn nowhere(&self) -> &'static str {
        nowhere(Tongue::of(self.event().languages.default.as_str()))
    }
}

/// Our own page of the session's video and its position in the newest recording, if it has one.
#[must_use]
pub fn video(view: &PublishedSession) -> Option<(&str, &VideoPosition)> {
    view.watch_page_url.as_deref().zip(view.video.first())
}
