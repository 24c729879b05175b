//! How an event, its committee and its releases look to everybody.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::programme_wire::{
    PublishedRoom, PublishedSpeaker, PublishedTrack, ReleasedSession, date_of,
};
use super::sources::{Member, MemberRole, RegistrationWindow};
use crate::clock::Instant;
use crate::events::Event;
use crate::events::wire::EventView;
use crate::http::wire::Moment;
use crate::ids::{EventId, MemberId};
use crate::programme::document::{Release, Session};
use crate::programme::releases::wire::ChangesView;
use crate::text::Localized;

/// A member of a programme committee, as published.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedMember {
    /// Id.
    pub id: MemberId,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Where they worked at that edition.
    #[schema(required = true, example = "Hamar")]
    pub affiliation: Option<String>,
    /// What they are in it.
    pub role: MemberRole,
    /// Markdown.
    pub bio: Localized,
    /// The bio as sanitised HTML.
    pub bio_html: Localized,
    /// A picture.
    #[schema(required = true)]
    pub photo_url: Option<String>,
}

impl From<&Member> for PublishedMember {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id,
            name: member.name.clone(),
            affiliation: member.affiliation.clone(),
            role: member.role,
            bio_html: member.bio.html(),
            bio: member.bio.clone(),
            photo_url: member.photo_url.clone(),
        }
    }
}

/// When one can register.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RegistrationWindow)]
pub struct RegistrationWindowView {
    /// When the first tickets go on sale; null: with the publication of the event, or never.
    #[schema(required = true)]
    pub opens_at: Option<Moment>,
    /// When the last ones cease to be; null: when the event starts, or never.
    #[schema(required = true)]
    pub closes_at: Option<Moment>,
    /// Whether one can register now.
    pub open: bool,
}

/// An event as everybody sees it, with its committee.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublishedEvent {
    /// The event.
    #[serde(flatten)]
    pub event: EventView,
    /// The published members of its committee, in order.
    pub committee: Vec<PublishedMember>,
    /// When one can register.
    pub registration: RegistrationWindowView,
}

impl PublishedEvent {
    /// The event as it is at this instant.
    #[must_use]
    pub fn new(
        event: &Event,
        members: &[Member],
        window: &RegistrationWindow,
        now: Instant,
    ) -> Self {
        let zone = event.timezone;
        Self {
            event: EventView::new(event, now),
            committee: members.iter().map(PublishedMember::from).collect(),
            registration: RegistrationWindowView {
                opens_at: Moment::maybe(window.opens_at, zone),
                closes_at: Moment::maybe(window.closes_at, zone),
                open: window.open,
            },
        }
    }
}

/// Who sat on the committee of one edition.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommitteeOfEdition {
    /// The event.
    pub event: EventView,
    /// The published members of its committee, in order.
    pub members: Vec<PublishedMember>,
}

/// A release in the changelog.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReleaseNote {
    /// 1, 2, 3 …
    #[schema(example = 1)]
    pub version: i32,
    /// When it was made.
    pub released_at: Moment,
    /// What the organisers say of it.
    pub note: Localized,
    /// The sessions that differ from the version before.
    #[serde(flatten)]
    pub changes: ChangesView,
}

/// The zone that a release shows its times in: never another one, because it is kept for long.
fn zone_of(release: &Release, event: &Event) -> Tz {
    release.timezone.unwrap_or(event.timezone)
}

impl ReleaseNote {
    /// What changed with this release.
    #[must_use]
    pub fn new(release: &Release, event: &Event) -> Self {
        Self {
            version: release.version,
            released_at: Moment::new(release.released_at, zone_of(release, event)),
            note: release.note.clone(),
            changes: ChangesView::from(&release.changes),
        }
    }
}

/// The sessions of one local date, as released.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleasedDay {
    /// The date in the zone that the event had then; null for sessions without a time, which come last.
    #[schema(required = true, value_type = Option<String>, format = Date, example = "2027-11-11")]
    pub date: Option<String>,
    /// By start, then number.
    pub sessions: Vec<ReleasedSession>,
}

/// A numbered release as it was made, without anything live.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleasedProgramme {
    /// Id of the event.
    pub event_id: EventId,
    /// What changed with it.
    #[serde(flatten)]
    pub release: ReleaseNote,
    /// Its sessions by local date.
    pub days: Vec<ReleasedDay>,
    /// In order.
    pub rooms: Vec<PublishedRoom>,
    /// In order.
    pub tracks: Vec<PublishedTrack>,
    /// By name.
    pub speakers: Vec<PublishedSpeaker>,
}

impl ReleasedProgramme {
    /// The release with times of the zone that the event had then.
    #[must_use]
    pub fn new(release: &Release, event: &Event) -> Self {
        let (programme, zone) = (&release.programme, zone_of(release, event));
        let names = super::programme_wire::Names::of(programme, zone);
        let mut sessions: Vec<&Session> = programme.sessions.iter().collect();
        sessions.sort_by_key(|session| super::programme_wire::order(session));
        let mut days: Vec<ReleasedDay> = Vec::new();
        for session in sessions {
            let date = date_of(session, zone).map(|date| date.to_string());
            let view = ReleasedSession::new(session, &names, session.sign_up_capacity);
            match days.last_mut() {
                Some(day) if day.date == date => day.sessions.push(view),
                _ => days.push(ReleasedDay {
                    date,
                    sessions: vec![view],
                }),
            }
        }
        Self {
            event_id: event.id,
            release: ReleaseNote::new(release, event),
            days,
            rooms: programme.rooms.iter().map(PublishedRoom::from).collect(),
            tracks: programme.tracks.iter().map(PublishedTrack::from).collect(),
            speakers: programme
                .speakers
                .iter()
                .map(PublishedSpeaker::from)
                .collect(),
        }
    }
}
